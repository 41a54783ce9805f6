// One transaction from outside, whole: parsed, its local time found, its amount converted. Everything that takes transactions in reads them by this.
import { inBase, type Money } from './base-amount.ts';
import type { CardPolicy, ParsedRecord } from './card-policy.ts';
import type { DataModel } from './data-model.ts';
import { ownDataOf } from './own-data.ts';
import { parseTransaction, type Transaction } from './transaction.ts';

/**
 * What a transaction is held against: when it is now, and the most that one may move where it is not the preset; what becomes of
 * card numbers, which are refused where it is not said; what amounts are converted with: where it is not said, amounts stay as
 * they are; how far the clocks of the desk's time zone are ahead of UTC; and what is declared besides the fields, types
 * and channels of the program.
 */
export type Bounds = {
  readonly nowMs: number;
  readonly maxAmountMinor?: number;
  readonly cards?: CardPolicy;
  readonly money?: Money;
  readonly offsetAt?: (timeMs: number) => number;
  readonly dataModel?: DataModel;
};

/** Parses a transaction from untrusted JSON and gives it its base amount. Every problem is listed with its pointer. */
export function readTransaction(value: unknown, bounds: Bounds): ParsedRecord<Transaction> {
  const parsed = parseTransaction(
    value,
    bounds.nowMs,
    bounds.maxAmountMinor,
    bounds.cards,
    bounds.dataModel && ownDataOf(bounds.dataModel),
  );
  if (!parsed.ok) return parsed;
  const { offsetAt, money } = bounds;
  const { occurredAtMs, utcOffsetMinutes } = parsed.value;
  const placed =
    offsetAt && utcOffsetMinutes === undefined
      ? { ...parsed.value, utcOffsetMinutes: offsetAt(occurredAtMs) }
      : parsed.value;
  const counted = money ? inBase(placed, money) : { ok: true as const, value: placed };
  if (!counted.ok) return counted;
  return { ok: true, value: counted.value, wasChanged: parsed.wasChanged || counted.value !== parsed.value };
}
