// Trains on one stretch of time and tests on a later one, with the label delay between them, as the Fraud
// Detection Handbook does (chapter 3): what the bank could not know yet is not used.
import type { Transaction } from '../domain/transaction.ts';
import type { FeatureName } from '../features/catalogue.ts';
import { averagePrecision, brierScore, calibrationError, cardPrecision, rocAuc } from '../models/metrics.ts';
import { createFeatureReplay } from './feature-replay.ts';
import { scoreTable, type Trainer, trainModel } from './train-model.ts';
import { createTableBuilder } from './training-table.ts';

const DAY_MS = 86_400_000;

export type LabelledTransaction = { readonly transaction: Transaction; readonly fraud: boolean };

export type EvaluateOptions = {
  readonly features: readonly FeatureName[];
  readonly trainFromMs: number;
  readonly trainUntilMs: number;
  readonly delayDays: number;
  readonly testUntilMs: number;
  /** One model is trained and tested for each. */
  readonly seeds: readonly number[];
  readonly trainer: Trainer;
  readonly fraudWeight: number;
  readonly onProgress?: (step: string, done: number, of: number) => void;
};

export type Evaluation = {
  readonly train: { readonly rows: number; readonly frauds: number };
  readonly test: { readonly rows: number; readonly frauds: number };
  readonly auc: number;
  readonly averagePrecision: number;
  readonly cardPrecisionAt100: number;
  readonly brierScore: number;
  readonly calibrationError: number;
  readonly seconds: { readonly features: number; readonly fit: number; readonly predict: number };
};

/**
 * Batches must come in event-time order. Cards whose fraud is known on a test day (it happened in the train
 * window or since, and a label delay has passed) are left out of that day's test, as in the book.
 */
export async function evaluate(
  batches: AsyncIterable<readonly LabelledTransaction[]>,
  options: EvaluateOptions,
): Promise<Evaluation[]> {
  const delayMs = options.delayDays * DAY_MS;
  const testFromMs = options.trainUntilMs + delayMs;
  const features = createFeatureReplay();
  const train = createTableBuilder();
  const test = createTableBuilder();
  const testDays: number[] = [];
  const firstFraudDay = new Map<string, number>();
  let featureMs = 0;
  reading: for await (const batch of batches) {
    const started = performance.now();
    for (const { transaction, fraud } of batch) {
      const at = transaction.occurredAtMs;
      if (at >= options.testUntilMs) break reading;
      const vector = features.next(transaction, fraud ? { knownAtMs: at + delayMs } : undefined);
      const day = Math.floor(at / DAY_MS);
      if (fraud && at >= options.trainFromMs && !firstFraudDay.has(transaction.accountId)) {
        firstFraudDay.set(transaction.accountId, day);
      }
      if (at >= options.trainFromMs && at < options.trainUntilMs) train.add(transaction, vector, fraud);
      if (at < testFromMs) continue;
      const known = firstFraudDay.get(transaction.accountId);
      if (known !== undefined && known < day - options.delayDays) continue;
      test.add(transaction, vector, fraud);
      testDays.push(day);
    }
    featureMs += performance.now() - started;
  }
  const trainTable = train.finish();
  const testTable = test.finish();
  const evaluations: Evaluation[] = [];
  for (const seed of options.seeds) {
    const { model, times } = await trainModel(trainTable, {
      source: 'history',
      features: options.features,
      seed,
      trainer: options.trainer,
      fraudWeight: options.fraudWeight,
      createdAtMs: options.trainUntilMs,
      onProgress: (done, of) => options.onProgress?.('training', done, of),
    });
    const predictStarted = performance.now();
    const scores = scoreTable(model, testTable);
    const predictMs = performance.now() - predictStarted;
    const { labels, accounts } = testTable;
    evaluations.push({
      train: { rows: trainTable.rows, frauds: count(trainTable.labels) },
      test: { rows: testTable.rows, frauds: count(labels) },
      auc: rocAuc(scores, labels),
      averagePrecision: averagePrecision(scores, labels),
      cardPrecisionAt100: cardPrecision(scores, labels, accounts, Int32Array.from(testDays), 100),
      brierScore: brierScore(scores, labels),
      calibrationError: calibrationError(scores, labels),
      seconds: { features: featureMs / 1000, fit: times.fitMs / 1000, predict: predictMs / 1000 },
    });
  }
  return evaluations;
}

const count = (values: Uint8Array): number => values.reduce((sum, value) => sum + value, 0);
