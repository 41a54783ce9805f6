// One transaction from outside, whole: parsed, then converted. Everything that takes transactions in reads them by this.
import { inBase, type Money } from './base-amount.ts';
import type { CardPolicy, ParsedRecord } from './card-policy.ts';
import { parseTransaction, type Transaction } from './transaction.ts';

/**
 * What a transaction is held against: when it is now, and the most that one may move where it is not the preset; what becomes of
 * card numbers, which are refused where it is not said; and what amounts are converted with: where it is not said, amounts
 * stay as they are.
 */
export type Bounds = {
  readonly nowMs: number;
  readonly maxAmountMinor?: number;
  readonly cards?: CardPolicy;
  readonly money?: Money;
};

/** Parses a transaction from untrusted JSON and gives it its base amount. Every problem is listed with its pointer. */
export function readTransaction(value: unknown, bounds: Bounds): ParsedRecord<Transaction> {
  const parsed = parseTransaction(value, bounds.nowMs, bounds.maxAmountMinor, bounds.cards);
  if (!parsed.ok || !bounds.money) return parsed;
  const counted = inBase(parsed.value, bounds.money);
  if (!counted.ok) return counted;
  return { ok: true, value: counted.value, wasChanged: parsed.wasChanged || counted.value !== parsed.value };
}
