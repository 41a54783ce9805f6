// Transactions a minute, and how many of them were flagged: two scales, each said.
import type { Stats } from '../../../src/protocol/figures.ts';
import { Chart, type ChartColors, legendLook, tooltipLook } from '../kit/chart.tsx';
import { minuteTime } from '../kit/format.ts';
import { sinceFirst, toCome } from './minutes.ts';

/** A new desk's chart has room for so many minutes, and fills from the left. */
const ROOM = 15;

export function FlaggedOverTime(props: { readonly stats: Stats }) {
  const minutes = sinceFirst(props.stats.minutes);
  const times = [...minutes.map(({ minute }) => minute), ...toCome(minutes, ROOM - minutes.length)];
  // The minute under way is no less busy than those before it: its transactions are not all there yet.
  const whole = minutes.slice(0, -1);
  const option = (colors: ChartColors) => ({
    grid: { left: 46, right: 40, top: 30, bottom: 24 },
    legend: legendLook(colors),
    tooltip: { trigger: 'axis', ...tooltipLook(colors) },
    xAxis: {
      type: 'category',
      data: times.map(minuteTime),
      axisLabel: { color: colors.muted },
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
    },
    yAxis: [
      {
        type: 'value',
        min: 0,
        axisLabel: { color: colors.muted },
        splitLine: { lineStyle: { color: colors.line } },
      },
      {
        type: 'value',
        min: 0,
        minInterval: 1,
        axisLabel: { color: colors.decline },
        splitLine: { show: false },
      },
    ],
    series: [
      {
        name: 'Transactions (left)',
        type: 'line',
        showSymbol: whole.length < 3,
        lineStyle: { width: 2 },
        itemStyle: { color: colors.approve },
        areaStyle: { opacity: 0.12 },
        data: whole.map((minute) => minute.transactions),
      },
      ...(['reviews', 'declines'] as const).map((outcome) => ({
        name: outcome === 'reviews' ? 'Review (right)' : 'Declined (right)',
        type: 'bar',
        stack: 'flagged',
        barMaxWidth: 14,
        yAxisIndex: 1,
        itemStyle: { color: outcome === 'reviews' ? colors.review : colors.decline },
        data: minutes.map((minute) => minute[outcome]),
      })),
    ],
  });
  return <Chart label="Transactions and flagged transactions per minute" option={option} />;
}
