// What lists are called, what their entries are of, and what they are for.

export const LIST_KINDS = ['account', 'merchant', 'device', 'ip', 'country', 'counterparty', 'text'] as const;
export type ListKind = (typeof LIST_KINDS)[number];
export const LIST_PURPOSES = ['block', 'allow', 'watch'] as const;
export type ListPurpose = (typeof LIST_PURPOSES)[number];

export const LIST_NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;
/** Characters of a note about a list or an entry. */
export const MAX_LIST_NOTE = 500;
