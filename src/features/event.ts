// A transaction as the histories see it.
import { minorPerMajor } from '../domain/currency.ts';
import type { Transaction } from '../domain/transaction.ts';
import { keyHash } from './key-set.ts';

/** Time in seconds; amount in major units. */
export type ObservedEvent = {
  readonly transaction: Transaction;
  readonly time: number;
  readonly perMajor: number;
  readonly amount: number;
  readonly logAmount: number;
  readonly accountHash: number;
};

export function eventOf(transaction: Transaction): ObservedEvent {
  const perMajor = minorPerMajor(transaction.currency);
  const amount = transaction.amountMinor / perMajor;
  return {
    transaction,
    time: Math.floor(transaction.occurredAtMs / 1000),
    perMajor,
    amount,
    logAmount: Math.log1p(amount),
    accountHash: keyHash(transaction.accountId),
  };
}

/** What a transaction adds to the histories that accounts share: enough to bring another copy of them up to date. */
export type SharedEvent = {
  readonly timeSeconds: number;
  readonly amountMinor: number;
  /** ln(1 + amount in major units) */
  readonly logAmount: number;
  readonly accountHash: number;
} & SharedKeys;

export type SharedKeys = {
  readonly merchantId?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly ip?: string | undefined;
  readonly counterpartyId?: string | undefined;
};

export function sharedEventOf(transaction: Transaction): SharedEvent {
  const { time, logAmount, accountHash } = eventOf(transaction);
  return {
    timeSeconds: time,
    amountMinor: transaction.amountMinor,
    logAmount,
    accountHash,
    merchantId: transaction.merchant?.id,
    deviceId: transaction.deviceId,
    ip: transaction.ip,
    counterpartyId: transaction.counterpartyId,
  };
}
