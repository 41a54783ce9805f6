// All transactions: live while no filter needs the database, filtered from it otherwise.
import { Button, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { COUNTRIES } from '../../../src/domain/country.ts';
import { identifierForm } from '../../../src/domain/identifier-form.ts';
import type { TransactionRow } from '../../../src/protocol/transactions.ts';
import { count, countryName, dateTime } from '../kit/format.ts';
import { HiddenHint, NOT_SHOWN } from '../kit/hidden.tsx';
import { Panel } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';
import { useMay } from '../live/me.ts';
import { setQuery, useRoute } from '../live/route.ts';
import { csv } from './csv.ts';
import { LiveTable } from './live-table.tsx';

const PAGE = 200;

type Outcome = 'approve' | 'review' | 'decline';
/** What a filter stands for: a search for each outcome, or one for all. */
const OUTCOMES_OF: Readonly<Record<string, readonly (Outcome | undefined)[]>> = {
  flagged: ['review', 'decline'],
  review: ['review'],
  decline: ['decline'],
  approve: ['approve'],
};
/** A cursor for each search: null at its end, undefined at its beginning. */
type Cursors = readonly (number | null | undefined)[];

export function Transactions() {
  const { query } = useRoute();
  const live = useLive((state) => state.rows);
  const [paused, setPaused] = useState(false);
  const outcome = query.get('outcome') ?? 'all';
  const country = query.get('country');
  const sees = useMay('read_identifiers');
  // An address that somebody else sent may ask by what is hidden here.
  const named = sees ? query.get('account') : null;
  const account = named === null ? null : identifierForm(named);
  const filtered = outcome !== 'all' || country !== null || account !== null;
  const searches = OUTCOMES_OF[outcome] ?? [undefined];
  const wanted = {
    limit: PAGE,
    ...(country !== null && { country }),
    ...(account !== null && { accountId: account }),
  };
  const { data, error, isFetching, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['listTransactions', outcome, wanted],
    enabled: filtered,
    // The next page of each search that has one.
    queryFn: ({ pageParam, signal }) =>
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
  const failed = error ? `${error.message} The rows seen live are shown.` : '';
  const found = useMemo(
    () => data?.pages.flatMap((pages) => pages.flatMap((page) => page ?? [])) ?? [],
    [data],
  );

  /** Where one search has not looked yet, rows of the other would seem to be all there are. */
  const stored = useMemo(() => {
    const from = Math.max(0, ...(data?.pages.at(-1) ?? []).map((page) => page?.nextCursor ?? 0));
    return found.flatMap((page) => page.items).filter((row) => row.offset >= from);
  }, [data, found]);
  const more = hasNextPage;
  const looked = found.reduce((sum, page) => sum + page.searched.rows, 0);
  const backTo = (data?.pages.at(-1) ?? [])
    .flatMap((page) => page?.searched.backTo ?? page?.items.at(-1)?.decidedAt ?? [])
    .sort()
    .at(-1);

  const rows = useMemo(() => {
    const fits = (row: TransactionRow): boolean =>
      (outcome === 'all' || (outcome === 'flagged' ? row.outcome !== 'approve' : row.outcome === outcome)) &&
      (country === null || row.country === country) &&
      (account === null || row.accountId === account);
    if (!filtered) return live;
    const fresh = live.filter(fits);
    const seen = new Set(fresh.map((row) => row.id));
    return [...fresh, ...stored.filter((row) => !seen.has(row.id))].sort((a, b) => b.offset - a.offset);
  }, [live, stored, filtered, outcome, country, account]);

  function download(): void {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([csv(rows)], { type: 'text/csv' }));
    link.download = 'transactions.csv';
    link.click();
    URL.revokeObjectURL(link.href);
  }

  return (
    <Panel
      title="Transactions"
      note={
        failed ||
        `${count(rows.length)} newest${filtered ? ' that fit' : ''}${paused ? ' · paused' : ' · live'}`
      }
    >
      <div className="filters" style={{ marginBottom: 8 }}>
        <SegmentedControl
          size="xs"
          aria-label="Outcome"
          value={outcome}
          onChange={(value) => setQuery({ outcome: value === 'all' ? undefined : value })}
          data={[
            { value: 'all', label: 'All' },
            { value: 'flagged', label: 'Flagged' },
            { value: 'review', label: 'Review' },
            { value: 'decline', label: 'Declined' },
          ]}
        />
        <Select
          size="xs"
          aria-label="Country"
          placeholder="Country"
          clearable
          searchable
          value={country}
          onChange={(value) => setQuery({ country: value ?? undefined })}
          data={[...COUNTRIES.keys()].map((code) => ({ value: code, label: countryName(code) }))}
          w={150}
        />
        <TextInput
          size="xs"
          aria-label="Account"
          placeholder={sees ? 'Account id' : 'Account: hidden'}
          disabled={!sees}
          title={sees ? undefined : NOT_SHOWN}
          defaultValue={account ?? ''}
          key={account ?? ''}
          onKeyDown={(event) =>
            event.key === 'Enter' && setQuery({ account: event.currentTarget.value || undefined })
          }
          onBlur={(event) =>
            (event.currentTarget.value || null) !== account &&
            setQuery({ account: event.currentTarget.value || undefined })
          }
          w={130}
        />
        <Button size="xs" variant={paused ? 'filled' : 'default'} onClick={() => setPaused(!paused)}>
          {paused ? 'Resume' : 'Pause'}
        </Button>
        <Button size="xs" variant="default" onClick={download} className="hide-small">
          Export CSV
        </Button>
      </div>
      <HiddenHint show={!sees} />
      <LiveTable rows={rows} paused={paused} />
      {filtered && more && (
        <p className="filters" role="status">
          <span className="muted">
            Looked through {count(looked)} transactions{backTo ? `, back to ${dateTime(backTo)}` : ''}.
          </span>
          <Button size="xs" variant="default" loading={isFetching} onClick={() => void fetchNextPage()}>
            Go on
          </Button>
        </p>
      )}
    </Panel>
  );
}
