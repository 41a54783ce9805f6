// The head of the page of an alert: what happened, how it stands, who else looks, and what can be done.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Alert, AlertFile } from '../../../src/protocol/alerts.ts';
import { count, dateTime, hundredthsMoney, percent, words } from '../kit/format.ts';
import { HiddenHint } from '../kit/hidden.tsx';
import { LinkButton } from '../kit/link-button.tsx';
import { Panel } from '../kit/parts.tsx';
import { useLive } from '../live/feed.ts';
import { useMay, useMe } from '../live/me.ts';
import { TopReason } from '../transactions/index.ts';
import { type Acting, AlertActions } from './alert-actions.tsx';
import { awayText, Due, useNow } from './alert-list.tsx';
import { sampleSentence } from './sample-words.tsx';
import { VERDICT_WORDS } from './verdict-words.ts';

/** What happened, as one would say it. */
function headline(alert: Alert): string {
  if (alert.sample)
    return `Please label: a payment of account ${alert.accountId} over ${hundredthsMoney(alert.amountMinor, alert.currency)}, which was approved`;
  const what = `${count(alert.transactions)} ${alert.transactions === 1 ? 'transaction' : 'transactions'}`;
  const ms = Date.parse(alert.updatedAt) - Date.parse(alert.openedAt);
  const span =
    alert.transactions === 1 || ms < 1000 ? '' : ` within ${awayText(new Date(ms).toISOString(), 0)}`;
  const declined = alert.declined > 0 ? `, ${count(alert.declined)} declined` : '';
  const amount = hundredthsMoney(alert.amountMinor, alert.currency);
  return `${what} of account ${alert.accountId}${span}: ${amount}${declined}`;
}

export function AlertSummary(props: {
  readonly file: AlertFile;
  readonly acting: Acting;
  readonly back: ReactNode;
}) {
  const { alert } = props.file;
  const sees = useMay('read_identifiers');
  return (
    <Panel
      title={`${alert.sample ? 'Sample' : 'Alert'} ${alert.id}`}
      note={
        <span className="filters">
          <Others id={alert.id} />
          <Button
            size="xs"
            variant="default"
            component="a"
            href={`/v1/queue/${alert.id}?download=true`}
            download
            title="Everything on this page as JSON"
          >
            JSON
          </Button>
          <Button size="xs" variant="default" onClick={() => window.print()} title="Or save it as PDF">
            Print
          </Button>
          {props.back}
        </span>
      }
    >
      <h1 className="headline">{headline(alert)}</h1>
      <p className="muted" style={{ margin: '4px 0 10px' }}>
        {alert.sample ? (
          <>{sampleSentence(alert.sample)} · </>
        ) : (
          <>
            {alert.topReason && (
              <span className="first-reason">
                <TopReason reason={alert.topReason} concept={alert.topConcept} />
              </span>
            )}
            expected loss {hundredthsMoney(alert.expectedLossMinor, alert.currency)} · highest score{' '}
            {percent(alert.maxScore)} ·{' '}
          </>
        )}
        <Standing alert={alert} />
      </p>
      {alert.caseId !== null && (
        <LinkButton size="compact-xs" variant="light" mb={8} to="/cases" search={{ case: alert.caseId }}>
          Case {alert.caseId}
        </LinkButton>
      )}
      <HiddenHint show={!sees} />
      <AlertActions alerts={[alert]} acting={props.acting} />
    </Panel>
  );
}

/** Who else has this page open. */
function Others(props: { readonly id: number }) {
  const { me } = useMe();
  const presence = useLive((state) => state.presence);
  const others = presence.filter((one) => one.alert === props.id && one.name !== me?.actor?.name);
  if (others.length === 0) return null;
  return (
    <span className="eyes" role="status">
      ● {others.map(({ name }) => name).join(', ')} {others.length === 1 ? 'is' : 'are'} looking, too
    </span>
  );
}

/** With whom it is and until when; or how it ended. */
function Standing(props: { readonly alert: Alert }) {
  const { alert } = props;
  const now = useNow(5000);
  if (alert.status === 'open') {
    return (
      <>
        {alert.assignee ? `with ${alert.assignee.name}` : 'with nobody'} · due{' '}
        <Due alert={alert} nowMs={now} />
        {alert.escalated && ' · ▲ escalated'}
        {alert.snoozedUntil &&
          Date.parse(alert.snoozedUntil) > now &&
          ` · snoozed until ${dateTime(alert.snoozedUntil)}`}
      </>
    );
  }
  return (
    <>
      {alert.verdict && VERDICT_WORDS[alert.verdict]}
      {alert.fraudType ? ` (${words(alert.fraudType)})` : ''} · closed by {alert.closedBy}
      {alert.closedAt ? `, ${dateTime(alert.closedAt)}` : ''}
    </>
  );
}
