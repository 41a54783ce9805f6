// Features of the record alone, and those that use others, in an order in which each finds what it uses.
import type { DataModel } from '../domain/data-model.ts';
import { usesOf } from './check-document.ts';
import type { Placed } from './compile.ts';
import { expressionsOf } from './expression-environment.ts';
import { attributeNumber, type NumberOf } from './record-fields.ts';

export type RowFeature = { readonly slot: number; readonly of: NumberOf };

export function rowFeatures(
  data: DataModel,
  placed: readonly Placed[],
  places: ReadonlyMap<string, number>,
): RowFeature[] {
  const expressions = expressionsOf(data, places);
  const uses = usesOf(
    placed.map(({ definition }) => definition),
    expressions,
  );
  const types = new Map(data.fields.map(({ name, type }) => [name, type]));
  const done = new Set<string>();
  const rows: RowFeature[] = [];
  const byName = new Map(placed.map((one) => [one.definition.name, one]));
  const add = ({ definition, slot }: Placed): void => {
    if (done.has(definition.name)) return;
    done.add(definition.name);
    if (definition.kind === 'field') {
      const type = types.get(definition.field);
      if (type !== undefined) rows.push({ slot, of: attributeNumber(definition.field, type) });
    }
    if (definition.kind !== 'expression') return;
    for (const used of uses.get(definition.name) ?? []) {
      const other = byName.get(used);
      if (other) add(other);
    }
    const read = expressions.read(definition.expression);
    if (!read.ok) throw new Error(`${definition.name}: ${read.message}`);
    const { part } = read;
    if (part.type === 'number') rows.push({ slot, of: part.of });
    else if (part.type === 'truth') {
      const { of } = part;
      rows.push({ slot, of: (record) => (of(record) ? 1 : 0) });
    } else throw new Error(`${definition.name} gives a text`);
  };
  for (const one of placed) add(one);
  return rows;
}
