// What a simulated installation went through before its stream begins: the past that the first model learns from, and that
// leaves the histories which the stream goes on from.
import { createRandom, type Random } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import { CLASSIC_TRANSACTIONS, createClassicSimulator } from '../simulator/classic.ts';
import {
  createSimulator,
  type SimulatedEvent,
  type Simulator,
  type SimulatorOptions,
} from '../simulator/simulator.ts';
import type { FutureLabel } from './feature-replay.ts';

const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1000;
/** Labels of earlier days come with chargebacks. */
const EARLIER_LABEL_DELAY_MS = 7 * DAY_MS;
/** Labels of the live stream come within minutes: an analyst looks, a customer answers. */
export const LIVE_LABEL_DELAY = { leastMs: 30_000, meanMs: 90_000 } as const;

export const PRESETS = ['default', 'classic'] as const;
export type Preset = (typeof PRESETS)[number];

export type PastOptions = {
  readonly preset: Preset;
  readonly seed: number;
  /** It ends here. */
  readonly endMs: number;
  /** Transactions a second that the live stream will have. */
  readonly liveRate: number;
};

/**
 * Stretches of the past, in transactions. `days`: weeks of a few accounts. `newcomers`: a day of many new ones. `running`: the live
 * stream itself, of its people, rate and clock, up to the moment at which it goes on with other random numbers.
 */
export type Stretch = 'days' | 'newcomers' | 'running';
type Plan = {
  readonly days: number;
  readonly accounts: number;
  readonly sparse: boolean;
  readonly transactions: Readonly<Record<Stretch, number>>;
};

const PLANS: Readonly<Record<Preset, Plan>> = {
  default: {
    days: 40,
    accounts: 1000,
    sparse: true,
    transactions: { days: 100_000, newcomers: 50_000, running: 450_000 },
  },
  classic: {
    days: 28,
    accounts: 6000,
    sparse: false,
    transactions: { days: CLASSIC_TRANSACTIONS, newcomers: 0, running: 0 },
  },
};

export type PastTransaction = {
  readonly transaction: Transaction;
  readonly fraudType: string | undefined;
  /** Where it is a fraud: when that is known. */
  readonly label: FutureLabel | undefined;
  readonly stretch: Stretch;
};

export type SimulatedPast = {
  /** About how many there are. */
  readonly expected: number;
  /** When the stretch begins that runs as the live stream will; `endMs` where there is none. */
  readonly runningFromMs: number;
  /** In the order of time, up to the end; the same each time. */
  transactions(): Generator<PastTransaction>;
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

/** Share of transactions before the running stretch that lose optional fields: callers differ in what they send. */
const SPARSE_SHARE = 0.15;

function withoutSomeFields(transaction: Transaction, random: Random): Transaction {
  if (random.next() >= SPARSE_SHARE) return transaction;
  // A third of the sparse ones keep only what is required.
  const drop = random.next() < 0.33 ? 1 : 0.5;
  const { id, accountId, occurredAtMs, amountMinor, currency, type, ...optional } = transaction;
  const kept = Object.fromEntries(Object.entries(optional).filter(() => random.next() >= drop));
  return { id, accountId, occurredAtMs, amountMinor, currency, type, ...kept };
}

/** What a simulator says from its start up to a moment. */
function* until(simulator: Simulator, endMs: number): Generator<SimulatedEvent> {
  for (;;) {
    const event = simulator.next();
    if (event.transaction.occurredAtMs >= endMs) return;
    yield event;
  }
}

type Leg = Pick<SimulatorOptions, 'rate' | 'startMs' | 'accounts' | 'dayRhythm'> & {
  readonly stretch: Stretch;
  readonly endMs: number;
};

/** The stretches that have anything in them, each with how it is simulated. */
function legsOf({ days, accounts, transactions }: Plan, { endMs, liveRate }: PastOptions): Leg[] {
  const runningFromMs = endMs - (transactions.running / liveRate) * 1000;
  const newcomersFromMs = runningFromMs - (transactions.newcomers > 0 ? DAY_MS : 0);
  const startMs = newcomersFromMs - days * DAY_MS;
  const legs: Leg[] = [
    {
      stretch: 'days',
      startMs,
      endMs: newcomersFromMs,
      rate: transactions.days / (days * DAY_SECONDS),
      accounts,
      dayRhythm: true,
    },
    {
      stretch: 'newcomers',
      startMs: newcomersFromMs,
      endMs: runningFromMs,
      rate: transactions.newcomers / DAY_SECONDS,
    },
    { stretch: 'running', startMs: runningFromMs, endMs, rate: liveRate },
  ];
  return legs.filter(({ stretch }) => transactions[stretch] > 0);
}

export function simulatedPast(options: PastOptions): SimulatedPast {
  const { preset, seed, endMs } = options;
  const plan = PLANS[preset];
  const legs = legsOf(plan, options);
  return {
    expected: plan.transactions.days + plan.transactions.newcomers + plan.transactions.running,
    runningFromMs: legs.find(({ stretch }) => stretch === 'running')?.startMs ?? endMs,
    *transactions() {
      const random = createRandom(seed, 99);
      for (const { stretch, endMs: legEndMs, ...leg } of legs) {
        const simulator = createPresetSimulator(preset, { seed, ...leg, idPrefix: `past-${stretch}-` });
        for (const { transaction, fraudType } of until(simulator, legEndMs)) {
          const at = transaction.occurredAtMs;
          const delayMs =
            fraudType === undefined
              ? 0
              : stretch === 'days'
                ? EARLIER_LABEL_DELAY_MS
                : liveLabelDelayMs(random);
          yield {
            transaction:
              plan.sparse && stretch !== 'running' ? withoutSomeFields(transaction, random) : transaction,
            fraudType,
            label: fraudType === undefined ? undefined : { knownAtMs: at + delayMs, fraudType },
            stretch,
          };
        }
      }
    },
  };
}
