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
          {props.models.map((model) => {
            const review = props.reviews.find(({ version }) => version === model.version);
            const { trainingWindow: window } = model;
            return (
              <tr key={model.version} style={{ cursor: 'default' }}>
                <td>
                  <Checkbox
                    size="xs"
                    aria-label={`Compare ${model.version}`}
                    checked={props.compared.includes(model.version)}
                    onChange={(event) => props.onCompare(model.version, event.currentTarget.checked)}
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
                    <Button size="compact-xs" variant="default" onClick={() => props.onMove(model)}>
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
          })}
        </tbody>
      </table>
    </Scroll>
  );
}
