// From a transaction and the histories it touches to its feature vector, and on to the next histories.
// One group of features per entity; each reads that entity's past and the current transaction, nothing else.
import type { Transaction } from '../domain/transaction.ts';
import { accountGroup, keepAccount } from './account-features.ts';
import { INDEX as I } from './catalogue.ts';
import { eventOf, type ObservedEvent } from './event.ts';
import { HIGH_AMOUNT_MAJOR } from './feature-definition.ts';
import type { FeatureState } from './feature-state.ts';
import {
  counterpartyRole,
  deviceRole,
  inboundGroup,
  ipRole,
  keepCounterparty,
  keepDevice,
  keepIp,
  keepMerchant,
  merchantRole,
} from './shared-features.ts';
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

/** What `look` read last, until `keep` has added it. */
let looked: ObservedEvent | undefined;

/**
 * Computes the feature vector of a transaction into `out` (FEATURE_COUNT values; the fitted category encodings are left
 * NaN for the model to fill). Nothing that is stored changes until `keep`.
 */
export function look(state: FeatureState, transaction: Transaction, out: Float64Array): void {
  looked = undefined;
  out.fill(Number.NaN);
  const event = eventOf(transaction);
  transactionGroup(event, out);
  accountGroup(state, event, out);
  inboundGroup(state, event, out);
  merchantRole(state, event, out);
  deviceRole(state, event, out);
  ipRole(state, event, out);
  counterpartyRole(state, event, out);
  looked = event;
}

/**
 * Adds the transaction that `look` was given last to the histories it belongs to. Returns false when it came so late that
 * the account's windows no longer hold its time.
 */
export function keep(state: FeatureState, transaction: Transaction): boolean {
  const event = looked;
  if (event?.transaction !== transaction) throw new Error('only what was looked at last can be kept');
  looked = undefined;
  const inTime = keepAccount(state, event);
  keepMerchant(state, event);
  keepDevice(state, event);
  keepIp(state, event);
  keepCounterparty(state, event);
  return inTime;
}

/** Computes the feature vector of a transaction and adds it to its histories: `look`, then `keep`. */
export function observe(state: FeatureState, transaction: Transaction, out: Float64Array): boolean {
  look(state, transaction, out);
  return keep(state, transaction);
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
  account(state, event, out) {
    transactionGroup(event, out);
    accountGroup(state, event, out);
    keepAccount(state, event);
  },
  inbound: inboundGroup,
  merchant(state, event, out) {
    merchantRole(state, event, out);
    keepMerchant(state, event);
  },
  device(state, event, out) {
    deviceRole(state, event, out);
    keepDevice(state, event);
  },
  ip(state, event, out) {
    ipRole(state, event, out);
    keepIp(state, event);
  },
  counterparty(state, event, out) {
    counterpartyRole(state, event, out);
    keepCounterparty(state, event);
  },
};

function transactionGroup({ localTime, amount, logAmount }: ObservedEvent, out: Float64Array): void {
  const hour = Math.floor(localTime / HOUR) % 24;
  // 1970-01-01 was a Thursday.
  const dayOfWeek = (Math.floor(localTime / DAY) + 3) % 7;
  out[I.amount] = amount;
  out[I.amount_log] = logAmount;
  out[I.hour] = hour;
  out[I.day_of_week] = dayOfWeek;
  out[I.is_night] = hour <= 6 ? 1 : 0;
  out[I.is_weekend] = dayOfWeek >= 5 ? 1 : 0;
  out[I.is_high_amount] = amount >= HIGH_AMOUNT_MAJOR ? 1 : 0;
}
