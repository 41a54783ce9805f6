// A transaction as the histories see it.
import { baseCurrency, baseMinor } from '../domain/base-amount.ts';
import { minorPerMajor } from '../domain/currency.ts';
import type { Transaction } from '../domain/transaction.ts';
import { keyHash } from './key-set.ts';

/** Time in seconds; every amount in the base currency, and nothing here reads the one that was stated. */
export type ObservedEvent = {
  readonly transaction: Omit<Transaction, 'amountMinor' | 'currency' | 'billing' | 'base'>;
  readonly time: number;
  /** Seconds since 1970 by the clock of the place. */
  readonly localTime: number;
  readonly amountMinor: number;
  /** Minor units in one unit. */
  readonly perMajor: number;
  /** In units. */
  readonly amount: number;
  /** ln(1 + amount) */
  readonly logAmount: number;
  readonly accountHash: number;
};

export function eventOf(transaction: Transaction): ObservedEvent {
  const amountMinor = baseMinor(transaction);
  const perMajor = minorPerMajor(baseCurrency(transaction));
  const amount = amountMinor / perMajor;
  const time = Math.floor(transaction.occurredAtMs / 1000);
  return {
    transaction,
    time,
    localTime: time + (transaction.utcOffsetMinutes ?? 0) * 60,
    amountMinor,
    perMajor,
    amount,
    logAmount: Math.log1p(amount),
    accountHash: keyHash(transaction.accountId),
  };
}

/** What a transaction adds to the histories that accounts share: enough to bring another copy of them up to date. */
export type SharedEvent = {
  readonly timeSeconds: number;
  /** In the base currency, like `logAmount`: ln(1 + amount in its units). */
  readonly amountMinor: number;
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
  const { time, amountMinor, logAmount, accountHash } = eventOf(transaction);
  return {
    timeSeconds: time,
    amountMinor,
    logAmount,
    accountHash,
    merchantId: transaction.merchant?.id,
    deviceId: transaction.deviceId,
    ip: transaction.ip,
    counterpartyId: transaction.counterpartyId,
  };
}
