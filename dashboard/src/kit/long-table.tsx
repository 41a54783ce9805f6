// Records in a table that may have very many, in the order they come in: only those that are seen are drawn, under a head that stays.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ComponentProps, type CSSProperties, type RefObject, useEffect, useRef } from 'react';
import { type Column, classOf, type Rows, rowAttributes } from './columns.tsx';
import { Empty } from './parts.tsx';

export type { Column } from './columns.tsx';

const HEAD_PX = 30;
const OVERSCAN = 12;
const NEAR_END = 20;

type LongRows<Row> = Rows<Row> & {
  readonly rows: readonly Row[];
  /** In pixels. */
  readonly rowHeight: number;
  readonly className?: string;
  /** The row that the keyboard is at: it stays in sight. */
  readonly cursor?: number;
  /** Asks for more, where there may be more. */
  readonly onNearEnd?: (() => void) | undefined;
  /** Of whoever scrolls it. */
  readonly frame?: RefObject<HTMLElement | null>;
  readonly events?: Pick<
    ComponentProps<'section'>,
    'onMouseEnter' | 'onMouseLeave' | 'onPointerEnter' | 'onPointerLeave' | 'onScroll'
  >;
  readonly height?: number | undefined;
};

export function LongTable<Row>(props: LongRows<Row>) {
  const { columns, rows, rowKey, rowHeight, cursor, onNearEnd, className = '' } = props;
  const own = useRef<HTMLElement>(null);
  const frame = props.frame ?? own;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    // Rows begin below the head: without it the one that the keyboard went down to would be out of sight.
    scrollPaddingEnd: HEAD_PX,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - NEAR_END) onNearEnd?.();
  }, [last, rows.length, onNearEnd]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a cursor that moves scrolls
  useEffect(() => {
    if (cursor !== undefined && cursor < rows.length) virtual.scrollToIndex(cursor, { align: 'auto' });
  }, [cursor]);
  return (
    <section
      ref={frame}
      className={`virtual ${className}`}
      style={props.height === undefined ? undefined : { height: props.height }}
      {...props.events}
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard could not scroll
      tabIndex={0}
    >
      <table aria-rowcount={onNearEnd ? -1 : rows.length + 1}>
        <thead>
          <tr className="head" aria-rowindex={1} style={{ height: HEAD_PX }}>
            {columns.map((column) => (
              <th key={column.title} className={classOf(column)} title={column.about}>
                {column.head ?? column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            return (
              <Line
                key={rowKey(row)}
                row={row}
                index={index}
                attributes={rowAttributes(row, props)}
                columns={columns}
                style={{ height: rowHeight, transform: `translateY(${start}px)` }}
              />
            );
          })}
        </tbody>
      </table>
      {rows.length === 0 && props.empty && <Empty>{props.empty}</Empty>}
    </section>
  );
}

function Line<Row>(props: {
  readonly row: Row;
  readonly index: number;
  readonly attributes: ComponentProps<'tr'>;
  readonly columns: readonly Column<Row>[];
  /** Where it stands. */
  readonly style: CSSProperties;
}) {
  const { row, attributes } = props;
  return (
    <tr
      {...attributes}
      aria-rowindex={props.index + 2}
      className={`line ${attributes.className ?? ''}`}
      style={props.style}
    >
      {props.columns.map((column) => (
        <td key={column.title} className={classOf(column)} title={column.hint?.(row) ?? undefined}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
