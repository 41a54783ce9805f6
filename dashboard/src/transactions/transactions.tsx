// All transactions: live while no filter needs the database, filtered from it otherwise.
import { Button, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { COUNTRIES } from '../../../src/domain/country.ts';
import type { TransactionRow } from '../../../src/protocol/transactions.ts';
import { count, countryName, dateTime } from '../kit/format.ts';
import { HiddenHint, NOT_SHOWN } from '../kit/hidden.tsx';
import { Panel } from '../kit/parts.tsx';
import { ask } from '../live/api.ts';
import { useLive } from '../live/feed.ts';
import { useMay } from '../live/me.ts';
import { setQuery, useRoute } from '../live/route.ts';
import { csv } from './csv.ts';
import { LiveTable } from './live-table.tsx';

const PAGE = 200;

type TransactionPage = {
  readonly items: readonly TransactionRow[];
  readonly nextCursor: number | null;
  readonly searched: { readonly rows: number; readonly whole: boolean; readonly backTo: string | null };
};
/** A search as far as it has come; `cursor` is null at its end. */
type Found = {
  readonly path: string;
  readonly rows: readonly TransactionRow[];
  readonly cursor: number | null | undefined;
  readonly looked: number;
  readonly backTo: string | null;
};

export function Transactions() {
  const { query } = useRoute();
  const live = useLive((state) => state.rows);
  const [paused, setPaused] = useState(false);
  const outcome = query.get('outcome') ?? 'all';
  const country = query.get('country');
  const sees = useMay('read_identifiers');
  // An address that somebody else sent may ask by what is hidden here.
  const account = sees ? query.get('account') : null;
  const [failed, setFailed] = useState('');
  const filtered = outcome !== 'all' || country !== null || account !== null;
  const [found, setFound] = useState<readonly Found[]>([]);
  const [looking, setLooking] = useState(false);
  const asked = useRef<AbortController>(undefined);

  /** Asks for the next page of each search that has one; without any before, for the first. */
  const look = useCallback(async (before: readonly Found[]) => {
    asked.current?.abort();
    const abort = new AbortController();
    asked.current = abort;
    setLooking(true);
    try {
      const next = await Promise.all(
        before.map(async (search) => {
          if (search.cursor === null) return search;
          const path = `${search.path}${search.cursor === undefined ? '' : `&cursor=${search.cursor}`}`;
          const page = await ask<TransactionPage>(path, { signal: abort.signal });
          return {
            path: search.path,
            rows: [...search.rows, ...page.items],
            cursor: page.nextCursor,
            looked: search.looked + page.searched.rows,
            backTo: page.searched.backTo ?? page.items.at(-1)?.decidedAt ?? null,
          };
        }),
      );
      setFound(next);
      setFailed('');
    } catch (error) {
      if ((error as Error).name === 'AbortError') return;
      setFailed(`${(error as Error).message} The rows seen live are shown.`);
    }
    setLooking(false);
  }, []);

  useEffect(() => {
    setFound([]);
    setFailed('');
    if (!filtered) return;
    const wanted = new URLSearchParams({ limit: String(PAGE) });
    if (outcome === 'review' || outcome === 'decline' || outcome === 'approve')
      wanted.set('outcome', outcome);
    if (country) wanted.set('country', country);
    if (account) wanted.set('accountId', account);
    const paths =
      outcome === 'flagged'
        ? ['review', 'decline'].map((one) => `/v1/transactions?${wanted}&outcome=${one}`)
        : [`/v1/transactions?${wanted}`];
    void look(paths.map((path) => ({ path, rows: [], cursor: undefined, looked: 0, backTo: null })));
    return () => asked.current?.abort();
  }, [outcome, country, account, filtered, look]);

  /** Where one search has not looked yet, rows of the other would seem to be all there are. */
  const stored = useMemo(() => {
    const from = Math.max(0, ...found.map(({ cursor }) => cursor ?? 0));
    return found.flatMap((search) => search.rows).filter((row) => row.offset >= from);
  }, [found]);
  const more = found.some(({ cursor }) => typeof cursor === 'number');
  const looked = found.reduce((sum, search) => sum + search.looked, 0);
  const backTo = found
    .flatMap((search) => search.backTo ?? [])
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
          <Button size="xs" variant="default" loading={looking} onClick={() => void look(found)}>
            Go on
          </Button>
        </p>
      )}
    </Panel>
  );
}
