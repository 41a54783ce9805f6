// Records in a table, drawn whole. Those of a column that says by what are sorted by a click on its title: all of them are at hand.
import {
  createSortedRowModel,
  type RowData,
  rowSortingFeature,
  type SortDirection,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { Fragment, type ReactNode, useMemo } from 'react';
import { type Column, classOf, type Rows, rowAttributes } from './columns.tsx';
import { Empty, Scroll } from './parts.tsx';

export { actions, type Column } from './columns.tsx';

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
const inWords = new Intl.Collator('en', { numeric: true });
const NONE: readonly never[] = [];

const compare = (a: unknown, b: unknown): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : inWords.compare(String(a), String(b));

const sorting = <Row extends RowData>(columns: readonly Column<Row>[]) =>
  columns.map(({ sortBy }, index) => ({
    id: String(index),
    accessorFn: (row: Row) => sortBy?.(row) ?? undefined,
    enableSorting: sortBy !== undefined,
    sortUndefined: 'last' as const,
    sortFn: (a: { getValue(id: string): unknown }, b: { getValue(id: string): unknown }, id: string) =>
      compare(a.getValue(id), b.getValue(id)),
  }));

export function Table<Row extends RowData>(
  props: Rows<Row> & {
    /** Undefined while they are not known. */
    readonly rows: readonly Row[] | undefined;
    /** What stands below a row, over its whole width. */
    readonly below?: (row: Row) => ReactNode;
  },
) {
  const { columns, rows, rowKey, below } = props;
  const table = useTable({
    features,
    columns: useMemo(() => sorting(columns), [columns]),
    data: rows ?? NONE,
    getRowId: (row) => String(rowKey(row)),
    enableMultiSort: false,
  });
  if (!rows) return null;
  if (rows.length === 0 && props.empty) return <Empty>{props.empty}</Empty>;
  return (
    <Scroll label={props.label}>
      <table className="rows">
        {columns.some(({ title }) => title !== undefined) && (
          <thead>
            <tr>
              {table.getAllLeafColumns().map((one, index) => (
                <Title
                  key={one.id}
                  column={columns[index]}
                  sorted={one.getIsSorted()}
                  onSort={one.getCanSort() ? () => one.toggleSorting() : undefined}
                />
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {table.getRowModel().rows.map(({ id, original: row }) => {
            const more = below?.(row);
            return (
              <Fragment key={id}>
                <tr {...rowAttributes(row, props)}>
                  <Cells row={row} columns={columns} />
                </tr>
                {more && (
                  <tr>
                    <td colSpan={columns.length} style={{ whiteSpace: 'normal' }}>
                      {more}
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

function Title(props: {
  readonly column: Column<never>;
  readonly sorted: SortDirection | false;
  readonly onSort: (() => void) | undefined;
}) {
  const { column, sorted, onSort } = props;
  return (
    <th
      className={classOf(column)}
      title={column.about}
      aria-sort={sorted ? (sorted === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      {onSort ? (
        <button type="button" className="sort" onClick={onSort}>
          {column.title}
        </button>
      ) : (
        (column.head ?? column.title)
      )}
    </th>
  );
}

function Cells<Row>(props: { readonly row: Row; readonly columns: readonly Column<Row>[] }) {
  const { row, columns } = props;
  return columns.map((column, index) => (
    <td
      // biome-ignore lint/suspicious/noArrayIndexKey: columns do not change places
      key={index}
      className={classOf(column)}
      title={column.hint?.(row) ?? undefined}
      style={column.width === undefined ? undefined : { minWidth: column.width }}
    >
      {column.cell(row)}
    </td>
  ));
}
