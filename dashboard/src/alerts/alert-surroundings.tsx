// What surrounds an alert: its account lately, accounts linked with it, its other alerts, and who did what. What there is nothing
// of takes no place.
import type { AlertFile } from '../../../src/protocol/alerts.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count, dateTime, utc } from '../kit/format.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
import { Panel } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { AccountMap, AccountTimeline, LinkedAccounts } from '../links/index.ts';
import { useMay } from '../live/me.ts';
import { VERDICT_WORDS } from './verdict-words.ts';

/** What the account did lately, in time and on the map. */
export function AccountLately({ file }: { readonly file: AlertFile }) {
  const { transactions, account } = file;
  return (
    <Panel title="The account lately" note={`${count(account.length)} newest transactions`}>
      <AccountTimeline points={account} flagged={new Set(transactions.map((row) => row.id))} />
      <AccountMap points={account} />
    </Panel>
  );
}

export function AlertLinks({ file }: { readonly file: AlertFile }) {
  const sees = useMay('read_identifiers');
  if (!sees) return <p className="muted folded">{NOT_SHOWN} Links between accounts are, too.</p>;
  return <LinkedAccounts accountId={file.alert.accountId} />;
}

const OTHER: readonly Column<AlertFile['earlier'][number]>[] = [
  { cell: ({ id }) => id },
  { hint: ({ openedAt }) => utc(openedAt), cell: ({ openedAt }) => dateTime(openedAt) },
  { cell: ({ verdict }) => (verdict ? VERDICT_WORDS[verdict] : 'Open') },
  { right: true, cell: ({ transactions }) => `${count(transactions)} flagged` },
];

export function OtherAlerts({ file }: { readonly file: AlertFile }) {
  const change = useChangeSearch<'/alerts'>();
  if (file.earlier.length === 0) return <p className="muted folded">The account has no other alert.</p>;
  return (
    <Panel title="Other alerts of the account">
      <Table
        label="Other alerts of the account"
        rows={file.earlier}
        rowKey={({ id }) => id}
        columns={OTHER}
        onOpen={({ id }) => change({ alert: id })}
      />
    </Panel>
  );
}

export function History({ file }: { readonly file: AlertFile }) {
  if (file.history.length === 0) return <p className="muted folded">Nobody did anything yet.</p>;
  return (
    <Panel title="Who did what">
      {file.history.map((line) => (
        <p key={`${line.at}${line.action}`} className="history">
          <span title={utc(line.at)}>{dateTime(line.at)}</span> <b>{line.who}</b> {line.action}
          {line.detail && (
            <span className="muted">
              {' '}
              {Object.values(line.detail)
                .filter((value) => typeof value === 'string' && value !== '')
                .join(' · ')}
            </span>
          )}
        </p>
      ))}
    </Panel>
  );
}
