// The alerts of a view as a virtual table: a cursor for the keyboard, boxes for many at once.
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Alert } from '../../../src/protocol/alerts.ts';
import type { Presence } from '../../../src/protocol/feed.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { choice } from '../kit/choice.tsx';
import { count, countryName, dateTime, hundredthsMoney, utc } from '../kit/format.ts';
import { type Column, LongTable } from '../kit/long-table.tsx';
import { useLive } from '../live/feed.ts';
import { TopReason } from '../transactions/index.ts';
import { SampleTag } from './sample-words.tsx';

const ROW_PX = 40;

/** How long until a time, or since, in one unit. */
export function awayText(iso: string, nowMs: number): string {
  const ms = Date.parse(iso) - nowMs;
  const size = Math.abs(ms);
  const text =
    size < 60_000
      ? `${Math.floor(size / 1000)} s`
      : size < 3_600_000
        ? `${Math.round(size / 60_000)} min`
        : size < 172_800_000
          ? `${Math.round(size / 3_600_000)} h`
          : `${Math.round(size / 86_400_000)} d`;
  return ms < 0 ? `${text} over` : text;
}

/** A clock that moves every few seconds. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function Due(props: { readonly alert: Alert; readonly nowMs: number }) {
  const { alert, nowMs } = props;
  if (alert.status === 'closed') {
    return (
      <span title={alert.closedAt ? utc(alert.closedAt) : ''}>
        {alert.closedAt ? dateTime(alert.closedAt) : ''}
      </span>
    );
  }
  const over = Date.parse(alert.dueAt) < nowMs;
  return (
    <span className={over ? 'overdue' : ''} title={`to be looked at by ${utc(alert.dueAt)}`}>
      {over ? '⏱ ' : ''}
      {awayText(alert.dueAt, nowMs)}
    </span>
  );
}

const VERDICT_WORDS = {
  fraud: '⚑ Fraud',
  genuine: '✓ Genuine',
  unsure: 'Unsure',
  labels: 'By labels',
} as const;

type ListProps = {
  readonly alerts: readonly Alert[];
  readonly cursor: number;
  readonly chosen: ReadonlySet<number>;
  readonly more: boolean;
  readonly closed: boolean;
  readonly onCursor: (index: number) => void;
  readonly onChoose: (id: number, chosen: boolean) => void;
  readonly onChooseAll: (chosen: boolean) => void;
  readonly onMore: () => void;
  readonly onReading: (reading: boolean) => void;
};

export function AlertList(props: ListProps) {
  const { alerts, cursor, chosen, closed } = props;
  const presence = useLive((state) => state.presence);
  const now = useNow(5000);
  const change = useChangeSearch<'/alerts'>();
  const pick = (alert: Alert): void => props.onCursor(alerts.indexOf(alert));
  return (
    <LongTable
      label="Alerts"
      className="queue"
      rows={alerts}
      rowKey={({ id }) => id}
      rowHeight={ROW_PX}
      cursor={cursor}
      columns={[
        choice<Alert>({
          rows: alerts.length,
          chosen: chosen.size,
          isChosen: ({ id }) => chosen.has(id),
          labelOf: ({ id }) => `Choose alert ${id}`,
          onChoose: ({ id }, isChosen) => props.onChoose(id, isChosen),
          onChooseAll: props.onChooseAll,
        }),
        LOSS,
        account(pick),
        ...WHAT,
        {
          title: closed ? 'Closed' : 'Due',
          cell: (alert) => <Due alert={alert} nowMs={now} />,
        },
        {
          title: closed ? 'Verdict' : 'With',
          className: 'c-who',
          cell: (alert) => (
            <>
              {closed
                ? alert.verdict && VERDICT_WORDS[alert.verdict]
                : (alert.assignee?.name ?? <span className="muted">nobody</span>)}
              <Eyes others={presence.filter((one) => one.alert === alert.id)} />
            </>
          ),
        },
      ]}
      mark={(alert) => ({
        'data-alert': alert.id,
        ...(alert === alerts[cursor] && { className: 'at' }),
      })}
      onOpen={(alert) => {
        pick(alert);
        change({ alert: alert.id });
      }}
      hasLinks
      onNearEnd={props.more ? props.onMore : undefined}
      events={{
        onPointerEnter: () => props.onReading(true),
        onPointerLeave: () => props.onReading(false),
      }}
    />
  );
}

const LOSS: Column<Alert> = {
  title: 'Expected loss',
  about: 'Sum of score × amount, in the desk’s base currency',
  right: true,
  cell: ({ sample, expectedLossMinor, currency }) =>
    sample ? <span className="muted">–</span> : <b>{hundredthsMoney(expectedLossMinor, currency)}</b>,
};

const account = (onPick: (alert: Alert) => void): Column<Alert> => ({
  title: 'Account',
  hint: ({ id }) => `Alert ${id}`,
  cell: (alert) => (
    <Link
      className="open"
      to="/alerts"
      search={(before) => ({ ...before, alert: alert.id })}
      onClick={() => onPick(alert)}
    >
      {alert.escalated && <span title="Escalated">▲ </span>}
      {alert.accountId}
    </Link>
  ),
});

/** What else is the same in every view. */
const WHAT: readonly Column<Alert>[] = [
  {
    title: 'Flagged',
    className: 'c-count',
    right: true,
    hint: ({ sample, declined }) => (sample ? 'It was approved' : `${declined} of them declined`),
    cell: ({ sample, transactions }) => (sample ? '–' : count(transactions)),
  },
  {
    title: 'Amount',
    className: 'c-amount',
    right: true,
    cell: ({ amountMinor, currency }) => hundredthsMoney(amountMinor, currency),
  },
  {
    title: 'Country',
    className: 'c-country',
    cell: ({ country }) => (country ? countryName(country) : '–'),
  },
  {
    title: 'Why',
    className: 'c-reason',
    hint: ({ topReason }) => topReason,
    cell: ({ sample, topReason, topConcept }) =>
      sample ? <SampleTag sample={sample} /> : <TopReason reason={topReason} concept={topConcept} />,
  },
];

/** Who looks at it now. */
function Eyes({ others }: { readonly others: readonly Presence[] }) {
  if (others.length === 0) return null;
  return (
    <span className="eyes" title={`${others.map(({ name }) => name).join(', ')} looking now`}>
      {' '}
      ● {others.length}
    </span>
  );
}
