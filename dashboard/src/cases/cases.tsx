// Cases: what is under way, and the file of one with ?case=.
import { Button, SegmentedControl } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { lazy, useState } from 'react';
import type { Case } from '../../../src/protocol/cases.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count, dateTime, utc, words } from '../kit/format.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { OpenCase } from './open-case.tsx';

const CasePage = lazy(async () => ({ default: (await import('./case-page.tsx')).CasePage }));

export function Cases() {
  const { case: id } = useSearch({ from: '/cases' });
  return id === undefined ? <CaseList /> : <CasePage key={id} id={id} />;
}

const LOOK_MS = 10_000;

const COLUMNS: readonly Column<Case>[] = [
  { title: 'Case', right: true, cell: ({ id }) => id },
  { title: 'Title', cell: ({ title }) => title },
  { title: 'Alerts', right: true, cell: ({ alerts }) => count(alerts) },
  {
    title: 'Tasks open',
    right: true,
    className: 'hide-small',
    cell: ({ tasksOpen }) => count(tasksOpen),
  },
  {
    title: 'With',
    className: 'hide-small',
    cell: ({ assignee }) => assignee?.name ?? <span className="muted">nobody</span>,
  },
  {
    title: 'Opened',
    className: 'hide-small',
    hint: ({ openedAt }) => utc(openedAt),
    cell: ({ openedAt }) => dateTime(openedAt),
  },
  {
    title: 'Status',
    cell: ({ status, outcome }) => (
      <>
        {status === 'proposed' ? 'to be closed' : status}
        {outcome && <span className="muted"> · {words(outcome)}</span>}
      </>
    ),
  },
];

function CaseList() {
  const { status = 'open' } = useSearch({ from: '/cases' });
  const change = useChangeSearch<'/cases'>();
  const { data, problem } = useAnswer(
    'listCases',
    { query: status === 'all' ? {} : { status } },
    LOOK_MS,
    true,
  );
  const may = useMay('work_alerts');
  const [opening, setOpening] = useState(false);
  return (
    <Panel
      title="Cases"
      note={
        may && (
          <Button size="compact-xs" onClick={() => setOpening(true)}>
            New case …
          </Button>
        )
      }
    >
      <div className="filters" style={{ marginBottom: 8 }}>
        <SegmentedControl
          size="xs"
          aria-label="Status"
          value={status}
          onChange={(value) => change({ status: value === 'open' ? undefined : value })}
          data={[
            { value: 'open', label: 'Open' },
            { value: 'proposed', label: 'To be closed' },
            { value: 'closed', label: 'Closed' },
            { value: 'all', label: 'All' },
          ]}
        />
      </div>
      <Problem text={problem} />
      <Table
        label="Cases"
        rows={data?.items}
        rowKey={({ id }) => id}
        columns={COLUMNS}
        onOpen={({ id }) => change({ case: id })}
        empty="No cases here. Choose alerts that belong together and open one from the queue, or from an alert."
      />
      {opening && <OpenCase alerts={[]} onClose={() => setOpening(false)} />}
    </Panel>
  );
}
