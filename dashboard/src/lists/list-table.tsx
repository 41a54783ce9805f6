// Lists in a table: what each is of, what it is for, and how rules name it.
import type { EntryList } from '../../../src/protocol/lists.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count } from '../kit/format.ts';
import { type Column, Table } from '../kit/table.tsx';

const PURPOSE_WORDS = { block: '✕ block', allow: '✓ allow', watch: '◆ watch' } as const;

const COLUMNS: readonly Column<EntryList>[] = [
  { title: 'List', hint: ({ note }) => note, cell: ({ name }) => name, sortBy: ({ name }) => name },
  { title: 'Of', cell: ({ kind }) => kind, sortBy: ({ kind }) => kind },
  {
    title: 'To',
    cell: ({ purpose, needsTwo }) => (
      <>
        {PURPOSE_WORDS[purpose]}
        {needsTwo && <span className="muted"> · by two</span>}
      </>
    ),
    sortBy: ({ purpose }) => purpose,
  },
  { title: 'Entries', right: true, cell: ({ entries }) => count(entries), sortBy: ({ entries }) => entries },
  { title: 'In a rule', className: 'muted hide-small', cell: ({ name }) => `inList("${name}", …)` },
];

export function ListTable(props: {
  readonly lists: readonly EntryList[] | undefined;
  readonly open: string | undefined;
}) {
  const change = useChangeSearch<'/lists'>();
  return (
    <Table
      label="Lists"
      rows={props.lists}
      rowKey={({ name }) => name}
      columns={COLUMNS}
      mark={({ name }) => ({ isCurrent: props.open === name })}
      onOpen={({ name }) => change({ list: name })}
      empty="No lists yet."
    />
  );
}
