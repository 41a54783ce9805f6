// What accounts share, put together from what was asked of each account, and bounded.
import type { Answer } from '../../../src/client/api.ts';
import type { AccountLink } from '../../../src/protocol/links.ts';

export const MAX_NODES = 150;

type AboutAccount = { readonly flagged: number; readonly frauds: number; readonly expanded: boolean };

export type Shared = {
  readonly accounts: ReadonlyMap<string, AboutAccount>;
  /** Devices, addresses, payees and merchants, by kind and key. */
  readonly things: ReadonlyMap<string, AccountLink>;
  readonly edges: readonly { readonly source: string; readonly target: string }[];
};

/** How an account is called in the graph. */
export const nodeOf = (accountId: string): string => `account ${accountId}`;

/** The account that a node of the graph stands for; undefined for what accounts share. */
export const accountOf = (node: string): string | undefined =>
  node.startsWith('account ') ? node.slice('account '.length) : undefined;

export const isFull = ({ accounts, things }: Pick<Shared, 'accounts' | 'things'>): boolean =>
  accounts.size + things.size >= MAX_NODES;

export function sharedThings(answers: readonly Answer<'getAccountLinks'>[]): Shared {
  const accounts = new Map<string, AboutAccount>();
  const things = new Map<string, AccountLink>();
  const edges = new Map<string, { source: string; target: string }>();
  for (const { accountId } of answers) accounts.set(accountId, { flagged: 0, frauds: 0, expanded: true });
  for (const link of answers.flatMap(({ links }) => links)) {
    if (link.total < 2) continue;
    const thing = `${link.kind} ${link.key}`;
    if (!things.has(thing) && isFull({ accounts, things })) continue;
    things.set(thing, link);
    for (const { accountId, flagged, frauds } of link.accounts) {
      const known = accounts.get(accountId);
      if (!known && isFull({ accounts, things })) continue;
      accounts.set(accountId, {
        flagged: Math.max(known?.flagged ?? 0, flagged),
        frauds: Math.max(known?.frauds ?? 0, frauds),
        expanded: known?.expanded ?? false,
      });
      edges.set(`${thing}→${accountId}`, { source: thing, target: nodeOf(accountId) });
    }
  }
  return { accounts, things, edges: [...edges.values()] };
}
