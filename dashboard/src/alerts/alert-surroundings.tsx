// What surrounds an alert: accounts linked with its own, other alerts of it, and who did what.
import type { AlertFile } from '../../../src/protocol/alerts.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count, dateTime, utc } from '../kit/format.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
import { Empty, Panel } from '../kit/parts.tsx';
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
        <History lines={history} />
      </div>
    </div>
  );
}

function OtherAlerts(props: { readonly alerts: AlertFile['earlier'] }) {
  const change = useChangeSearch<'/alerts'>();
  return (
    <Panel title="Other alerts of the account">
      {props.alerts.length === 0 && <Empty>None before this one.</Empty>}
      <table className="rows">
        <tbody>
          {props.alerts.map((other) => (
            <tr
              key={other.id}
              tabIndex={0}
              onClick={() => change({ alert: other.id })}
              onKeyDown={(event) => event.key === 'Enter' && change({ alert: other.id })}
            >
              <td>{other.id}</td>
              <td title={utc(other.openedAt)}>{dateTime(other.openedAt)}</td>
              <td>{other.verdict ? VERDICT_WORDS[other.verdict] : 'Open'}</td>
              <td className="right">{count(other.transactions)} flagged</td>
            </tr>
          ))}
        </tbody>
      </table>
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
