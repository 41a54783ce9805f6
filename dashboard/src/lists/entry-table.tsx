// Entries of a list, in order.
import { Button } from '@mantine/core';
import type { ListEntry } from '../../../src/protocol/lists.ts';
import { dateTime } from '../kit/format.ts';
import { actions, type Column, Table } from '../kit/table.tsx';

const untilText = (expiresAt: string | null): string =>
  expiresAt === null
    ? 'for good'
    : `${Date.parse(expiresAt) < Date.now() ? 'ended ' : ''}${dateTime(expiresAt)}`;

const COLUMNS: readonly Column<ListEntry>[] = [
  { title: 'Entry', cell: ({ value }) => value },
  { title: 'Until', cell: ({ expiresAt }) => untilText(expiresAt) },
  { title: 'Why', className: 'hide-small', cell: ({ note }) => note },
  { title: 'By', className: 'muted hide-small', cell: ({ who, at }) => `${who}, ${dateTime(at)}` },
];

export function EntryTable(props: {
  readonly entries: readonly ListEntry[] | undefined;
  readonly mayTake: boolean;
  readonly onTake: (value: string) => void;
  readonly empty: string;
}) {
  return (
    <Table
      label="Entries"
      rows={props.entries}
      rowKey={({ value }) => value}
      columns={[
        ...COLUMNS,
        actions<ListEntry>(
          ({ value }) =>
            props.mayTake && (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`Take out ${value}`}
                onClick={() => props.onTake(value)}
              >
                Take out
              </Button>
            ),
        ),
      ]}
      empty={props.empty}
    />
  );
}
