// How far an import is, what became of the rows, and the imports of before.
import { Button, Progress } from '@mantine/core';
import type { FileImport } from '../../../src/protocol/file-imports.ts';
import { count, dateTime, percent } from '../kit/format.ts';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';

const STATE_WORDS: Readonly<Record<FileImport['state'], string>> = {
  running: 'under way',
  done: 'done',
  cancelled: 'ended by somebody',
  failed: 'failed',
  interrupted: 'cut short',
};

const PROBLEMS: readonly Column<FileImport['problems'][number]>[] = [
  { title: 'Rows', right: true, cell: ({ rows }) => count(rows) },
  { title: 'First in line', right: true, cell: ({ firstLine }) => firstLine },
  { title: 'What is wrong', className: 'long', cell: ({ message }) => message },
];

const titleOf = ({ isTrial, state, fileName }: FileImport): string =>
  `${isTrial ? 'Trial' : 'Import'} of ${fileName}: ${STATE_WORDS[state]}`;

function factsOf(one: FileImport): readonly (readonly [name: string, about: string])[] {
  const { from, until, isTrial } = one;
  return [
    ['Rows', count(one.rows)],
    [isTrial ? 'Would be decided' : 'Decided', count(one.decided)],
    ['Here before', count(one.repeated)],
    ['Rejected', count(one.rejected)],
    ...(isTrial ? [] : [['Flagged', count(one.flagged)] as const]),
    ['Fraud', count(one.frauds)],
    ['Genuine', count(one.genuine)],
    ['Not known', count(one.unlabelled)],
    ...(from !== null && until !== null
      ? [['Time', `${dateTime(from)} to ${dateTime(until)}`] as const]
      : []),
  ];
}

export function ImportReport(props: { readonly one: FileImport; readonly onCancel: () => void }) {
  const { one, onCancel } = props;
  const isRunning = one.state === 'running';
  return (
    <Panel title={titleOf(one)} note={one.who}>
      <div role="status" data-testid="import-report" data-state={one.state}>
        {isRunning && (
          <div className="filters">
            <Progress w={220} value={one.progress * 100} aria-label={titleOf(one)} />
            <span>{percent(one.progress, 0)}</span>
            <span className="muted">{count(one.rows)} rows</span>
            <Button size="compact-xs" variant="default" onClick={onCancel}>
              End it
            </Button>
          </div>
        )}
        <Problem text={one.problem} />
        <dl className="about">
          {factsOf(one).map(([name, about]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{about}</dd>
            </div>
          ))}
        </dl>
      </div>
      {one.problems.length > 0 && (
        <Table
          label="Problems"
          rows={one.problems}
          rowKey={({ firstLine }) => firstLine}
          columns={PROBLEMS}
        />
      )}
    </Panel>
  );
}

const BEFORE: readonly Column<FileImport>[] = [
  { title: 'File', cell: ({ fileName }) => fileName },
  { title: 'State', cell: ({ state, isTrial }) => `${isTrial ? 'trial ' : ''}${STATE_WORDS[state]}` },
  { title: 'Rows', right: true, cell: ({ rows }) => count(rows) },
  { title: 'Decided', right: true, cell: ({ decided }) => count(decided) },
  { title: 'Here before', right: true, className: 'hide-small', cell: ({ repeated }) => count(repeated) },
  { title: 'Rejected', right: true, cell: ({ rejected }) => count(rejected) },
  { title: 'Begun', className: 'hide-small', cell: ({ startedAt, who }) => `${dateTime(startedAt)}, ${who}` },
];

export function ImportsBefore({ imports }: { readonly imports: readonly FileImport[] | undefined }) {
  return (
    <Panel title="Imports">
      {!imports && <Empty>Loading …</Empty>}
      <Table
        label="Imports"
        rows={imports}
        rowKey={({ id }) => id}
        columns={BEFORE}
        empty="No file was imported yet."
      />
    </Panel>
  );
}
