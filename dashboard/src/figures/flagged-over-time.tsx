// Transactions over time, and how many of them were flagged: two scales, each said.
import type { MinuteCount, Stats } from '../../../src/protocol/figures.ts';
import { Chart, type ChartColors, legendLook, tooltipLook } from '../kit/chart.tsx';
import { minuteTime } from '../kit/format.ts';
import { inSteps, sinceFirst, stepOf, toCome } from './minutes.ts';

/** A new desk's chart has room for so many minutes, and fills from the left. */
const ROOM = 15;

/** Where a simulated past ends and the desk is live, where that is shown. */
function joinOf(minutes: readonly MinuteCount[], simulatedUntil: string | null): number | undefined {
  if (simulatedUntil === null) return undefined;
  const at = minutes.findLastIndex(({ minute }) => Date.parse(minute) <= Date.parse(simulatedUntil));
  return at < 0 ? undefined : at;
}

/** Its words stand on the side that has room for them. */
const joinLine = (at: number, points: number, simulatedUntil: string | null, colors: ChartColors) => ({
  silent: true,
  symbol: 'none',
  data: [
    {
      xAxis: at,
      lineStyle: { color: colors.muted, type: 'dashed' as const },
      label: {
        formatter: at > points / 2 ? `simulated until ${minuteTime(simulatedUntil ?? '')}` : 'live from here',
        color: colors.muted,
        fontSize: 11,
        position: 'end' as const,
        align: at > points / 2 ? ('right' as const) : ('left' as const),
      },
    },
  ],
});

export function FlaggedOverTime(props: { readonly stats: Stats }) {
  const step = stepOf(props.stats.periodMinutes);
  const minutes = inSteps(sinceFirst(props.stats.minutes), step);
  const room = step === 1 ? ROOM - minutes.length : 0;
  const times = [...minutes.map(({ minute }) => minute), ...toCome(minutes, room)];
  // The minute under way is no less busy than those before it: its transactions are not all there yet.
  const whole = minutes.slice(0, -1);
  const join = joinOf(minutes, props.stats.simulatedUntil);
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
        ...(join !== undefined && {
          markLine: joinLine(join, times.length, props.stats.simulatedUntil, colors),
        }),
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
  return <Chart label="Transactions and flagged transactions over time" option={option} />;
}
