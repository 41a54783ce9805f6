// The model a new installation starts with: trained on simulated history, with the histories it leaves behind.
import { minorPerMajor } from '../domain/codes.ts';
import { FEATURE_COUNT } from '../features/catalogue.ts';
import { applyLabel, type FeatureState, observe } from '../features/observe.ts';
import { FEATURE_SETS } from '../features/sets.ts';
import type { Model } from '../models/model.ts';
import { CLASSIC_TRANSACTIONS, createClassicSimulator } from '../simulator/classic.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { createLabelClock, labelFor } from './label-clock.ts';
import { trainModel, withHeldOut } from './train-model.ts';
import { createTableBuilder, sliceTable } from './training-table.ts';

const DAY_MS = 86_400_000;
const LABEL_DELAY_MS = 7 * DAY_MS;
/** Share of the history, by time, that is trained on; the rest is held out. */
const TRAIN_SHARE = 0.75;

export const PRESETS = ['default', 'classic'] as const;
export type Preset = (typeof PRESETS)[number];

/** What each preset trains on. Leaves are bounded so that an explanation takes well under 3 ms. */
const PLANS = {
  default: {
    transactions: 240_000,
    days: 40,
    accounts: 20_000,
    features: FEATURE_SETS.all,
    trees: 100,
    maxLeaves: 64,
    fraudWeight: 10,
  },
  classic: {
    transactions: CLASSIC_TRANSACTIONS,
    days: 28,
    accounts: 6000,
    features: FEATURE_SETS.classic,
    trees: 100,
    maxLeaves: 64,
    fraudWeight: 1,
  },
} as const;

export type FirstModelOptions = {
  readonly preset: Preset;
  readonly seed: number;
  /** The history ends here. */
  readonly endMs: number;
  readonly onProgress?: (step: string, done: number, of: number) => void;
};

export function createPresetSimulator(
  preset: Preset,
  options: {
    seed: number;
    rate: number;
    startMs: number;
    accounts?: number;
    dayRhythm?: boolean;
    idPrefix?: string;
  },
): Simulator {
  return preset === 'classic' ? createClassicSimulator(options) : createSimulator(options);
}

/** Simulates a history into `state`, trains on its first part and measures on its last. */
export async function trainFirstModel(state: FeatureState, options: FirstModelOptions): Promise<Model> {
  const plan = PLANS[options.preset];
  const startMs = options.endMs - plan.days * DAY_MS;
  const simulator = createPresetSimulator(options.preset, {
    seed: options.seed,
    rate: plan.transactions / (plan.days * 86_400),
    startMs,
    accounts: plan.accounts,
    dayRhythm: true,
  });
  const clock = createLabelClock();
  const vector = new Float64Array(FEATURE_COUNT);
  const builder = createTableBuilder();
  for (let i = 0; ; i++) {
    const { transaction, fraudType } = simulator.next();
    if (transaction.occurredAtMs >= options.endMs) break;
    for (const label of clock.due(transaction.occurredAtMs)) applyLabel(state, label, undefined);
    observe(state, transaction, vector);
    const amount = transaction.amountMinor / minorPerMajor(transaction.currency);
    builder.add(transaction, vector, amount, fraudType !== undefined);
    if (fraudType !== undefined) {
      clock.schedule(
        labelFor(transaction, true, transaction.occurredAtMs + LABEL_DELAY_MS, 'import', fraudType),
      );
    }
    if (i % 2000 === 0) {
      options.onProgress?.('simulating history', transaction.occurredAtMs - startMs, plan.days * DAY_MS);
      // Lets timers, signals and the progress line run.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const table = builder.finish();
  const splitMs = startMs + TRAIN_SHARE * plan.days * DAY_MS;
  const split = table.occurredAtMs.findIndex((time) => time >= splitMs);
  const { model } = await trainModel(sliceTable(table, 0, split), {
    features: plan.features,
    seed: options.seed,
    trees: plan.trees,
    fraudWeight: plan.fraudWeight,
    maxLeaves: plan.maxLeaves,
    minLeafRows: 3,
    createdAtMs: options.endMs,
    onProgress: (done, of) => options.onProgress?.('training', done, of),
  });
  return withHeldOut(model, sliceTable(table, split, table.rows));
}
