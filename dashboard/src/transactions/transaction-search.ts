// Transactions that fit a filter: those seen live, and those that the database has, a page at a time.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { TransactionPage, TransactionRow } from '../../../src/protocol/transactions.ts';
import { call } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';
import type { OUTCOMES } from './search.ts';

const PAGE = 200;

type Asked = (typeof OUTCOMES)[number];
type Outcome = Exclude<Asked, 'flagged'>;
/** What a filter stands for: a search for each outcome, or one for all. */
const OUTCOMES_OF: Readonly<Record<Asked | 'all', readonly (Outcome | undefined)[]>> = {
  all: [undefined],
  flagged: ['review', 'decline'],
  review: ['review'],
  decline: ['decline'],
  approve: ['approve'],
};
/** A cursor for each search: null at its end, undefined at its beginning. */
type Cursors = readonly (number | null | undefined)[];
/** A page of each search, where it had one. */
type Pages = readonly (TransactionPage | undefined)[];

export type TransactionFilter = {
  /** `all` for no filter. */
  readonly outcome: Asked | 'all';
  readonly country: string | null;
  readonly account: string | null;
};

export const isFiltered = ({ outcome, country, account }: TransactionFilter): boolean =>
  outcome !== 'all' || country !== null || account !== null;

const fits = (row: TransactionRow, { outcome, country, account }: TransactionFilter): boolean =>
  (outcome === 'all' || (outcome === 'flagged' ? row.outcome !== 'approve' : row.outcome === outcome)) &&
  (country === null || row.country === country) &&
  (account === null || row.accountId === account);

/** Rows as far as every search has looked: where one has not, rows of the other would seem to be all there are. */
function rowsOf(pages: readonly Pages[]): TransactionRow[] {
  const from = Math.max(0, ...(pages.at(-1) ?? []).map((page) => page?.nextCursor ?? 0));
  return pages
    .flat()
    .flatMap((page) => page?.items ?? [])
    .filter((row) => row.offset >= from);
}

const backTo = (pages: readonly Pages[]): string | undefined =>
  (pages.at(-1) ?? [])
    .flatMap((page) => page?.searched.backTo ?? page?.items.at(-1)?.decidedAt ?? [])
    .sort()
    .at(-1);

function useStored(filter: TransactionFilter) {
  const { outcome, country, account } = filter;
  const searches = OUTCOMES_OF[outcome];
  const wanted = {
    limit: PAGE,
    ...(country !== null && { country }),
    ...(account !== null && { accountId: account }),
  };
  return useInfiniteQuery({
    queryKey: ['listTransactions', outcome, wanted],
    enabled: isFiltered(filter),
    // The next page of each search that has one.
    queryFn: ({ pageParam, signal }): Promise<Pages> =>
      Promise.all(
        searches.map((one, i) => {
          const cursor = pageParam[i];
          if (cursor === null) return undefined;
          const query = { ...wanted, ...(one && { outcome: one }), ...(cursor !== undefined && { cursor }) };
          return call('listTransactions', { query, signal });
        }),
      ),
    initialPageParam: searches.map(() => undefined) as Cursors,
    getNextPageParam: (pages): Cursors | undefined =>
      pages.some((page) => typeof page?.nextCursor === 'number')
        ? pages.map((page) => page?.nextCursor ?? null)
        : undefined,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: 'always',
  });
}

export type TransactionSearch = {
  /** Newest first. */
  readonly rows: readonly TransactionRow[];
  readonly problem: string | undefined;
  /** How far the database was looked through, where there is more of it. */
  readonly further:
    | {
        readonly looked: number;
        readonly backTo: string | undefined;
        readonly busy: boolean;
        goOn(): void;
      }
    | undefined;
};

export function useTransactionSearch(filter: TransactionFilter): TransactionSearch {
  const { outcome, country, account } = filter;
  const live = useLive((state) => state.rows);
  const { data, error, isFetching, hasNextPage, fetchNextPage } = useStored(filter);
  const stored = useMemo(() => rowsOf(data?.pages ?? []), [data]);
  const rows = useMemo(() => {
    const filter = { outcome, country, account };
    if (!isFiltered(filter)) return live;
    const fresh = live.filter((row) => fits(row, filter));
    const seen = new Set(fresh.map((row) => row.id));
    return [...fresh, ...stored.filter((row) => !seen.has(row.id))].sort((a, b) => b.offset - a.offset);
  }, [live, stored, outcome, country, account]);
  const pages = data?.pages ?? [];
  return {
    rows,
    problem: error?.message,
    further:
      isFiltered(filter) && hasNextPage
        ? {
            looked: pages.flat().reduce((sum, page) => sum + (page?.searched.rows ?? 0), 0),
            backTo: backTo(pages),
            busy: isFetching,
            goOn: () => void fetchNextPage(),
          }
        : undefined,
  };
}
