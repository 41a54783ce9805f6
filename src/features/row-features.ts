// Features of the record alone, and those that use others, in an order in which each finds what it uses.

import { usesOf } from './check-document.ts';
import type { CatalogueDocument, FeatureDefinition } from './document.ts';
import { expressionsOf } from './expression-environment.ts';
import { attributeNumber, type NumberOf } from './record-fields.ts';

export type RowFeature = { readonly slot: number; readonly of: NumberOf };

export function rowFeatures(
  { data }: CatalogueDocument,
  own: readonly FeatureDefinition[],
  places: ReadonlyMap<string, number>,
): RowFeature[] {
  const expressions = expressionsOf(data, places);
  const uses = usesOf(own, expressions);
  const types = new Map(data.fields.map(({ name, type }) => [name, type]));
  const done = new Set<string>();
  const rows: RowFeature[] = [];
  const byName = new Map(own.map((feature) => [feature.name, feature]));
  const add = (feature: FeatureDefinition): void => {
    if (done.has(feature.name)) return;
    done.add(feature.name);
    const slot = places.get(feature.name) ?? -1;
    if (feature.kind === 'field') {
      const type = types.get(feature.field);
      if (type !== undefined) rows.push({ slot, of: attributeNumber(feature.field, type) });
    }
    if (feature.kind !== 'expression') return;
    for (const used of uses.get(feature.name) ?? []) {
      const other = byName.get(used);
      if (other) add(other);
    }
    const read = expressions.read(feature.expression);
    if (!read.ok) throw new Error(`${feature.name}: ${read.message}`);
    const { part } = read;
    if (part.type === 'number') rows.push({ slot, of: part.of });
    else if (part.type === 'truth') {
      const { of } = part;
      rows.push({ slot, of: (record) => (of(record) ? 1 : 0) });
    } else throw new Error(`${feature.name} gives a text`);
  };
  for (const feature of own) add(feature);
  return rows;
}
