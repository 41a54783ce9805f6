// What a transaction does to the histories of the program's own features, one by one.
import type { Transaction } from '../domain/transaction.ts';
import type { FeatureState } from './feature-state.ts';
import { STANDARD } from './standard.ts';

/**
 * What a transaction does to one history, in the order in which it does it. `account` and `inbound` belong to its
 * account, the others to whom it names; `inbound` reads what the account received as the payee of others.
 */
export const ROLES = ['account', 'inbound', 'merchant', 'device', 'ip', 'counterparty'] as const;
export type Role = (typeof ROLES)[number];

const PARTS = new Map(STANDARD.parts.map((part) => [part.id, part]));

/** The key of the history that a role is about; undefined when the transaction has none. */
export const roleKey = (role: Role, transaction: Transaction): string | undefined =>
  PARTS.get(role)?.key(transaction);

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
  PARTS.get(role)?.observe(state, transaction, out);
}
