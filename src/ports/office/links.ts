// What accounts have in common: a device, an IP address, a payee, a merchant.
export const LINK_KINDS = ['device', 'ip', 'counterparty', 'merchant'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

export type Link = { readonly kind: LinkKind; readonly key: string; readonly name: string | undefined };

export type LinkedAccount = {
  readonly accountId: string;
  readonly transactions: number;
  readonly flagged: number;
  readonly frauds: number;
};

/**
 * **Contract**
 * - LINK1 Accounts are linked by what they share, no further than asked, and with how many there are among those looked at.
 */
export type Links = {
  /** What an account used lately, most used first; `transactions` is how often. */
  ofAccount(accountId: string, limit: number): Promise<readonly (Link & { readonly transactions: number })[]>;
  /** Other accounts that used something lately, most suspicious first, and how many there are in all of those looked at. */
  accountsOf(
    kind: LinkKind,
    key: string,
    limit: number,
  ): Promise<{ readonly accounts: readonly LinkedAccount[]; readonly total: number }>;
};
