// The histories that a catalogue's features are read from: those of the program as they always were, those of one's own by layout.
import type { DataModel } from '../domain/data-model.ts';
import { entitiesOf } from './check-document.ts';
import type { Placed } from './compile.ts';
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
  return [...programParts(data, aggregates(true), off), ...ownParts(data, aggregates(false), off)];
}

/** The account first, then what it received, then what it shares. */
function programParts(
  data: DataModel,
  aggregates: readonly Aggregate[],
  off: ReadonlySet<number>,
): HistoryPart[] {
  const parts = ENTITY_KINDS.flatMap((kind) => {
    const own = aggregates.filter(({ feature }) => feature.entity === kind);
    return own.length === 0 ? [] : partsOf(data, programLayout(kind, own), off);
  });
  const isFirst = ({ layout, keeps }: HistoryPart): number => (layout.id === 'account' ? 0 : keeps ? 2 : 1);
  return parts.sort((a, b) => isFirst(a) - isFirst(b));
}

function ownParts(
  data: DataModel,
  aggregates: readonly Aggregate[],
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
    return layouts.flatMap((layout) => partsOf(data, layout, off));
  });
}

const byOf = ({ aggregate }: StoreLayout['aggregates'][number]): string =>
  (aggregate.feature.by ?? []).join(' ');

/** The history of whom the record is about, and the same store asked by other fields. */
function partsOf(data: DataModel, layout: StoreLayout, off: ReadonlySet<number>): HistoryPart[] {
  const others = [...new Set(layout.aggregates.map(byOf))].filter((by) => by !== '');
  const part = (by: string, fields: readonly string[]): HistoryPart => {
    const key = keyOf(data, fields);
    if (!key) throw new Error(`${fields.join(', ')} name no entity`);
    const asked = layout.aggregates.filter((one) => byOf(one) === by);
    return historyPart(layout, key, asked, by === '' ? undefined : by, off);
  };
  return [part('', layout.key), ...others.map((by) => part(by, by.split(' ')))];
}
