// What surrounds an alert: accounts linked with its own, other alerts of it, and who did what.
import type { AlertFile } from '../../../src/protocol/alerts.ts';
import { AccountEvents } from '../events/index.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count, dateTime, utc } from '../kit/format.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
import { Empty, Panel } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { LinkGraph } from '../links/index.ts';
import { useMay } from '../live/me.ts';
import { VERDICT_WORDS } from './verdict-words.ts';

export function AlertSurroundings(props: { readonly file: AlertFile }) {
  const { alert, earlier, history } = props.file;
  const sees = useMay('read_identifiers');
  return (
    <div className="grid">
      <Panel title="Linked accounts" note="by device, address, payee and merchant; click an account to go on">
        {sees ? (
          <LinkGraph accountId={alert.accountId} />
        ) : (
          <Empty>{NOT_SHOWN} Links between accounts are, too.</Empty>
        )}
      </Panel>
      <div style={{ display: 'grid', gap: 12, alignContent: 'start' }}>
        <OtherAlerts alerts={earlier} />
        <Events accountId={alert.accountId} />
        <History lines={history} />
      </div>
    </div>
  );
}

/** What the customer did besides paying, where there is any. */
function Events(props: { readonly accountId: string }) {
  return (
    <div className="panel events-panel">
      <AccountEvents accountId={props.accountId} title="What else happened to the account" />
    </div>
  );
}

const OTHER: readonly Column<AlertFile['earlier'][number]>[] = [
  { cell: ({ id }) => id },
  { hint: ({ openedAt }) => utc(openedAt), cell: ({ openedAt }) => dateTime(openedAt) },
  { cell: ({ verdict }) => (verdict ? VERDICT_WORDS[verdict] : 'Open') },
  { right: true, cell: ({ transactions }) => `${count(transactions)} flagged` },
];

function OtherAlerts(props: { readonly alerts: AlertFile['earlier'] }) {
  const change = useChangeSearch<'/alerts'>();
  return (
    <Panel title="Other alerts of the account">
      <Table
        label="Other alerts of the account"
        rows={props.alerts}
        rowKey={({ id }) => id}
        columns={OTHER}
        onOpen={({ id }) => change({ alert: id })}
        empty="None before this one."
      />
    </Panel>
  );
}

function History(props: { readonly lines: AlertFile['history'] }) {
  return (
    <Panel title="Who did what">
      {props.lines.length === 0 && <Empty>Nobody did anything yet.</Empty>}
      {props.lines.map((line) => (
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
