// Cases: what is under way, and the file of one with ?case=.
import { Button, SegmentedControl } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { lazy, useState } from 'react';
import type { Case } from '../../../src/protocol/cases.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count, dateTime, utc, words } from '../kit/format.ts';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { OpenCase } from './open-case.tsx';

const CasePage = lazy(async () => ({ default: (await import('./case-page.tsx')).CasePage }));

export function Cases() {
  const { case: id } = useSearch({ from: '/cases' });
  return id === undefined ? <CaseList /> : <CasePage key={id} id={id} />;
}

const LOOK_MS = 10_000;

function CaseTable({ cases }: { readonly cases: readonly Case[] }) {
  const change = useChangeSearch<'/cases'>();
  return (
    <Scroll label="Cases">
      <table className="rows">
        <thead>
          <tr>
            <th className="right">Case</th>
            <th>Title</th>
            <th className="right">Alerts</th>
            <th className="right hide-small">Tasks open</th>
            <th className="hide-small">With</th>
            <th className="hide-small">Opened</th>
            <th>Status</th>
          </tr>
        </thead>
        <tbody>
          {cases.map((one) => (
            <tr
              key={one.id}
              tabIndex={0}
              onClick={() => change({ case: one.id })}
              onKeyDown={(event) => event.key === 'Enter' && change({ case: one.id })}
            >
              <td className="right">{one.id}</td>
              <td>{one.title}</td>
              <td className="right">{count(one.alerts)}</td>
              <td className="right hide-small">{count(one.tasksOpen)}</td>
              <td className="hide-small">{one.assignee?.name ?? <span className="muted">nobody</span>}</td>
              <td className="hide-small" title={utc(one.openedAt)}>
                {dateTime(one.openedAt)}
              </td>
              <td>
                {one.status === 'proposed' ? 'to be closed' : one.status}
                {one.outcome && <span className="muted"> · {words(one.outcome)}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

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
  const items = data?.items ?? [];
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
      {items.length > 0 && <CaseTable cases={items} />}
      {data && items.length === 0 && (
        <Empty>
          No cases here. Choose alerts that belong together and open one from the queue, or from an alert.
        </Empty>
      )}
      {opening && <OpenCase alerts={[]} onClose={() => setOpening(false)} />}
    </Panel>
  );
}
