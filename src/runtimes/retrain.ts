// A new candidate from what was decided and labelled here: the features are those that were stored with each decision, so
// training sees exactly what serving saw (docs/decisions/012).
import { recordAsDeclared } from '../domain/as-declared.ts';
import { InputError } from '../domain/input-error.ts';
import { ownDataOf } from '../domain/own-data.ts';
import { createVectorReader } from '../engine/stored-vectors.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { STANDARD } from '../features/standard.ts';
import type { Model } from '../models/model.ts';
import { type InputBaseline, labelDelayOf, volumeOf } from '../models/shift.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Desk } from '../ports/desk.ts';
import { decidedBefore } from '../ports/past-decisions.ts';
import type { Retrainer, Retraining } from '../ports/retrainer.ts';
import type { StoredTransaction } from '../ports/store.ts';
import { trainModel, withHeldOut } from '../training/train-model.ts';
import { createTableBuilder, sliceTable, type TrainingTable } from '../training/training-table.ts';

const MAX_ROWS = 300_000;
const FEWEST_ROWS = 1000;
const FEWEST_FRAUDS = 30;
const MAX_LABELS = 20_000;
/** The last part, by rows, is held out: the candidate's and the champion's quality are compared on it. */
const TRAIN_SHARE = 0.75;
const TRAINER = { kind: 'boosting', trees: 200, columnShare: 0.4, maxBins: 256, folds: 2 } as const;

export type RetrainOptions = {
  /** Decisions younger than this have no final label yet. */
  readonly maturityMs: number;
  readonly seed: number;
  readonly threads?: number;
  readonly onProgress?: (step: string, done: number) => void;
};

type Decided = { readonly table: TrainingTable; readonly decidedAtMs: Float64Array };

/** Oldest first; a table of everything that is old enough, as far back as it goes within bounds. */
async function readDecided(
  desk: Desk,
  catalogue: Catalogue,
  { maturityMs, onProgress }: RetrainOptions,
): Promise<Decided> {
  const reader = createVectorReader(catalogue, desk.catalogues);
  const untilMs = desk.clock.nowMs() - maturityMs;
  const found: StoredTransaction[] = [];
  for await (const page of decidedBefore(desk.store, reader, untilMs, MAX_ROWS)) {
    found.push(...page);
    onProgress?.('reading decisions', found.length / MAX_ROWS);
  }
  found.sort((a, b) => a.transaction.occurredAtMs - b.transaction.occurredAtMs || a.offset - b.offset);
  const builder = createTableBuilder(catalogue);
  const own = ownDataOf(catalogue.data);
  for (const { transaction, decision, vector, filled, isFraud } of found) {
    const values = reader.read(vector, decision.catalogueHash, filled);
    builder.add(recordAsDeclared(transaction, own), values, isFraud === true);
  }
  return {
    table: builder.finish(),
    decidedAtMs: Float64Array.from(found, ({ decision }) => decision.decidedAtMs),
  };
}

/** Those of the champion, and features of one's own that it does not know yet: whoever declared one wants it learnt from. */
function featuresToLearn(known: readonly string[], { features }: Catalogue): readonly string[] {
  const own = features.filter(({ name }) => STANDARD.place(name) === undefined && !known.includes(name));
  return [...known, ...own.map(({ name }) => name)];
}

/** Trains, and measures on the later part. Throws InputError where there is too little to learn from. */
export async function retrain(desk: Desk, options: RetrainOptions): Promise<Model> {
  const { catalogue, serving } = desk.inService();
  const { table, decidedAtMs } = await readDecided(desk, catalogue, options);
  const split = Math.floor(table.rows * TRAIN_SHARE);
  const frauds = table.labels.subarray(0, split).reduce((sum, label) => sum + label, 0);
  if (table.rows < FEWEST_ROWS || frauds < FEWEST_FRAUDS) {
    throw new InputError(
      `There is too little to learn from yet: ${table.rows} decisions old enough, ${frauds} frauds in their first ${TRAIN_SHARE * 100} %; ` +
        `at least ${FEWEST_ROWS} and ${FEWEST_FRAUDS} are needed.`,
    );
  }
  const { model } = await trainModel(sliceTable(table, 0, split), {
    source: 'history',
    features: featuresToLearn(serving.champion.info.features, catalogue),
    seed: options.seed,
    trainer: TRAINER,
    fraudWeight: 1,
    // What the team can do does not change with the model.
    ...(serving.champion.curve && { costs: serving.champion.curve.costs }),
    ...(options.threads !== undefined && { threads: options.threads }),
    createdAtMs: desk.clock.nowMs(),
    onProgress: (done, of) => options.onProgress?.('growing trees', done / of),
  });
  const input = { ...model.input, ...(await inputOf(desk, decidedAtMs)) };
  return withHeldOut({ ...model, input }, sliceTable(table, split, table.rows));
}

/** How much came in, and how late labels were, while what is learnt from was decided. */
async function inputOf(desk: Desk, decidedAtMs: Float64Array): Promise<InputBaseline> {
  const volume = volumeOf(decidedAtMs);
  const fromMs = decidedAtMs.reduce((first, at) => Math.min(first, at), Number.POSITIVE_INFINITY);
  const nowMs = desk.clock.nowMs();
  const labelDelayMs = labelDelayOf(
    await desk.office.past.labelDelays(fromMs, nowMs, MAX_LABELS),
    nowMs - fromMs,
  );
  return {
    ...(volume && { volume }),
    ...(labelDelayMs && { labelDelayMs }),
  };
}

const HOUR_MS = 3_600_000;

/** Starts a training every so many hours; never for 0. Gives what stops it. */
export function retrainEvery(retrainer: Retrainer, hours: number, boundary: Boundary): () => void {
  if (hours <= 0) return () => undefined;
  return boundary.every('scheduled training', hours * HOUR_MS, () => {
    retrainer.start('schedule', `every ${hours} h`);
  });
}

/** One at a time, on one thread: decisions come first. */
export function createRetrainer(desk: Desk, maturityMs: number): Retrainer {
  let status: Retraining = { running: false, step: '', done: 0, last: null };

  async function run(who: string, notes: string): Promise<void> {
    try {
      const model = await retrain(desk, {
        maturityMs,
        seed: Math.floor(desk.clock.nowMs() / 1000) % 2 ** 31,
        threads: 1,
        onProgress: (step, done) => {
          status = { ...status, step, done: Math.min(1, done) };
        },
      });
      await desk.models.file(model, who, notes, desk.clock.nowMs());
      const { version, heldOut, trainingWindow } = model.info;
      const text = `${version}, from ${trainingWindow.rows} decisions with ${trainingWindow.frauds} frauds; on later ones average precision ${heldOut?.averagePrecision.toFixed(3)}`;
      status = { running: false, step: '', done: 1, last: { ok: true, version, text } };
    } catch (error) {
      const text = error instanceof InputError ? error.message : `It failed: ${(error as Error).message}`;
      status = { running: false, step: '', done: 0, last: { ok: false, text } };
    }
  }

  return {
    start(who, notes) {
      if (status.running) return 'A training is under way already.';
      status = { ...status, running: true, step: 'reading decisions', done: 0 };
      void run(who, notes);
      return undefined;
    },
    status: () => status,
  };
}
