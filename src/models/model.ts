// A trained model: what it is made of, and how it is saved and loaded. A saved model carries its own checksum.
import { createHash } from 'node:crypto';
import { asBuffer } from '../domain/bytes.ts';
import { isObject, shown } from '../domain/fields.ts';
import { InputError } from '../domain/input-error.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { STANDARD } from '../features/standard.ts';
import { type Calibration, calibrate } from './calibration.ts';
import { type CategoryLevels, createLeveller } from './category-levels.ts';
import { checkEnsemble } from './check-ensemble.ts';
import type { DrawPlan } from './draw-plan.ts';
import type { DriftBaseline } from './drift.ts';
import { type CategoryEncoding, createEncoder } from './encoding.ts';
import { createEnsemble, type Ensemble } from './ensemble.ts';
import { createExplainer } from './explain.ts';
import type { Quality } from './metrics.ts';
import {
  checkBaseline,
  checkCalibration,
  checkCurve,
  checkEncoding,
  checkInfo,
  checkInput,
  checkLevels,
  ModelProblem,
} from './model-fields.ts';
import { createPredictor } from './predictor.ts';
import type { InputBaseline } from './shift.ts';
import type { ThresholdCurve } from './threshold-curve.ts';
import {
  categoriesOf,
  forVectors,
  misfit,
  numbering,
  setWithoutLevels,
  strangeCatalogue,
  type TrainedOn,
} from './trained-on.ts';

/** Made by the simulator, recorded from life, or unknown here: the model was trained elsewhere. */
export type TrainingSource = 'simulation' | 'history' | 'import';

export type ModelKind = 'random-forest' | 'gradient-boosting';

export type ModelInfo = TrainedOn & {
  readonly version: string;
  readonly kind: ModelKind;
  readonly createdAt: string;
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
  /** Features are numbered as in the file: see `numbering`. */
  readonly ensemble: Ensemble;
  readonly calibration: Calibration;
  readonly encoding: CategoryEncoding;
  /** Absent where the model was trained elsewhere. */
  readonly baseline?: DriftBaseline;
  readonly input?: InputBaseline;
  /** What each threshold would bring; absent where the model was trained elsewhere, or before this was counted. */
  readonly curve?: ThresholdCurve;
  /** Absent where no category is split by sets. */
  readonly levels?: CategoryLevels;
};

/** A model made ready to score; single-threaded, with scratch space of its own. */
export type Scorer = {
  readonly info: ModelInfo;
  /** Whose vectors it takes. */
  readonly catalogue: Catalogue;
  /** Transactions that it could not score or explain, in this process; whoever asks it counts. */
  readonly failures: { count: number; last: string | undefined };
  readonly baseline: DriftBaseline | undefined;
  readonly input: InputBaseline | undefined;
  readonly curve: ThresholdCurve | undefined;
  /** Which of what it approves is drawn; absent where nothing is. */
  readonly draws?: DrawPlan;
  /** Whether the model has seen a category in training. */
  knows(category: string, key: string): boolean;
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

/** Throws InputError where the model does not fit the catalogue. */
export function createScorer(model: Model, catalogue: Catalogue): Scorer {
  const unfit = misfit(model.info, catalogue);
  if (unfit !== undefined) throw new InputError(unfit);
  const ensemble = forVectors(model.ensemble, model.info, catalogue);
  const set = setWithoutLevels(ensemble, model.levels, catalogue);
  if (set !== undefined)
    throw new InputError(
      `model ${model.info.version} splits ${set} by sets, and has no levels of it. Train it again.`,
    );
  const untold = categoriesOf(model.info.features, catalogue).find(
    ({ name }) => !Object.hasOwn(model.encoding, name),
  );
  if (untold)
    throw new InputError(
      `model ${model.info.version} asks for the category ${untold.name}, and has no table of it. Train it again.`,
    );
  const encode = createEncoder(model.encoding, catalogue);
  const { kind } = model.info;
  const explainer = createExplainer(ensemble);
  const predictor = createPredictor(ensemble);
  const shares = new Float64Array(catalogue.size);
  const levelled = createLeveller(model.levels, catalogue);
  return {
    info: model.info,
    catalogue,
    failures: { count: 0, last: undefined },
    baseline: model.baseline,
    input: model.input,
    curve: model.curve,
    knows: (category, key) =>
      Object.hasOwn(model.encoding, category) && Object.hasOwn(model.encoding[category].logOdds, key),
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

export const MODEL_FORMAT = 'goshawk-model-1';
const toBase64 = (array: ArrayBufferView): string => asBuffer(array).toString('base64');
export const checksum = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A model's name: what made it, and a hash of its trees. */
export const versionOf = (madeBy: string, { nodes }: Ensemble): string =>
  `${madeBy}-${createHash('sha256').update(new Uint8Array(nodes.buffer)).digest('hex').slice(0, 10)}`;

const bodyOf = (model: Model): string =>
  JSON.stringify({
    info: model.info,
    calibration: model.calibration,
    encoding: model.encoding,
    ...(model.baseline && { baseline: model.baseline }),
    ...(model.input && { input: model.input }),
    ...(model.curve && { curve: model.curve }),
    ...(model.levels && { levels: model.levels }),
    nodes: toBase64(model.ensemble.nodes),
    cover: toBase64(model.ensemble.cover),
    roots: toBase64(model.ensemble.roots),
  });

/** The model as text: two lines, a header with the checksum and the body. */
export function serializeModel(model: Model): string {
  const body = bodyOf(model);
  return `${JSON.stringify({ format: MODEL_FORMAT, sha256: checksum(body) })}\n${body}\n`;
}

/** Throws ModelProblem for a model that could not be read back, such as one that was made elsewhere. */
export function checkModel(model: Model): void {
  readBody(JSON.parse(bodyOf(model)));
}

/** Characters of a model file. */
const LONGEST_MODEL = 256 << 20;
const LONGEST_HEADER = 1000;
const PARTS = new Set([
  'info',
  'calibration',
  'encoding',
  'baseline',
  'input',
  'curve',
  'levels',
  'nodes',
  'cover',
  'roots',
]);

function fromBase64(body: Record<string, unknown>, name: string, bytesPerItem: number): ArrayBuffer {
  const value = body[name];
  const bytes = Buffer.from(typeof value === 'string' ? value : '', 'base64');
  if (bytes.length === 0 || bytes.length % bytesPerItem !== 0 || bytes.toString('base64') !== value)
    throw new ModelProblem(`/${name}: an array is missing, cut off, or not written exactly`);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}

/** Figures that are not known are written as null. */
function withUnknown(info: ModelInfo): ModelInfo {
  if (!info.heldOut) return info;
  const held = Object.entries(info.heldOut).map(([name, value]) => [
    name,
    value === null ? Number.NaN : value,
  ]);
  return { ...info, heldOut: Object.fromEntries(held) };
}

/** The numbers of the features that a model names. */
const askedNumbers = (info: TrainedOn): ReadonlySet<number> => {
  const names = numbering(info);
  return new Set(info.features.map((name) => names.indexOf(name)));
};

/** Those that may be split by sets; which they are of a catalogue of one's own is only known where it is at hand. */
const setNumbers = (info: TrainedOn, levels: CategoryLevels | undefined): ReadonlySet<number> => {
  if (levels === undefined) return new Set();
  if (info.featureHashes) return askedNumbers(info);
  return new Set(
    STANDARD.categories.filter(({ name }) => Object.hasOwn(levels, name)).map(({ slot }) => slot),
  );
};

/** What a body says, once all of it was looked at. Throws ModelProblem. */
function readBody(body: Record<string, unknown>): Model {
  const other = Object.keys(body).find((part) => !PARTS.has(part));
  if (other !== undefined) throw new ModelProblem(`it has a part that is not known: ${shown(other)}`);
  checkInfo(body.info);
  // Now it is what serializeModel writes.
  const { info, calibration, encoding, baseline, input, curve, levels } = body as unknown as Omit<
    Model,
    'ensemble'
  >;
  checkCalibration(calibration);
  checkEncoding(encoding, info);
  checkLevels(levels, info);
  checkBaseline(baseline, info.features);
  checkInput(input, info);
  checkCurve(curve);
  const ensemble = createEnsemble(
    fromBase64(body, 'nodes', 16),
    new Float64Array(fromBase64(body, 'cover', 8)),
    new Int32Array(fromBase64(body, 'roots', 4)),
    numbering(info).length,
  );
  checkEnsemble(ensemble, askedNumbers(info), setNumbers(info, levels));
  return {
    info: withUnknown(info),
    calibration,
    encoding,
    ...(baseline && { baseline }),
    ...(input && { input }),
    ...(curve && { curve }),
    ...(levels && { levels }),
    ensemble,
  };
}

const damaged = (name: string, why: string): InputError =>
  new InputError(`${name} is not a usable model: ${why}. Restore the file, or delete it and train again.`);

/** The body of a file that was neither cut off nor changed. Throws InputError. */
export function modelBody(text: string, name: string): string {
  if (text.length > LONGEST_MODEL) throw damaged(name, `it has more than ${LONGEST_MODEL} characters`);
  const end = text.indexOf('\n');
  const first = text.slice(0, Math.max(end, 0));
  const body = text.slice(end + 1).trimEnd();
  let header: unknown;
  try {
    header = first.length > LONGEST_HEADER ? undefined : JSON.parse(first);
  } catch {
    // Told below, like a header that says something else.
  }
  if (header === undefined) throw damaged(name, 'it does not start with a model header');
  if (!isObject(header) || header.format !== MODEL_FORMAT)
    throw damaged(name, `its format is not ${MODEL_FORMAT}`);
  if (header.sha256 !== checksum(body))
    throw damaged(name, 'its checksum does not match, so it was changed or cut off');
  return body;
}

/**
 * Reads a model back, looking at all of it: whoever wrote the file is a guest. Throws InputError when it is damaged, of
 * another format, trained on features that no catalogue of this program has, or no model that can be scored. Whether it
 * fits a catalogue is asked by whoever makes it ready.
 */
export function parseModel(text: string, name: string): Model {
  const body = modelBody(text, name);
  // The checksum tells damage; whoever writes a file anew writes a checksum as well.
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw damaged(name, 'its body is not valid JSON');
  }
  if (!isObject(parsed) || !isObject(parsed.info)) throw damaged(name, 'its body is no object with /info');
  const strange = strangeCatalogue(parsed.info.version, parsed.info);
  if (strange !== undefined) throw new InputError(`${name}: ${strange}`);
  try {
    return readBody(parsed);
  } catch (error) {
    if (error instanceof ModelProblem) throw damaged(name, error.message);
    throw error;
  }
}
