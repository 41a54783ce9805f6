// How many there are, told by a few that each stand for several, and what part one such number is of two: with intervals that hold
// where few were found, or none.
import { gammaQuantile } from './gamma.ts';

/** With a confidence of 95 % it lies within. */
export type Estimate = { readonly value: number; readonly low: number; readonly high: number };

const TAIL = 0.025;

/**
 * The sum of the weights of what was found, with the gamma interval of Fay and Feuer (1997): found are rare and independent, so each is a Poisson
 * count of its weight. `largest` is the largest weight that anything to be found could have: what was not found may have had it.
 * With weights of 1 it is the exact interval of a Poisson count; of none found it ends at 3.7 times the largest weight.
 */
export function weightedCount(weights: readonly number[], largest: number): Estimate {
  const value = weights.reduce((sum, weight) => sum + weight, 0);
  const variance = weights.reduce((sum, weight) => sum + weight * weight, 0);
  const quantile = (mean: number, spread: number, probability: number): number =>
    (spread / mean) * gammaQuantile((mean * mean) / spread, probability);
  return {
    value,
    low: value > 0 ? quantile(value, variance, TAIL) : 0,
    high: quantile(value + largest, variance + largest * largest, 1 - TAIL),
  };
}

/** At least so many there are for certain. */
export const atLeast = ({ value, low, high }: Estimate, certain: number): Estimate => ({
  value: Math.max(value, certain),
  low: Math.max(low, certain),
  high: Math.max(high, certain),
});

/** The share one number has of both, of numbers that were told independently (MOVER-R: Donner and Zou 2012, Newcombe 2016); undefined of nothing. */
export function partOf(one: Estimate, other: Estimate): Estimate | undefined {
  const both = one.value + other.value;
  if (!(both > 0)) return undefined;
  const product = one.value * other.value;
  // The ratio other/one is lowest where `other` is low and `one` high, highest the other way round.
  const least = other.low * (2 * other.value - other.low);
  const lowest = one.high * (2 * one.value - one.high);
  const ratioLow = other.low > 0 ? least / (product + root(product * product - lowest * least)) : 0;
  const most = other.high * (2 * other.value - other.high);
  const highest = one.low * (2 * one.value - one.low);
  const ratioHigh =
    one.low > 0 ? (product + root(product * product - highest * most)) / highest : Number.POSITIVE_INFINITY;
  return { value: one.value / both, low: 1 / (1 + ratioHigh), high: 1 / (1 + ratioLow) };
}

/** Rounding may leave a little less than nothing. */
const root = (square: number): number => Math.sqrt(Math.max(0, square));
