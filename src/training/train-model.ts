// From a training table to a model: encodings, forest, calibration and thresholds, all on training rows only.
import { createHash } from 'node:crypto';
import { CATALOGUE_HASH, FEATURE_COUNT, type FeatureName, INDEX } from '../features/catalogue.ts';
import { calibrate, fitCalibration } from '../models/calibration.ts';
import {
  CATEGORY_SLOTS,
  type CategoryEncoding,
  ENCODED_CATEGORIES,
  fitEncoding,
} from '../models/encoding.ts';
import { predictMean } from '../models/ensemble.ts';
import { measureQuality } from '../models/metrics.ts';
import { type Model, type ModelInfo, type TrainingSource, toCatalogueFeatures } from '../models/model.ts';
import { trainForest } from './forest.ts';
import { type Costs, chooseThresholds, DEFAULT_COSTS } from './thresholds.ts';
import type { TrainingTable } from './training-table.ts';

export type TrainOptions = {
  readonly source: TrainingSource;
  readonly features: readonly FeatureName[];
  readonly seed: number;
  readonly trees: number;
  readonly fraudWeight: number;
  readonly maxLeaves?: number;
  readonly maxDepth?: number;
  readonly minLeafRows?: number;
  readonly threads?: number;
  readonly costs?: Costs;
  /** Calibration and thresholds are fitted on the rows from here on: the most recent ones, when habits change. */
  readonly calibrateFromRow?: number;
  readonly createdAtMs: number;
  readonly onProgress?: (done: number, of: number) => void;
};

export type TrainingTimes = {
  readonly encodeMs: number;
  readonly fitMs: number;
  readonly calibrateMs: number;
};

/** Trains on every row of the table. */
export async function trainModel(
  table: TrainingTable,
  options: TrainOptions,
): Promise<{ model: Model; times: TrainingTimes }> {
  const { features } = options;
  const started = performance.now();
  const { encoding, encoded } = fitEncoding(table.categories, table.labels);
  const width = features.length;
  const values = new Float64Array(new SharedArrayBuffer(table.rows * width * 8));
  const columns = features.map((name) => INDEX[name]);
  for (let row = 0; row < table.rows; row++) {
    for (let k = 0; k < width; k++) values[row * width + k] = table.vectors[row * FEATURE_COUNT + columns[k]];
  }
  for (const category of ENCODED_CATEGORIES) {
    const k = columns.indexOf(CATEGORY_SLOTS[category]);
    if (k < 0) continue;
    for (let row = 0; row < table.rows; row++) values[row * width + k] = encoded[category][row];
  }
  const encodedAt = performance.now();
  const forest = await trainForest(values, table.labels, width, {
    trees: options.trees,
    seed: options.seed,
    fraudWeight: options.fraudWeight,
    outOfBag: true,
    ...(options.maxLeaves !== undefined && { maxLeaves: options.maxLeaves }),
    ...(options.maxDepth !== undefined && { maxDepth: options.maxDepth }),
    ...(options.minLeafRows !== undefined && { minLeafRows: options.minLeafRows }),
    ...(options.threads !== undefined && { threads: options.threads }),
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  const fittedAt = performance.now();
  const from = options.calibrateFromRow ?? 0;
  const votes = (forest.outOfBag ?? new Float64Array(0)).subarray(from);
  const labels = table.labels.subarray(from);
  const calibration = fitCalibration(votes, labels);
  const scores = votes.map((vote) => (Number.isNaN(vote) ? vote : calibrate(calibration, vote)));
  const thresholds = chooseThresholds(
    scores,
    labels,
    table.amounts.subarray(from),
    options.costs ?? DEFAULT_COSTS,
  );
  const ensemble = toCatalogueFeatures(forest.ensemble, features);
  const version = `forest-${createHash('sha256').update(new Uint8Array(ensemble.nodes.buffer)).digest('hex').slice(0, 10)}`;
  const info: ModelInfo = {
    version,
    kind: 'random-forest',
    createdAt: new Date(options.createdAtMs).toISOString(),
    features,
    catalogueHash: CATALOGUE_HASH,
    seed: options.seed,
    parameters: {
      trees: options.trees,
      fraudWeight: options.fraudWeight,
      maxLeaves: options.maxLeaves ?? 'unbounded',
      minLeafRows: options.minLeafRows ?? 1,
    },
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
  return { model: { info, ensemble, calibration, encoding }, times };
}

const minimum = (values: Float64Array): number =>
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
const maximum = (values: Float64Array): number =>
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);

/** Fills the encoded slots of every row of a table as the model sees them in service. */
export function encodeTable(table: TrainingTable, encoding: CategoryEncoding): void {
  for (const category of ENCODED_CATEGORIES) {
    const slot = CATEGORY_SLOTS[category];
    const { logOdds, unseen } = encoding[category];
    const byKey = new Map(Object.entries(logOdds));
    table.categories[category].forEach((key, row) => {
      table.vectors[row * FEATURE_COUNT + slot] = key === undefined ? Number.NaN : (byKey.get(key) ?? unseen);
    });
  }
}

/** Calibrated scores of all rows; fills the table's encoded slots on the way. */
export function scoreTable(model: Model, table: TrainingTable): Float64Array {
  encodeTable(table, model.encoding);
  const scores = new Float64Array(table.rows);
  for (let row = 0; row < table.rows; row++) {
    scores[row] = calibrate(
      model.calibration,
      predictMean(model.ensemble, table.vectors, row * FEATURE_COUNT),
    );
  }
  return scores;
}

/** The model with its quality on later rows written into it. */
export function withHeldOut(model: Model, later: TrainingTable): Model {
  const quality = measureQuality(scoreTable(model, later), later.labels, model.info.thresholds.review);
  return {
    ...model,
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
