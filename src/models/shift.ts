// What comes in beside what came in while a model learnt: how much, categories it has never seen, how late labels are.
import type { Transaction } from '../domain/transaction.ts';
import type { FittedCategory } from '../features/catalogue.ts';
import { driftOf, type Spread, spreadOf } from './drift.ts';

/** What is usual, as it was in the window that a model learnt from. Absent parts are not known. */
export type InputBaseline = {
  /** Share of the later part's rows whose category the earlier part did not have. */
  readonly unseen?: Readonly<Record<string, number>>;
  readonly volume?: VolumeBaseline;
  /** From decision to label, in milliseconds. */
  readonly labelDelayMs?: Spread;
};

export type VolumeBaseline = {
  /** Transactions in an hour, by hour of the day (UTC); null where no whole hour was seen. */
  readonly byHour: readonly (number | null)[];
  /** How far whole days were from what their hours have on average: a standard deviation, as a share of it. */
  readonly dayDeviation: number;
};

export type ShiftName = `unseen ${string}` | 'volume' | 'label delay';
/** A share, transactions an hour, or the median in milliseconds; undefined where it is not known. */
export type Shift = {
  readonly name: ShiftName;
  readonly unit: 'share' | 'per hour' | 'ms';
  readonly before: number | undefined;
  readonly now: number | undefined;
  /** Chance of such a distance where nothing has changed. */
  readonly probability: number | undefined;
  readonly alarm: boolean;
};

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Days with most of their hours, below which nobody knows how much days vary. */
const FEWEST_DAYS = 3;
const MOST_OF_A_DAY = 18;
/** A shift is an alarm when it is no chance, and large enough to matter. */
const MOST_PROBABILITY = 1e-4;
const VOLUME_FACTOR = 1.5;
/** Of volume, which has to be half as large again besides. */
const MOST_VOLUME_PROBABILITY = 1e-3;
const UNSEEN_MORE = 0.05;
const FEWEST_LABELS = 100;
/** A window tells how late labels usually are when it is so many times as long as nine in ten of them take. */
const DELAY_WINDOWS = 3;
const FEWEST_ROWS = 1000;
/** Of the rows of a window, those before are the earlier ones. */
const EARLIER_SHARE = 0.8;

/** Whole hours between the first and the last moment, with how many of the moments lie in each. */
export function wholeHours(timesMs: Float64Array): Map<number, number> {
  const counts = new Map<number, number>();
  if (timesMs.length === 0) return counts;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of timesMs) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  for (let hour = Math.ceil(first / HOUR_MS); hour < Math.floor(last / HOUR_MS); hour++) counts.set(hour, 0);
  for (const time of timesMs) {
    const hour = Math.floor(time / HOUR_MS);
    const count = counts.get(hour);
    if (count !== undefined) counts.set(hour, count + 1);
  }
  return counts;
}

/** How many transactions an hour are usual; undefined where too few days were seen. */
export function volumeOf(timesMs: Float64Array): VolumeBaseline | undefined {
  const hours = wholeHours(timesMs);
  const sums = new Float64Array(HOURS);
  const seen = new Float64Array(HOURS);
  for (const [hour, count] of hours) {
    sums[hour % HOURS] += count;
    seen[hour % HOURS]++;
  }
  const byHour = Array.from(sums, (sum, hour) => (seen[hour] > 0 ? sum / seen[hour] : null));
  const days = new Map<number, { hours: number; found: number; expected: number }>();
  for (const [hour, count] of hours) {
    const number = Math.floor(hour / HOURS);
    const day = days.get(number) ?? { hours: 0, found: 0, expected: 0 };
    day.hours++;
    day.found += count;
    day.expected += byHour[hour % HOURS] ?? 0;
    days.set(number, day);
  }
  const ratios = [...days.values()]
    .filter((day) => day.hours >= MOST_OF_A_DAY && day.expected > 0)
    .map(({ found, expected }) => found / expected);
  if (ratios.length < FEWEST_DAYS) return undefined;
  const squares = ratios.reduce((sum, ratio) => sum + (ratio - 1) ** 2, 0);
  return { byHour, dayDeviation: Math.sqrt(squares / (ratios.length - 1)) };
}

/** Chance of a normal variable this far from its mean, in standard deviations, either way (Abramowitz and Stegun 7.1.26). */
function normalTails(distance: number): number {
  const x = Math.abs(distance) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.min(1, series * Math.exp(-x * x));
}

/** `counts` are transactions by hour since the epoch, whole hours only. */
export function volumeShift(before: VolumeBaseline | undefined, counts: ReadonlyMap<number, number>): Shift {
  let expected = 0;
  let found = 0;
  let all = 0;
  for (const [hour, count] of counts) {
    all += count;
    const mean = before?.byHour[hour % HOURS];
    if (mean === undefined || mean === null) continue;
    expected += mean;
    found += count;
  }
  const hours = counts.size;
  const known = before !== undefined && hours > 0 && expected > 0;
  const ratio = known ? found / expected : 1;
  const probability = known
    ? normalTails((ratio - 1) / Math.hypot(before.dayDeviation, 1 / Math.sqrt(expected)))
    : undefined;
  const factor = Math.max(ratio, 1 / Math.max(ratio, 1e-9));
  return {
    name: 'volume',
    unit: 'per hour',
    before: known ? expected / hours : undefined,
    now: hours > 0 ? all / hours : undefined,
    probability,
    alarm: probability !== undefined && probability < MOST_VOLUME_PROBABILITY && factor >= VOLUME_FACTOR,
  };
}

type Knows = (category: string, key: string) => boolean;
type Keys = Readonly<Record<string, readonly (string | undefined)[]>>;

/** Share of the later rows, by category, that hold what no earlier row holds, or the model does not keep. Rows are in the order of time. */
export function unseenShares(
  categories: Keys,
  rows: number,
  knows: Knows,
): Readonly<Record<string, number>> | undefined {
  const split = Math.floor(rows * EARLIER_SHARE);
  if (rows - split < FEWEST_ROWS / 10) return undefined;
  const shares = Object.entries(categories).map(([category, keys]) => {
    const seen = new Set(keys.slice(0, split));
    let unseen = 0;
    for (const key of keys.slice(split)) {
      if (key !== undefined && (!seen.has(key) || !knows(category, key))) unseen++;
    }
    return [category, unseen / (rows - split)];
  });
  return Object.fromEntries(shares);
}

/** By category, whether later transactions hold what the model has never seen more often than is usual. */
export function unseenShifts(
  before: InputBaseline['unseen'],
  transactions: readonly Transaction[],
  categories: readonly FittedCategory[],
  knows: Knows,
): Shift[] {
  const rows = transactions.length;
  return categories.map(({ name: category, of }) => {
    let unseen = 0;
    for (const transaction of transactions) {
      const key = of(transaction);
      if (key !== undefined && !knows(category, key)) unseen++;
    }
    const usual = before?.[category];
    const now = rows > 0 ? unseen / rows : undefined;
    const known = usual !== undefined && now !== undefined && rows >= FEWEST_ROWS;
    // Not below what chance makes of a usual share of nothing at all.
    const spread = Math.sqrt(Math.max(usual ?? 0, 1 / Math.max(rows, 1)) / Math.max(rows, 1));
    const probability = known ? normalTails(Math.max(0, now - usual) / spread) : undefined;
    return {
      name: `unseen ${category}`,
      unit: 'share',
      before: usual,
      now,
      probability,
      alarm:
        known && probability !== undefined && probability < MOST_PROBABILITY && now - usual >= UNSEEN_MORE,
    };
  });
}

/** How late labels are, as they came in over a window; undefined where it is too short to tell. */
export function labelDelayOf(delaysMs: Float64Array, windowMs: number): Spread | undefined {
  if (delaysMs.length < FEWEST_LABELS) return undefined;
  const late = delaysMs.slice().sort()[Math.floor(0.9 * delaysMs.length)];
  return windowMs >= DELAY_WINDOWS * late ? spreadOf(delaysMs) : undefined;
}

const median = (spread: Spread): number | undefined => spread.edges[Math.floor(spread.edges.length / 2)];

/** Labels that came in lately beside those that came in before. */
export function labelDelayShift(before: Spread | undefined, delaysMs: Float64Array): Shift {
  const known = before !== undefined && delaysMs.length >= FEWEST_LABELS;
  const drift = known ? driftOf('label delay', before, delaysMs) : undefined;
  return {
    name: 'label delay',
    unit: 'ms',
    before: before && median(before),
    now: delaysMs.length >= FEWEST_LABELS ? median(spreadOf(delaysMs)) : undefined,
    probability: drift?.probability,
    alarm: drift?.alarm ?? false,
  };
}
