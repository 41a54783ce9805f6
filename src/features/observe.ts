// From a transaction and the histories it touches to its feature vector, and on to the next histories.
// One group of features per entity; each reads that entity's past and the current transaction, nothing else.
import type { Transaction } from '../domain/transaction.ts';
import { accountGroup } from './account-features.ts';
import { HIGH_AMOUNT_MAJOR, INDEX as I } from './catalogue.ts';
import { eventOf, type ObservedEvent } from './event.ts';
import type { FeatureState } from './feature-state.ts';
import { counterpartyRole, deviceRole, inboundGroup, ipRole, merchantRole } from './shared-features.ts';
import { DAY, HOUR } from './units.ts';

/**
 * What a transaction does to one history, in the order in which it does it. `account` and `inbound` belong to its
 * account, the others to whom it names; `inbound` reads what the account received as the payee of others.
 */
export const ROLES = ['account', 'inbound', 'merchant', 'device', 'ip', 'counterparty'] as const;
export type Role = (typeof ROLES)[number];

/** The key of the history that a role is about; undefined when the transaction has none. */
export function roleKey(role: Role, transaction: Transaction): string | undefined {
  switch (role) {
    case 'account':
    case 'inbound':
      return transaction.accountId;
    case 'merchant':
      return transaction.merchant?.id;
    case 'device':
      return transaction.deviceId;
    case 'ip':
      return transaction.ip;
    case 'counterparty':
      return transaction.counterpartyId;
  }
}

/**
 * Computes the feature vector of a transaction into `out` (FEATURE_COUNT values; the fitted category
 * encodings are left NaN for the model to fill) and adds the transaction to the histories it belongs to.
 * Returns false when it came so late that the account's windows no longer hold its time.
 */
export function observe(state: FeatureState, transaction: Transaction, out: Float64Array): boolean {
  out.fill(Number.NaN);
  const event = eventOf(transaction);
  transactionGroup(event.time, event.amount, event.logAmount, out);
  const inTime = accountGroup(state, transaction, event.time, event.perMajor, event.logAmount, out);
  inboundGroup(state, transaction, event.time, event.perMajor, out);
  merchantRole(state, event, out);
  deviceRole(state, event, out);
  ipRole(state, event, out);
  counterpartyRole(state, event, out);
  return inTime;
}

/**
 * The part of `observe` that is about one history; the other features are left NaN. A history that is given all
 * its roles in order is the one that `observe` keeps, and the parts together are its vector.
 */
export function observeRole(
  state: FeatureState,
  role: Role,
  transaction: Transaction,
  out: Float64Array,
): void {
  out.fill(Number.NaN);
  ROLE_PARTS[role](state, eventOf(transaction), out);
}

const ROLE_PARTS: Readonly<
  Record<Role, (state: FeatureState, event: ObservedEvent, out: Float64Array) => void>
> = {
  account(state, { transaction, time, perMajor, amount, logAmount }, out) {
    transactionGroup(time, amount, logAmount, out);
    accountGroup(state, transaction, time, perMajor, logAmount, out);
  },
  inbound: (state, { transaction, time, perMajor }, out) =>
    inboundGroup(state, transaction, time, perMajor, out),
  merchant: merchantRole,
  device: deviceRole,
  ip: ipRole,
  counterparty: counterpartyRole,
};

function transactionGroup(time: number, amount: number, logAmount: number, out: Float64Array): void {
  const hour = Math.floor(time / HOUR) % 24;
  // 1970-01-01 was a Thursday.
  const dayOfWeek = (Math.floor(time / DAY) + 3) % 7;
  out[I.amount] = amount;
  out[I.amount_log] = logAmount;
  out[I.hour] = hour;
  out[I.day_of_week] = dayOfWeek;
  out[I.is_night] = hour <= 6 ? 1 : 0;
  out[I.is_weekend] = dayOfWeek >= 5 ? 1 : 0;
  out[I.is_high_amount] = amount >= HIGH_AMOUNT_MAJOR ? 1 : 0;
}
