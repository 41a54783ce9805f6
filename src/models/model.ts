// A trained model: what it is made of, and how it is saved and loaded. A saved model carries its own checksum.
import { createHash } from 'node:crypto';
import { asBuffer } from '../domain/bytes.ts';
import { isObject } from '../domain/fields.ts';
import { InputError } from '../domain/input-error.ts';
import type { Transaction } from '../domain/transaction.ts';
import {
  CATALOGUE_HASH,
  FEATURE_COUNT,
  type FeatureName,
  INDEX,
  isFeatureName,
} from '../features/catalogue.ts';
import { type Calibration, calibrate } from './calibration.ts';
import { type CategoryLevels, createLeveller } from './category-levels.ts';
import type { DriftBaseline } from './drift.ts';
import { type CategoryEncoding, createEncoder, type EncodedCategory } from './encoding.ts';
import { createEnsemble, type Ensemble, featureOf, isLeaf } from './ensemble.ts';
import { createExplainer } from './explain.ts';
import type { Quality } from './metrics.ts';
import { createPredictor } from './predictor.ts';
import type { InputBaseline } from './shift.ts';

/** Made by the simulator, recorded from life, or unknown here: the model was trained elsewhere. */
export type TrainingSource = 'simulation' | 'history' | 'import';

export type ModelKind = 'random-forest' | 'gradient-boosting';

export type ModelInfo = {
  readonly version: string;
  readonly kind: ModelKind;
  readonly createdAt: string;
  readonly features: readonly FeatureName[];
  readonly catalogueHash: string;
  readonly seed: number;
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Of an imported model only the source is known: its rows are 0 and its times empty. */
  readonly trainingWindow: {
    readonly source: TrainingSource;
    readonly from: string;
    readonly until: string;
    readonly rows: number;
    readonly frauds: number;
  };
  readonly thresholds: { readonly review: number; readonly decline: number };
  /** Measured on time after the training window; the threshold is the one for review. */
  readonly heldOut?: Quality & { readonly from: string; readonly until: string };
};

export type Model = {
  readonly info: ModelInfo;
  /** Features are numbered as in the catalogue. */
  readonly ensemble: Ensemble;
  readonly calibration: Calibration;
  readonly encoding: CategoryEncoding;
  /** Absent where the model was trained elsewhere. */
  readonly baseline?: DriftBaseline;
  readonly input?: InputBaseline;
  /** Absent where no category is split by sets. */
  readonly levels?: CategoryLevels;
};

/** A model made ready to score; single-threaded, with scratch space of its own. */
export type Scorer = {
  readonly info: ModelInfo;
  readonly baseline: DriftBaseline | undefined;
  readonly input: InputBaseline | undefined;
  /** Whether the model has seen a category in training. */
  knows(category: EncodedCategory, key: string): boolean;
  /** Fills the encoded slots of `vector` and gives the calibrated probability of fraud. */
  score(transaction: Transaction, vector: Float64Array): number;
  /** What the trees say, before calibration, and what contributions add up to: a share of votes, or log-odds. */
  vote(vector: Float64Array): number;
  /** Expected vote over the training data. */
  readonly baseVote: number;
  /** Contributions of all catalogue features to the vote; they sum to vote − baseVote. Valid until the next call. */
  contributions(vector: Float64Array): Float64Array;
};

/** Probability, still to be calibrated, of what the trees of a kind of model say. */
export const uncalibrated = (kind: ModelKind, vote: number): number =>
  kind === 'gradient-boosting' ? 1 / (1 + Math.exp(-vote)) : vote;

export function createScorer(model: Model): Scorer {
  const encode = createEncoder(model.encoding);
  const { kind } = model.info;
  const explainer = createExplainer(model.ensemble);
  const predictor = createPredictor(model.ensemble);
  const shares = new Float64Array(FEATURE_COUNT);
  const levelled = createLeveller(model.levels);
  return {
    info: model.info,
    baseline: model.baseline,
    input: model.input,
    knows: (category, key) => Object.hasOwn(model.encoding[category].logOdds, key),
    score(transaction, vector) {
      encode(transaction, vector);
      return calibrate(model.calibration, uncalibrated(kind, predictor.mean(levelled(vector), 0)));
    },
    vote: (vector) => predictor.mean(levelled(vector), 0),
    baseVote: explainer.base,
    contributions(vector) {
      explainer.contributions(levelled(vector), 0, shares);
      return shares;
    },
  };
}

/** The same trees with features numbered as in the catalogue instead of as in `features`. */
export function toCatalogueFeatures(ensemble: Ensemble, features: readonly FeatureName[]): Ensemble {
  const bytes = ensemble.nodes.buffer.slice(0) as ArrayBuffer;
  const moved = createEnsemble(bytes, ensemble.cover, ensemble.roots, FEATURE_COUNT);
  for (let node = 0; node < moved.cover.length; node++) {
    if (isLeaf(moved, node)) continue;
    const flags = moved.nodes[4 * node] & ~0xffff;
    moved.nodes[4 * node] = flags | INDEX[features[featureOf(moved, node)]];
  }
  return moved;
}

const FORMAT = 'goshawk-model-1';
const toBase64 = (array: ArrayBufferView): string => asBuffer(array).toString('base64');
export const checksum = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A model's name: what made it, and a hash of its trees. */
export const versionOf = (madeBy: string, { nodes }: Ensemble): string =>
  `${madeBy}-${createHash('sha256').update(new Uint8Array(nodes.buffer)).digest('hex').slice(0, 10)}`;

/** The model as text: two lines, a header with the checksum and the body. */
export function serializeModel(model: Model): string {
  const body = JSON.stringify({
    info: model.info,
    calibration: model.calibration,
    encoding: model.encoding,
    ...(model.baseline && { baseline: model.baseline }),
    ...(model.input && { input: model.input }),
    ...(model.levels && { levels: model.levels }),
    nodes: toBase64(model.ensemble.nodes),
    cover: toBase64(model.ensemble.cover),
    roots: toBase64(model.ensemble.roots),
  });
  return `${JSON.stringify({ format: FORMAT, sha256: checksum(body) })}\n${body}\n`;
}

function fromBase64(value: unknown, bytesPerItem: number): ArrayBuffer {
  const bytes = Buffer.from(typeof value === 'string' ? value : '', 'base64');
  if (bytes.length === 0 || bytes.length % bytesPerItem !== 0)
    throw new Error('an array is missing or cut off');
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}

/**
 * Reads a model back. Throws InputError when the file is damaged, of another format, or trained on another
 * feature catalogue.
 */
export function parseModel(text: string, name: string): Model {
  const damaged = (why: string): InputError =>
    new InputError(`${name} is not a usable model: ${why}. Restore the file, or delete it and train again.`);
  const end = text.indexOf('\n');
  const body = text.slice(end + 1).trimEnd();
  let header: unknown;
  try {
    header = JSON.parse(text.slice(0, Math.max(end, 0)));
  } catch {
    throw damaged('it does not start with a model header');
  }
  if (!isObject(header) || header.format !== FORMAT) throw damaged(`its format is not ${FORMAT}`);
  if (header.sha256 !== checksum(body))
    throw damaged('its checksum does not match, so it was changed or cut off');
  // The checksum holds: the body is what serializeModel wrote.
  const parsed = JSON.parse(body) as Omit<Model, 'ensemble'> & Record<'nodes' | 'cover' | 'roots', string>;
  if (parsed.info.catalogueHash !== CATALOGUE_HASH || !parsed.info.features.every(isFeatureName)) {
    throw new InputError(
      `${name}: model ${parsed.info.version} was trained on feature catalogue ${parsed.info.catalogueHash}, this ` +
        `program computes ${CATALOGUE_HASH}. Train a model with this program, or run the one the model belongs to.`,
    );
  }
  const cover = new Float64Array(fromBase64(parsed.cover, 8));
  const roots = new Int32Array(fromBase64(parsed.roots, 4));
  const bytes = fromBase64(parsed.nodes, 16);
  return {
    info: parsed.info,
    calibration: parsed.calibration,
    encoding: parsed.encoding,
    ...(parsed.baseline && { baseline: parsed.baseline }),
    ...(parsed.input && { input: parsed.input }),
    ...(parsed.levels && { levels: parsed.levels }),
    ensemble: createEnsemble(bytes, cover, roots, FEATURE_COUNT),
  };
}
