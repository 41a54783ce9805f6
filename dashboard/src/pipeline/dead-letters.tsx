// Dead letters: what is in quarantine first, since somebody has to deal with it; then input that was refused.
import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { DeadLetterRow, HandledLetter, LetterMend } from '../../../src/protocol/dead-letters.ts';
import { useConfirm } from '../kit/dialog.tsx';
import { count } from '../kit/format.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { type Said, Toast } from '../kit/toast.tsx';
import { call, useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';
import { useMay } from '../live/me.ts';
import { ChosenLetters, HandledResults } from './handle-letters.tsx';
import { LetterTable } from './letter-table.tsx';
import { MendAlike, MendLetter } from './mend-letter.tsx';

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

/** What is done with letters, one or many; `question` has to be drawn somewhere. */
function useHandling(again: () => void) {
  const [said, setSaid] = useState<Said>();
  const [results, setResults] = useState<readonly HandledLetter[]>();
  const { ask, question } = useConfirm();
  const tell = (text: string, bad = false): void => {
    setSaid({ text, bad });
    again();
  };
  const run = (work: Promise<string>): void =>
    void work.then(
      (text) => tell(text),
      (error: Error) => tell(error.message, true),
    );
  const runMany = (work: Promise<{ readonly results: readonly HandledLetter[] }>): void =>
    void work.then(
      (answer) => {
        setResults(answer.results);
        again();
      },
      (error: Error) => tell(error.message, true),
    );
  return {
    said,
    results,
    question,
    tell,
    quiet: () => setSaid(undefined),
    closeResults: () => setResults(undefined),
    retry: (id: number) => run(call('retryDeadLetter', { params: { id } }).then(({ detail }) => detail)),
    retryMany: (ids: number[]) => runMany(call('retryDeadLetters', { body: { ids } })),
    async mendMany(ids: number[], mend: LetterMend): Promise<void> {
      setResults((await call('retryDeadLetters', { body: { ids, mend } })).results);
      again();
    },
    discard(ids: number[], onDone: () => void): void {
      const [id] = ids;
      ask({
        title: ids.length === 1 ? `Discard dead letter ${id}?` : `Discard ${count(ids.length)} dead letters?`,
        about: `${ids.length === 1 ? 'It is' : 'They are'} not tried again, now or later.`,
        action: 'Discard',
        destroys: true,
        onYes() {
          onDone();
          if (ids.length > 1) runMany(call('discardDeadLetters', { body: { ids } }));
          else
            run(call('discardDeadLetter', { params: { id } }).then(() => `Dead letter ${id} is discarded.`));
        },
      });
    },
  };
}

const NO_IDS: ReadonlySet<number> = new Set();

export function DeadLetters() {
  const quarantined = useLive((state) => state.pipeline?.quarantined ?? 0);
  const total = useLive((state) => state.pipeline?.deadLetters ?? 0);
  const sees = useMay('read_identifiers');
  const [shown, setShown] = useState<Shown>();
  const [cursors, setCursors] = useState<readonly number[]>([]);
  const [chosen, setChosen] = useState(NO_IDS);
  const [mended, setMended] = useState<DeadLetterRow | 'alike'>();
  const view: Shown = shown ?? (quarantined > 0 ? 'open' : 'all');
  const before = cursors.at(-1);
  const { data, problem, again } = useAnswer(
    'listDeadLetters',
    { query: { ...SHOWN[view], limit: 50, ...(before !== undefined && { cursor: before }) } },
    EVERY_MS,
    true,
  );
  const handling = useHandling(again);
  // What was dealt with meanwhile is chosen no more.
  const open = data?.items.filter(({ id, state }) => state === 'open' && chosen.has(id)) ?? [];
  const ids = open.map(({ id }) => id);
  const chooseNone = (): void => setChosen(NO_IDS);
  const stopMending = (): void => setMended(undefined);
  const turnTo = (next: readonly number[]): void => {
    setCursors(next);
    chooseNone();
  };
  const show = (next: Shown): void => {
    setShown(next);
    turnTo([]);
  };
  const next = data?.nextCursor;
  return (
    <Panel title="Dead letters" note={<Views view={view} counts={{ quarantined, total }} onShow={show} />}>
      {quarantined > 0 && <InQuarantine records={quarantined} />}
      <Problem text={problem} />
      {ids.length > 0 && (
        <ChosenLetters
          chosen={ids.length}
          mayMend={sees}
          onRetry={() => handling.retryMany(ids)}
          onMend={() => setMended('alike')}
          onDiscard={() => handling.discard(ids, chooseNone)}
          onNone={chooseNone}
        />
      )}
      {handling.results && <HandledResults results={handling.results} onGone={handling.closeResults} />}
      <LetterTable
        letters={data?.items}
        nothing={NOTHING[view]}
        chosen={chosen}
        onChoose={setChosen}
        onRetry={handling.retry}
        onMend={setMended}
        onDiscard={(id) => handling.discard([id], () => undefined)}
      />
      {(cursors.length > 0 || typeof next === 'number') && (
        <Pager
          onNewer={cursors.length > 0 ? () => turnTo(cursors.slice(0, -1)) : undefined}
          onOlder={typeof next === 'number' ? () => turnTo([...cursors, next]) : undefined}
        />
      )}
      {mended === 'alike' && (
        <MendAlike
          letters={ids.length}
          onClose={stopMending}
          onMend={async (mend) => {
            await handling.mendMany(ids, mend);
            stopMending();
          }}
        />
      )}
      {mended && mended !== 'alike' && (
        <MendLetter
          row={mended}
          onClose={stopMending}
          onMended={(detail) => {
            handling.tell(detail);
            stopMending();
          }}
        />
      )}
      {handling.question}
      <Toast said={handling.said} onGone={handling.quiet} />
    </Panel>
  );
}

function Views(props: {
  readonly view: Shown;
  readonly counts: { readonly quarantined: number; readonly total: number };
  readonly onShow: (view: Shown) => void;
}) {
  const { view, counts, onShow } = props;
  return (
    <SegmentedControl
      size="xs"
      aria-label="Which dead letters"
      value={view}
      onChange={onShow}
      data={[
        { value: 'open', label: `In quarantine ${count(counts.quarantined)}` },
        { value: 'quarantine', label: 'Quarantine, all' },
        { value: 'refused', label: 'Refused input' },
        { value: 'all', label: `All ${count(counts.total)}` },
      ]}
    />
  );
}

function InQuarantine({ records }: { readonly records: number }) {
  return (
    <p className="problem" role="status">
      {count(records)} accepted {records === 1 ? 'record' : 'records'} could not be dealt with by this
      program. The stream went on without {records === 1 ? 'it' : 'them'}; look at the reason, then mend, try
      again or discard.
    </p>
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
