// The latest transactions of an account over time: amounts, with what was flagged marked by shape and colour.

import { baseHundredths } from '../../../src/domain/base-amount.ts';
import type { AccountPoint } from '../../../src/protocol/alerts.ts';
import { amountText } from '../kit/amount.tsx';
import { Chart, type ChartColors, tooltipLook } from '../kit/chart.tsx';
import { dateTime } from '../kit/format.ts';
import { Empty } from '../kit/parts.tsx';

const SHAPES = { approve: 'circle', review: 'diamond', decline: 'triangle' } as const;
const NAMES = { approve: 'Approved', review: 'Review', decline: 'Declined' } as const;

export function AccountTimeline(props: {
  readonly points: readonly AccountPoint[];
  readonly flagged: ReadonlySet<string>;
}) {
  const { points, flagged } = props;
  if (points.length === 0) return <Empty>Nothing of the account is stored any more.</Empty>;
  const option = (colors: ChartColors) => ({
    grid: { left: 54, right: 12, top: 28, bottom: 24 },
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
        `${data.point.isFraud === null ? '' : data.point.isFraud ? '<br/>⚑ fraud' : '<br/>✓ genuine'}`,
    },
    xAxis: {
      type: 'time',
      axisLabel: { color: colors.muted, hideOverlap: true },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      axisLabel: { color: colors.muted },
      splitLine: { lineStyle: { color: colors.line } },
    },
    series: (['approve', 'review', 'decline'] as const).map((outcome) => ({
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
  });
  return <Chart label="Amounts of the account over time" option={option} />;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
