// What was usual for an account before each of its payments: where four fifths of the amounts before it lie.
import { baseHundredths } from '../../../src/domain/base-amount.ts';
import type { AccountPoint } from '../../../src/protocol/alerts.ts';

/** Hundredths of the base currency's unit. */
export type Usual = { readonly low: number; readonly high: number };

/** Of fewer payments nothing is usual. */
export const FEWEST_USUAL = 5;
const NEWEST = 100;

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

/** By the id of the payment; oldest first come in. What was fraud is nobody's habit. */
export function usualBefore(points: readonly AccountPoint[]): ReadonlyMap<string, Usual> {
  const found = new Map<string, Usual>();
  const before: number[] = [];
  for (const point of points) {
    if (before.length >= FEWEST_USUAL) {
      const sorted = before.slice(-NEWEST).sort((a, b) => a - b);
      found.set(point.id, { low: quantile(sorted, 0.1), high: quantile(sorted, 0.9) });
    }
    if (point.isFraud !== true) before.push(baseHundredths(point));
  }
  return found;
}
