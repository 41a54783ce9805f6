// How linked accounts are drawn: accounts as circles, those with known fraud as triangles, what they share between them.
import type { AccountLink } from '../../../src/protocol/links.ts';
import { type ChartColors, legendLook, tooltipLook } from '../kit/chart.tsx';
import { count } from '../kit/format.ts';
import { escapeHtml } from './account-timeline.tsx';
import { nodeOf, type Shared } from './shared-things.ts';

type Kind = AccountLink['kind'];
const KINDS: readonly Kind[] = ['device', 'ip', 'counterparty', 'merchant'];
export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  device: 'Device',
  ip: 'IP address',
  counterparty: 'Payee',
  merchant: 'Flagged at',
};
const SYMBOLS: Readonly<Record<Kind, string>> = {
  device: 'rect',
  ip: 'roundRect',
  counterparty: 'diamond',
  merchant: 'pin',
};
/** What everybody uses says nothing about who belongs together. */
const COMMON = 100;

const accountNodes = ({ accounts }: Shared, own: string) =>
  [...accounts].map(([accountId, { flagged, frauds, expanded }]) => ({
    name: nodeOf(accountId),
    category: frauds > 0 ? 1 : 0,
    symbolSize: accountId === own ? 22 : expanded ? 15 : 11,
    label: { formatter: accountId },
    tip: `<b>${escapeHtml(accountId)}</b><br/>${flagged} flagged, ${frauds} known frauds${expanded ? '' : '<br/>click to go on from here'}`,
  }));

const thingNodes = ({ things }: Shared) =>
  [...things].map(([node, { kind, key, name, total }]) => ({
    name: node,
    category: 2 + KINDS.indexOf(kind),
    symbolSize: total > COMMON ? 6 : 9,
    label: { formatter: (name ?? key).slice(0, 18) },
    tip: `${KIND_WORDS[kind]} <b>${escapeHtml(name ?? key)}</b><br/>${count(total)} accounts${total > COMMON ? ': common to many' : ''}`,
  }));

export const linksOption = (shared: Shared, own: string, colors: ChartColors) => ({
  legend: {
    ...legendLook(colors),
    data: ['Account', 'With known fraud', ...KINDS.map((kind) => KIND_WORDS[kind])],
  },
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
      force: { repulsion: 160, edgeLength: [50, 110], gravity: 0.1, layoutAnimation: false },
      lineStyle: { color: colors.muted, opacity: 0.5 },
      label: { show: true, position: 'right', color: colors.text, fontSize: 10, formatter: '{@label}' },
      // What has no room for its name shows it under the pointer.
      labelLayout: { hideOverlap: true },
      emphasis: { focus: 'adjacency', label: { show: true } },
      categories: [
        { name: 'Account', symbol: 'circle', itemStyle: { color: colors.approve } },
        { name: 'With known fraud', symbol: 'triangle', itemStyle: { color: colors.decline } },
        ...KINDS.map((kind) => ({
          name: KIND_WORDS[kind],
          symbol: SYMBOLS[kind],
          itemStyle: { color: colors.muted },
        })),
      ],
      data: [...accountNodes(shared, own), ...thingNodes(shared)],
      links: shared.edges,
    },
  ],
});
