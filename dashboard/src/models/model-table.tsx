// Every model with its state, and what it shows on the same labelled transactions as the others.
import { Button, Checkbox } from '@mantine/core';
import { MODEL_STATES } from '../../../src/domain/model-state.ts';
import type { Model, Review } from '../../../src/protocol/models.ts';
import { count, dateTime, percent, words } from '../kit/format.ts';
import { actions, type Column, Table } from '../kit/table.tsx';

const STATE_MARKS: Readonly<Record<Model['state'], string>> = {
  champion: '★ Champion',
  challenger: '◐ Challenger',
  shadow: '○ Shadow',
  candidate: '· Candidate',
  retired: '– Retired',
};

const fixed = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : value.toFixed(3);

/** A model, and what it shows where it is compared. */
type Shown = { readonly model: Model; readonly review: Review | undefined };

const figure = (title: string, of: (review: Review) => number | null, about?: string): Column<Shown> => ({
  title,
  ...(about && { about }),
  right: true,
  cell: ({ review }) => fixed(review && of(review)),
  sortBy: ({ review }) => review && of(review),
});

const COLUMNS: readonly Column<Shown>[] = [
  { title: 'Kind', cell: ({ model }) => words(model.kind), sortBy: ({ model }) => model.kind },
  figure('AP', ({ averagePrecision }) => averagePrecision, 'Average precision'),
  figure('AUC', ({ auc }) => auc),
  figure('Precision', ({ precision }) => precision),
  figure('Recall', ({ recall }) => recall),
  {
    title: 'Score',
    about: 'Mean time of a score',
    right: true,
    cell: ({ review }) =>
      typeof review?.scoreMicros === 'number' ? `${review.scoreMicros.toFixed(1)} µs` : '–',
    sortBy: ({ review }) => review?.scoreMicros,
  },
  {
    title: 'Learnt from',
    cell: ({ model: { trainingWindow: window } }) =>
      window.source === 'import'
        ? 'elsewhere'
        : `${count(window.rows)} ${window.source === 'simulation' ? 'simulated' : 'decided'}, ${count(window.frauds)} frauds`,
  },
  {
    title: 'Filed',
    cell: ({ model }) => `${dateTime(model.filedAt)} by ${model.filedBy}`,
    sortBy: ({ model }) => model.filedAt,
  },
];

export function ModelTable(props: {
  readonly models: readonly Model[];
  readonly reviews: readonly Review[];
  readonly compared: readonly string[];
  readonly onCompare: (version: string, on: boolean) => void;
  readonly onMove: (model: Model) => void;
}) {
  const { compared, reviews } = props;
  return (
    <Table
      label="All models"
      rows={props.models.map((model) => ({
        model,
        review: reviews.find(({ version }) => version === model.version),
      }))}
      rowKey={({ model }) => model.version}
      columns={[
        {
          title: 'Compare',
          cell: ({ model: { version } }) => (
            <Checkbox
              size="xs"
              aria-label={`Compare ${version}`}
              checked={compared.includes(version)}
              onChange={(event) => props.onCompare(version, event.currentTarget.checked)}
            />
          ),
        },
        {
          title: 'Version',
          hint: ({ model: { sha256, notes } }) => `sha256 ${sha256}${notes ? `\n${notes}` : ''}`,
          cell: ({ model }) => <code>{model.version}</code>,
          sortBy: ({ model }) => model.version,
        },
        {
          title: 'State',
          cell: ({ model: { state, share } }) =>
            STATE_MARKS[state] + (state === 'challenger' ? ` for ${percent(share, 1)} of accounts` : ''),
          sortBy: ({ model }) => MODEL_STATES.indexOf(model.state),
        },
        {
          ...actions<Shown>(
            ({ model }) =>
              model.state !== 'champion' && (
                <Button size="compact-xs" variant="default" onClick={() => props.onMove(model)}>
                  Move …
                </Button>
              ),
          ),
          right: false,
        },
        ...COLUMNS,
      ]}
      empty="Loading …"
    />
  );
}
