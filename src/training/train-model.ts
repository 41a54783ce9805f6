// From a training table to a model: encodings, forest, calibration and thresholds, all on training rows only.

import { placeIn } from '../features/place-in.ts';
import { calibrate, fitCalibration } from '../models/calibration.ts';
import { type CategoryLevels, createLeveller, levelFinder, levelsOf } from '../models/category-levels.ts';
import { type DriftBaseline, spreadOf } from '../models/drift.ts';
import { type CategoryEncoding, encodeKeys, fitEncoding } from '../models/encoding.ts';
import type { Ensemble } from '../models/ensemble.ts';
import { measureQuality } from '../models/metrics.ts';
import {
  type Model,
  type ModelInfo,
  type ModelKind,
  type TrainingSource,
  uncalibrated,
  versionOf,
} from '../models/model.ts';
import { createPredictor } from '../models/predictor.ts';
import { unseenShares } from '../models/shift.ts';
import { type Costs, chooseThresholds, DEFAULT_COSTS } from '../models/thresholds.ts';
import { asFiled, forVectors, type TrainedOn, trainedOn } from '../models/trained-on.ts';
import { BAG_DEFAULTS, type BagOptions, trainBags } from './boosting-bags.ts';
import { type ForestOptions, trainForest } from './forest.ts';
import type { TrainingTable } from './training-table.ts';

type Common = 'seed' | 'fraudWeight' | 'threads' | 'onProgress';
/** How trees are grown, with what that way of growing them can be told. */
export type Trainer =
  | ({ readonly kind: 'forest' } & Omit<ForestOptions, Common | 'outOfBag'>)
  | ({
      readonly kind: 'boosting';
      /** Categories that trees split by sets instead of by what was known of each. */
      readonly sets?: readonly string[];
    } & Omit<BagOptions, Common | 'categorical'>);

/** Where boosting is not told how many: parts of the rows scored by models that did not see them, for calibration. */
const CALIBRATION_FOLDS = 4;

export type TrainOptions = {
  readonly source: TrainingSource;
  readonly features: readonly string[];
  readonly seed: number;
  readonly trainer: Trainer;
  readonly fraudWeight: number;
  readonly threads?: number;
  readonly costs?: Costs;
  /**
   * Later rows, which are not learnt from: calibration, thresholds and the baseline of drift are theirs. Without them they are of
   * the rows that are learnt from, scored by trees that did not see them.
   */
  readonly calibrateOn?: TrainingTable;
  readonly createdAtMs: number;
  readonly onProgress?: (done: number, of: number) => void;
};

export type TrainingTimes = {
  readonly encodeMs: number;
  readonly fitMs: number;
  readonly calibrateMs: number;
};

/** Trains on every row of the table, with features of its catalogue. Throws InputError where it has no such feature. */
export async function trainModel(
  table: TrainingTable,
  options: TrainOptions,
): Promise<{ model: Model; times: TrainingTimes }> {
  const { features } = options;
  const { catalogue } = table;
  const started = performance.now();
  const { encoding, encoded } = fitEncoding(
    catalogue.categories,
    table.categories,
    table.labels,
    table.occurredAtMs,
  );
  const width = features.length;
  const columns = features.map((name) => placeIn(catalogue, name));
  const values = columnsOf(table, columns);
  for (const { name, slot } of catalogue.categories) {
    const k = columns.indexOf(slot);
    if (k < 0) continue;
    for (let row = 0; row < table.rows; row++) values[row * width + k] = encoded[name][row];
  }
  const levels = levelsBySet(values, table, encoding, columns, options.trainer);
  const ownLevels = levels.columns.length > 0 ? levels.levels : undefined;
  const encodedAt = performance.now();
  const {
    kind,
    ensemble: trained,
    votes: unseen,
  } = await growTrees(values, table.labels, width, options, levels.columns);
  const fittedAt = performance.now();
  const on = trainedOn(features, catalogue);
  const ensemble = asFiled(trained, on);
  const recent = options.calibrateOn ?? table;
  const votes = options.calibrateOn
    ? votesOf({ on, kind, ensemble, encoding, levels: ownLevels }, recent)
    : unseen;
  const calibration = fitCalibration(votes, recent.labels);
  const scores = votes.map((vote) => (Number.isNaN(vote) ? vote : calibrate(calibration, vote)));
  const { curve, thresholds } = chooseThresholds(
    scores,
    recent.labels,
    recent.amounts,
    options.costs ?? DEFAULT_COSTS,
  );
  const info: ModelInfo = {
    version: versionOf(options.trainer.kind, ensemble),
    kind,
    createdAt: new Date(options.createdAtMs).toISOString(),
    ...on,
    seed: options.seed,
    parameters: parametersOf(options),
    trainingWindow: {
      source: options.source,
      from: new Date(minimum(table.occurredAtMs)).toISOString(),
      until: new Date(maximum(table.occurredAtMs)).toISOString(),
      rows: table.rows,
      frauds: table.labels.reduce((sum, label) => sum + label, 0),
    },
    thresholds,
  };
  const times = {
    encodeMs: encodedAt - started,
    fitMs: fittedAt - encodedAt,
    calibrateMs: performance.now() - fittedAt,
  };
  // What training rows carry of categories is not what service sees: the baseline is of the latter.
  const seen = options.calibrateOn
    ? columnsOf(recent, columns)
    : asInService(values, table, encoding, columns);
  const baseline = { features: spreads(seen, features), score: spreadOf(scores) };
  const usuallyUnseen = unseenShares(table.categories, table.rows, (category, key) =>
    Object.hasOwn(encoding[category].logOdds, key),
  );
  const input = usuallyUnseen && { unseen: usuallyUnseen };
  return {
    model: {
      info,
      ensemble,
      calibration,
      encoding,
      baseline,
      curve,
      ...(input && { input }),
      ...(ownLevels && { levels: ownLevels }),
    },
    times,
  };
}

/** These columns of a table, row by row, in memory that threads share. */
function columnsOf({ catalogue, rows, vectors }: TrainingTable, columns: readonly number[]): Float64Array {
  const width = columns.length;
  const values = new Float64Array(new SharedArrayBuffer(rows * width * 8));
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < width; k++) values[row * width + k] = vectors[row * catalogue.size + columns[k]];
  return values;
}

/** Writes levels where categories are split by sets, into their columns, and gives both. */
function levelsBySet(
  values: Float64Array,
  table: TrainingTable,
  encoding: CategoryEncoding,
  columns: readonly number[],
  trainer: Trainer,
): { readonly columns: number[]; readonly levels: CategoryLevels } {
  const found: number[] = [];
  const levels: Record<string, readonly number[]> = {};
  for (const category of trainer.kind === 'boosting' ? (trainer.sets ?? []) : []) {
    const fitted = table.catalogue.categories.find(({ name }) => name === category);
    const k = fitted ? columns.indexOf(fitted.slot) : -1;
    if (k < 0) continue;
    const inService = encodeKeys(table.categories[category], encoding[category]);
    const own = levelsOf(inService);
    levels[category] = own;
    found.push(k);
    const levelOf = levelFinder(own);
    inService.forEach((value, row) => {
      values[row * columns.length + k] = levelOf(value);
    });
  }
  return { columns: found, levels };
}

/** The rows with their categories encoded by the finished tables. */
function asInService(
  values: Float64Array,
  table: TrainingTable,
  encoding: CategoryEncoding,
  columns: readonly number[],
): Float64Array {
  const seen = values.slice();
  for (const { name, slot } of table.catalogue.categories) {
    const k = columns.indexOf(slot);
    if (k < 0) continue;
    encodeKeys(table.categories[name], encoding[name]).forEach((value, row) => {
      seen[row * columns.length + k] = value;
    });
  }
  return seen;
}

/** How each column of a row-major table is spread. */
function spreads(values: Float64Array, features: readonly string[]): DriftBaseline['features'] {
  const width = features.length;
  const column = new Float64Array(values.length / width);
  return Object.fromEntries(
    features.map((name, k) => {
      for (let row = 0; row < column.length; row++) column[row] = values[row * width + k];
      return [name, spreadOf(column)];
    }),
  );
}

type Grown = {
  readonly kind: ModelKind;
  readonly ensemble: Ensemble;
  /** Probability of each training row by trees that did not see it. */
  readonly votes: Float64Array;
};

async function growTrees(
  values: Float64Array,
  labels: Uint8Array,
  columns: number,
  { trainer, seed, fraudWeight, threads, onProgress, calibrateOn }: TrainOptions,
  categorical: readonly number[],
): Promise<Grown> {
  const common = {
    seed,
    fraudWeight,
    ...(threads !== undefined && { threads }),
    ...(onProgress && { onProgress }),
  };
  if (trainer.kind === 'forest') {
    const { ensemble, outOfBag } = await trainForest(values, labels, columns, {
      ...trainer,
      ...common,
      outOfBag: true,
    });
    return { kind: 'random-forest', ensemble, votes: outOfBag ?? new Float64Array(0) };
  }
  const { ensemble, outOfFold } = await trainBags(values, labels, columns, {
    folds: calibrateOn ? 0 : CALIBRATION_FOLDS,
    ...trainer,
    ...common,
    categorical,
  });
  const kind = 'gradient-boosting';
  const votes = (outOfFold ?? new Float64Array(0)).map((margin) => uncalibrated(kind, margin));
  return { kind, ensemble, votes };
}

/** What the model was trained with, defaults included. */
function parametersOf({ trainer, fraudWeight }: TrainOptions): ModelInfo['parameters'] {
  const { kind, ...given } = trainer;
  const preset =
    kind === 'boosting' ? BAG_DEFAULTS : { maxLeaves: 'unbounded', minLeafRows: 1, maxDepth: 'unbounded' };
  const flat = Object.entries({ ...preset, ...given, fraudWeight }).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : value,
  ]);
  return Object.fromEntries(flat);
}

const minimum = (values: Float64Array): number =>
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
const maximum = (values: Float64Array): number =>
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);

/** Fills the encoded slots of every row of a table as the model sees them in service. */
export function encodeTable(table: TrainingTable, encoding: CategoryEncoding): void {
  const { categories, size } = table.catalogue;
  for (const { name, slot } of categories) {
    if (!Object.hasOwn(encoding, name)) continue;
    encodeKeys(table.categories[name], encoding[name]).forEach((value, row) => {
      table.vectors[row * size + slot] = value;
    });
  }
}

/** What says how suspicious a row is, before calibration. */
type Voting = Pick<Model, 'ensemble' | 'encoding'> & {
  readonly on: TrainedOn;
  readonly kind: ModelKind;
  readonly levels: CategoryLevels | undefined;
};

/** Probabilities of all rows before calibration; fills the table's encoded slots on the way. */
function votesOf({ ensemble, encoding, on, kind, levels }: Voting, table: TrainingTable): Float64Array {
  encodeTable(table, encoding);
  const { catalogue } = table;
  const { size } = catalogue;
  const predictor = createPredictor(forVectors(ensemble, on, catalogue));
  const levelled = createLeveller(levels, catalogue);
  const votes = levels
    ? Float64Array.from({ length: table.rows }, (_, row) =>
        predictor.mean(levelled(table.vectors.subarray(row * size, (row + 1) * size)), 0),
      )
    : predictor.means(table.vectors, table.rows);
  return votes.map((vote) => uncalibrated(kind, vote));
}

/** Calibrated scores of all rows; fills the table's encoded slots on the way. */
export function scoreTable(model: Model, table: TrainingTable): Float64Array {
  const { ensemble, encoding, info, levels } = model;
  return votesOf({ ensemble, encoding, on: info, kind: info.kind, levels }, table).map((vote) =>
    calibrate(model.calibration, vote),
  );
}

/** The model with its quality on later rows written into it. */
export function withHeldOut(model: Model, later: TrainingTable): Model {
  const scores = scoreTable(model, later);
  const quality = measureQuality(scores, later.labels, model.info.thresholds.review);
  return {
    ...model,
    // Scores of rows that were not trained on, by the whole model: what service will see.
    ...(model.baseline && { baseline: { ...model.baseline, score: spreadOf(scores) } }),
    info: {
      ...model.info,
      heldOut: {
        ...quality,
        from: new Date(minimum(later.occurredAtMs)).toISOString(),
        until: new Date(maximum(later.occurredAtMs)).toISOString(),
      },
    },
  };
}
