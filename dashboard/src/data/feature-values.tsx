// Values of a feature on stored transactions: how they lie for frauds and genuine ones, and the latest with their sentences.
import type { FeatureValues } from '../../../src/protocol/feature-values.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { Chart, type ChartColors, legendLook, tooltipLook } from '../kit/chart.tsx';
import { Figure } from '../kit/figure.tsx';
import { count, dateTime, percent } from '../kit/format.ts';
import { Empty } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { micros } from './feature-table.tsx';

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
type Bin = FeatureValues['bins'][number];

const binText = ({ from, to }: Bin): string =>
  from === to ? number.format(from) : `${number.format(from)} – ${number.format(to)}`;

const SERIES = [
  { key: 'genuine', name: 'Genuine' },
  { key: 'unlabelled', name: 'Not labelled' },
  { key: 'fraud', name: 'Fraud' },
] as const;

function Histogram({ values }: { readonly values: FeatureValues }) {
  const { bins } = values;
  const totals = SERIES.map(({ key }) => bins.reduce((sum, bin) => sum + bin[key], 0));
  const option = (colors: ChartColors) => {
    const colorOf = { genuine: colors.approve, unlabelled: colors.muted, fraud: colors.decline };
    return {
      grid: { left: 46, right: 12, top: 28, bottom: 24 },
      legend: legendLook(colors),
      tooltip: {
        ...tooltipLook(colors),
        trigger: 'axis',
        valueFormatter: (share: number) => percent(share),
      },
      xAxis: {
        type: 'category',
        data: bins.map(binText),
        axisLabel: { color: colors.muted, hideOverlap: true },
        axisLine: { lineStyle: { color: colors.line } },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'value',
        axisLabel: { color: colors.muted, formatter: (share: number) => percent(share, 0) },
        splitLine: { lineStyle: { color: colors.line } },
      },
      series: SERIES.flatMap(({ key, name }, i) =>
        totals[i] === 0
          ? []
          : [
              {
                name: `${name} (${count(totals[i])})`,
                type: 'bar',
                barGap: '0%',
                barCategoryGap: '12%',
                itemStyle: { color: colorOf[key] },
                data: bins.map((bin) => bin[key] / totals[i]),
              },
            ],
      ),
    };
  };
  // Another number of series is another chart.
  return (
    <Chart
      key={totals.map((total) => total > 0).join()}
      label={`How ${values.name} lies for frauds, genuine and unlabelled transactions`}
      option={option}
    />
  );
}

const TURNED_OUT = { fraud: '⚑ fraud', genuine: '✓ genuine', unlabelled: '' } as const;

/** The newest that have a value. */
const LATEST: readonly Column<FeatureValues['latest'][number]>[] = [
  { title: 'Transaction', cell: ({ id }) => id },
  { title: 'Time', className: 'hide-small', cell: ({ at }) => dateTime(at) },
  { title: 'Value', right: true, cell: ({ value }) => number.format(value) },
  { title: 'An analyst reads', className: 'long', cell: ({ text }) => text },
  { title: 'Turned out', className: 'hide-small', cell: ({ turnedOut }) => TURNED_OUT[turnedOut] },
];

export function ValuesOfFeature({ values }: { readonly values: FeatureValues }) {
  const change = useChangeSearch<'__root__'>();
  const { rows, known, frauds, genuine, source, from, until, unit } = values;
  if (rows === 0) return <Empty>No transaction is stored yet. Send some, or start the simulator.</Empty>;
  return (
    <div data-testid="feature-values">
      <div className="cost-figures feature-figures">
        <Figure label="Known" value={percent(known / rows, 0)} note={`of ${count(rows)} transactions`} />
        <Figure label="Unit" value={unit} note={source === 'stored' ? 'as decided with' : 'computed now'} />
        <Figure label="Labelled" value={`${count(frauds)} frauds`} note={`${count(genuine)} genuine`} />
        {values.meanMicros !== null && (
          <Figure label="Cost" value={micros(values.meanMicros)} note="a transaction, by itself" />
        )}
      </div>
      {values.bins.length > 0 ? (
        <Histogram values={values} />
      ) : (
        <Empty>It has no value for any of them.</Empty>
      )}
      <p className="muted">
        {from && until && `${dateTime(from)} to ${dateTime(until)}. `}
        {source === 'replayed' &&
          'Histories begin at the first of these transactions: what was before counts in none, and labels count from a week after. '}
        Heights are shares of each group.
      </p>
      <Table
        label="Latest values"
        rows={values.latest}
        rowKey={({ id }) => id}
        columns={LATEST}
        onOpen={({ id }) => change({ transaction: id })}
      />
    </div>
  );
}
