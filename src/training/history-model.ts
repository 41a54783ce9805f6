// A model from the opening days of a labelled history, for a file that is then replayed from its start.
import type { Catalogue } from '../features/catalogue.ts';
import { featuresOfSet } from '../features/sets.ts';
import type { Model } from '../models/model.ts';
import type { LabelledTransaction } from './evaluate.ts';
import { createFeatureReplay } from './feature-replay.ts';
import { trainModel, withHeldOut } from './train-model.ts';
import { createTableBuilder, sliceTable } from './training-table.ts';

const DAY_MS = 86_400_000;
/** Share of the days that only builds histories: windows are empty at first, and never again. */
const WARM_UP_SHARE = 0.25;
/** Share of the remaining rows that is trained on; the later rest measures the model. */
const TRAIN_SHARE = 0.8;
const FEWEST_FRAUDS = 20;

export type HistoryModelOptions = {
  readonly catalogue: Catalogue;
  readonly trainDays: number;
  readonly delayDays: number;
  readonly seed: number;
  readonly onProgress?: (step: string, done: number, of: number) => void;
};

/**
 * Trains on what was known `trainDays` after the first row: rows whose label delay had passed by then.
 * Undefined when there are too few frauds to learn from. Batches come in event-time order.
 */
export async function trainOnHistory(
  batches: AsyncIterable<readonly LabelledTransaction[]>,
  options: HistoryModelOptions,
): Promise<Model | undefined> {
  const { catalogue } = options;
  const features = createFeatureReplay(catalogue);
  const builder = createTableBuilder(catalogue);
  const delayMs = options.delayDays * DAY_MS;
  let startMs: number | undefined;
  let untilMs = 0;
  reading: for await (const batch of batches) {
    for (const { transaction, fraud } of batch) {
      const at = transaction.occurredAtMs;
      if (startMs === undefined) {
        startMs = at;
        untilMs = at + options.trainDays * DAY_MS;
      }
      // What happened after untilMs − delay had no label yet.
      if (at >= untilMs - delayMs) break reading;
      const vector = features.next(transaction, fraud ? { knownAtMs: at + delayMs } : undefined);
      if (fraud === undefined || at < startMs + WARM_UP_SHARE * options.trainDays * DAY_MS) continue;
      builder.add(transaction, vector, fraud);
    }
    if (startMs !== undefined) {
      const reached = batch.at(-1)?.transaction.occurredAtMs ?? startMs;
      options.onProgress?.('features of the opening days', reached - startMs, untilMs - delayMs - startMs);
    }
  }
  const table = builder.finish();
  const split = Math.floor(TRAIN_SHARE * table.rows);
  const train = sliceTable(table, 0, split);
  if (train.labels.reduce((sum, label) => sum + label, 0) < FEWEST_FRAUDS) return undefined;
  const { model } = await trainModel(train, {
    source: 'history',
    features: featuresOfSet('all', catalogue),
    seed: options.seed,
    trainer: { kind: 'forest', trees: 100, maxLeaves: 64, maxDepth: 10, minLeafRows: 3 },
    fraudWeight: 5,
    createdAtMs: untilMs,
    onProgress: (done, of) => options.onProgress?.('training', done, of),
  });
  return withHeldOut(model, sliceTable(table, split, table.rows));
}
