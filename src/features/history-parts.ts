// The histories that a catalogue's features are read from: those of the program as they always were, those of one's own by layout.
import type { DataModel } from '../domain/data-model.ts';
import { entitiesOf } from './check-document.ts';
import type { Placed } from './compile.ts';
import { type EntityKey, entityKey } from './entity-key.ts';
import { expressionsOf } from './expression-environment.ts';
import { ENTITY_KINDS } from './feature-state.ts';
import { type HistoryPart, historyPart } from './history-part.ts';
import { programLayout } from './program-layout.ts';
import { keyOf } from './record-fields.ts';
import { type Aggregate, aggregateOf, layoutsOf, type StoreLayout } from './store-layout.ts';

/** `off` are places of features that are not read. */
export function historyParts(
  data: DataModel,
  placed: readonly Placed[],
  off: ReadonlySet<number>,
): HistoryPart[] {
  const expressions = expressionsOf(data, new Map());
  const aggregates = (isProgram: boolean): Aggregate[] =>
    placed.flatMap((one) =>
      one.isProgram === isProgram && one.definition.kind === 'aggregate'
        ? [aggregateOf(one.definition, one.slot, data, expressions)]
        : [],
    );
  const keys = keysOf(data);
  return [...programParts(aggregates(true), keys, off), ...ownParts(data, aggregates(false), keys, off)];
}

/** By their names, parted by blanks: histories that are asked by the same fields share the key. */
type Keys = (fields: string) => EntityKey;

function keysOf(data: DataModel): Keys {
  const known = new Map<string, EntityKey>();
  return (fields) => {
    const found = known.get(fields);
    if (found) return found;
    const of = keyOf(data, fields.split(' '));
    if (!of) throw new Error(`${fields} name no entity`);
    const made = entityKey(of);
    known.set(fields, made);
    return made;
  };
}

/** The account first, then what it received, then what it shares. */
function programParts(aggregates: readonly Aggregate[], keys: Keys, off: ReadonlySet<number>): HistoryPart[] {
  const parts = ENTITY_KINDS.flatMap((kind) => {
    const own = aggregates.filter(({ feature }) => feature.entity === kind);
    return own.length === 0 ? [] : partsOf(programLayout(kind, own), keys, off);
  });
  const isFirst = ({ layout, keeps }: HistoryPart): number => (layout.id === 'account' ? 0 : keeps ? 2 : 1);
  return parts.sort((a, b) => isFirst(a) - isFirst(b));
}

function ownParts(
  data: DataModel,
  aggregates: readonly Aggregate[],
  keys: Keys,
  off: ReadonlySet<number>,
): HistoryPart[] {
  const entities = entitiesOf(data);
  const groups = new Map<string, Aggregate[]>();
  for (const aggregate of aggregates) {
    const { entity, events } = aggregate.feature;
    const group = JSON.stringify([entity, events ? [...events].sort() : null]);
    groups.set(group, [...(groups.get(group) ?? []), aggregate]);
  }
  return [...groups.keys()].sort().flatMap((group) => {
    const [entity, events] = JSON.parse(group) as [string, string[] | null];
    const key = entities.get(entity) ?? [];
    const layouts = layoutsOf(entity, key, events ?? undefined, groups.get(group) ?? []);
    return layouts.flatMap((layout) => partsOf(layout, keys, off));
  });
}

const byOf = ({ aggregate }: StoreLayout['aggregates'][number]): string =>
  (aggregate.feature.by ?? []).join(' ');

/** The history of whom the record is about, and the same store asked by other fields. */
function partsOf(layout: StoreLayout, keys: Keys, off: ReadonlySet<number>): HistoryPart[] {
  const others = [...new Set(layout.aggregates.map(byOf))].filter((by) => by !== '');
  const part = (by: string): HistoryPart => {
    const asked = layout.aggregates.filter((one) => byOf(one) === by);
    return historyPart(layout, keys(by || layout.key.join(' ')), asked, by === '' ? undefined : by, off);
  };
  return [part(''), ...others.map(part)];
}
