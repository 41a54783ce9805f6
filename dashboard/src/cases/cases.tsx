// Cases: what is under way, and the file of one with ?case=.
import { Button, SegmentedControl } from '@mantine/core';
import { lazy, useState } from 'react';
import { CASE_STATUSES } from '../../../src/domain/case.ts';
import type { Case } from '../../../src/protocol/cases.ts';
import { count, dateTime, utc, words } from '../kit/format.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { setQuery, useRoute } from '../live/route.ts';
import { OpenCase } from './open-case.tsx';

const CasePage = lazy(async () => ({ default: (await import('./case-page.tsx')).CasePage }));

export function Cases() {
  const { query } = useRoute();
  const id = Number(query.get('case'));
  return Number.isSafeInteger(id) && id > 0 ? <CasePage key={id} id={id} /> : <CaseList />;
}

const LOOK_MS = 10_000;
const STATUSES = ['all', ...CASE_STATUSES] as const;

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
  const { query } = useRoute();
  const status = STATUSES.find((one) => one === query.get('status')) ?? 'open';
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
          onChange={(value) => setQuery({ status: value === 'open' ? undefined : value })}
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
        onOpen={({ id }) => setQuery({ case: String(id) })}
        empty="No cases here. Choose alerts that belong together and open one from the queue, or from an alert."
      />
      {opening && <OpenCase alerts={[]} onClose={() => setOpening(false)} />}
    </Panel>
  );
}
