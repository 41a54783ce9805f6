// The live table: virtual, never moving under the reader. While one reads, new rows wait behind a button.
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { TransactionRow } from '../../../src/protocol/transactions.ts';
import { AmountCell } from '../kit/amount.tsx';
import { useChangeSearch } from '../kit/change-search.ts';
import { clockTime, count, countryName, utc, words } from '../kit/format.ts';
import { type Column, LongTable } from '../kit/long-table.tsx';
import { OutcomeTag, ScoreBar } from '../kit/parts.tsx';
import { TopReason } from './concept-words.tsx';

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
  const change = useChangeSearch<'__root__'>();
  const frame = useRef<HTMLElement>(null);
  const [reading, setReading] = useState(false);
  const { shown, waiting, release } = useHeldRows(props.rows, props.paused || reading);
  return (
    <div style={{ position: 'relative' }}>
      {waiting > 0 && (
        <Button
          size="compact-xs"
          style={{ position: 'absolute', right: 16, top: 3, zIndex: 5 }}
          onClick={() => {
            release();
            frame.current?.scrollTo({ top: 0 });
          }}
        >
          {count(waiting)} new
        </Button>
      )}
      <LongTable
        label="Transactions"
        frame={frame}
        rows={shown}
        rowKey={({ id }) => id}
        rowHeight={34}
        height={props.height}
        columns={COLUMNS}
        mark={({ id }) => ({ 'data-transaction': id })}
        onOpen={({ id }) => change({ transaction: id })}
        events={{
          onMouseEnter: () => setReading(true),
          onMouseLeave: () => setReading(false),
          onScroll: (event) =>
            setReading(event.currentTarget.scrollTop > 0 || event.currentTarget.matches(':hover')),
        }}
        empty="Transactions appear here as they are decided. Start the simulator, or POST one to /v1/decisions."
      />
    </div>
  );
}

const COLUMNS: readonly Column<TransactionRow>[] = [
  { title: 'Time', hint: ({ decidedAt }) => utc(decidedAt), cell: ({ decidedAt }) => clockTime(decidedAt) },
  { title: 'Account', className: 'c-account', cell: ({ accountId }) => accountId },
  { title: 'Amount', right: true, cell: (row) => <AmountCell row={row} /> },
  {
    title: 'Merchant',
    hint: ({ mcc }) => mcc && `MCC ${mcc}`,
    cell: ({ merchantName, type }) => merchantName ?? words(type),
  },
  { title: 'Channel', className: 'c-channel', cell: ({ channel, type }) => words(channel ?? type) },
  {
    title: 'Country',
    className: 'c-country',
    hint: ({ country }) => countryName(country),
    cell: ({ country }) => country ?? '–',
  },
  {
    title: 'Fraud score',
    className: 'c-score',
    cell: ({ score, outcome }) => <ScoreBar score={score} outcome={outcome} />,
  },
  { title: 'Outcome', cell: ({ outcome }) => <OutcomeTag outcome={outcome} /> },
  {
    title: 'Top reason',
    className: 'c-reason',
    hint: ({ topReason }) => topReason,
    cell: ({ isFraud, topReason, topConcept }) => (
      <>
        {isFraud === true && '⚑ confirmed fraud · '}
        <TopReason reason={topReason} concept={topConcept} />
      </>
    ),
  },
];
