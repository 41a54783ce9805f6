// Dead letters: what is in quarantine first, since somebody has to deal with it; then input that was refused.
import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { DeadLetterRow } from '../../../src/protocol/dead-letters.ts';
import { useConfirm } from '../kit/dialog.tsx';
import { count } from '../kit/format.ts';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { type Said, Toast } from '../kit/toast.tsx';
import { call, useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';
import { type LetterActs, LetterRow } from './dead-letter-row.tsx';

const EVERY_MS = 5000;
const SHOWN = {
  open: { quarantined: true, state: 'open' },
  quarantine: { quarantined: true },
  refused: { quarantined: false },
  all: {},
} as const;
type Shown = keyof typeof SHOWN;

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
  const { ask, question } = useConfirm();
  const run = (work: Promise<string>): void =>
    void work.then(
      (text) => {
        setSaid({ text });
        again();
      },
      (error: Error) => {
        setSaid({ text: error.message, bad: true });
        again();
      },
    );
  const retry = (id: number): void =>
    run(call('retryDeadLetter', { params: { id } }).then(({ detail }) => detail));
  const discard = (id: number): void =>
    ask({
      title: `Discard dead letter ${id}?`,
      about: 'It is not tried again, now or later.',
      action: 'Discard',
      destroys: true,
      onYes: () =>
        run(call('discardDeadLetter', { params: { id } }).then(() => `Dead letter ${id} is discarded.`)),
    });
  const show = (next: Shown): void => {
    setShown(next);
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
      {rows.length > 0 && <Letters rows={rows} onRetry={retry} onDiscard={discard} />}
      {(cursors.length > 0 || typeof next === 'number') && (
        <Pager
          onNewer={cursors.length > 0 ? () => setCursors(cursors.slice(0, -1)) : undefined}
          onOlder={typeof next === 'number' ? () => setCursors([...cursors, next]) : undefined}
        />
      )}
      {question}
      <Toast said={said} onGone={() => setSaid(undefined)} />
    </Panel>
  );
}

function Letters({ rows, ...acts }: { readonly rows: readonly DeadLetterRow[] } & LetterActs) {
  return (
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
            <LetterRow key={row.id} row={row} {...acts} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Pager(props: {
  readonly onNewer: (() => void) | undefined;
  readonly onOlder: (() => void) | undefined;
}) {
  const { onNewer, onOlder } = props;
  return (
    <div className="actions">
      <Button size="compact-xs" variant="default" disabled={!onNewer} onClick={onNewer}>
        Newer
      </Button>
      <Button size="compact-xs" variant="default" disabled={!onOlder} onClick={onOlder}>
        Older
      </Button>
    </div>
  );
}
