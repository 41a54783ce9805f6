// The model a new installation starts with: trained on simulated history, with the histories it leaves behind.
import { createRandom, type Random } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { FeatureState } from '../features/feature-state.ts';
import { featuresOfSet } from '../features/sets.ts';
import { STANDARD } from '../features/standard.ts';
import type { Model } from '../models/model.ts';
import { CLASSIC_TRANSACTIONS, createClassicSimulator } from '../simulator/classic.ts';
import {
  createSimulator,
  type LaterRate,
  type Simulator,
  type SimulatorOptions,
} from '../simulator/simulator.ts';
import { createFeatureReplay, type FutureLabel } from './feature-replay.ts';
import { DEFAULT_COSTS } from './thresholds.ts';
import { trainModel, withHeldOut } from './train-model.ts';
import { createTableBuilder, sliceTable } from './training-table.ts';

const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1000;
const LABEL_DELAY_MS = 7 * DAY_MS;
/** Labels of the live stream come within minutes: an analyst looks, a customer answers. */
export const LIVE_LABEL_DELAY = { leastMs: 30_000, meanMs: 90_000 } as const;
/** Share of the last stretch, by rows, that is trained on; the rest is held out. */
const TRAIN_SHARE = 0.7;

export const PRESETS = ['default', 'classic'] as const;
export type Preset = (typeof PRESETS)[number];

/**
 * What each preset trains on, in transactions: days of history of a few accounts, a day of many new ones, then a rehearsal
 * at the rate of the live stream, whose accounts and merchants look as they will look there. Trees are small so that
 * explanations are quick.
 */
const PLANS = {
  default: {
    transactions: 120_000,
    days: 40,
    newcomers: 60_000,
    rehearsal: 100_000,
    accounts: 1000,
    features: 'all',
    trainer: { kind: 'boosting', trees: 200, rowShare: 0.5, columnShare: 0.4, maxBins: 256, folds: 2 },
    fraudWeight: 5,
    costs: DEFAULT_COSTS,
    sparse: true,
  },
  classic: {
    transactions: CLASSIC_TRANSACTIONS,
    days: 28,
    newcomers: 0,
    rehearsal: 0,
    accounts: 6000,
    features: 'classic',
    trainer: { kind: 'forest', trees: 100, maxLeaves: 48, maxDepth: 9, minLeafRows: 3, featuresPerSplit: 3 },
    fraudWeight: 1,
    // One payment in twenty is fraud here: that alone keeps the reviewers busy.
    costs: { ...DEFAULT_COSTS, reviewCapacity: 0.001 },
    sparse: false,
  },
} as const;

export type FirstModelOptions = {
  /** The program's own where none is said. */
  readonly catalogue?: Catalogue;
  readonly preset: Preset;
  readonly seed: number;
  /** The history ends here. */
  readonly endMs: number;
  /** Transactions a second that the live stream will have. */
  readonly liveRate: number;
  readonly onProgress?: (step: string, done: number, of: number) => void;
};

export function createPresetSimulator(preset: Preset, options: SimulatorOptions): Simulator {
  return preset === 'classic' ? createClassicSimulator(options) : createSimulator(options);
}

/** By this age nearly every live label (99 in 100) has come in. */
export const LIVE_LABEL_MATURITY_MS =
  LIVE_LABEL_DELAY.leastMs + Math.log(100) * (LIVE_LABEL_DELAY.meanMs - LIVE_LABEL_DELAY.leastMs);

/** Delay until the label of a live transaction is known. */
export function liveLabelDelayMs(random: Random): number {
  return LIVE_LABEL_DELAY.leastMs + random.exponential(LIVE_LABEL_DELAY.meanMs - LIVE_LABEL_DELAY.leastMs);
}

/** Share of transactions before the rehearsal that lose optional fields: callers differ in what they send. */
const SPARSE_SHARE = 0.15;

function withoutSomeFields(transaction: Transaction, random: Random): Transaction {
  if (random.next() >= SPARSE_SHARE) return transaction;
  // A third of the sparse ones keep only what is required.
  const drop = random.next() < 0.33 ? 1 : 0.5;
  const { id, accountId, occurredAtMs, amountMinor, currency, type, ...optional } = transaction;
  const kept = Object.fromEntries(Object.entries(optional).filter(() => random.next() >= drop));
  return { id, accountId, occurredAtMs, amountMinor, currency, type, ...kept };
}

/** Simulates a history into `state`, trains on its first part and measures on its last. */
export async function trainFirstModel(state: FeatureState, options: FirstModelOptions): Promise<Model> {
  const { catalogue = STANDARD } = options;
  const plan = PLANS[options.preset];
  const rehearsalFromMs = options.endMs - (plan.rehearsal / options.liveRate) * 1000;
  const newcomersFromMs = rehearsalFromMs - (plan.newcomers > 0 ? DAY_MS : 0);
  const startMs = newcomersFromMs - plan.days * DAY_MS;
  const later: LaterRate[] = [
    { fromMs: newcomersFromMs, rate: plan.newcomers / DAY_SECONDS, dayRhythm: false },
    { fromMs: rehearsalFromMs, rate: options.liveRate, dayRhythm: false },
  ];
  const simulator = createPresetSimulator(options.preset, {
    seed: options.seed,
    rate: plan.transactions / (plan.days * DAY_SECONDS),
    startMs,
    accounts: plan.accounts,
    dayRhythm: true,
    later,
  });
  const random = createRandom(options.seed, 99);
  const features = createFeatureReplay(catalogue, state);
  const builder = createTableBuilder(catalogue);
  let rehearsing = false;
  /** Where it begins; without one, all rows are of the last stretch. */
  let rehearsalRow = 0;
  const expected = plan.transactions + plan.newcomers + plan.rehearsal;
  for (;;) {
    const event = simulator.next();
    const { fraudType } = event;
    const at = event.transaction.occurredAtMs;
    if (at >= options.endMs) break;
    const sparse = plan.sparse && at < rehearsalFromMs;
    const transaction = sparse ? withoutSomeFields(event.transaction, random) : event.transaction;
    if (!rehearsing && at >= rehearsalFromMs) {
      rehearsing = true;
      rehearsalRow = builder.rows;
    }
    let label: FutureLabel | undefined;
    if (fraudType !== undefined) {
      const delayMs = at >= newcomersFromMs ? liveLabelDelayMs(random) : LABEL_DELAY_MS;
      label = { knownAtMs: at + delayMs, fraudType };
    }
    builder.add(transaction, features.next(transaction, label), label !== undefined);
    if (builder.rows % 2000 === 0) {
      options.onProgress?.('simulating history', builder.rows, expected);
      // Lets timers, signals and the progress line run.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const table = builder.finish();
  const split = Math.floor(rehearsalRow + TRAIN_SHARE * (table.rows - rehearsalRow));
  const { model } = await trainModel(sliceTable(table, 0, split), {
    source: 'simulation',
    features: featuresOfSet(plan.features, catalogue),
    seed: options.seed,
    trainer: plan.trainer,
    fraudWeight: plan.fraudWeight,
    costs: plan.costs,
    calibrateFromRow: rehearsalRow,
    createdAtMs: options.endMs,
    onProgress: (done, of) => options.onProgress?.('training', done, of),
  });
  return withHeldOut(model, sliceTable(table, split, table.rows));
}
