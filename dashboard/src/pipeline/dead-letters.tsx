// Dead letters: what is in quarantine first, since somebody has to deal with it; then input that was refused.
import { Button, SegmentedControl } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { DeadLetterRow } from '../../../src/protocol/dead-letters.ts';
import { count, dateTime } from '../kit/format.ts';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { type Said, Toast } from '../kit/toast.tsx';
import { call, useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';
import { useMay } from '../live/me.ts';

const EVERY_MS = 5000;
const SHOWN = {
  open: { quarantined: true, state: 'open' },
  quarantine: { quarantined: true },
  refused: { quarantined: false },
  all: {},
} as const;
type Shown = keyof typeof SHOWN;

const STEP_WORDS: Readonly<Record<NonNullable<DeadLetterRow['step']>, string>> = {
  reading: 'could not be read',
  deciding: 'could not be decided',
  storing: 'was decided, could not be stored',
  rebuilding: 'is stored, could not be taken into histories again',
};

const NOTHING: Readonly<Record<Shown, string>> = {
  open: 'Nothing waits here. A record that was accepted and cannot be decided or stored would be set aside here with the reason, and the others go on.',
  quarantine: 'Nothing was ever set aside.',
  refused: 'Nothing was refused. Input that cannot be used is kept here for thirty days with the reason.',
  all: 'No dead letters.',
};

export function DeadLetters() {
  const quarantined = useLive((state) => state.pipeline?.quarantined ?? 0);
  const total = useLive((state) => state.pipeline?.deadLetters ?? 0);
  const [shown, setShown] = useState<Shown>();
  const [cursors, setCursors] = useState<readonly number[]>([]);
  const view: Shown = shown ?? (quarantined > 0 ? 'open' : 'all');
  const before = cursors.at(-1);
  const { data, problem, again } = useAnswer(
    'listDeadLetters',
    { query: { ...SHOWN[view], limit: 50, ...(before !== undefined && { cursor: before }) } },
    EVERY_MS,
    true,
  );
  const [said, setSaid] = useState<Said>();
  const act = (row: DeadLetterRow, what: 'retry' | 'discard'): void => {
    const params = { id: row.id };
    const acted =
      what === 'retry'
        ? call('retryDeadLetter', { params }).then(({ detail }) => detail)
        : call('discardDeadLetter', { params }).then(() => `Dead letter ${row.id} is discarded.`);
    acted.then(
      (text) => {
        setSaid({ text });
        again();
      },
      (error: Error) => {
        setSaid({ text: error.message, bad: true });
        again();
      },
    );
  };
  const show = (next: string): void => {
    setShown(next as Shown);
    setCursors([]);
  };
  const rows = data?.items ?? [];
  const next = data?.nextCursor;
  return (
    <Panel
      title="Dead letters"
      note={
        <SegmentedControl
          size="xs"
          aria-label="Which dead letters"
          value={view}
          onChange={show}
          data={[
            { value: 'open', label: `In quarantine ${count(quarantined)}` },
            { value: 'quarantine', label: 'Quarantine, all' },
            { value: 'refused', label: 'Refused input' },
            { value: 'all', label: `All ${count(total)}` },
          ]}
        />
      }
    >
      {quarantined > 0 && (
        <p className="problem" role="status">
          {count(quarantined)} accepted {quarantined === 1 ? 'record' : 'records'} could not be dealt with by
          this program. The stream went on without {quarantined === 1 ? 'it' : 'them'}; look at the reason,
          then try again or discard.
        </p>
      )}
      <Problem text={problem} />
      {data && rows.length === 0 && <Empty>{NOTHING[view]}</Empty>}
      {rows.length > 0 && (
        <Scroll label="Dead letters">
          <table className="rows">
            <thead>
              <tr>
                <th>Received</th>
                <th>From</th>
                <th>What happened</th>
                <th>State</th>
                <th>
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <LetterRow key={row.id} row={row} onAct={act} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {(cursors.length > 0 || (next !== null && next !== undefined)) && (
        <div className="actions">
          <Button
            size="compact-xs"
            variant="default"
            disabled={cursors.length === 0}
            onClick={() => setCursors(cursors.slice(0, -1))}
          >
            Newer
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            disabled={next === null || next === undefined}
            onClick={() => next && setCursors([...cursors, next])}
          >
            Older
          </Button>
        </div>
      )}
      <Toast said={said} onGone={() => setSaid(undefined)} />
    </Panel>
  );
}

function LetterRow(props: {
  readonly row: DeadLetterRow;
  readonly onAct: (row: DeadLetterRow, what: 'retry' | 'discard') => void;
}) {
  const { row, onAct } = props;
  const may = useMay('handle_dead_letters');
  const [open, setOpen] = useState(false);
  const [first] = row.problems;
  const named = row.transactionId === undefined ? '' : `${row.kind} ${row.transactionId} `;
  return (
    <Fragment>
      <tr data-letter={row.id}>
        <td>{dateTime(row.receivedAt)}</td>
        <td>{row.source}</td>
        <td>
          <Button
            size="compact-xs"
            variant="subtle"
            aria-expanded={open}
            aria-label={`Details of dead letter ${row.id}`}
            onClick={() => setOpen(!open)}
          >
            {open ? '▾' : '▸'}
          </Button>
          {row.step && <b>{`${named}${STEP_WORDS[row.step]}: `}</b>}
          {first?.message}
        </td>
        <td>
          {row.state}
          {row.times > 1 && <span className="muted"> · failed {count(row.times)} times</span>}
          {row.changedBy !== null && <span className="muted"> · {row.changedBy}</span>}
        </td>
        <td className="right">
          {row.state === 'open' && (
            <>
              <Button
                size="compact-xs"
                variant="default"
                disabled={!may}
                title={may ? undefined : 'Your role may not do this'}
                onClick={() => onAct(row, 'retry')}
              >
                Try again
              </Button>{' '}
              <Button
                size="compact-xs"
                variant="default"
                color="red"
                disabled={!may}
                title={may ? undefined : 'Your role may not do this'}
                onClick={() => onAct(row, 'discard')}
              >
                Discard
              </Button>
            </>
          )}
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={5} style={{ whiteSpace: 'normal' }}>
            <ul>
              {row.problems.map(({ pointer, message }) => (
                <li key={`${pointer} ${message}`}>
                  {pointer && <code>{pointer}</code>} {message}
                </li>
              ))}
            </ul>
            {row.raw === undefined ? (
              <p className="muted">The record itself is hidden from your role.</p>
            ) : (
              <pre
                style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxHeight: 320, overflow: 'auto' }}
              >
                {row.raw}
              </pre>
            )}
          </td>
        </tr>
      )}
    </Fragment>
  );
}
