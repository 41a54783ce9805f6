// The alerts of a view as a virtual table: a cursor for the keyboard, boxes for many at once.
import { Checkbox } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { Alert } from '../../../src/protocol/alerts.ts';
import type { Presence } from '../../../src/protocol/feed.ts';
import { count, countryName, dateTime, hundredthsMoney, utc } from '../kit/format.ts';
import { useLive } from '../live/feed.ts';

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
  const { alerts, cursor, more, onMore } = props;
  const presence = useLive((state) => state.presence);
  const now = useNow(5000);
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: alerts.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= alerts.length - 20) onMore();
  }, [more, last, alerts.length, onMore]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a cursor that moves scrolls
  useEffect(() => {
    if (cursor >= 0 && cursor < alerts.length) virtual.scrollToIndex(cursor, { align: 'auto' });
  }, [cursor]);
  return (
    <section
      ref={frame}
      className="virtual queue"
      aria-label="Alerts"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard could not scroll
      tabIndex={0}
      onPointerEnter={() => props.onReading(true)}
      onPointerLeave={() => props.onReading(false)}
    >
      <Head {...props} />
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map((item) => {
          const alert = alerts[item.index];
          return (
            <Line
              key={alert.id}
              {...props}
              alert={alert}
              index={item.index}
              top={item.start}
              nowMs={now}
              others={presence.filter((one) => one.alert === alert.id)}
            />
          );
        })}
      </div>
    </section>
  );
}

function Head(props: ListProps) {
  const { alerts, chosen, closed } = props;
  return (
    <div className="head">
      <Checkbox
        size="xs"
        aria-label="Choose all"
        checked={alerts.length > 0 && chosen.size === alerts.length}
        indeterminate={chosen.size > 0 && chosen.size < alerts.length}
        onChange={(event) => props.onChooseAll(event.currentTarget.checked)}
      />
      <span className="right" title="Sum of score × amount; currencies are not converted">
        Expected loss
      </span>
      <span>Account</span>
      <span className="right c-count">Flagged</span>
      <span className="right c-amount">Amount</span>
      <span className="c-country">Country</span>
      <span className="c-reason">Why</span>
      <span>{closed ? 'Closed' : 'Due'}</span>
      <span className="c-who">{closed ? 'Verdict' : 'With'}</span>
    </div>
  );
}

function Line(
  props: ListProps & {
    readonly alert: Alert;
    readonly index: number;
    /** Where in the list it stands, in pixels. */
    readonly top: number;
    readonly nowMs: number;
    /** Who looks at it. */
    readonly others: readonly Presence[];
  },
) {
  const { alert, index, top, nowMs, others, cursor, chosen } = props;
  return (
    <div
      className={`line ${index === cursor ? 'at' : ''}`}
      data-alert={alert.id}
      style={{ position: 'absolute', top: 0, transform: `translateY(${top}px)` }}
    >
      <Checkbox
        size="xs"
        aria-label={`Choose alert ${alert.id}`}
        checked={chosen.has(alert.id)}
        onChange={(event) => props.onChoose(alert.id, event.currentTarget.checked)}
      />
      <Link
        className="open"
        to="/alerts"
        search={(before) => ({ ...before, alert: alert.id })}
        onClick={() => props.onCursor(index)}
      >
        <b className="right">{hundredthsMoney(alert.expectedLossMinor, alert.currency)}</b>
        <span title={`Alert ${alert.id}`}>
          {alert.escalated && <span title="Escalated">▲ </span>}
          {alert.accountId}
        </span>
        <span className="right c-count" title={`${alert.declined} of them declined`}>
          {count(alert.transactions)}
        </span>
        <span className="right c-amount">{hundredthsMoney(alert.amountMinor, alert.currency)}</span>
        <span className="c-country">{alert.country ? countryName(alert.country) : '–'}</span>
        <span className="c-reason" title={alert.topReason ?? ''}>
          {alert.topReason}
        </span>
        <Due alert={alert} nowMs={nowMs} />
        <span className="c-who">
          {props.closed
            ? alert.verdict && VERDICT_WORDS[alert.verdict]
            : (alert.assignee?.name ?? <span className="muted">nobody</span>)}
          {others.length > 0 && (
            <span className="eyes" title={`${others.map(({ name }) => name).join(', ')} looking now`}>
              {' '}
              ● {others.length}
            </span>
          )}
        </span>
      </Link>
    </div>
  );
}
