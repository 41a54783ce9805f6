// The flagged transactions of an alert; the one that is chosen has its story beside them.
import type { AlertFile } from '../../../src/protocol/alerts.ts';
import { AmountCell } from '../kit/amount.tsx';
import { count, dateTime, percent, utc, words } from '../kit/format.ts';
import { OutcomeTag, Panel } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';

const COLUMNS: readonly Column<AlertFile['transactions'][number]>[] = [
  { hint: ({ occurredAt }) => utc(occurredAt), cell: ({ occurredAt }) => dateTime(occurredAt) },
  { right: true, cell: (row) => <AmountCell row={row} /> },
  { cell: ({ outcome }) => <OutcomeTag outcome={outcome} /> },
  {
    right: true,
    hint: () => 'Probability of fraud',
    cell: ({ score }) => percent(score, score < 0.1 ? 1 : 0),
  },
  { cell: ({ merchantName, type }) => merchantName ?? words(type) },
];

export function FlaggedTransactions(props: {
  readonly file: AlertFile;
  /** The one whose reasons are shown. */
  readonly shown: string | undefined;
  readonly onShow: (id: string) => void;
}) {
  const { file, shown, onShow } = props;
  const { alert, transactions } = file;
  return (
    <Panel
      title={alert.sample ? 'The sample' : 'Flagged transactions'}
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
    </Panel>
  );
}
