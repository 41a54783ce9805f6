// The model a new installation starts with: trained on a simulated past, with the histories it leaves behind.
import { createRandom } from '../domain/random.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { FeatureState } from '../features/feature-state.ts';
import { featuresOfSet } from '../features/sets.ts';
import { STANDARD } from '../features/standard.ts';
import type { Model } from '../models/model.ts';
import { type Costs, DEFAULT_COSTS } from '../models/thresholds.ts';
import { createFeatureReplay } from './feature-replay.ts';
import { type PastOptions, type PastTransaction, type Preset, simulatedPast } from './simulated-past.ts';
import { type Trainer, trainModel, withHeldOut } from './train-model.ts';
import { createTableBuilder, sliceTable, type TrainingTable } from './training-table.ts';

/** Of one currency's past, learnt from, calibrated on and held out: shares of the stretch that runs as the live stream will. */
const CALIBRATE_FROM_SHARE = 0.56;
const HOLD_OUT_FROM_SHARE = 0.78;
/** Where nothing runs as the live stream will: share of all rows that is trained on, the rest is held out. */
const TRAIN_SHARE = 0.7;

type Recipe = {
  readonly features: 'all' | 'classic';
  readonly trainer: Trainer;
  readonly fraudWeight: number;
  /** Of a stream with so large a share of frauds. */
  readonly costs: (fraudShare: number) => Costs;
  /** Of so many genuine rows one is learnt from; frauds are rare, and all are. */
  readonly genuineOneIn: number;
};

/** Trees are small so that explanations are quick. */
const RECIPES: Readonly<Record<Preset, Recipe>> = {
  default: {
    features: 'all',
    trainer: { kind: 'boosting', trees: 200, rowShare: 0.5, columnShare: 0.4, maxBins: 256 },
    fraudWeight: 2,
    costs: () => DEFAULT_COSTS,
    genuineOneIn: 3,
  },
  classic: {
    features: 'classic',
    trainer: { kind: 'forest', trees: 100, maxLeaves: 48, maxDepth: 9, minLeafRows: 3, featuresPerSplit: 3 },
    fraudWeight: 1,
    // One payment in twenty is fraud here: the team is as large as that takes, and hardly larger.
    costs: (fraudShare) => ({ ...DEFAULT_COSTS, reviewCapacity: fraudShare + 0.001 }),
    genuineOneIn: 1,
  },
};

export type FirstModelOptions = PastOptions & {
  /** The program's own where none is said. */
  readonly catalogue?: Catalogue;
  /**
   * Hears of each payment of the past, in the order of time, with its features as they stood when it came: decided by the model later, it
   * is as if it had been decided then. The array is written anew for the next.
   */
  readonly onPast?: (past: PastTransaction, vector: Float64Array) => void;
  /** Told once, before the first payment from that time on goes into the state. */
  readonly pause?: { readonly atMs: number; readonly told: () => void };
  readonly onProgress?: (step: string, done: number, of: number) => void;
};

type PastRows = {
  readonly learn: TrainingTable;
  /** Undefined where nothing runs as the live stream will. */
  readonly calibrate: TrainingTable | undefined;
  readonly holdOut: TrainingTable;
};

/** Takes the past into `state`, and gives its rows by what they are for. */
async function goThrough(
  state: FeatureState,
  { catalogue = STANDARD, onPast, pause, onProgress, ...options }: FirstModelOptions,
  genuineOneIn: number,
): Promise<PastRows> {
  const past = simulatedPast(options);
  const { runningFromMs } = past;
  const spanMs = options.endMs - runningFromMs;
  const runs = spanMs > 0;
  const calibrateFromMs = runningFromMs + CALIBRATE_FROM_SHARE * spanMs;
  const holdOutFromMs = runningFromMs + HOLD_OUT_FROM_SHARE * spanMs;
  const chance = createRandom(options.seed, 98);
  const features = createFeatureReplay(catalogue, state);
  const [learn, calibrate, holdOut] = [1, 2, 3].map(() => createTableBuilder(catalogue));
  let seen = 0;
  let waiting = pause;
  for (const one of past.transactions()) {
    const { transaction, label } = one;
    const at = transaction.occurredAtMs;
    if (waiting && at >= waiting.atMs) {
      waiting.told();
      waiting = undefined;
    }
    const isFraud = label !== undefined;
    const vector = features.next(transaction, label);
    onPast?.(one, vector);
    const learns = !runs || at < calibrateFromMs;
    const rows = learns ? learn : at < holdOutFromMs ? calibrate : holdOut;
    if (!learns || isFraud || genuineOneIn === 1 || chance.next() * genuineOneIn < 1)
      rows.add(transaction, vector, isFraud);
    if (++seen % 2000 === 0) {
      onProgress?.('simulating history', seen, past.expected);
      // Lets timers, signals and the progress line run.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const table = learn.finish();
  if (runs) return { learn: table, calibrate: calibrate.finish(), holdOut: holdOut.finish() };
  const split = Math.floor(TRAIN_SHARE * table.rows);
  return {
    learn: sliceTable(table, 0, split),
    calibrate: undefined,
    holdOut: sliceTable(table, split, table.rows),
  };
}

/** Simulates a past into `state`, trains on its first part and measures on its last. */
export async function trainFirstModel(state: FeatureState, options: FirstModelOptions): Promise<Model> {
  const { catalogue = STANDARD } = options;
  const { features, trainer, fraudWeight, costs, genuineOneIn } = RECIPES[options.preset];
  const { learn, calibrate, holdOut } = await goThrough(state, options, genuineOneIn);
  const { model } = await trainModel(learn, {
    source: 'simulation',
    features: featuresOfSet(features, catalogue),
    seed: options.seed,
    trainer,
    fraudWeight,
    costs: costs(learn.labels.reduce((sum, label) => sum + label, 0) / learn.rows),
    ...(calibrate && { calibrateOn: calibrate }),
    createdAtMs: options.endMs,
    onProgress: (done, of) => options.onProgress?.('training', done, of),
  });
  return withHeldOut(model, holdOut);
}
