// A transaction, or an event, as features read it: times in seconds, amounts in the base currency, own fields by their names.
// A catalogue has one, and fills it for each record.
import { type BaseRate, baseCurrency, baseMinor } from '../domain/base-amount.ts';
import { minorPerMajor } from '../domain/currency.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { Attributes } from '../domain/data-model.ts';
import type { Transaction } from '../domain/transaction.ts';
import { keyHash } from './key-set.ts';

/** What a record may say; an event says a part of it. */
export type Said = Omit<Partial<Transaction>, 'occurredAtMs' | 'base'> & {
  readonly occurredAtMs: number;
  /** An event has no amount of its own. */
  readonly base?: BaseRate & { readonly amountMinor?: number };
};

export type FeatureRecord = {
  said: Said;
  attributes: Attributes;
  time: number;
  /** Seconds since 1970 by the clock of the place. */
  localTime: number;
  /** In minor units of the base currency; NaN for events, like all that is made of it. */
  amountMinor: number;
  /** Minor units in one unit. */
  perMajor: number;
  /** In units. */
  amount: number;
  /** ln(1 + amount) */
  logAmount: number;
  /** Of the account; 0 where there is none. */
  accountHash: number;
  /** Of each filling another, in whatever record: what was worked out of it once need not be again. */
  filling: number;
  /** What was computed of it so far, for features that use others. */
  values: Float64Array;
};

const NOTHING: Attributes = {};
const NO_VALUES = new Float64Array(0);

export const emptyRecord = (): FeatureRecord => ({
  said: { occurredAtMs: 0 },
  attributes: NOTHING,
  time: 0,
  localTime: 0,
  amountMinor: 0,
  perMajor: 100,
  amount: 0,
  logAmount: 0,
  accountHash: 0,
  filling: 0,
  values: NO_VALUES,
});

let fillings = 0;

function fillTime(record: FeatureRecord, occurredAtMs: number, utcOffsetMinutes: number | undefined): void {
  record.time = Math.floor(occurredAtMs / 1000);
  record.localTime = record.time + (utcOffsetMinutes ?? 0) * 60;
}

export function fillRecord(record: FeatureRecord, transaction: Transaction): void {
  record.filling = ++fillings;
  record.said = transaction;
  record.attributes = transaction.attributes ?? NOTHING;
  fillTime(record, transaction.occurredAtMs, transaction.utcOffsetMinutes);
  record.amountMinor = baseMinor(transaction);
  record.perMajor = minorPerMajor(baseCurrency(transaction));
  record.amount = record.amountMinor / record.perMajor;
  record.logAmount = Math.log1p(record.amount);
  record.accountHash = keyHash(transaction.accountId);
}

/** What a transaction or an event says, and nothing that is worked out of it. */
export function seeFields(record: FeatureRecord, said: Said): void {
  record.filling = ++fillings;
  record.said = said;
  record.attributes = said.attributes ?? NOTHING;
}

/** An event has the account, device and address that a transaction has, and no amount. */
export function fillFromEvent(record: FeatureRecord, event: CustomerEvent): void {
  record.filling = ++fillings;
  record.said = event;
  record.attributes = event.attributes ?? NOTHING;
  fillTime(record, event.occurredAtMs, event.utcOffsetMinutes);
  record.amountMinor = Number.NaN;
  record.amount = Number.NaN;
  record.logAmount = Number.NaN;
  record.accountHash = event.accountId === undefined ? 0 : keyHash(event.accountId);
}
