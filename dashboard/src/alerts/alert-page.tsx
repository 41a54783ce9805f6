// The page of an alert: what happened, why, what surrounds it, who did what; and the verdict.
import { Button } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { AlertFile } from '../../../src/protocol/alerts.ts';
import { AmountCell } from '../kit/amount.tsx';
import { count, dateTime, hundredthsMoney, percent, utc, words } from '../kit/format.ts';
import { HiddenHint, NOT_SHOWN } from '../kit/hidden.tsx';
import { Empty, OutcomeTag, Panel, ScoreBar, Scroll } from '../kit/parts.tsx';
import { type Said, Toast } from '../kit/toast.tsx';
import { AccountMap, AccountTimeline, LinkGraph } from '../links/index.ts';
import { useAnswer } from '../live/desk.ts';
import { look, useLive } from '../live/feed.ts';
import { useMay, useMe } from '../live/me.ts';
import { navigate, setQuery } from '../live/route.ts';
import { Story, useStory } from '../transactions/index.ts';
import { AlertActions, useActions } from './alert-actions.tsx';
import { awayText, Due, useNow } from './alert-list.tsx';
import { NotesPanel } from './notes-panel.tsx';

const VERDICT_WORDS = {
  fraud: '⚑ Fraud',
  genuine: '✓ Genuine',
  unsure: 'Closed as unsure',
  labels: 'Closed by labels from elsewhere',
} as const;

/** What happened, as one would say it. */
function headline({ alert }: AlertFile): string {
  const what = `${count(alert.transactions)} ${alert.transactions === 1 ? 'transaction' : 'transactions'}`;
  const ms = Date.parse(alert.updatedAt) - Date.parse(alert.openedAt);
  const span =
    alert.transactions === 1 || ms < 1000 ? '' : ` within ${awayText(new Date(ms).toISOString(), 0)}`;
  const declined = alert.declined > 0 ? `, ${count(alert.declined)} declined` : '';
  const amount = hundredthsMoney(alert.amountMinor, alert.currency);
  return `${what} of account ${alert.accountId}${span}: ${amount}${declined}`;
}

export function AlertPage(props: { readonly id: number }) {
  const { id } = props;
  const { me } = useMe();
  const sees = useMay('read_identifiers');
  const changes = useLive((state) => state.queueChanges);
  const presence = useLive((state) => state.presence);
  const { data: file, problem, again } = useAnswer('getAlert', { params: { id } });
  const [said, setSaid] = useState<Said>();
  const [shown, setShown] = useState<string>();
  const now = useNow(5000);
  const load = useRef(again);
  load.current = again;
  useEffect(() => {
    setShown(undefined);
    look(id);
    return () => look(null);
  }, [id]);
  // What the desk says of alerts in general is a hint to look at this one again; a burst of hints is one look.
  useEffect(() => {
    if (changes === 0) return;
    const timer = setTimeout(() => load.current(), 1500);
    return () => clearTimeout(timer);
  }, [changes]);
  const gone = useCallback(() => setSaid(undefined), []);
  const acting = useActions(setSaid, again);
  const worst = file?.transactions.reduce((a, b) => (b.score > a.score ? b : a), file.transactions[0]);
  const story = useStory(shown ?? worst?.id ?? null);
  const back = (
    <Button size="xs" variant="default" onClick={() => setQuery({ alert: undefined })}>
      ← Queue
    </Button>
  );
  if (problem && !file) {
    return (
      <Panel title={`Alert ${id}`} note={back}>
        <Empty>{problem}</Empty>
      </Panel>
    );
  }
  if (!file) return <Panel title={`Alert ${id}`}>{<Empty>Loading …</Empty>}</Panel>;
  const { alert } = file;
  const others = presence.filter((one) => one.alert === id && one.name !== me?.actor?.name);
  return (
    <div className="alert-page" data-testid="alert-page">
      <Panel
        title={`Alert ${alert.id}`}
        note={
          <span className="filters">
            {others.length > 0 && (
              <span className="eyes" role="status">
                ● {others.map(({ name }) => name).join(', ')} {others.length === 1 ? 'is' : 'are'} looking,
                too
              </span>
            )}
            <Button
              size="xs"
              variant="default"
              component="a"
              href={`/v1/queue/${id}?download=true`}
              download
              title="Everything on this page as JSON"
            >
              JSON
            </Button>
            <Button size="xs" variant="default" onClick={() => window.print()} title="Or save it as PDF">
              Print
            </Button>
            {back}
          </span>
        }
      >
        <h1 className="headline">{headline(file)}</h1>
        <p className="muted" style={{ margin: '4px 0 10px' }}>
          {alert.topReason && <>{alert.topReason} · </>}
          expected loss {count(alert.expectedLossMinor / 100)} · highest score {percent(alert.maxScore)} ·{' '}
          {alert.status === 'open' ? (
            <>
              {alert.assignee ? `with ${alert.assignee.name}` : 'with nobody'} · due{' '}
              <Due alert={alert} nowMs={now} />
              {alert.escalated && ' · ▲ escalated'}
              {alert.snoozedUntil &&
                Date.parse(alert.snoozedUntil) > now &&
                ` · snoozed until ${dateTime(alert.snoozedUntil)}`}
            </>
          ) : (
            <>
              {alert.verdict && VERDICT_WORDS[alert.verdict]}
              {alert.fraudType ? ` (${words(alert.fraudType)})` : ''} · closed by {alert.closedBy}
              {alert.closedAt ? `, ${dateTime(alert.closedAt)}` : ''}
            </>
          )}
        </p>
        {alert.caseId !== null && (
          <Button
            size="compact-xs"
            variant="light"
            mb={8}
            onClick={() => navigate(`/cases?case=${alert.caseId}`)}
          >
            Case {alert.caseId}
          </Button>
        )}
        <HiddenHint show={!sees} />
        <AlertActions alerts={[alert]} acting={acting} />
      </Panel>
      <div className="grid">
        <Panel
          title="Flagged transactions"
          note={
            file.transactions.length < alert.transactions
              ? `${count(file.transactions.length)} newest of ${count(alert.transactions)}`
              : undefined
          }
        >
          <Scroll label="Flagged transactions">
            <table className="rows">
              <tbody>
                {file.transactions.map((row) => (
                  <tr
                    key={row.id}
                    tabIndex={0}
                    aria-current={(shown ?? worst?.id) === row.id ? 'true' : undefined}
                    onClick={() => setShown(row.id)}
                    onKeyDown={(event) => event.key === 'Enter' && setShown(row.id)}
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
          <AccountTimeline points={file.account} flagged={new Set(file.transactions.map((row) => row.id))} />
          <AccountMap points={file.account} />
        </Panel>
        <NotesPanel file={file} onChanged={again} onSaid={setSaid} />
      </div>
      <Panel title="Why" note={story.story && `transaction ${story.story.decision.transactionId}`}>
        {story.failure && <Empty>{story.failure}</Empty>}
        {story.story && <Story story={story.story} />}
      </Panel>
      <div className="grid">
        <Panel
          title="Linked accounts"
          note="by device, address, payee and merchant; click an account to go on"
        >
          {sees ? (
            <LinkGraph accountId={alert.accountId} />
          ) : (
            <Empty>{NOT_SHOWN} Links between accounts are, too.</Empty>
          )}
        </Panel>
        <div style={{ display: 'grid', gap: 12, alignContent: 'start' }}>
          <Panel title="Other alerts of the account">
            {file.earlier.length === 0 && <Empty>None before this one.</Empty>}
            <table className="rows">
              <tbody>
                {file.earlier.map((other) => (
                  <tr
                    key={other.id}
                    tabIndex={0}
                    onClick={() => setQuery({ alert: String(other.id) })}
                    onKeyDown={(event) => event.key === 'Enter' && setQuery({ alert: String(other.id) })}
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
          <Panel title="Who did what">
            {file.history.length === 0 && <Empty>Nobody did anything yet.</Empty>}
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
        </div>
      </div>
      <Toast said={said} onGone={gone} />
    </div>
  );
}
