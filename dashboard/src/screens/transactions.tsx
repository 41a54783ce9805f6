// All transactions: live while no filter needs the database, filtered from it otherwise.
import { Button, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { COUNTRIES } from '../../../src/domain/codes.ts';
import type { FeedRow } from '../../../src/protocol/messages.ts';
import { HiddenHint, NOT_SHOWN } from '../components/hidden.tsx';
import { LiveTable } from '../components/live-table.tsx';
import { Panel } from '../components/parts.tsx';
import { csv } from '../csv.ts';
import { count, countryName } from '../format.ts';
import { useLive } from '../live/feed.ts';
import { useMay } from '../live/me.ts';
import { setQuery, useRoute } from '../live/route.ts';

const PAGE = 200;

export function Transactions() {
  const { query } = useRoute();
  const live = useLive((state) => state.rows);
  const [paused, setPaused] = useState(false);
  const outcome = query.get('outcome') ?? 'all';
  const country = query.get('country');
  const sees = useMay('read_identifiers');
  // An address that somebody else sent may ask by what is hidden here.
  const account = sees ? query.get('account') : null;
  const [stored, setStored] = useState<readonly FeedRow[] | undefined>(undefined);
  const [failed, setFailed] = useState('');
  const filtered = outcome !== 'all' || country !== null || account !== null;

  useEffect(() => {
    setStored(undefined);
    setFailed('');
    if (!filtered) return;
    const abort = new AbortController();
    const wanted = new URLSearchParams({ limit: String(PAGE) });
    if (outcome === 'review' || outcome === 'decline' || outcome === 'approve')
      wanted.set('outcome', outcome);
    if (country) wanted.set('country', country);
    if (account) wanted.set('accountId', account);
    const paths =
      outcome === 'flagged'
        ? ['review', 'decline'].map((one) => `/v1/transactions?${wanted}&outcome=${one}`)
        : [`/v1/transactions?${wanted}`];
    Promise.all(paths.map((path) => fetch(path, { signal: abort.signal }).then((answer) => answer.json())))
      .then((pages: { items: FeedRow[] }[]) =>
        setStored(pages.flatMap((page) => page.items).sort((a, b) => b.offset - a.offset)),
      )
      .catch((error: Error) => {
        if (error.name !== 'AbortError')
          setFailed('The desk did not answer; the rows seen live are shown. Reload to try again.');
      });
    return () => abort.abort();
  }, [outcome, country, account, filtered]);

  const rows = useMemo(() => {
    const fits = (row: FeedRow): boolean =>
      (outcome === 'all' || (outcome === 'flagged' ? row.outcome !== 'approve' : row.outcome === outcome)) &&
      (country === null || row.country === country) &&
      (account === null || row.accountId === account);
    if (!filtered) return live;
    const fresh = live.filter(fits);
    const seen = new Set(fresh.map((row) => row.id));
    return [...fresh, ...(stored ?? []).filter((row) => !seen.has(row.id))].sort(
      (a, b) => b.offset - a.offset,
    );
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
    </Panel>
  );
}
