// The flagged transactions of an alert, and what its account did lately, in time and on the map.
import type { AlertFile } from '../../../src/protocol/alerts.ts';
import { AmountCell } from '../kit/amount.tsx';
import { count, dateTime, utc, words } from '../kit/format.ts';
import { OutcomeTag, Panel, ScoreBar, Scroll } from '../kit/parts.tsx';
import { AccountMap, AccountTimeline } from '../links/index.ts';

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
      <Scroll label="Flagged transactions">
        <table className="rows">
          <tbody>
            {transactions.map((row) => (
              <tr
                key={row.id}
                tabIndex={0}
                aria-current={shown === row.id ? 'true' : undefined}
                onClick={() => onShow(row.id)}
                onKeyDown={(event) => event.key === 'Enter' && onShow(row.id)}
              >
                <td title={utc(row.occurredAt)}>{dateTime(row.occurredAt)}</td>
                <td className="right">
                  <AmountCell row={row} />
                </td>
                <td>{row.merchantName ?? words(row.type)}</td>
                <td>
                  <ScoreBar score={row.score} outcome={row.outcome} />
                </td>
                <td>
                  <OutcomeTag outcome={row.outcome} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <h3>The account lately</h3>
      <AccountTimeline points={account} flagged={new Set(transactions.map((row) => row.id))} />
      <AccountMap points={account} />
    </Panel>
  );
}
