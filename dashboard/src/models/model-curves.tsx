// Curves of models side by side, all on the same labelled transactions.
import type { Review, Reviews } from '../../../src/protocol/models.ts';
import { Chart, type ChartColors, legendLook, tooltipLook } from '../kit/chart.tsx';
import { percent } from '../kit/format.ts';
import { Panel } from '../kit/parts.tsx';

type Point = readonly [number, number];

/** Counts at or above each step, from the most suspicious one down. */
function cumulated(review: Review): { caught: number; alarms: number }[] {
  const found: { caught: number; alarms: number }[] = [];
  let caught = 0;
  let alarms = 0;
  for (let step = review.fraud.length - 1; step >= 0; step--) {
    caught += review.fraud[step];
    alarms += review.genuine[step];
    if (review.fraud[step] + review.genuine[step] > 0) found.push({ caught, alarms });
  }
  return found;
}

function rocOf(review: Review): Point[] {
  const genuine = Math.max(1, review.rows - review.frauds);
  const frauds = Math.max(1, review.frauds);
  return [
    [0, 0],
    ...cumulated(review).map(({ caught, alarms }): Point => [alarms / genuine, caught / frauds]),
  ];
}

function precisionRecallOf(review: Review): Point[] {
  const frauds = Math.max(1, review.frauds);
  return cumulated(review).map(({ caught, alarms }): Point => [caught / frauds, caught / (caught + alarms)]);
}

const seriesColors = (colors: ChartColors): string[] => [
  colors.accent,
  colors.approve,
  colors.review,
  colors.muted,
];
const LINES = ['solid', 'dashed', 'dotted', [6, 2, 2, 2]] as const;

function Curves(props: {
  readonly title: string;
  readonly note: string;
  readonly across: string;
  readonly up: string;
  readonly reviews: readonly Review[];
  readonly points: (review: Review) => readonly Point[];
  readonly diagonal?: boolean;
  readonly dots?: boolean;
}) {
  const option = (colors: ChartColors) => {
    const axis = (name: string) => ({
      type: 'value' as const,
      min: 0,
      max: 1,
      name,
      nameLocation: 'middle' as const,
      nameGap: 24,
      nameTextStyle: { color: colors.muted, fontSize: 11 },
      axisLabel: {
        color: colors.muted,
        fontSize: 11,
        formatter: (value: number) => `${Math.round(value * 100)} %`,
      },
      splitLine: { lineStyle: { color: colors.line } },
    });
    return {
      color: seriesColors(colors),
      grid: { left: 56, right: 16, top: 50, bottom: 40 },
      legend: legendLook(colors),
      tooltip: {
        trigger: 'item' as const,
        ...tooltipLook(colors),
        formatter: ({ seriesName, data }: { seriesName: string; data: Point }) =>
          `${seriesName}<br>${props.across} ${percent(data[0])}<br>${props.up} ${percent(data[1])}`,
      },
      xAxis: axis(props.across),
      yAxis: { ...axis(props.up), nameGap: 40 },
      series: [
        ...props.reviews.map((review, i) => ({
          name: review.version,
          type: 'line' as const,
          data: props.points(review),
          showSymbol: props.dots === true,
          symbolSize: 7,
          lineStyle: { width: 2, type: LINES[i % LINES.length] },
        })),
        ...(props.diagonal
          ? [
              {
                name: 'no better than chance',
                type: 'line' as const,
                data: [
                  [0, 0],
                  [1, 1],
                ],
                showSymbol: false,
                silent: true,
                lineStyle: { width: 1, color: colors.line, type: 'solid' as const },
                itemStyle: { color: colors.line },
              },
            ]
          : []),
      ],
    };
  };
  return (
    <Panel title={props.title} note={props.note}>
      <Chart
        key={props.reviews.map(({ version }) => version).join()}
        label={`${props.title} of ${props.reviews.map(({ version }) => version).join(', ')}`}
        className="chart curve"
        option={option}
      />
    </Panel>
  );
}

export function ModelCurves(props: { readonly message: Reviews }) {
  const { reviews } = props.message;
  return (
    <div className="curves">
      <Curves
        title="Receiver operating characteristic"
        note={reviews.map(({ auc }) => `AUC ${auc?.toFixed(3) ?? 'unknown'}`).join(' · ')}
        across="Genuine payments flagged"
        up="Frauds flagged"
        reviews={reviews}
        points={rocOf}
        diagonal
      />
      <Curves
        title="Precision and recall"
        note={reviews
          .map(({ averagePrecision }) => `AP ${averagePrecision?.toFixed(3) ?? 'unknown'}`)
          .join(' · ')}
        across="Recall: frauds flagged"
        up="Precision"
        reviews={reviews}
        points={precisionRecallOf}
      />
      <Curves
        title="Reliability"
        note={reviews
          .map(({ calibrationError }) => `calibration error ${calibrationError?.toFixed(4) ?? 'unknown'}`)
          .join(' · ')}
        across="Probability that was said"
        up="Share that was fraud"
        reviews={reviews}
        points={(review) => review.reliability.map(({ said, came }): Point => [said, came])}
        diagonal
        dots
      />
    </div>
  );
}
