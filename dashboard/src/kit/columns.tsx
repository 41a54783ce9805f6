// What a table is told of its columns and rows, whether it is drawn whole or as far as it is seen.
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';

export type Column<Row> = {
  /** A table whose columns have none has no head. */
  readonly title?: string;
  /** Stands in the head instead of the title. */
  readonly head?: ReactNode;
  /** What the title means. */
  readonly about?: string;
  readonly cell: (row: Row) => ReactNode;
  /** More about what the cell shows. */
  readonly hint?: (row: Row) => string | null | undefined;
  /** For numbers and buttons. */
  readonly right?: boolean;
  /** How wide it is at least, in pixels. */
  readonly width?: number;
  readonly className?: string;
  /** The table can be sorted by it; rows without a value come last. */
  readonly sortBy?: (row: Row) => string | number | null | undefined;
};

export type RowMarks = {
  /** The one that is looked at. */
  readonly isCurrent?: boolean;
  /** There, but out of use. */
  readonly isFaded?: boolean;
  readonly title?: string;
  readonly className?: string;
  readonly [data: `data-${string}`]: string | number;
};

export type Rows<Row> = {
  /** Of whoever does not see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string | number;
  /** What a click on a row does, and Enter. */
  readonly onOpen?: ((row: Row) => void) | undefined;
  /** A link in each row opens it, too, and is what the keyboard goes to. */
  readonly hasLinks?: boolean;
  readonly mark?: (row: Row) => RowMarks;
  /** Stands in the place of rows where there are none. */
  readonly empty?: ReactNode;
};

/** The last column: buttons, which need no visible title. */
export const actions = <Row,>(cell: (row: Row) => ReactNode): Column<Row> => ({
  title: 'Actions',
  head: <span className="visually-hidden">Actions</span>,
  cell,
  right: true,
});

export const classOf = ({ right, className }: Column<never>): string | undefined =>
  [right && 'right', className].filter(Boolean).join(' ') || undefined;

/** What does something of its own inside of a row. */
const isControl = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('a, button, input, label, select, textarea') !== null;

export function rowAttributes<Row>(
  row: Row,
  { mark, onOpen, hasLinks }: Pick<Rows<Row>, 'mark' | 'onOpen' | 'hasLinks'>,
) {
  const { isCurrent, isFaded, ...marks } = mark?.(row) ?? {};
  return {
    ...marks,
    ...(isCurrent && { 'aria-current': true }),
    ...(isFaded && { style: { opacity: 0.6 } }),
    ...(onOpen && {
      onClick: (event: MouseEvent): void => {
        if (!isControl(event.target)) onOpen(row);
      },
    }),
    ...(onOpen &&
      !hasLinks && {
        tabIndex: 0,
        onKeyDown: (event: KeyboardEvent): void => {
          if (event.key === 'Enter' && event.target === event.currentTarget) onOpen(row);
        },
      }),
  };
}
