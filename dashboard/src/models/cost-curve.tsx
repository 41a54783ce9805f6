// What a threshold costs and brings in a day: false alarms, missed money, and how much the review team can take.
import { NumberInput, Slider } from '@mantine/core';
import { useState } from 'react';
import type { Reviews } from '../../../src/protocol/models.ts';
import { Chart, type ChartColors, legendLook, tooltipLook } from '../kit/chart.tsx';
import { count, percent, shortMoney } from '../kit/format.ts';
import { Empty, Panel } from '../kit/parts.tsx';
import { useLive } from '../live/feed.ts';

const DAY_MS = 86_400_000;

type AtStep = {
  readonly alerts: number;
  readonly caught: number;
  readonly caughtMinor: number;
  readonly missed: number;
  readonly missedMinor: number;
};

/** What a threshold at the start of each step brings, in the whole period. */
function bySteps({ reviews: [review] }: Reviews): AtStep[] {
  const totalMinor = review.fraudAmountMinor.reduce((sum, n) => sum + n, 0);
  const found: AtStep[] = new Array(review.fraud.length);
  let alerts = 0;
  let caught = 0;
  let caughtMinor = 0;
  for (let step = review.fraud.length - 1; step >= 0; step--) {
    alerts += review.fraud[step] + review.genuine[step];
    caught += review.fraud[step];
    caughtMinor += review.fraudAmountMinor[step];
    found[step] = {
      alerts,
      caught,
      caughtMinor,
      missed: review.frauds - caught,
      missedMinor: totalMinor - caughtMinor,
    };
  }
  return found;
}

/** The first review of the message is the one that is weighed. */
export function CostCurve(props: { readonly message: Reviews }) {
  const baseCurrency = useLive((state) => state.baseCurrency);
  const { message } = props;
  const [review] = message.reviews;
  const [reviewCost, setReviewCost] = useState(5);
  const [lossShare, setLossShare] = useState(100);
  const [capacity, setCapacity] = useState(500);
  const own = message.stepStarts.findLastIndex((start) => start <= review.thresholds.review);
  const [chosen, setChosen] = useState<number>();
  if (message.from === null || review.frauds === 0) {
    return (
      <Panel title="Cost curve">
        <Empty>Appears with the first labelled frauds: they say what a miss costs.</Empty>
      </Panel>
    );
  }
  const days = Math.max((Date.parse(message.until) - Date.parse(message.from)) / DAY_MS, 1 / 1440);
  const steps = bySteps(message);
  const first = Math.max(
    0,
    steps.findIndex(({ alerts }) => alerts < review.rows),
  );
  // Beyond the most suspicious score there is nothing to see.
  const last = Math.max(
    first + 1,
    steps.findLastIndex(({ alerts }) => alerts > 0),
  );
  const step = Math.min(Math.max(chosen ?? own, first), last);
  const costOf = ({ alerts, missedMinor }: AtStep): number =>
    (alerts * reviewCost * 100 + (missedMinor * lossShare) / 100) / days;
  const cheapest = steps.reduce(
    (best, at, i) => (i >= first && i <= last && costOf(at) < costOf(steps[best]) ? i : best),
    first,
  );
  const at = steps[step];
  const alertsADay = at.alerts / days;
  const option = (colors: ChartColors) => ({
    color: [colors.accent, colors.review],
    grid: { left: 64, right: 64, top: 46, bottom: 40 },
    legend: legendLook(colors),
    tooltip: {
      trigger: 'axis' as const,
      ...tooltipLook(colors),
    },
    xAxis: {
      type: 'category' as const,
      data: message.stepStarts.slice(first, last + 1).map((start) => percent(start, start < 0.01 ? 3 : 1)),
      name: 'Threshold',
      nameLocation: 'middle' as const,
      nameGap: 26,
      nameTextStyle: { color: colors.muted, fontSize: 11 },
      axisLabel: { color: colors.muted, fontSize: 11 },
      axisLine: { lineStyle: { color: colors.line } },
    },
    yAxis: [
      {
        type: 'value' as const,
        axisLabel: {
          color: colors.muted,
          fontSize: 11,
          formatter: (value: number) => shortMoney(value * 100, baseCurrency),
        },
        splitLine: { lineStyle: { color: colors.line } },
      },
      {
        type: 'log' as const,
        min: 1,
        axisLabel: { color: colors.muted, fontSize: 11, formatter: (value: number) => count(value) },
        splitLine: { show: false },
      },
    ],
    series: [
      {
        name: 'Cost a day',
        type: 'line' as const,
        showSymbol: false,
        data: steps.slice(first, last + 1).map((item) => Math.round(costOf(item)) / 100),
        lineStyle: { width: 2 },
        markLine: {
          symbol: 'none',
          silent: true,
          label: { color: colors.muted, fontSize: 11, formatter: 'chosen' },
          lineStyle: { color: colors.text, type: 'solid' as const },
          data: [{ xAxis: step - first }],
        },
      },
      {
        name: 'Alerts a day (log scale, right)',
        type: 'line' as const,
        yAxisIndex: 1,
        showSymbol: false,
        data: steps.slice(first, last + 1).map((item) => Math.max(1, item.alerts / days)),
        lineStyle: { width: 2, type: 'dashed' as const },
      },
    ],
  });
  const figure = (name: string, value: string, about: string) => (
    <div>
      <span className="muted">{name}</span>
      <br />
      <b>{value}</b>
      <br />
      <span className="muted">{about}</span>
    </div>
  );
  return (
    <Panel
      title={`Cost of a threshold: ${review.version}`}
      note="on the labelled transactions above, as a day"
    >
      <div className="cost">
        <div>
          <Chart label="Cost and alerts a day by threshold" className="chart curve" option={option} />
          <Slider
            aria-label="Threshold"
            min={first}
            max={last}
            value={step}
            onChange={setChosen}
            label={percent(message.stepStarts[step], 2)}
            marks={[
              { value: Math.max(own, first), label: 'in service' },
              ...(Math.abs(cheapest - own) > 14 ? [{ value: cheapest, label: 'cheapest' }] : []),
            ]}
            mb="xl"
          />
        </div>
        <div className="cost-side">
          <NumberInput
            label={`A review costs (${baseCurrency})`}
            size="xs"
            min={0}
            value={reviewCost}
            onChange={(v) => setReviewCost(Number(v))}
          />
          <NumberInput
            label="Of a missed fraud is lost (%)"
            size="xs"
            min={0}
            max={1000}
            value={lossShare}
            onChange={(v) => setLossShare(Number(v))}
          />
          <NumberInput
            label="The team reviews a day"
            size="xs"
            min={0}
            value={capacity}
            onChange={(v) => setCapacity(Number(v))}
          />
          <div className="cost-figures" aria-live="polite">
            {figure('Alerts a day', count(alertsADay), `from ${percent(message.stepStarts[step], 2)} on`)}
            {figure(
              'Of them fraud',
              percent(at.caught / Math.max(1, at.alerts)),
              `${count(at.caught / days)} a day`,
            )}
            {figure(
              'Money caught a day',
              shortMoney(at.caughtMinor / days, baseCurrency),
              `recall ${percent(at.caught / review.frauds)}`,
            )}
            {figure(
              'Money missed a day',
              shortMoney(at.missedMinor / days, baseCurrency),
              `${count(at.missed / days)} frauds`,
            )}
            {figure(
              'Cost a day',
              shortMoney(costOf(at), baseCurrency),
              `cheapest ${shortMoney(costOf(steps[cheapest]), baseCurrency)}`,
            )}
          </div>
          {alertsADay > capacity && (
            <p className="problem">
              ▲ {count(alertsADay)} alerts a day are {(alertsADay / Math.max(1, capacity)).toFixed(1)} × what
              the team can review.
            </p>
          )}
        </div>
      </div>
    </Panel>
  );
}
