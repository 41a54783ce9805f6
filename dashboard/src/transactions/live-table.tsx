// The live table: virtual, never moving under the reader. While one reads, new rows wait behind a button.
import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { TransactionRow } from '../../../src/protocol/transactions.ts';
import { AmountCell } from '../kit/amount.tsx';
import { useChangeSearch } from '../kit/change-search.ts';
import { clockTime, count, countryName, utc, words } from '../kit/format.ts';
import { Empty, OutcomeTag, ScoreBar } from '../kit/parts.tsx';

/** Rows as they stood when reading began, until the reader asks for the new ones. */
export function useHeldRows(
  rows: readonly TransactionRow[],
  held: boolean,
): { shown: readonly TransactionRow[]; waiting: number; release: () => void } {
  const [kept, setKept] = useState<readonly TransactionRow[] | undefined>(undefined);
  useEffect(() => {
    if (held) setKept((before) => before ?? rows);
    else setKept(undefined);
  }, [held, rows]);
  const shown = kept ?? rows;
  const newest = shown[0]?.offset ?? -1;
  const waiting = kept ? rows.filter((row) => row.offset > newest).length : 0;
  return { shown, waiting, release: () => setKept(held ? rows : undefined) };
}

export function LiveTable(props: {
  readonly rows: readonly TransactionRow[];
  readonly paused: boolean;
  readonly height?: number;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [reading, setReading] = useState(false);
  const { shown, waiting, release } = useHeldRows(props.rows, props.paused || reading);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 34,
    overscan: 10,
    getItemKey: (index) => shown[index]?.id ?? index,
  });
  return (
    <div style={{ position: 'relative' }}>
      {waiting > 0 && (
        <Button
          size="compact-xs"
          style={{ position: 'absolute', right: 16, top: 3, zIndex: 5 }}
          onClick={() => {
            release();
            scroller.current?.scrollTo({ top: 0 });
          }}
        >
          {count(waiting)} new
        </Button>
      )}
      <section
        ref={scroller}
        className="virtual"
        style={props.height === undefined ? undefined : { height: props.height }}
        onMouseEnter={() => setReading(true)}
        onMouseLeave={() => setReading(false)}
        onScroll={(event) =>
          setReading(event.currentTarget.scrollTop > 0 || event.currentTarget.matches(':hover'))
        }
        aria-label="Transactions"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
      >
        <Head />
        {shown.length === 0 && (
          <Empty>
            Transactions appear here as they are decided. Start the simulator, or POST one to /v1/decisions.
          </Empty>
        )}
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => (
            <Line key={item.key} row={shown[item.index]} top={item.start} />
          ))}
        </div>
      </section>
    </div>
  );
}

function Head() {
  return (
    <div className="head" aria-hidden="true">
      <span>Time</span>
      <span className="c-account">Account</span>
      <span style={{ textAlign: 'right' }}>Amount</span>
      <span>Merchant</span>
      <span className="c-channel">Channel</span>
      <span className="c-country">Country</span>
      <span className="c-score">Fraud score</span>
      <span>Outcome</span>
      <span className="c-reason">Top reason</span>
    </div>
  );
}

function Line(props: {
  readonly row: TransactionRow;
  /** Where in the table it stands, in pixels. */
  readonly top: number;
}) {
  const { row, top } = props;
  const change = useChangeSearch<'__root__'>();
  return (
    <button
      type="button"
      data-transaction={row.id}
      className="line"
      style={{ position: 'absolute', top: 0, left: 0, transform: `translateY(${top}px)` }}
      onClick={() => change({ transaction: row.id })}
    >
      <span title={utc(row.decidedAt)}>{clockTime(row.decidedAt)}</span>
      <span className="c-account">{row.accountId}</span>
      <span style={{ textAlign: 'right' }}>
        <AmountCell row={row} />
      </span>
      <span title={row.mcc ? `MCC ${row.mcc}` : undefined}>{row.merchantName ?? words(row.type)}</span>
      <span className="c-channel">{words(row.channel ?? row.type)}</span>
      <span className="c-country" title={countryName(row.country)}>
        {row.country ?? '–'}
      </span>
      <span className="c-score">
        <ScoreBar score={row.score} outcome={row.outcome} />
      </span>
      <span>
        <OutcomeTag outcome={row.outcome} />
      </span>
      <span className="c-reason" title={row.topReason}>
        {row.isFraud === true ? '⚑ confirmed fraud · ' : ''}
        {row.topReason ?? ''}
      </span>
    </button>
  );
}
