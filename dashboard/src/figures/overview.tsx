// The first screen: is money being lost now, is the pipeline healthy, what should I look at next.
import { Link, type LinkProps, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PeriodTotals, Stats } from '../../../src/protocol/figures.ts';
import { Chart, type ChartColors, Sparkline } from '../kit/chart.tsx';
import { count, countryName, milliseconds, minuteTime, percent, shortMoney } from '../kit/format.ts';
import { Empty, Panel } from '../kit/parts.tsx';
import { useLive } from '../live/feed.ts';
import { QualityFiguresRow } from '../models/index.ts';
import { PipelineStrip } from '../pipeline/index.ts';
import { LiveTable } from '../transactions/index.ts';
import { usePeriod, useStats } from './period.ts';
import { WorldMap } from './world-map.tsx';

const flaggedOf = (totals: PeriodTotals): number => totals.reviews + totals.declines;

function Change(props: { readonly now: number; readonly before: number }) {
  if (props.before === 0) return <span>just begun</span>;
  const change = (props.now - props.before) / props.before;
  return (
    <span title="Against the period before">{`${change >= 0 ? '▲' : '▼'} ${percent(Math.abs(change), 0)}`}</span>
  );
}

function Card(props: {
  readonly label: string;
  readonly value: ReactNode;
  readonly measured: string;
  readonly foot: ReactNode;
  readonly spark?: readonly number[];
  readonly color?: string;
  readonly to: LinkProps['to'];
  readonly search?: LinkProps['search'];
}) {
  return (
    <Link className="panel card" to={props.to} search={props.search} title={props.measured}>
      <span className="label">{props.label}</span>
      <span className="value">{props.value}</span>
      <span className="foot">
        <span>{props.foot}</span>
        {props.spark && <Sparkline values={props.spark} {...(props.color && { color: props.color })} />}
      </span>
    </Link>
  );
}

function Cards(props: { readonly stats: Stats }) {
  const { current, previous, minutes, latencyMs } = props.stats;
  const baseCurrency = useLive((state) => state.baseCurrency);
  const live = useLive((state) => state.model?.live ?? null);
  const maturity = useLive((state) => state.model?.maturityMinutes ?? 0);
  const period = usePeriod().words;
  const full = sinceFirst(minutes).slice(0, -1);
  return (
    <div className="cards">
      <Card
        label="Transactions per minute"
        value={<span data-testid="transactions-per-minute">{count(props.stats.transactionsPerMinute)}</span>}
        measured="Decisions committed in the last 60 seconds"
        foot={<Change now={current.transactions} before={previous.transactions} />}
        spark={full.map((minute) => minute.transactions)}
        color="var(--approve)"
        to="/transactions"
      />
      <Card
        label={`Fraud detected, ${period}`}
        value={
          <>
            {count(flaggedOf(current))} <small>{shortMoney(current.flaggedMinor, baseCurrency)}</small>
          </>
        }
        measured="Transactions sent to review or declined in the period, and their amount"
        foot={<Change now={flaggedOf(current)} before={flaggedOf(previous)} />}
        spark={full.map((minute) => minute.reviews + minute.declines)}
        color="var(--decline)"
        to="/transactions"
        search={{ outcome: 'flagged' }}
      />
      <Card
        label="Detection rate"
        value={live?.recall === null || live === null ? <small>no labels yet</small> : percent(live.recall)}
        measured="Confirmed frauds that were stopped or sent to review, among decisions whose labels have come in"
        foot={live ? `${count(live.frauds)} frauds labelled` : `first after ${maturity.toFixed(0)} min`}
        to="/models"
      />
      <Card
        label={`Average score, ${period}`}
        value={percent(current.averageScore, 2)}
        measured="Mean calibrated probability of fraud of all decisions in the period"
        foot={`${previous.averageScore === null ? 'just begun' : `before ${percent(previous.averageScore, 2)}`}`}
        spark={full.map((minute) => (minute.transactions > 0 ? minute.scoreSum / minute.transactions : 0))}
        color="var(--review)"
        to="/transactions"
      />
      <Card
        label="Pending alerts"
        value={<span data-testid="pending-alerts">{count(props.stats.pendingAlerts)}</span>}
        measured="Alerts without a verdict"
        foot="open the queue"
        to="/alerts"
      />
      <Card
        label="Decision latency"
        value={
          <>
            {milliseconds(latencyMs.p50)} <small>p50</small>
          </>
        }
        measured="Received to committed, measured on every decision of the last minute"
        foot={`p99 ${milliseconds(latencyMs.p99)}`}
        to="/pipeline"
      />
    </div>
  );
}

const FEWEST_MINUTES = 10;

/** Without the empty minutes before a new desk's first transaction. */
function sinceFirst(minutes: Stats['minutes']): Stats['minutes'] {
  const first = minutes.findIndex((minute) => minute.transactions > 0);
  return minutes.slice(Math.max(0, Math.min(first, minutes.length - FEWEST_MINUTES)));
}

function OverTime(props: { readonly stats: Stats }) {
  const minutes = sinceFirst(props.stats.minutes);
  const option = (colors: ChartColors) => ({
    grid: { left: 46, right: 40, top: 30, bottom: 24 },
    legend: { top: 0, left: 0, textStyle: { color: colors.muted }, itemHeight: 8, itemWidth: 14 },
    tooltip: { trigger: 'axis' },
    xAxis: {
      type: 'category',
      data: minutes.map((minute) => minuteTime(minute.minute)),
      axisLabel: { color: colors.muted },
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
    },
    yAxis: [
      {
        type: 'value',
        name: '',
        axisLabel: { color: colors.muted },
        splitLine: { lineStyle: { color: colors.line } },
      },
      { type: 'value', minInterval: 1, axisLabel: { color: colors.decline }, splitLine: { show: false } },
    ],
    series: [
      {
        name: 'Transactions (left)',
        type: 'line',
        showSymbol: false,
        lineStyle: { width: 2 },
        itemStyle: { color: colors.approve },
        areaStyle: { opacity: 0.12 },
        data: minutes.map((minute) => minute.transactions),
      },
      {
        name: 'Review (right)',
        type: 'bar',
        stack: 'fraud',
        barMaxWidth: 14,
        yAxisIndex: 1,
        itemStyle: { color: colors.review },
        data: minutes.map((minute) => minute.reviews),
      },
      {
        name: 'Declined (right)',
        type: 'bar',
        stack: 'fraud',
        barMaxWidth: 14,
        yAxisIndex: 1,
        itemStyle: { color: colors.decline },
        data: minutes.map((minute) => minute.declines),
      },
    ],
  });
  return <Chart label="Transactions and flagged transactions per minute" option={option} />;
}

function ScoreDistribution(props: { readonly stats: Stats }) {
  const thresholds = useLive((state) => state.model?.thresholds);
  const bins = props.stats.scoreBins;
  const option = (colors: ChartColors) => ({
    grid: { left: 46, right: 12, top: 24, bottom: 24 },
    tooltip: { trigger: 'axis' },
    xAxis: {
      type: 'category',
      data: bins.map((_, i) => `${i * 5}–${i * 5 + 5} %`),
      axisLabel: { color: colors.muted, interval: 3 },
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'log',
      min: 0.8,
      axisLabel: { color: colors.muted, formatter: (v: number) => (v < 1 ? '0' : count(v)) },
      splitLine: { lineStyle: { color: colors.line } },
    },
    series: [
      {
        name: 'Transactions',
        type: 'bar',
        barCategoryGap: '15%',
        data: bins.map((n, i) => ({
          value: n === 0 ? 0.8 : n,
          itemStyle: {
            color:
              thresholds && i / 20 >= thresholds.decline
                ? colors.decline
                : thresholds && i / 20 >= thresholds.review
                  ? colors.review
                  : colors.approve,
          },
        })),
      },
    ],
  });
  return <Chart label="Distribution of fraud scores, logarithmic" option={option} />;
}

const REGIONS_SHOWN = 8;

/** Leads to the transactions of a country. */
function useOpenCountry(): (country: string) => void {
  const navigate = useNavigate();
  return (country) => void navigate({ to: '/transactions', search: { country } });
}

export function Overview() {
  const stats = useStats();
  const period = usePeriod().words;
  const rows = useLive((state) => state.rows);
  const model = useLive((state) => state.model);
  const sampling = useLive((state) => state.sampling);
  const openCountry = useOpenCountry();
  if (!stats) return <Empty>Fetching the figures …</Empty>;
  return (
    <>
      <Cards stats={stats} />
      <div className="grid">
        <Panel title="Transactions and fraud" note={`per minute, ${period}`}>
          <OverTime stats={stats} />
        </Panel>
        <Panel
          title="Score distribution"
          note={`${period}, log scale · review from ${percent(model?.thresholds.review ?? null)}, decline from ${percent(model?.thresholds.decline ?? null, 0)}`}
        >
          <ScoreDistribution stats={stats} />
        </Panel>
      </div>
      <Panel title="Pipeline" note="measured every 2 s">
        <PipelineStrip />
      </Panel>
      <div className="grid">
        <Panel title="Fraud by region" note={`flagged, ${period}`}>
          <WorldMap
            regions={stats.regions}
            onPick={(country) => country.length === 2 && openCountry(country)}
          />
        </Panel>
        <Panel title="Regions" note="flagged of all">
          <Regions regions={stats.regions.slice(0, REGIONS_SHOWN)} />
        </Panel>
      </div>
      <Panel title="Model performance" note={model ? `${model.version} · ${model.features} features` : ''}>
        {model && <QualityFiguresRow model={model} />}
        {model !== undefined && (model.driftAlarms ?? 0) > 0 && (
          <p>
            <Link to="/models" className="tag decline">
              ▲ {model.driftAlarms === 1 ? 'One measure' : `${count(model.driftAlarms ?? 0)} measures`} of
              drift
            </Link>{' '}
            <span className="muted">What comes in no longer looks like what the model learnt from.</span>
          </p>
        )}
      </Panel>
      <Panel
        title="Live transactions"
        note={sampling ? `showing ${sampling.shown} of ${count(sampling.decided)} a second` : 'all shown'}
      >
        <LiveTable rows={rows} paused={false} height={420} />
      </Panel>
    </>
  );
}

function Regions(props: { readonly regions: Stats['regions'] }) {
  const { regions } = props;
  const openCountry = useOpenCountry();
  const baseCurrency = useLive((state) => state.baseCurrency);
  return (
    <>
      <table className="rows">
        <thead>
          <tr>
            <th>Country</th>
            <th className="right">Flagged</th>
            <th className="right">Rate</th>
            <th className="right">Value</th>
          </tr>
        </thead>
        <tbody>
          {regions.map((region) => (
            <tr
              key={region.country}
              tabIndex={0}
              onClick={() => openCountry(region.country)}
              onKeyDown={(event) => event.key === 'Enter' && openCountry(region.country)}
            >
              <td>{countryName(region.country)}</td>
              <td className="right">{count(region.flagged)}</td>
              <td className="right">{percent(region.flagged / region.transactions)}</td>
              <td className="right">{shortMoney(region.flaggedMinor, baseCurrency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {regions.length === 0 && <Empty>Countries appear with the first transactions.</Empty>}
    </>
  );
}
