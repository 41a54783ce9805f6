// Accounts linked by what they share, as a graph that grows by a click and stays bounded; a table says the same.
import { useEffect, useState } from 'react';
import type { Answer } from '../../../src/client/api.ts';
import type { AccountLink } from '../../../src/protocol/links.ts';
import { Chart, type ChartColors, legendLook, tooltipLook } from '../kit/chart.tsx';
import { count } from '../kit/format.ts';
import { Empty, Scroll } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import { escapeHtml } from './account-timeline.tsx';

const MAX_NODES = 150;
const KINDS = { device: 'Device', ip: 'IP address', counterparty: 'Payee', merchant: 'Flagged at' } as const;
/** What everybody uses says nothing about who belongs together. */
const COMMON = 100;

export function LinkGraph(props: { readonly accountId: string }) {
  const [answers, setAnswers] = useState<readonly Answer<'getAccountLinks'>[]>([]);
  const [problem, setProblem] = useState<string>();
  const [full, setFull] = useState(false);
  useEffect(() => {
    setAnswers([]);
    setFull(false);
    call('getAccountLinks', { params: { id: props.accountId } }).then(
      (answer) => setAnswers([answer]),
      (error: Error) => setProblem(error.message),
    );
  }, [props.accountId]);

  const accounts = new Map<string, { flagged: number; frauds: number; expanded: boolean }>();
  const things = new Map<string, AccountLink>();
  const edges = new Map<string, { source: string; target: string }>();
  for (const { accountId } of answers) accounts.set(accountId, { flagged: 0, frauds: 0, expanded: true });
  for (const { links } of answers) {
    for (const link of links) {
      if (link.total < 2) continue;
      const thing = `${link.kind} ${link.key}`;
      if (!things.has(thing) && accounts.size + things.size >= MAX_NODES) continue;
      things.set(thing, link);
      for (const one of link.accounts) {
        const known = accounts.get(one.accountId);
        if (!known && accounts.size + things.size >= MAX_NODES) continue;
        accounts.set(one.accountId, {
          flagged: Math.max(known?.flagged ?? 0, one.flagged),
          frauds: Math.max(known?.frauds ?? 0, one.frauds),
          expanded: known?.expanded ?? false,
        });
        edges.set(`${thing}→${one.accountId}`, { source: thing, target: `account ${one.accountId}` });
      }
    }
  }

  function expand(name: string): void {
    if (!name.startsWith('account ')) return;
    const accountId = name.slice('account '.length);
    if (answers.some((answer) => answer.accountId === accountId)) return;
    if (accounts.size + things.size >= MAX_NODES) {
      setFull(true);
      return;
    }
    call('getAccountLinks', { params: { id: accountId } }).then(
      (answer) => setAnswers((kept) => [...kept, answer]),
      (error: Error) => setProblem(error.message),
    );
  }

  if (problem) return <Empty>{problem}</Empty>;
  if (answers.length === 0) return <Empty>Loading …</Empty>;
  if (things.size === 0) return <Empty>The account shares nothing with another one.</Empty>;
  const option = (colors: ChartColors) => ({
    legend: { ...legendLook(colors), data: ['Account', 'With known fraud', ...Object.values(KINDS)] },
    tooltip: {
      ...tooltipLook(colors),
      formatter: ({ data }: { data: { tip?: string } }) => data.tip ?? '',
    },
    series: [
      {
        type: 'graph',
        layout: 'force',
        roam: true,
        draggable: true,
        force: { repulsion: 90, edgeLength: 60, gravity: 0.12, layoutAnimation: false },
        lineStyle: { color: colors.muted, opacity: 0.5 },
        label: { show: true, position: 'right', color: colors.text, fontSize: 10, formatter: '{@label}' },
        categories: [
          { name: 'Account', symbol: 'circle', itemStyle: { color: colors.approve } },
          { name: 'With known fraud', symbol: 'triangle', itemStyle: { color: colors.decline } },
          ...Object.values(KINDS).map((name, i) => ({
            name,
            symbol: ['rect', 'roundRect', 'diamond', 'pin'][i],
            itemStyle: { color: colors.muted },
          })),
        ],
        data: [
          ...[...accounts].map(([accountId, about]) => ({
            name: `account ${accountId}`,
            category: about.frauds > 0 ? 1 : 0,
            symbolSize: accountId === props.accountId ? 22 : about.expanded ? 15 : 11,
            label: { formatter: accountId },
            tip: `<b>${escapeHtml(accountId)}</b><br/>${about.flagged} flagged, ${about.frauds} known frauds${about.expanded ? '' : '<br/>click to go on from here'}`,
          })),
          ...[...things].map(([name, link]) => ({
            name,
            category: 2 + Object.keys(KINDS).indexOf(link.kind),
            symbolSize: link.total > COMMON ? 6 : 9,
            label: { formatter: (link.name ?? link.key).slice(0, 18) },
            tip: `${KINDS[link.kind]} <b>${escapeHtml(link.name ?? link.key)}</b><br/>${count(link.total)} accounts${link.total > COMMON ? ': common to many' : ''}`,
          })),
        ],
        links: [...edges.values()],
      },
    ],
  });
  return (
    <>
      <Chart label="Accounts linked by what they share" className="graph" option={option} onPick={expand} />
      {full && (
        <p className="muted">
          The graph shows {MAX_NODES} things at most. Open an account of its own to go on.
        </p>
      )}
      <details>
        <summary>The same as a table</summary>
        <Scroll label="Links">
          <table className="rows">
            <thead>
              <tr>
                <th>Shared</th>
                <th className="right">Accounts</th>
                <th>Most suspicious</th>
              </tr>
            </thead>
            <tbody>
              {[...things.values()].map((link) => (
                <tr key={`${link.kind} ${link.key}`} style={{ cursor: 'default' }}>
                  <td>
                    {KINDS[link.kind]} {link.name ?? link.key}
                  </td>
                  <td className="right">{count(link.total)}</td>
                  <td>
                    {link.accounts
                      .slice(0, 4)
                      .map((one) => `${one.accountId}${one.frauds > 0 ? ` ⚑${one.frauds}` : ''}`)
                      .join(', ')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </>
  );
}
