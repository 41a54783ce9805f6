// Words of an erasure: by what a person is named, and what is counted.

/** The field that names an account; any other name is that of a field of one's own. */
export const ACCOUNT_FIELD = 'accountId';

/** One of the names of a person: a field, and its value in the one form that it is stored in. */
export type PersonIdentifier = { readonly field: string; readonly value: string };

export const MAX_IDENTIFIERS = 20;
export const ERASED = 'erased-';
/** What the audit trail calls it when lines of it lose names. */
export const ERASED_LINES = 'erased in the trail';
/** What stands where prose was. */
export const ERASED_TEXT = 'Erased with the person.';

/** What is counted of an erasure, in the order in which it is done. */
export const ERASURE_KINDS = [
  'transactions',
  'alerts',
  'events',
  'deadLetters',
  'notes',
  'files',
  'cases',
  'mentions',
  'auditLines',
  'histories',
  'records',
] as const;
export type ErasureKind = (typeof ERASURE_KINDS)[number];
export type ErasureCounts = Readonly<Record<ErasureKind, number>>;
export const NO_COUNTS: ErasureCounts = {
  transactions: 0,
  alerts: 0,
  events: 0,
  deadLetters: 0,
  notes: 0,
  files: 0,
  cases: 0,
  mentions: 0,
  auditLines: 0,
  histories: 0,
  records: 0,
};
