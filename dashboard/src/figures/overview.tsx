// The first screen: is money being lost now, is the pipeline healthy, what should I look at next.
import { Link, useNavigate } from '@tanstack/react-router';
import type { Stats } from '../../../src/protocol/figures.ts';
import { Chart, type ChartColors, tooltipLook } from '../kit/chart.tsx';
import { count, countryName, percent, shortMoney } from '../kit/format.ts';
import { Empty, Panel } from '../kit/parts.tsx';
import { Table } from '../kit/table.tsx';
import { useLive } from '../live/feed.ts';
import { QualityFiguresRow } from '../models/index.ts';
import { PipelineStrip } from '../pipeline/index.ts';
import { LiveTable } from '../transactions/index.ts';
import { Cards } from './cards.tsx';
import { FirstData, useNothingYet } from './first-data.tsx';
import { FlaggedOverTime } from './flagged-over-time.tsx';
import { stepOf } from './minutes.ts';
import { usePeriod, useStats } from './period.ts';
import { WorldMap } from './world-map.tsx';

/** Where outcomes begin, in steps of the axis. */
const thresholdLines = (
  { review, decline }: { readonly review: number; readonly decline: number },
  colors: ChartColors,
) => ({
  silent: true,
  symbol: 'none',
  data: [
    { at: review, name: 'review', color: colors.review },
    { at: decline, name: 'decline', color: colors.decline },
  ].map(({ at, name, color }) => ({
    xAxis: Math.min(19, Math.floor(at * 20)),
    lineStyle: { color, type: 'dashed' as const },
    label: {
      formatter: `${name} ${percent(at, at < 0.1 ? 1 : 0)}`,
      color,
      fontSize: 11,
      position: 'end' as const,
      align: name === 'review' ? ('left' as const) : ('right' as const),
    },
  })),
});

function ScoreDistribution(props: { readonly stats: Stats }) {
  const thresholds = useLive((state) => state.model?.thresholds);
  const bins = props.stats.scoreBins;
  const option = (colors: ChartColors) => ({
    grid: { left: 46, right: 12, top: 30, bottom: 24 },
    tooltip: { trigger: 'axis', ...tooltipLook(colors) },
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
        ...(thresholds && { markLine: thresholdLines(thresholds, colors) }),
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

function perStep({ periodMinutes }: Stats): string {
  const step = stepOf(periodMinutes);
  return step === 1 ? 'per minute' : `per ${step} minutes`;
}

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
  const nothingYet = useNothingYet(rows.length);
  if (!stats) return <Empty>Fetching the figures …</Empty>;
  return (
    <>
      {nothingYet && <FirstData />}
      <Cards stats={stats} />
      <div className="grid">
        <Panel title="Transactions and flagged" note={`${perStep(stats)}, ${period}`}>
          <FlaggedOverTime stats={stats} />
        </Panel>
        <Panel title="Score distribution" note={`${period} · logarithmic`}>
          <ScoreDistribution stats={stats} />
        </Panel>
      </div>
      <Panel title="Pipeline" note="measured every 2 s">
        <PipelineStrip />
      </Panel>
      <div className="grid">
        <Panel title="Flagged by region" note={period}>
          <WorldMap
            regions={stats.regions}
            onPick={(country) => country.length === 2 && openCountry(country)}
          />
        </Panel>
        <Panel title="Regions" note={`flagged of all, ${period}`}>
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
    <Table
      label="Flagged by country"
      rows={regions}
      rowKey={({ country }) => country}
      columns={[
        { title: 'Country', cell: ({ country }) => countryName(country) },
        {
          title: 'Flagged',
          right: true,
          cell: ({ flagged }) => count(flagged),
          sortBy: ({ flagged }) => flagged,
        },
        {
          title: 'Of',
          about: 'Transactions in the country, and the share of them that was flagged',
          right: true,
          cell: ({ flagged, transactions }) => (
            <span className="both">
              {count(transactions)}
              <small className="muted">{percent(flagged / transactions)}</small>
            </span>
          ),
          sortBy: ({ transactions }) => transactions,
        },
        {
          title: 'Value',
          about: 'Of what was flagged',
          right: true,
          cell: ({ flaggedMinor }) => shortMoney(flaggedMinor, baseCurrency),
          sortBy: ({ flaggedMinor }) => flaggedMinor,
        },
      ]}
      onOpen={({ country }) => openCountry(country)}
      empty="Countries appear with the first transactions."
    />
  );
}
