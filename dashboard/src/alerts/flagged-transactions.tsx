// The flagged transactions of an alert, and what its account did lately, in time and on the map.
import type { AlertFile } from '../../../src/protocol/alerts.ts';
import { AmountCell } from '../kit/amount.tsx';
import { count, dateTime, utc, words } from '../kit/format.ts';
import { OutcomeTag, Panel, ScoreBar } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { AccountMap, AccountTimeline } from '../links/index.ts';

const COLUMNS: readonly Column<AlertFile['transactions'][number]>[] = [
  { hint: ({ occurredAt }) => utc(occurredAt), cell: ({ occurredAt }) => dateTime(occurredAt) },
  { right: true, cell: (row) => <AmountCell row={row} /> },
  { cell: ({ merchantName, type }) => merchantName ?? words(type) },
  { cell: ({ score, outcome }) => <ScoreBar score={score} outcome={outcome} /> },
  { cell: ({ outcome }) => <OutcomeTag outcome={outcome} /> },
];

export function FlaggedTransactions(props: {
  readonly file: AlertFile;
  /** The one whose reasons are shown. */
  readonly shown: string | undefined;
  readonly onShow: (id: string) => void;
}) {
  const { file, shown, onShow } = props;
  const { alert, transactions, account } = file;
  return (
    <Panel
      title="Flagged transactions"
      note={
        transactions.length < alert.transactions
          ? `${count(transactions.length)} newest of ${count(alert.transactions)}`
          : undefined
      }
    >
      <Table
        label="Flagged transactions"
        rows={transactions}
        rowKey={({ id }) => id}
        columns={COLUMNS}
        mark={({ id }) => ({ isCurrent: shown === id })}
        onOpen={({ id }) => onShow(id)}
      />
      <h3>The account lately</h3>
      <AccountTimeline points={account} flagged={new Set(transactions.map((row) => row.id))} />
      <AccountMap points={account} />
    </Panel>
  );
}
