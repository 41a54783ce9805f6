// A dead letter: what happened to it, what can be done, and on demand the record itself.
import { Button } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { DeadLetterRow } from '../../../src/protocol/dead-letters.ts';
import { count, dateTime } from '../kit/format.ts';
import { useMay } from '../live/me.ts';

const STEP_WORDS: Readonly<Record<NonNullable<DeadLetterRow['step']>, string>> = {
  reading: 'could not be read',
  deciding: 'could not be decided',
  storing: 'was decided, could not be stored',
  rebuilding: 'is stored, could not be taken into histories again',
};

export type LetterActs = {
  readonly onRetry: (id: number) => void;
  readonly onDiscard: (id: number) => void;
};
type RowProps = { readonly row: DeadLetterRow } & LetterActs;

export function LetterRow(props: RowProps) {
  const { row } = props;
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
        <td className="right">{row.state === 'open' && <Actions {...props} />}</td>
      </tr>
      {open && <Details row={row} />}
    </Fragment>
  );
}

function Actions({ row, onRetry, onDiscard }: RowProps) {
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
          <pre style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxHeight: 320, overflow: 'auto' }}>
            {row.raw}
          </pre>
        )}
      </td>
    </tr>
  );
}
