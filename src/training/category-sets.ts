// Splits by sets of categories: how sets are kept, and which codes of a column they hold.
import { inSet } from '../models/ensemble.ts';
import type { CategorySet } from '../models/join-trees.ts';

/** Second derivatives that a category counts as having beside its own when categories are put in order. */
export const CATEGORY_SMOOTHING = 10;

/** Adds a category, 0 to 63, to a set kept as two numbers of 32 bits. */
export function addToSet(set: { low: number; high: number }, category: number): void {
  if (category < 32) set.low |= 1 << category;
  else set.high |= 1 << (category - 32);
}

/** By code, which is a category and 1 (0 stands for missing): 1 where it goes left. */
export function membership({ low, high }: CategorySet, missingLeft: boolean, codes: number): Uint8Array {
  return Uint8Array.from({ length: codes }, (_, code) => {
    if (code === 0) return missingLeft ? 1 : 0;
    return inSet(low, high, code - 1);
  });
}
