// Alerts: what was sent to review or declined, newest first, with its verdict.
import { Button, SegmentedControl } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { AlertRow } from '../../../src/protocol/messages.ts';
import { Empty, OutcomeTag, Panel, ScoreBar } from '../components/parts.tsx';
import { clockTime, count, money, utc } from '../format.ts';
import { useLive } from '../live/feed.ts';
import { setQuery, useRoute } from '../live/route.ts';

const STATUS_WORDS = { open: 'Open', confirmed: '⚑ Fraud', dismissed: '✓ Genuine' } as const;

export function Alerts() {
  const { query } = useRoute();
  const live = useLive((state) => state.alerts);
  const pending = useLive((state) => state.stats?.pendingAlerts);
  const status = query.get('status') ?? 'open';
  const [stored, setStored] = useState<readonly AlertRow[]>([]);
  const [cursor, setCursor] = useState<number | null>(null);
  const load = async (from: number | null, kept: readonly AlertRow[]): Promise<void> => {
    const wanted = new URLSearchParams({ limit: '100' });
    if (status !== 'all') wanted.set('status', status);
    if (from !== null) wanted.set('cursor', String(from));
    const page = (await (await fetch(`/v1/alerts?${wanted}`)).json()) as {
      items: AlertRow[];
      nextCursor: number | null;
    };
    setStored([...kept, ...page.items]);
    setCursor(page.nextCursor);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another status asks again
  useEffect(() => {
    load(null, []).catch(() => setStored([]));
  }, [status]);
  const byId = new Map([...stored, ...live].map((alert) => [alert.transactionId, alert]));
  const alerts = [...byId.values()]
    .filter((alert) => status === 'all' || alert.status === status)
    .sort((a, b) => b.offset - a.offset);
  return (
    <Panel title="Alerts" note={pending === undefined ? '' : `${count(pending)} without a verdict`}>
      <div className="filters" style={{ marginBottom: 8 }}>
        <SegmentedControl
          size="xs"
          aria-label="Status"
          value={status}
          onChange={(value) => setQuery({ status: value })}
          data={[
            { value: 'open', label: 'Open' },
            { value: 'confirmed', label: 'Fraud' },
            { value: 'dismissed', label: 'Genuine' },
            { value: 'all', label: 'All' },
          ]}
        />
      </div>
      <div className="scroll">
        <table className="rows">
          <thead>
            <tr>
              <th>Time</th>
              <th className="hide-small">Account</th>
              <th className="right">Amount</th>
              <th className="hide-small">Merchant or payee</th>
              <th className="hide-small">Country</th>
              <th className="hide-small">Fraud score</th>
              <th>Outcome</th>
              <th>Verdict</th>
              <th className="hide-small">Why</th>
            </tr>
          </thead>
          <tbody>
            {alerts.map((alert) => (
              <tr
                key={alert.transactionId}
                tabIndex={0}
                onClick={() => setQuery({ transaction: alert.transactionId })}
                onKeyDown={(event) => event.key === 'Enter' && setQuery({ transaction: alert.transactionId })}
              >
                <td title={utc(alert.createdAt)}>{clockTime(alert.createdAt)}</td>
                <td className="hide-small">{alert.accountId}</td>
                <td className="right">{money(alert.amountMinor, alert.currency)}</td>
                <td className="hide-small">{alert.merchantName ?? '–'}</td>
                <td className="hide-small">{alert.country ?? '–'}</td>
                <td className="hide-small">
                  <ScoreBar score={alert.score} outcome={alert.outcome} />
                </td>
                <td>
                  <OutcomeTag outcome={alert.outcome} />
                </td>
                <td>{STATUS_WORDS[alert.status]}</td>
                <td className="hide-small" title={alert.topReason}>
                  {alert.topReason}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {alerts.length === 0 && (
        <Empty>No alerts here. They appear when a transaction is sent to review or declined.</Empty>
      )}
      {cursor !== null && (
        <Button size="xs" variant="default" mt={8} onClick={() => load(cursor, stored)}>
          Older
        </Button>
      )}
    </Panel>
  );
}
