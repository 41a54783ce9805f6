// Dead letters in a table: what happened to each, what can be done, and on demand the record itself.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { DeadLetterRow } from '../../../src/protocol/dead-letters.ts';
import { choice } from '../kit/choice.tsx';
import { count, dateTime } from '../kit/format.ts';
import { actions, Table } from '../kit/table.tsx';
import { useMay } from '../live/me.ts';

const STEP_WORDS: Readonly<Record<NonNullable<DeadLetterRow['step']>, string>> = {
  reading: 'could not be read',
  deciding: 'could not be decided',
  storing: 'was decided, could not be stored',
  rebuilding: 'is stored, could not be taken into histories again',
};

type Acts = {
  readonly onRetry: (id: number) => void;
  readonly onMend: (row: DeadLetterRow) => void;
  readonly onDiscard: (id: number) => void;
};

export function LetterTable(
  props: Acts & {
    readonly letters: readonly DeadLetterRow[] | undefined;
    /** Said where there are none. */
    readonly nothing: string;
    readonly chosen: ReadonlySet<number>;
    readonly onChoose: (ids: ReadonlySet<number>) => void;
  },
) {
  const { onRetry, onMend, onDiscard, chosen, onChoose } = props;
  const may = useMay('handle_dead_letters');
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const turn = (id: number): void =>
    setOpen((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]));
  return (
    <Table
      label="Dead letters"
      rows={props.letters}
      rowKey={({ id }) => id}
      columns={[
        ...(may ? [chooser(props.letters ?? [], chosen, onChoose)] : []),
        { title: 'Received', cell: ({ receivedAt }) => dateTime(receivedAt) },
        {
          title: 'What happened',
          cell: (row) => <Happened row={row} isOpen={open.has(row.id)} onTurn={() => turn(row.id)} />,
        },
        { title: 'From', cell: ({ source }) => source },
        { title: 'State', cell: (row) => <State row={row} /> },
        actions<DeadLetterRow>(
          (row) =>
            row.state === 'open' && (
              <Actions row={row} onRetry={onRetry} onMend={onMend} onDiscard={onDiscard} />
            ),
        ),
      ]}
      mark={({ id }) => ({ 'data-letter': id })}
      below={(row) => open.has(row.id) && <Details row={row} />}
      empty={props.nothing}
    />
  );
}

/** Only what is open can be chosen. */
function chooser(
  letters: readonly DeadLetterRow[],
  chosen: ReadonlySet<number>,
  onChoose: (ids: ReadonlySet<number>) => void,
) {
  const open = letters.filter(({ state }) => state === 'open').map(({ id }) => id);
  const column = choice<DeadLetterRow>({
    rows: open.length,
    chosen: open.filter((id) => chosen.has(id)).length,
    isChosen: ({ id }) => chosen.has(id),
    labelOf: ({ id }) => `Choose dead letter ${id}`,
    onChoose: ({ id }, isChosen) =>
      onChoose(new Set([...[...chosen].filter((one) => one !== id), ...(isChosen ? [id] : [])])),
    onChooseAll: (isChosen) => onChoose(new Set(isChosen ? open : [])),
  });
  return { ...column, cell: (row: DeadLetterRow) => row.state === 'open' && column.cell(row) };
}

function Happened(props: {
  readonly row: DeadLetterRow;
  readonly isOpen: boolean;
  readonly onTurn: () => void;
}) {
  const { row, isOpen } = props;
  const id = row.transactionId ?? row.eventId;
  const named = id === undefined ? '' : `${row.kind} ${id} `;
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        aria-expanded={isOpen}
        aria-label={`Details of dead letter ${row.id}`}
        onClick={props.onTurn}
      >
        {isOpen ? '▾' : '▸'}
      </Button>
      {row.step && <b>{`${named}${STEP_WORDS[row.step]}: `}</b>}
      {row.problems[0]?.message}
    </>
  );
}

function State({ row }: { readonly row: DeadLetterRow }) {
  return (
    <>
      {row.state}
      {row.times > 1 && <span className="muted"> · failed {count(row.times)} times</span>}
      {row.changedBy !== null && <span className="muted"> · {row.changedBy}</span>}
    </>
  );
}

/** What was decided is not mended, nor what nobody here may see. */
const canBeMended = ({ raw, decided, step }: DeadLetterRow): boolean =>
  raw !== undefined && !decided && step !== 'rebuilding';

function Actions({ row, onRetry, onMend, onDiscard }: Acts & { readonly row: DeadLetterRow }) {
  const may = useMay('handle_dead_letters');
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        disabled={!may}
        title={may ? undefined : 'Your role may not do this'}
        onClick={() => onRetry(row.id)}
      >
        Try again
      </Button>{' '}
      {canBeMended(row) && (
        <Button
          size="compact-xs"
          variant="default"
          disabled={!may}
          title={may ? undefined : 'Your role may not do this'}
          onClick={() => onMend(row)}
        >
          Mend …
        </Button>
      )}{' '}
      <Button
        size="compact-xs"
        variant="default"
        color="red"
        disabled={!may}
        title={may ? undefined : 'Your role may not do this'}
        onClick={() => onDiscard(row.id)}
      >
        Discard
      </Button>
    </>
  );
}

function Details({ row }: { readonly row: DeadLetterRow }) {
  return (
    <>
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
        <Raw text={row.raw} />
      )}
      {row.mended !== undefined && (
        <>
          <p className="muted">Mended by {row.changedBy ?? 'somebody'}; this was tried in its place:</p>
          <Raw text={row.mended} />
        </>
      )}
    </>
  );
}

const Raw = ({ text }: { readonly text: string }) => (
  <pre
    className="code"
    style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxHeight: 320, overflow: 'auto' }}
  >
    {text}
  </pre>
);
