// How the cost of thresholds is drawn: cost and alerts a day, each on an axis of its own.
import { type ChartColors, legendLook, tooltipLook } from '../kit/chart.tsx';
import { count, percent, shortMoney } from '../kit/format.ts';
import { costADay, type Prices, type ThresholdCosts } from './threshold-costs.ts';

export function costOption(
  {
    costs,
    prices,
    stepStarts,
    step,
    baseCurrency,
  }: {
    readonly costs: ThresholdCosts;
    readonly prices: Prices;
    readonly stepStarts: readonly number[];
    /** The one that is chosen. */
    readonly step: number;
    readonly baseCurrency: string;
  },
  colors: ChartColors,
) {
  const { days, first, last } = costs;
  const steps = costs.steps.slice(first, last + 1);
  const axisLabel = { color: colors.muted, fontSize: 11 };
  return {
    color: [colors.accent, colors.review],
    grid: { left: 64, right: 64, top: 46, bottom: 40 },
    legend: legendLook(colors),
    tooltip: { trigger: 'axis' as const, ...tooltipLook(colors) },
    xAxis: {
      type: 'category' as const,
      data: stepStarts.slice(first, last + 1).map((start) => percent(start, start < 0.01 ? 3 : 1)),
      name: 'Threshold',
      nameLocation: 'middle' as const,
      nameGap: 26,
      nameTextStyle: axisLabel,
      axisLabel,
      axisLine: { lineStyle: { color: colors.line } },
    },
    yAxis: [
      {
        type: 'value' as const,
        axisLabel: { ...axisLabel, formatter: (value: number) => shortMoney(value * 100, baseCurrency) },
        splitLine: { lineStyle: { color: colors.line } },
      },
      {
        type: 'log' as const,
        min: 1,
        axisLabel: { ...axisLabel, formatter: (value: number) => count(value) },
        splitLine: { show: false },
      },
    ],
    series: [
      {
        name: 'Cost a day',
        type: 'line' as const,
        showSymbol: false,
        data: steps.map((at) => Math.round(costADay(at, days, prices)) / 100),
        lineStyle: { width: 2 },
        markLine: {
          symbol: 'none',
          silent: true,
          label: { ...axisLabel, formatter: 'chosen' },
          lineStyle: { color: colors.text, type: 'solid' as const },
          data: [{ xAxis: step - first }],
        },
      },
      {
        name: 'Alerts a day (log scale, right)',
        type: 'line' as const,
        yAxisIndex: 1,
        showSymbol: false,
        data: steps.map((at) => Math.max(1, at.alerts / days)),
        lineStyle: { width: 2, type: 'dashed' as const },
      },
    ],
  };
}
