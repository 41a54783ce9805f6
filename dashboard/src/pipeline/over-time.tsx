// How the road was: throughput, latency, and what waited and failed, over the period of the top bar.
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { PartFigures, PipelineMinutes, PipelinePoint } from '../../../src/protocol/pipeline.ts';
import { usePeriod } from '../figures/index.ts';
import { Chart, type ChartColors, legendLook, tooltipLook } from '../kit/chart.tsx';
import { count, milliseconds, minuteTime } from '../kit/format.ts';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';

const EVERY_MS = 10_000;
const DECISIONS = 'decisions';
/** Parts through which nothing passes that takes time. */
const UNTIMED = new Set(['process', 'quarantine']);

type Value = number | null;
type Line = { readonly name: string; readonly values: readonly Value[]; readonly isBar?: boolean };

const partIn = ({ parts }: PipelinePoint, name: string): PartFigures | undefined =>
  parts.find((part) => part.name === name);

/** What did not happen takes no place: the hours before there was a desk are left out. */
function sinceBegun({ points }: PipelineMinutes): readonly PipelinePoint[] {
  const first = points.findIndex(({ measured, transactions }) => measured || transactions > 0);
  return first < 0 ? [] : points.slice(first);
}

const whole = (value: number): string => count(value);
const rate = (value: number): string => `${value > 0 && value < 10 ? value.toFixed(1) : count(value)}/s`;

function Lines(props: {
  readonly label: string;
  readonly points: readonly PipelinePoint[];
  readonly lines: readonly Line[];
  readonly unit: (value: number) => string;
  readonly isLogarithmic?: boolean;
}) {
  const { label, points, lines, unit, isLogarithmic = false } = props;
  const option = (colors: ChartColors) => {
    const palette = [colors.approve, colors.review, colors.decline];
    return {
      grid: { left: 58, right: 12, top: 28, bottom: 24 },
      legend: legendLook(colors),
      tooltip: {
        trigger: 'axis' as const,
        ...tooltipLook(colors),
        valueFormatter: (value: Value | undefined) =>
          value === null || value === undefined ? 'not measured' : unit(value),
      },
      xAxis: {
        type: 'category' as const,
        data: points.map(({ at }) => minuteTime(at)),
        axisLabel: { color: colors.muted },
        axisLine: { lineStyle: { color: colors.line } },
        axisTick: { show: false },
      },
      yAxis: {
        type: isLogarithmic ? ('log' as const) : ('value' as const),
        ...(!isLogarithmic && { min: 0 }),
        ...(unit === whole && { minInterval: 1 }),
        axisLabel: { color: colors.muted, formatter: unit },
        splitLine: { lineStyle: { color: colors.line } },
      },
      series: lines.map(({ name, values, isBar = false }, index) => ({
        name,
        type: isBar ? ('bar' as const) : ('line' as const),
        // A point without neighbours is no line.
        showSymbol: points.length < 3,
        barMaxWidth: 10,
        connectNulls: false,
        itemStyle: { color: isBar ? colors.decline : palette[index] },
        lineStyle: { width: 2, type: index === 0 ? ('solid' as const) : ('dashed' as const) },
        data: values,
      })),
    };
  };
  return (
    <div>
      <h3>{label}</h3>
      <Chart label={label} className="chart" option={option} />
    </div>
  );
}

/** Decisions are told by the desk's counts, which outlive its process. */
function linesOf(points: readonly PipelinePoint[], chosen: string, stepMinutes: number) {
  const isDecisions = chosen === DECISIONS;
  const parts = points.map((point) => partIn(point, isDecisions ? 'engine' : chosen));
  const latency = points.map((point, i) => (isDecisions ? point.decisionMs : parts[i]?.latencyMs));
  return {
    rate: isDecisions
      ? points.map(({ transactions, at }) => transactions / secondsOf(at, stepMinutes))
      : parts.map((part) => part?.perSecond ?? null),
    p50: latency.map((one) => one?.p50 ?? null),
    p99: latency.map((one) => one?.p99 ?? null),
    waiting: parts.map((part) => part?.waiting ?? null),
    errors: parts.map((part) => part?.errors ?? null),
  };
}

/** Of the point that is under way, as much as has gone by. */
const secondsOf = (at: string, stepMinutes: number): number =>
  Math.max(1, Math.min(stepMinutes * 60, (Date.now() - Date.parse(at)) / 1000));

function Charts(props: { readonly minutes: PipelineMinutes; readonly chosen: string }) {
  const { minutes, chosen } = props;
  const points = sinceBegun(minutes);
  if (points.length === 0)
    return <Empty>Nothing was decided or measured in this time: choose a longer one above.</Empty>;
  const lines = linesOf(points, chosen, minutes.stepMinutes);
  const isKnown = (values: readonly Value[]): boolean => values.some((value) => value !== null);
  return (
    <div className="curves">
      {isKnown(lines.rate) && (
        <Lines
          label="Throughput a second"
          points={points}
          unit={rate}
          lines={[{ name: chosen === DECISIONS ? 'decided' : 'passed', values: lines.rate }]}
        />
      )}
      {isKnown(lines.p50) && (
        <Lines
          label="Latency"
          points={points}
          unit={milliseconds}
          isLogarithmic
          lines={[
            { name: 'p50', values: lines.p50 },
            { name: 'p99', values: lines.p99 },
          ]}
        />
      )}
      {(isKnown(lines.waiting) || isKnown(lines.errors)) && (
        <Lines
          label="Waiting and errors"
          points={points}
          unit={whole}
          lines={[
            ...(isKnown(lines.waiting) ? [{ name: 'most that waited', values: lines.waiting }] : []),
            { name: 'errors', values: lines.errors, isBar: true },
          ]}
        />
      )}
    </div>
  );
}

export function OverTime() {
  const { minutes, words } = usePeriod();
  const { data, problem } = useAnswer('getPipelineMinutes', { query: { minutes } }, EVERY_MS, true);
  const services = useLive((state) => state.pipeline?.services ?? NONE);
  const [chosen, setChosen] = useState(DECISIONS);
  const timed = services.filter(({ name }) => !UNTIMED.has(name));
  const step = data?.stepMinutes ?? 1;
  return (
    <Panel
      title="Over time"
      note={`${words} · a point is ${step === 1 ? 'a minute' : `${step} minutes; p50 and p99 are those of its slowest minute`}`}
    >
      <div className="scroll">
        <SegmentedControl
          size="xs"
          aria-label="Of what"
          value={chosen}
          onChange={setChosen}
          data={[
            { value: DECISIONS, label: 'Decisions, received to committed' },
            ...timed.map(({ name, title }) => ({ value: name, label: title })),
          ]}
        />
      </div>
      <Problem text={problem} />
      {data && <Charts key={`${chosen} ${data.periodMinutes}`} minutes={data} chosen={chosen} />}
    </Panel>
  );
}

const NONE: readonly never[] = [];
