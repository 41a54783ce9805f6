// What verdicts on samples tell: precision and recall without the bias of labelling only what was flagged, beside those of labels alone.
import type { ModelPanel } from '../../../src/protocol/model-panel.ts';
import type { Estimate, UnbiasedQuality } from '../../../src/protocol/unbiased.ts';
import { count, dateTime, percent } from '../kit/format.ts';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { type ShareOf, shareNote, shareText } from '../kit/share.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { useAnswer } from '../live/desk.ts';

const CONFIDENCE =
  'With a confidence of 95 % it lies within the range. Each verdict counts for as many payments as it stands for.';

type Line = {
  readonly name: string;
  readonly about: string;
  readonly estimate: Estimate | null;
  readonly text: (value: number) => string;
  readonly of: string;
  readonly labels: ShareOf | undefined;
};

const wholePercent = (value: number): string => percent(value, 0);

/** "44–97 %", or "240–5,200". */
function rangeText({ low, high }: Estimate, text: (value: number) => string): string {
  const [from, until] = [text(low), text(high)];
  return from.endsWith(' %') ? `${from.slice(0, -2)}–${until}` : `${from}–${until}`;
}

const COLUMNS: readonly Column<Line>[] = [
  { title: '', hint: ({ about }) => about, cell: ({ name }) => name },
  {
    title: 'With samples',
    about: CONFIDENCE,
    right: true,
    cell: ({ estimate, text }) =>
      estimate === null ? (
        '–'
      ) : (
        <span className="both">
          <b>{text(estimate.value)}</b>
          <small className="muted">{rangeText(estimate, text)}</small>
        </span>
      ),
  },
  { title: 'Told by', className: 'hide-small', cell: ({ of }) => of },
  {
    title: 'By labels alone',
    about: 'Of the newest decisions, what has no label taken as genuine: what nobody reports is not missed',
    right: true,
    cell: ({ labels }) =>
      labels === undefined || labels.of === 0 ? (
        '–'
      ) : (
        <span className="both">
          {shareText(labels)}
          <small className="muted">{shareNote(labels)}</small>
        </span>
      ),
  },
];

function linesOf(
  { precision, recall, missed, missedForCertain, flagged, samples }: UnbiasedQuality,
  live: ModelPanel['live'],
): Line[] {
  const { truePositives: caught = 0, falsePositives = 0, falseNegatives = 0 } = live?.confusion ?? {};
  const bySamples = `${count(samples.known)} of ${count(samples.asked)} samples, ${count(samples.frauds)} of them fraud`;
  return [
    {
      name: 'Precision',
      about: 'Of what was flagged, how much was fraud',
      estimate: precision,
      text: wholePercent,
      of: `verdicts on ${count(flagged.known)} of ${count(flagged.asked)} flagged`,
      labels: live ? { hits: caught, of: caught + falsePositives } : undefined,
    },
    {
      name: 'Recall',
      about: 'Of all frauds, known or not, how many were flagged',
      estimate: recall,
      text: wholePercent,
      of: `these, and verdicts on ${bySamples}`,
      labels: live ? { hits: caught, of: caught + falseNegatives } : undefined,
    },
    {
      name: 'Frauds that were approved',
      about: 'In the time that the samples are of',
      estimate: missed,
      text: count,
      of: `${bySamples}; ${count(missedForCertain)} are known for certain`,
      labels: undefined,
    },
  ];
}

export function Unbiased({ model }: { readonly model: ModelPanel }) {
  const { data, problem } = useAnswer('measureUnbiased', {}, 30_000);
  return (
    <Panel
      title="What is missed, told by samples"
      note={data?.since ? `decided ${dateTime(data.since)} to ${dateTime(data.until)}` : undefined}
    >
      <Problem text={problem} />
      {data && <Told told={data} model={model} />}
    </Panel>
  );
}

function Told({ told, model }: { readonly told: UnbiasedQuality; readonly model: ModelPanel }) {
  const { sampleShare, samples } = told;
  if (sampleShare === 0 && samples.asked === 0)
    return <Empty>No samples are drawn: of what was approved, only what others report is known.</Empty>;
  if (samples.asked === 0)
    return (
      <Empty>
        Some of what is approved is drawn for a verdict. What it tells stands here once the first samples are{' '}
        {model.maturityMinutes.toFixed(0)} minutes old.
      </Empty>
    );
  return (
    <>
      {samples.known === 0 && (
        <p className="muted" style={{ marginTop: 0 }}>
          {count(samples.asked)} samples wait for a verdict: recall is told from the first on.
        </p>
      )}
      <Table
        label="What is missed, told by samples"
        rows={linesOf(told, model.live)}
        rowKey={({ name }) => name}
        columns={COLUMNS}
      />
    </>
  );
}
