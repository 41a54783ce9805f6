// The first rows of a file, as they are and as they will be, with what is wrong in its place.
import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import type { ImportedFile, PreviewedRow } from '../../../src/protocol/file-imports.ts';
import { money, utc } from '../kit/format.ts';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { useAnswer } from '../live/desk.ts';
import type { Mapping } from './import-mapping.ts';

const will = (
  title: string,
  cell: (transaction: NonNullable<PreviewedRow['transaction']>) => string,
): Column<PreviewedRow> => ({
  title,
  cell: ({ transaction }) => (transaction ? cell(transaction) : ''),
});

const WILL_BE: readonly Column<PreviewedRow>[] = [
  { title: 'Line', right: true, cell: ({ line }) => line },
  {
    title: 'Problem',
    className: 'long',
    cell: ({ problems }) => problems?.map(({ message }) => message).join(' ') ?? '✓',
  },
  will('Id', ({ id }) => id),
  will('Account', ({ accountId }) => accountId),
  will('Time', ({ occurredAt }) => utc(new Date(occurredAt).toISOString())),
  { ...will('Amount', ({ amountMinor, currency }) => money(amountMinor, currency)), right: true },
  will('Type', ({ type }) => type),
  { title: 'Label', cell: ({ fraud }) => (fraud === undefined ? '' : fraud ? 'fraud' : 'genuine') },
  {
    ...will('Own fields', ({ attributes = {} }) =>
      Object.entries(attributes)
        .map(([name, value]) => `${name} ${value}`)
        .join(' · '),
    ),
    className: 'muted hide-small',
  },
];

const asTheyAre = (names: readonly string[]): readonly Column<PreviewedRow>[] => [
  { title: 'Line', right: true, cell: ({ line }) => line },
  ...names.map(
    (title, at): Column<PreviewedRow> => ({
      title: title || `${at + 1}.`,
      cell: ({ cells }) => cells[at] ?? '',
    }),
  ),
];

export function ImportPreview(props: {
  readonly file: ImportedFile;
  readonly mapping: Mapping;
  readonly isReady: boolean;
}) {
  const { file, mapping, isReady } = props;
  const [isRaw, setRaw] = useState(false);
  const body = file.detection ? { mapping: JSON.stringify(mapping) } : {};
  const { data, problem } = useAnswer(
    'previewFile',
    isReady ? { params: { id: file.id }, body } : undefined,
    undefined,
    true,
  );
  const names = file.detection?.columns.map(({ name }) => name) ?? ['Row'];
  return (
    <Panel
      title="The first rows"
      note={
        <Checkbox
          size="xs"
          label="as they are in the file"
          checked={isRaw}
          onChange={(event) => setRaw(event.currentTarget.checked)}
        />
      }
    >
      <Problem text={isReady ? problem : undefined} />
      {!isReady && <Empty>Once what is asked above is said, the first rows are shown as they will be.</Empty>}
      {isReady && !data && !problem && <Empty>Reading …</Empty>}
      {isReady && data && (
        <div data-testid="import-preview">
          <Table
            label="The first rows"
            rows={data.rows}
            rowKey={({ line }) => line}
            columns={isRaw ? asTheyAre(names) : WILL_BE}
            empty="There is no row in it."
          />
        </div>
      )}
    </Panel>
  );
}
