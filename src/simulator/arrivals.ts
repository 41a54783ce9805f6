// When the next ordinary transaction comes: a Poisson process, whose rate may follow the time of day.
import type { Random } from '../domain/random.ts';
import { activityAt } from './spending.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** No hour of the week is busier than this, where the mean is 1. */
const BUSIEST = 2.1;

export type Arrivals = {
  /** Of the last one; before the first, when they begin. */
  atMs: number;
  /** Mean transactions a second. */
  rate: number;
  dayRhythm: boolean;
  /** How far most people's clocks are ahead of UTC. */
  readonly aheadMs: number;
};

/** Mean arrivals a second at a time. */
export function rateAt({ rate, dayRhythm, aheadMs }: Arrivals, timeMs: number): number {
  if (!dayRhythm) return rate;
  const local = timeMs + aheadMs;
  return rate * activityAt(Math.floor(local / HOUR_MS) % 24, (Math.floor(local / DAY_MS) + 3) % 7);
}

/** Goes to the next arrival (Lewis and Shedler's thinning where the rate follows the day). */
export function advance(arrivals: Arrivals, random: Random): void {
  const { rate, dayRhythm } = arrivals;
  for (;;) {
    arrivals.atMs += random.exponential(1000 / rate) / (dayRhythm ? BUSIEST : 1);
    if (!dayRhythm || random.next() < rateAt(arrivals, arrivals.atMs) / (rate * BUSIEST)) return;
  }
}
