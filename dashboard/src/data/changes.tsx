// What a document changes: in a line, and each change by itself.
import type { CatalogueCheck } from '../../../src/protocol/catalogue.ts';
import { Table } from '../kit/table.tsx';

type Change = CatalogueCheck['changes'][number];

const PLURALS: Readonly<Record<Change['part'], string>> = {
  field: 'fields',
  entity: 'entities',
  event: 'kinds of events',
  type: 'types',
  channel: 'channels',
  feature: 'features',
};
const SINGULARS: Readonly<Record<Change['part'], string>> = {
  field: 'field',
  entity: 'entity',
  event: 'kind of event',
  type: 'type',
  channel: 'channel',
  feature: 'feature',
};
const SIGNS = { added: '+ added', removed: '− removed', changed: '~ changed' } as const;

/** "2 fields, 1 entity, 1 feature"; undefined where nothing is another. */
export function summaryOf(changes: readonly Change[]): string | undefined {
  const counts = new Map<Change['part'], number>();
  for (const { part } of changes) counts.set(part, (counts.get(part) ?? 0) + 1);
  if (counts.size === 0) return undefined;
  return [...counts].map(([part, n]) => `${n} ${n === 1 ? SINGULARS[part] : PLURALS[part]}`).join(', ');
}

export const namesOf = (names: readonly string[], shown = 6): string =>
  names.length > shown
    ? `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
    : names.join(', ');

export function ChangeTable({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <Table
      label="Changes"
      rows={changes}
      rowKey={({ part, name }) => `${part} ${name}`}
      columns={[
        { title: 'Change', cell: ({ change }) => SIGNS[change], sortBy: ({ change }) => change },
        { title: 'Of', cell: ({ part }) => SINGULARS[part], sortBy: ({ part }) => part },
        { title: 'Name', cell: ({ name }) => name, sortBy: ({ name }) => name },
        { title: 'What', className: 'muted long', cell: ({ detail }) => detail },
      ]}
      empty="Nothing is another."
    />
  );
}
