// The latest transactions of an account over time: amounts, with what was flagged marked by shape and colour.

import { baseHundredths } from '../../../src/domain/base-amount.ts';
import type { AccountPoint } from '../../../src/protocol/alerts.ts';
import { amountText } from '../kit/amount.tsx';
import { Chart, type ChartColors, tooltipLook } from '../kit/chart.tsx';
import { dateTime, shortMoney } from '../kit/format.ts';
import { Empty } from '../kit/parts.tsx';
import { useLive } from '../live/feed.ts';
import { FEWEST_USUAL, type Usual, usualBefore } from './usual-amounts.ts';

const SHAPES = { approve: 'circle', review: 'diamond', decline: 'triangle' } as const;
const NAMES = { approve: 'Approved', review: 'Review', decline: 'Declined' } as const;

export function AccountTimeline(props: {
  readonly points: readonly AccountPoint[];
  readonly flagged: ReadonlySet<string>;
}) {
  const { points, flagged } = props;
  const baseCurrency = useLive((state) => state.baseCurrency);
  if (points.length === 0) return <Empty>Nothing of the account is stored any more.</Empty>;
  if (points.length === 1)
    return (
      <p className="muted">It is the account’s only transaction so far: what is usual is not known yet.</p>
    );
  const usual = usualBefore(points);
  const option = (colors: ChartColors) => ({
    grid: { left: 62, right: 12, top: 28, bottom: 24 },
    legend: {
      top: 0,
      left: 0,
      textStyle: { color: colors.text, fontSize: 11 },
      itemWidth: 10,
      itemHeight: 8,
    },
    tooltip: {
      ...tooltipLook(colors),
      formatter: ({ data }: { data: { point: AccountPoint } }) =>
        `${dateTime(data.point.at)}<br/><b>${amountText(data.point)}</b> ${escapeHtml(data.point.place)}` +
        usualText(usual.get(data.point.id), baseCurrency) +
        `${data.point.isFraud === null ? '' : data.point.isFraud ? '<br/>⚑ fraud' : '<br/>✓ genuine'}`,
    },
    xAxis: {
      type: 'time',
      axisLabel: { color: colors.muted, hideOverlap: true },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      min: 0,
      axisLabel: { color: colors.muted, formatter: (units: number) => shortMoney(units * 100, baseCurrency) },
      splitLine: { lineStyle: { color: colors.line } },
    },
    series: [
      ...usualBand(points, usual, colors),
      ...(['approve', 'review', 'decline'] as const).map((outcome) => ({
        name: NAMES[outcome],
        type: 'scatter',
        symbol: SHAPES[outcome],
        symbolSize: outcome === 'approve' ? 6 : 11,
        itemStyle: { color: colors[outcome], opacity: outcome === 'approve' ? 0.7 : 1 },
        data: points
          .filter((point) => point.outcome === outcome)
          .map((point) => ({
            value: [Date.parse(point.at), baseHundredths(point) / 100],
            point,
            ...(flagged.has(point.id) && { itemStyle: { borderColor: colors.text, borderWidth: 1.5 } }),
          })),
      })),
    ],
  });
  return (
    <>
      <Chart label="Amounts of the account over time" option={option} />
      <p className="muted">
        {usual.size > 0
          ? 'Usual: where four fifths of the account’s payments before each point lie.'
          : `What is usual is known from ${FEWEST_USUAL} payments before on.`}
      </p>
    </>
  );
}

const usualText = (usual: Usual | undefined, currency: string): string =>
  usual === undefined
    ? '<br/>too few payments before to say what is usual'
    : `<br/>usual before it: ${shortMoney(usual.low, currency)} to ${shortMoney(usual.high, currency)}`;

/** Where it is known, as an area between two lines. */
function usualBand(points: readonly AccountPoint[], usual: ReadonlyMap<string, Usual>, colors: ChartColors) {
  if (usual.size === 0) return [];
  const line = (name: string, value: (of: Usual) => number, opacity: number) => ({
    name,
    type: 'line' as const,
    stack: 'usual',
    step: 'end' as const,
    showSymbol: false,
    silent: true,
    lineStyle: { opacity: 0 },
    itemStyle: { color: colors.accent },
    areaStyle: { color: colors.accent, opacity },
    data: points.flatMap((point) => {
      const of = usual.get(point.id);
      return of ? [[Date.parse(point.at), value(of) / 100]] : [];
    }),
  });
  return [
    // What lies below the band carries it, and is not seen.
    { ...line('', ({ low }) => low, 0), tooltip: { show: false } },
    line('Usual', ({ low, high }) => high - low, 0.18),
  ];
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
