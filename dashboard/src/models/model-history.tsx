// Every move of every model, with what the gate said.
import type { ModelEvent } from '../../../src/protocol/models.ts';
import { dateTime, percent } from '../kit/format.ts';
import { Panel } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';

function moveText({ action, from, to, share }: ModelEvent): string {
  const move = action === 'filed' ? 'filed' : `${action}: ${from ?? 'new'} → ${to}`;
  return to === 'challenger' ? `${move} for ${percent(share)} of accounts` : move;
}

const COLUMNS: readonly Column<ModelEvent>[] = [
  { title: 'When', cell: ({ at }) => dateTime(at), sortBy: ({ at }) => at },
  { title: 'Model', cell: ({ version }) => <code>{version}</code>, sortBy: ({ version }) => version },
  { title: 'What', cell: moveText },
  { title: 'Who', cell: ({ who }) => who, sortBy: ({ who }) => who },
  {
    title: 'Note',
    hint: ({ gate }) => gate?.map(({ passed, text }) => `${passed ? '✓' : '✕'} ${text}`).join('\n'),
    cell: ({ note }) => note,
  },
];

export function ModelHistory(props: { readonly events: readonly ModelEvent[] }) {
  return (
    <Panel title="History" note="every move, newest first">
      <Table label="History of the models" rows={props.events} rowKey={({ id }) => id} columns={COLUMNS} />
    </Panel>
  );
}
