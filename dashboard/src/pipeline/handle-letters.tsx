// What is done with several dead letters at once, and what became of each.
import { Button } from '@mantine/core';
import type { HandledLetter } from '../../../src/protocol/dead-letters.ts';
import { count } from '../kit/format.ts';
import { type Column, Table } from '../kit/table.tsx';

export function ChosenLetters(props: {
  readonly chosen: number;
  readonly mayMend: boolean;
  readonly onRetry: () => void;
  readonly onMend: () => void;
  readonly onDiscard: () => void;
  readonly onNone: () => void;
}) {
  const { chosen, mayMend, onRetry, onMend, onDiscard, onNone } = props;
  return (
    <section className="chosen" aria-label="With those chosen">
      <b>{count(chosen)} chosen</b>
      <Button size="compact-xs" variant="default" onClick={onRetry}>
        Try again
      </Button>
      <Button size="compact-xs" variant="default" disabled={!mayMend} onClick={onMend}>
        Mend alike …
      </Button>
      <Button size="compact-xs" variant="default" color="red" onClick={onDiscard}>
        Discard …
      </Button>
      <Button size="compact-xs" variant="subtle" onClick={onNone}>
        None
      </Button>
    </section>
  );
}

const RESULTS: readonly Column<HandledLetter>[] = [
  { title: 'Dead letter', cell: ({ id }) => id, right: true },
  {
    title: 'Outcome',
    cell: ({ outcome }) => <span className={outcome === 'refused' ? 'unusual' : undefined}>{outcome}</span>,
  },
  {
    title: 'What became of it',
    className: 'long',
    cell: ({ detail, problems }) => [detail, ...(problems ?? []).map(({ message }) => message)].join(' '),
  },
];

export function HandledResults(props: {
  readonly results: readonly HandledLetter[];
  readonly onGone: () => void;
}) {
  const { results, onGone } = props;
  const refused = results.filter(({ outcome }) => outcome === 'refused').length;
  return (
    <section className="results" aria-label="What became of them">
      <div className="filters">
        <b role="status">
          {count(results.length - refused)} of {count(results.length)} done
          {refused > 0 ? `, ${count(refused)} refused` : ''}
        </b>
        <Button size="compact-xs" variant="default" onClick={onGone}>
          Close
        </Button>
      </div>
      <Table label="What became of each" rows={results} rowKey={({ id }) => id} columns={RESULTS} />
    </section>
  );
}
