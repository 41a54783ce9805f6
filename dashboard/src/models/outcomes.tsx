// How decisions turned out by fraud type, channel, type and country, and how complete and how late labels are.
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { SEGMENT_KINDS } from '../../../src/domain/segment.ts';
import type { Outcomes as OutcomesMessage } from '../../../src/protocol/models.ts';
import { count, countryName, dateTime, delay, percent, words } from '../kit/format.ts';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { useAnswer } from '../live/desk.ts';

const SHOWN = 12;

const share = (part: number, of: number): string => (of === 0 ? '–' : percent(part / of, 0));

export function Outcomes() {
  const { data, problem } = useAnswer('getOutcomes', {}, 30_000);
  const [kind, setKind] = useState<string>('fraud type');
  const segments = data?.segments.filter((segment) => segment.kind === kind) ?? [];
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
        {data && segments.length === 0 && (
          <Empty>
            {kind === 'fraud type'
              ? 'No fraud is known yet among them.'
              : 'No decision is old enough for its label yet.'}
          </Empty>
        )}
        {segments.length > 0 && <Segments kind={kind} segments={segments.slice(0, SHOWN)} />}
      </Panel>
      <Panel title="Labels" note="where they come from, and how late">
        {data && data.labels.length === 0 && <Empty>No label has come in yet.</Empty>}
        {data && data.labels.length > 0 && <Labels sources={data.labels} />}
      </Panel>
    </div>
  );
}

function Segments(props: { readonly kind: string; readonly segments: OutcomesMessage['segments'] }) {
  const { kind } = props;
  return (
    <Scroll label="How decisions turned out">
      <table className="rows">
        <thead>
          <tr>
            <th>{kind}</th>
            <th className="right">Decided</th>
            <th className="right">Frauds</th>
            <th className="right" title="Of the frauds, how many were sent to review or declined">
              Recall
            </th>
            <th className="right" title="Of the flagged, how many were fraud">
              Precision
            </th>
            <th className="right hide-small" title="Genuine among the flagged, for each fraud caught">
              False alarms
            </th>
            <th className="right hide-small" title="Of the amount of known frauds">
              Value caught
            </th>
            <th className="right hide-small">Labelled</th>
          </tr>
        </thead>
        <tbody>
          {props.segments.map((one) => (
            <tr key={one.name} style={{ cursor: 'default' }}>
              <td>{kind === 'country' ? countryName(one.name) : words(one.name)}</td>
              <td className="right">{count(one.rows)}</td>
              <td className="right">{count(one.frauds)}</td>
              <td className="right">{share(one.caught, one.frauds)}</td>
              <td className="right">{kind === 'fraud type' ? '–' : share(one.caught, one.flagged)}</td>
              <td className="right hide-small">
                {kind === 'fraud type' || one.caught === 0
                  ? '–'
                  : `${((one.flagged - one.caught) / one.caught).toFixed(1)} : 1`}
              </td>
              <td className="right hide-small">{share(one.caughtMinor, one.fraudMinor)}</td>
              <td className="right hide-small">{share(one.labelled, one.rows)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Labels(props: { readonly sources: OutcomesMessage['labels'] }) {
  return (
    <Scroll label="Labels">
      <table className="rows">
        <thead>
          <tr>
            <th>Source</th>
            <th className="right">Labels</th>
            <th className="right">Fraud</th>
            <th className="right" title="Half of them within; nine in ten within">
              Delay
            </th>
          </tr>
        </thead>
        <tbody>
          {props.sources.map((one) => (
            <tr key={one.source} style={{ cursor: 'default' }} title={`latest ${dateTime(one.latestAt)}`}>
              <td>{one.source}</td>
              <td className="right">{count(one.labels)}</td>
              <td className="right">{share(one.frauds, one.labels)}</td>
              <td className="right">
                {delay(one.medianDelayMs)} · {delay(one.p90DelayMs)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
