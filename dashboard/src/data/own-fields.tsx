// Own fields of a transaction or an event: what is declared with what it is, what is not marked as such.
import { Table } from '../kit/table.tsx';
import { useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import type { Field } from './document.ts';

/** What serves declares, by its name; undefined while that is not known, and to whom it is hidden. */
function useDeclared(): ReadonlyMap<string, Field> | undefined {
  const sees = useMay('read_identifiers');
  const { data: catalogue } = useAnswer('getCatalogue', sees ? {} : undefined);
  const version = catalogue?.live.version;
  const { data } = useAnswer(
    'getCatalogueVersion',
    version === undefined ? undefined : { params: { version } },
  );
  const fields = data?.document.data?.fields ?? [];
  return data && new Map(fields.map((field) => [field.name, field]));
}

/** A place is two numbers of one field. */
const fieldOf = (name: string): string => name.replace(/\.(lat|lon)$/, '');

export function OwnFields(props: { readonly attributes: Readonly<Record<string, unknown>> }) {
  const declared = useDeclared();
  const definitionOf = (name: string): Field | undefined =>
    declared?.get(name) ?? declared?.get(fieldOf(name));
  const rows = Object.entries(props.attributes).map(([name, value]) => ({ name, value }));
  return (
    <Table
      label="Own fields"
      rows={rows}
      rowKey={({ name }) => name}
      columns={[
        { title: 'Field', cell: ({ name }) => name },
        { title: 'Value', className: 'long', cell: ({ value }) => String(value) },
        {
          title: 'What it is',
          className: 'muted',
          cell: ({ name }) =>
            definitionOf(name)?.description ??
            (declared && <span className="state draft">not declared</span>),
        },
      ]}
    />
  );
}
