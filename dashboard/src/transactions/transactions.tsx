// All transactions: live while no filter needs the database, filtered from it otherwise.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { TransactionRow } from '../../../src/protocol/transactions.ts';
import { count, dateTime } from '../kit/format.ts';
import { HiddenHint } from '../kit/hidden.tsx';
import { Panel } from '../kit/parts.tsx';
import { useMay } from '../live/me.ts';
import { csv } from './csv.ts';
import { LiveTable } from './live-table.tsx';
import { TransactionFilters, useTransactionFilter } from './transaction-filters.tsx';
import { isFiltered, type TransactionSearch, useTransactionSearch } from './transaction-search.ts';

function download(rows: readonly TransactionRow[]): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([csv(rows)], { type: 'text/csv' }));
  link.download = 'transactions.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}

export function Transactions() {
  const filter = useTransactionFilter();
  const { rows, problem, further } = useTransactionSearch(filter);
  const [paused, setPaused] = useState(false);
  const sees = useMay('read_identifiers');
  const fitting = isFiltered(filter) ? ' that fit' : '';
  return (
    <Panel
      title="Transactions"
      note={
        problem
          ? `${problem} The rows seen live are shown.`
          : `${count(rows.length)} newest${fitting}${paused ? ' · paused' : ' · live'}`
      }
    >
      <div className="filters" style={{ marginBottom: 8 }}>
        <TransactionFilters filter={filter} />
        <Button size="xs" variant={paused ? 'filled' : 'default'} onClick={() => setPaused(!paused)}>
          {paused ? 'Resume' : 'Pause'}
        </Button>
        <Button size="xs" variant="default" onClick={() => download(rows)} className="hide-small">
          Export CSV
        </Button>
      </div>
      <HiddenHint show={!sees} />
      <LiveTable rows={rows} paused={paused} />
      {further && <Further {...further} />}
    </Panel>
  );
}

function Further(props: NonNullable<TransactionSearch['further']>) {
  const { looked, backTo, busy, goOn } = props;
  return (
    <p className="filters" role="status">
      <span className="muted">
        Looked through {count(looked)} transactions{backTo ? `, back to ${dateTime(backTo)}` : ''}.
      </span>
      <Button size="xs" variant="default" loading={busy} onClick={goOn}>
        Go on
      </Button>
    </p>
  );
}
