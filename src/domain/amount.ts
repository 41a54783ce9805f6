// Bounds of amounts, and amounts in one unit whatever the digits of their currency.
import { minorPerMajor } from './currency.ts';

/**
 * The most that one transaction may move, in minor units, where a bank does not say otherwise: far above any real payment, and
 * so far below 2^53 that sums of many are exact.
 */
export const MAX_AMOUNT_MINOR = 10 ** 13;
/** The most that a bank may allow: in hundredths it is a safe integer even where a currency has no minor unit. */
export const LARGEST_MAX_AMOUNT_MINOR = Math.floor(Number.MAX_SAFE_INTEGER / 100);

/**
 * An amount in hundredths of its currency's unit, whatever its digits. A safe integer for every amount: one from before amounts
 * were bounded counts as the largest there is.
 */
export function hundredths(amountMinor: number, currency: string): number {
  const minor = minorPerMajor(currency);
  const exact = minor > 100 ? Math.round(amountMinor / (minor / 100)) : amountMinor * (100 / minor);
  return Math.min(exact, Number.MAX_SAFE_INTEGER);
}
