// Trains on one stretch of time and tests on a later one, with the label delay between them, as the Fraud
// Detection Handbook does (chapter 3): what the bank could not know yet is not used.
import { momentText } from '../domain/iso-time.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { averagePrecision, brierScore, calibrationError, cardPrecision, rocAuc } from '../models/metrics.ts';
import { createFeatureReplay } from './feature-replay.ts';
import { scoreTable, type Trainer, trainModel } from './train-model.ts';
import { createTableBuilder, sliceTable, type TrainingTable } from './training-table.ts';

const DAY_MS = 86_400_000;
/** Whose fraud became known in training is blocked by the time of the test; the book looks at one week. */
const KNOWN_DAYS = 7;

export type LabelledTransaction = {
  readonly transaction: Transaction;
  /** Undefined where nobody knows: it is part of histories, and nothing is learnt from it. */
  readonly fraud: boolean | undefined;
};

/** A stretch of training and the later one of its test: from a label delay after the training to `testUntilMs`. */
export type Fold = {
  readonly trainFromMs: number;
  readonly trainUntilMs: number;
  readonly testUntilMs: number;
};

export type EvaluateOptions = {
  readonly catalogue: Catalogue;
  /** Of the catalogue, by name. */
  readonly features: readonly string[];
  /** In the order of time. */
  readonly folds: readonly Fold[];
  readonly delayDays: number;
  /** One model is trained and tested for each, on each fold. */
  readonly seeds: readonly number[];
  readonly trainer: Trainer;
  readonly fraudWeight: number;
  readonly onProgress?: (step: string, done: number, of: number) => void;
};

export type Evaluation = {
  readonly seed: number;
  readonly train: { readonly from: string; readonly rows: number; readonly frauds: number };
  readonly test: {
    readonly from: string;
    readonly rows: number;
    readonly frauds: number;
    /** Rows of accounts whose fraud was known by then, which nobody is asked about. */
    readonly leftOut: number;
  };
  readonly auc: number;
  readonly averagePrecision: number;
  readonly cardPrecisionAt100: number;
  readonly brierScore: number;
  readonly calibrationError: number;
  readonly seconds: { readonly features: number; readonly fit: number; readonly predict: number };
};

/** A stretch of time in which nothing can be learnt, or nothing measured. */
export class NothingToMeasureError extends Error {
  constructor(stretch: 'training' | 'test', fromMs: number, rows: number, frauds: number) {
    super(
      `The ${stretch} from ${momentText(fromMs)} on has ${rows} labelled rows, ${frauds} of them fraud: nothing can be measured.`,
    );
  }
}

/** The fold and those after it, each later by the length of a test. */
export function laterFolds(first: Fold, delayDays: number, count: number): Fold[] {
  const step = first.testUntilMs - first.trainUntilMs - delayDays * DAY_MS;
  return Array.from({ length: count }, (_, i) => ({
    trainFromMs: first.trainFromMs + i * step,
    trainUntilMs: first.trainUntilMs + i * step,
    testUntilMs: first.testUntilMs + i * step,
  }));
}

/**
 * Batches must come in event-time order. Cards whose fraud is known on a test day (it happened in the last week of
 * training or since, and a label delay has passed) are left out of that day's test, as in the book. Throws NothingToMeasureError
 * before anything is trained.
 */
export async function evaluate(
  batches: AsyncIterable<readonly LabelledTransaction[]>,
  options: EvaluateOptions,
): Promise<Evaluation[]> {
  const { table, testOf, featureMs } = await readTables(batches, options);
  const evaluations: Evaluation[] = [];
  const trainOf = (fold: Fold): TrainingTable =>
    sliceTable(table, firstRowFrom(table, fold.trainFromMs), firstRowFrom(table, fold.trainUntilMs));
  for (const [number, fold] of options.folds.entries()) {
    const train = trainOf(fold);
    const { test } = testOf[number];
    checkMeasurable('training', fold.trainFromMs, train);
    checkMeasurable('test', fold.trainUntilMs + options.delayDays * DAY_MS, test);
  }
  for (const [number, fold] of options.folds.entries()) {
    const train = trainOf(fold);
    const { test, days, leftOut } = testOf[number];
    for (const seed of options.seeds) {
      const { model, times } = await trainModel(train, {
        source: 'history',
        features: options.features,
        seed,
        trainer: options.trainer,
        fraudWeight: options.fraudWeight,
        createdAtMs: fold.trainUntilMs,
        onProgress: (done, of) => options.onProgress?.(`training ${evaluations.length + 1}`, done, of),
      });
      const predictStarted = performance.now();
      const scores = scoreTable(model, test);
      const predictMs = performance.now() - predictStarted;
      const { labels, accounts } = test;
      evaluations.push({
        seed,
        train: { from: momentText(fold.trainFromMs), rows: train.rows, frauds: count(train.labels) },
        test: {
          from: momentText(fold.trainUntilMs + options.delayDays * DAY_MS),
          rows: test.rows,
          frauds: count(labels),
          leftOut,
        },
        auc: rocAuc(scores, labels),
        averagePrecision: averagePrecision(scores, labels),
        cardPrecisionAt100: cardPrecision(scores, labels, accounts, days, 100),
        brierScore: brierScore(scores, labels),
        calibrationError: calibrationError(scores, labels),
        seconds: { features: featureMs / 1000, fit: times.fitMs / 1000, predict: predictMs / 1000 },
      });
    }
  }
  return evaluations;
}

/** Features of all rows from the first training to the end of the last, and the rows of each fold's test with their days. */
async function readTables(
  batches: AsyncIterable<readonly LabelledTransaction[]>,
  { catalogue, folds, delayDays }: EvaluateOptions,
): Promise<{
  table: TrainingTable;
  testOf: { test: TrainingTable; days: Int32Array; leftOut: number }[];
  featureMs: number;
}> {
  const delayMs = delayDays * DAY_MS;
  const features = createFeatureReplay(catalogue);
  const rows = createTableBuilder(catalogue);
  const tests = folds.map((fold) => ({
    fold,
    knownFromMs: Math.max(fold.trainFromMs, fold.trainUntilMs - KNOWN_DAYS * DAY_MS),
    firstFraudDay: new Map<string, number>(),
    rows: createTableBuilder(catalogue),
    days: [] as number[],
    leftOut: 0,
  }));
  const untilMs = Math.max(...folds.map(({ testUntilMs }) => testUntilMs));
  const trainedUntilMs = Math.max(...folds.map(({ trainUntilMs }) => trainUntilMs));
  let featureMs = 0;
  reading: for await (const batch of batches) {
    const started = performance.now();
    for (const { transaction, fraud } of batch) {
      const at = transaction.occurredAtMs;
      if (at >= untilMs) break reading;
      const vector = features.next(transaction, fraud ? { knownAtMs: at + delayMs } : undefined);
      if (at < folds[0].trainFromMs) continue;
      if (fraud === undefined) continue;
      if (at < trainedUntilMs) rows.add(transaction, vector, fraud);
      const day = Math.floor(at / DAY_MS);
      for (const test of tests) {
        const { firstFraudDay, fold } = test;
        if (at < test.knownFromMs || at >= fold.testUntilMs) continue;
        if (fraud && !firstFraudDay.has(transaction.accountId)) firstFraudDay.set(transaction.accountId, day);
        if (at < fold.trainUntilMs + delayMs) continue;
        const known = firstFraudDay.get(transaction.accountId);
        if (known !== undefined && known < day - delayDays) {
          test.leftOut++;
          continue;
        }
        test.rows.add(transaction, vector, fraud);
        test.days.push(day);
      }
    }
    featureMs += performance.now() - started;
  }
  return {
    table: rows.finish(),
    testOf: tests.map(({ rows: tested, days, leftOut }) => ({
      test: tested.finish(),
      days: Int32Array.from(days),
      leftOut,
    })),
    featureMs,
  };
}

function firstRowFrom({ rows, occurredAtMs }: TrainingTable, timeMs: number): number {
  const row = occurredAtMs.findIndex((at) => at >= timeMs);
  return row < 0 ? rows : row;
}

function checkMeasurable(
  stretch: 'training' | 'test',
  fromMs: number,
  { rows, labels }: TrainingTable,
): void {
  const frauds = count(labels);
  if (frauds === 0 || frauds === rows) throw new NothingToMeasureError(stretch, fromMs, rows, frauds);
}

const count = (values: Uint8Array): number => values.reduce((sum, value) => sum + value, 0);
