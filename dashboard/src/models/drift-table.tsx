// How far what is decided now lies from what the champion learnt from.
import type { Drift, DriftReport, Shift } from '../../../src/protocol/models.ts';
import { count, delay, percent, words } from '../kit/format.ts';
import { Empty, Panel } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';

const SHOWN = 12;
const WIDEST = 1;

export function DriftTable(props: { readonly drift: DriftReport | undefined }) {
  const { drift } = props;
  const alarms = [...(drift?.features ?? []), ...(drift?.input ?? [])].filter(({ alarm }) => alarm).length;
  const measures = (drift?.features?.length ?? 0) + (drift?.input.length ?? 0);
  const note = drift?.features
    ? `${count(drift.rows)} decisions beside the training; ${alarms === 0 ? 'no alarm' : `${alarms} of ${measures} raise an alarm`}`
    : '';
  return (
    <Panel title="Drift" note={note}>
      {!drift ? (
        <Empty>Measuring …</Empty>
      ) : !drift.features ? (
        <Empty>
          Appears after a thousand decisions that are old enough, for models that were trained here.
        </Empty>
      ) : (
        <Table
          label="Drift by feature"
          rows={drift.features.slice(0, SHOWN)}
          rowKey={({ name }) => name}
          columns={FEATURE}
        />
      )}
      {drift && (
        <>
          <h3>What comes in</h3>
          <Table label="What comes in" rows={drift.input} rowKey={({ name }) => name} columns={INPUT} />
          <p className="muted">
            Volume and label delay are known of models that were trained here, on days enough to tell what is
            usual.
          </p>
        </>
      )}
    </Panel>
  );
}

const FEATURE: readonly Column<Drift>[] = [
  { title: 'What', cell: ({ name }) => words(name), sortBy: ({ name }) => name },
  {
    title: 'Stability index',
    about: 'Population stability index: up to 0.1 stable, from 0.25 on changed',
    cell: ({ index, alarm }) => (
      <span className="score">
        <i>
          <b
            style={{
              width: `${Math.min(100, (index / WIDEST) * 100)}%`,
              background: alarm ? 'var(--decline)' : 'var(--approve)',
            }}
          />
        </i>
        {index.toFixed(3)}
      </span>
    ),
    sortBy: ({ index }) => index,
  },
  {
    title: 'By chance',
    about: 'Kolmogorov–Smirnov: the chance of such a distance on stable data',
    right: true,
    cell: ({ probability }) => chance(probability),
    sortBy: ({ probability }) => probability,
  },
  {
    title: 'Missing then',
    right: true,
    cell: ({ missingBefore }) => percent(missingBefore),
    sortBy: ({ missingBefore }) => missingBefore,
  },
  {
    title: 'Missing now',
    right: true,
    cell: ({ missingAfter }) => percent(missingAfter),
    sortBy: ({ missingAfter }) => missingAfter,
  },
  {
    title: 'Alarm',
    cell: ({ alarm }) => <State alarm={alarm} known />,
    sortBy: ({ alarm }) => Number(alarm),
  },
];

// Of different units: they cannot be put in order by what they are.
const INPUT: readonly Column<Shift>[] = [
  { title: 'What', hint: ({ unit }) => ABOUT[unit], cell: (shift) => nameOf(shift) },
  {
    title: 'Then',
    about: 'While the champion learnt',
    right: true,
    cell: ({ before, unit }) => inUnit(before, unit),
  },
  { title: 'Now', right: true, cell: ({ now, unit }) => inUnit(now, unit) },
  {
    title: 'By chance',
    about: 'The chance of such a distance where nothing changed',
    right: true,
    cell: ({ probability }) => (probability === null ? '–' : chance(probability)),
    sortBy: ({ probability }) => probability,
  },
  {
    title: 'Alarm',
    cell: ({ alarm, probability }) => <State alarm={alarm} known={probability !== null} />,
    sortBy: ({ alarm }) => Number(alarm),
  },
];

const ABOUT: Readonly<Record<Shift['unit'], string>> = {
  share: 'Share of the latest decisions whose category the model has never seen',
  'per hour': 'Decisions an hour in the last 24 hours, beside the same hours of the day in training',
  ms: 'From decision to label: half of the labels are in by then; of those that came in since the model was made',
};

const nameOf = ({ name, unit }: Shift): string => {
  if (unit === 'share') return `Share with an ${name.replace('mcc', 'category of business')}`;
  return unit === 'ms' ? 'Delay of labels' : 'Decisions';
};

function inUnit(value: number | null, unit: Shift['unit']): string {
  if (value === null) return '–';
  if (unit === 'share') return percent(value);
  return unit === 'ms' ? delay(value) : `${count(value)} an hour`;
}

const chance = (probability: number): string => (probability < 1e-6 ? '< 0.000001' : probability.toFixed(6));

function State(props: { readonly alarm: boolean; readonly known: boolean }) {
  if (props.alarm) return <span className="tag decline">▲ changed</span>;
  return <>{props.known ? 'stable' : 'not known yet'}</>;
}
