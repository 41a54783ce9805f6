// Every model with its state, and what it shows on the same labelled transactions as the others.
import { Button, Checkbox } from '@mantine/core';
import type { Model, Review } from '../../../src/protocol/models.ts';
import { count, dateTime, percent, words } from '../kit/format.ts';
import { Empty, Scroll } from '../kit/parts.tsx';

const STATE_MARKS: Readonly<Record<Model['state'], string>> = {
  champion: '★ Champion',
  challenger: '◐ Challenger',
  shadow: '○ Shadow',
  candidate: '· Candidate',
  retired: '– Retired',
};

const fixed = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : value.toFixed(3);

export function ModelTable(props: {
  readonly models: readonly Model[];
  readonly reviews: readonly Review[];
  readonly compared: readonly string[];
  readonly onCompare: (version: string, on: boolean) => void;
  readonly onMove: (model: Model) => void;
}) {
  if (props.models.length === 0) return <Empty>Loading …</Empty>;
  return (
    <Scroll label="All models">
      <table className="rows">
        <thead>
          <tr>
            <th>Compare</th>
            <th>Version</th>
            <th>State</th>
            <th />
            <th>Kind</th>
            <th className="right" title="Average precision">
              AP
            </th>
            <th className="right">AUC</th>
            <th className="right">Precision</th>
            <th className="right">Recall</th>
            <th className="right" title="Mean time of a score">
              Score
            </th>
            <th>Learnt from</th>
            <th>Filed</th>
          </tr>
        </thead>
        <tbody>
          {props.models.map((model) => (
            <ModelRow
              key={model.version}
              model={model}
              review={props.reviews.find(({ version }) => version === model.version)}
              compared={props.compared.includes(model.version)}
              onCompare={(on) => props.onCompare(model.version, on)}
              onMove={() => props.onMove(model)}
            />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function ModelRow(props: {
  readonly model: Model;
  readonly review: Review | undefined;
  readonly compared: boolean;
  readonly onCompare: (on: boolean) => void;
  readonly onMove: () => void;
}) {
  const { model, review } = props;
  const { trainingWindow: window } = model;
  return (
    <tr style={{ cursor: 'default' }}>
      <td>
        <Checkbox
          size="xs"
          aria-label={`Compare ${model.version}`}
          checked={props.compared}
          onChange={(event) => props.onCompare(event.currentTarget.checked)}
        />
      </td>
      <td title={`sha256 ${model.sha256}${model.notes ? `\n${model.notes}` : ''}`}>
        <code>{model.version}</code>
      </td>
      <td>
        {STATE_MARKS[model.state]}
        {model.state === 'challenger' && ` for ${percent(model.share, 1)} of accounts`}
      </td>
      <td>
        {model.state !== 'champion' && (
          <Button size="compact-xs" variant="default" onClick={props.onMove}>
            Move …
          </Button>
        )}
      </td>
      <td>{words(model.kind)}</td>
      <td className="right">{fixed(review?.averagePrecision)}</td>
      <td className="right">{fixed(review?.auc)}</td>
      <td className="right">{fixed(review?.precision)}</td>
      <td className="right">{fixed(review?.recall)}</td>
      <td className="right">
        {typeof review?.scoreMicros === 'number' ? `${review.scoreMicros.toFixed(1)} µs` : '–'}
      </td>
      <td>
        {window.source === 'import'
          ? 'elsewhere'
          : `${count(window.rows)} ${window.source === 'simulation' ? 'simulated' : 'decided'}, ${count(window.frauds)} frauds`}
      </td>
      <td>
        {dateTime(model.filedAt)} by {model.filedBy}
      </td>
    </tr>
  );
}
