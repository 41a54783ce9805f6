// The column of boxes by which several rows are chosen at once.
import { Checkbox } from '@mantine/core';
import type { Column } from './columns.tsx';

export const choice = <Row,>(of: {
  readonly rows: number;
  readonly chosen: number;
  readonly isChosen: (row: Row) => boolean;
  readonly labelOf: (row: Row) => string;
  readonly onChoose: (row: Row, chosen: boolean) => void;
  readonly onChooseAll: (chosen: boolean) => void;
}): Column<Row> => ({
  title: 'Choose',
  className: 'choice',
  head: (
    <Checkbox
      size="xs"
      aria-label="Choose all"
      checked={of.rows > 0 && of.chosen === of.rows}
      indeterminate={of.chosen > 0 && of.chosen < of.rows}
      onChange={(event) => of.onChooseAll(event.currentTarget.checked)}
    />
  ),
  cell: (row) => (
    <Checkbox
      size="xs"
      aria-label={of.labelOf(row)}
      checked={of.isChosen(row)}
      onChange={(event) => of.onChoose(row, event.currentTarget.checked)}
    />
  ),
});
