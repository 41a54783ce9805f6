// How decisions turned out by fraud type, channel, type and country, and how complete and how late labels are.
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { SEGMENT_KINDS } from '../../../src/domain/segment.ts';
import type { Outcomes as OutcomesMessage } from '../../../src/protocol/models.ts';
import { count, countryName, dateTime, delay, percent, shortMoney, words } from '../kit/format.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { ShareCell, type ShareOf } from '../kit/share.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';

const SHOWN = 12;

export function Outcomes() {
  const { data, problem } = useAnswer('getOutcomes', {}, 30_000);
  const [kind, setKind] = useState<string>('fraud type');
  return (
    <div className="grid">
      <Panel
        title="How decisions turned out"
        note={
          data ? `decided before ${dateTime(data.until)}; what has no label by then is taken as genuine` : ''
        }
      >
        <Problem text={problem} />
        <SegmentedControl
          size="xs"
          aria-label="By"
          data={SEGMENT_KINDS.map((value) => ({ value, label: value }))}
          value={kind}
          onChange={setKind}
          mb={8}
        />
        <Table
          key={kind}
          label="How decisions turned out"
          rows={data?.segments.filter((segment) => segment.kind === kind).slice(0, SHOWN)}
          rowKey={({ name }) => name}
          columns={columns(kind)}
          empty={
            kind === 'fraud type'
              ? 'No fraud is known yet among them.'
              : 'No decision is old enough for its label yet.'
          }
        />
      </Panel>
      <Panel title="Labels" note="where they come from, and how late">
        <Table
          label="Labels"
          rows={data?.labels}
          rowKey={({ source }) => source}
          columns={SOURCE}
          mark={({ latestAt }) => ({ title: `latest ${dateTime(latestAt)}` })}
          empty="No label has come in yet."
        />
      </Panel>
    </div>
  );
}

type Segment = OutcomesMessage['segments'][number];

/** Undefined where there is nothing to be a share of. */
const part = (of: number, whole: number): number | undefined => (whole === 0 ? undefined : of / whole);
const share = (value: number | undefined): string => (value === undefined ? '–' : percent(value, 0));

const recalled = ({ caught, frauds }: Segment): ShareOf => ({ hits: caught, of: frauds });
const recall = ({ caught, frauds }: Segment) => part(caught, frauds);
const valueCaught = ({ caughtMinor, fraudMinor }: Segment) => part(caughtMinor, fraudMinor);
const labelled = (one: Segment) => part(one.labelled, one.rows);

function columns(kind: string): readonly Column<Segment>[] {
  const nameOf = ({ name }: Segment): string => (kind === 'country' ? countryName(name) : words(name));
  // Of what is flagged and genuine nobody can say which fraud it is not.
  const precision = ({ caught, flagged }: Segment) =>
    kind === 'fraud type' ? undefined : part(caught, flagged);
  const falseAlarms = ({ caught, flagged }: Segment) =>
    kind === 'fraud type' ? undefined : part(flagged - caught, caught);
  return [
    { title: kind, cell: nameOf, sortBy: nameOf },
    { title: 'Decided', right: true, cell: ({ rows }) => count(rows), sortBy: ({ rows }) => rows },
    { title: 'Frauds', right: true, cell: ({ frauds }) => count(frauds), sortBy: ({ frauds }) => frauds },
    {
      title: 'Recall',
      about: 'Of the frauds, how many were sent to review or declined',
      right: true,
      cell: (one) => <ShareCell share={recalled(one)} />,
      sortBy: recall,
    },
    {
      title: 'Precision',
      about: 'Of the flagged, how many were fraud',
      right: true,
      cell: (one) =>
        kind === 'fraud type' ? '–' : <ShareCell share={{ hits: one.caught, of: one.flagged }} />,
      sortBy: precision,
    },
    {
      title: 'False alarms',
      about: 'Genuine among the flagged, for each fraud caught',
      right: true,
      className: 'hide-small',
      cell: (one) => {
        const alarms = falseAlarms(one);
        return alarms === undefined ? '–' : `${alarms.toFixed(1)} : 1`;
      },
      sortBy: falseAlarms,
    },
    {
      title: 'Value caught',
      about: 'Of the amount of known frauds, how much was flagged',
      right: true,
      className: 'hide-small',
      cell: (one) => <Money caught={one.caughtMinor} of={one.fraudMinor} share={share(valueCaught(one))} />,
      sortBy: valueCaught,
    },
    {
      title: 'Labelled',
      right: true,
      className: 'hide-small',
      cell: (one) => share(labelled(one)),
      sortBy: labelled,
    },
  ];
}

/** Sums are in hundredths of the base currency's unit. */
function Money(props: { readonly caught: number; readonly of: number; readonly share: string }) {
  const baseCurrency = useLive((state) => state.baseCurrency);
  if (props.of === 0) return <>–</>;
  return (
    <span className="both">
      {shortMoney(props.caught, baseCurrency)}
      <small className="muted">
        {props.share} of {shortMoney(props.of, baseCurrency)}
      </small>
    </span>
  );
}

type Source = OutcomesMessage['labels'][number];
const fraudShare = ({ frauds, labels }: Source) => part(frauds, labels);

const SOURCE: readonly Column<Source>[] = [
  { title: 'Source', cell: ({ source }) => source, sortBy: ({ source }) => source },
  { title: 'Labels', right: true, cell: ({ labels }) => count(labels), sortBy: ({ labels }) => labels },
  { title: 'Fraud', right: true, cell: (one) => share(fraudShare(one)), sortBy: fraudShare },
  {
    title: 'Delay',
    about: 'Half of them within; nine in ten within',
    right: true,
    cell: ({ medianDelayMs, p90DelayMs }) => `${delay(medianDelayMs)} · ${delay(p90DelayMs)}`,
    sortBy: ({ medianDelayMs }) => medianDelayMs,
  },
];
