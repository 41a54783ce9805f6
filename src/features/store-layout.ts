// What the histories of an entity must keep for the features that read them: which conditions and values each event has, which
// sets of keys and registers there are, and how long. One layout is one store; its name says all that its bytes depend on.
import { createHash } from 'node:crypto';
import type { DataModel } from '../domain/data-model.ts';
import type { AggregateFeature } from './document.ts';
import type { EntityTable } from './entity-table.ts';
import { MAX_COLUMNS, MAX_FLAGS } from './event-codec.ts';
import type { Expressions } from './expression-environment.ts';
import { readSource, readWhere, type Source, type Truth } from './feature-sources.ts';
import { type FeatureState, tableOf } from './feature-state.ts';
import { type HistoryShape, MAX_EXACT_EVENTS } from './history.ts';
import { type Accumulator, ALL, AMOUNT } from './history-extras.ts';
import { mostTiles, TILE_FIELDS } from './history-tiles.ts';
import { MOST_UP_TO, NEEDS, PRESET_UP_TO, spanSeconds } from './measures.ts';
import type { NumberOf, PlaceOf } from './record-fields.ts';

/** An aggregate with its parts read: a condition and a value are functions of the record. */
export type Aggregate = {
  readonly feature: AggregateFeature;
  readonly slot: number;
  readonly source: Source;
  readonly where: Truth | undefined;
  readonly windowSeconds: number;
  readonly delaySeconds: number;
  readonly current: boolean;
  readonly upTo: number;
};

export function aggregateOf(
  feature: AggregateFeature,
  slot: number,
  data: DataModel,
  expressions: Expressions,
): Aggregate {
  const needs = NEEDS[feature.measure];
  const source = readSource(feature.of, needs.of, data, expressions);
  const where = readWhere(feature.where, expressions);
  if (!source.ok) throw new Error(`${feature.name}: ${source.message}`);
  if (!where.ok) throw new Error(`${feature.name}: ${where.message}`);
  const plain = needs.current && !feature.events && feature.delay === undefined && !feature.by;
  return {
    feature,
    slot,
    source: source.source,
    where: where.where,
    windowSeconds: feature.window === undefined ? 0 : (spanSeconds(feature.window) ?? 0),
    delaySeconds: feature.delay === undefined ? 0 : (spanSeconds(feature.delay) ?? 0),
    current: feature.current ?? plain,
    upTo: feature.upTo ?? PRESET_UP_TO,
  };
}

type KeySetPlan = { readonly hash: NumberOf; readonly flag: number; readonly capacity: number };
type LastPlan = { readonly flag: number } & (
  | { readonly kind: 'time' }
  | { readonly kind: 'number'; readonly of: NumberOf }
  | { readonly kind: 'place'; readonly of: PlaceOf }
);
type SumPlan = { readonly flag: number; readonly of: NumberOf };
type FavouritePlan = { readonly flag: number; readonly hash: NumberOf };

/** Where an aggregate finds its parts in a history. */
export type Places = {
  readonly flag: number;
  /** Of a share: the condition with what is asked of it. */
  readonly shareFlag: number;
  readonly column: number;
  readonly keySet: number;
  readonly last: number;
  readonly first: number;
  readonly sum: number;
  readonly favourite: number;
};

/** What histories of the program keep beside key sets, in places of their own. */
export type ProgramKeeps = {
  /** Running sums of amounts. */
  readonly sums: boolean;
  readonly place: PlaceOf | undefined;
  /** What most records have. */
  readonly favourite: NumberOf | undefined;
};

export type StoreLayout = {
  /** `own:<entity>:<hash>`; the kind of entity for histories of the program. */
  readonly id: string;
  /** Of the program's own; their bytes are those of before. */
  readonly program?: ProgramKeeps;
  tableIn(state: FeatureState): EntityTable;
  readonly entity: string;
  readonly key: readonly string[];
  /** Kinds of events; undefined for payments. */
  readonly events: readonly string[] | undefined;
  readonly shape: HistoryShape;
  readonly flags: readonly Truth[];
  readonly columns: readonly NumberOf[];
  readonly keySets: readonly KeySetPlan[];
  readonly lasts: readonly LastPlan[];
  readonly sums: readonly SumPlan[];
  readonly favourites: readonly FavouritePlan[];
  readonly aggregates: readonly { readonly aggregate: Aggregate; readonly places: Places }[];
  /** Whether any feature asks for labels. */
  readonly frauds: boolean;
};

/** A list of things that are told apart by a text. */
function register<T>(items: ReadonlyMap<string, T>): {
  readonly list: readonly T[];
  indexOf(text: string): number;
} {
  const texts = [...items.keys()].sort();
  return {
    list: texts.flatMap((text) => items.get(text) ?? []),
    indexOf: (text) => texts.indexOf(text),
  };
}

const whereText = ({ feature }: Aggregate): string => feature.where ?? '';
const sourceText = ({ source }: Aggregate): string =>
  source.kind === 'none' ? '' : source.kind === 'amount' ? '@amount' : source.text;
const both = (aggregate: Aggregate): string => JSON.stringify([sourceText(aggregate), whereText(aggregate)]);
const shareText = (aggregate: Aggregate): string => `${whereText(aggregate)} && ${sourceText(aggregate)}`;

/** What is summed up as running logarithms: ln(1 + value). */
const summedOf = ({ source }: Aggregate): NumberOf | undefined =>
  source.kind === 'amount' ? (record) => record.amount : source.kind === 'number' ? source.of : undefined;

const USES_COLUMN: ReadonlySet<string> = new Set([
  'sum', 'mean', 'minimum', 'maximum', 'deviation', 'ratio_to_mean', 'ratio_to_maximum', 'unusual_count', 'fraud_value_ratio',
]); // biome-ignore format: a list
const USES_SUMS: ReadonlySet<string> = new Set([
  'ratio_to_usual',
  'zscore',
  'unusual_count',
  'fraud_value_ratio',
]);
const USES_KEYS: ReadonlySet<string> = new Set(['distinct', 'is_new']);
const USES_LAST: ReadonlySet<string> = new Set([
  'last',
  'since_last',
  'distance_from_last',
  'speed_from_last',
]);

type Parts = {
  readonly flags: Map<string, Truth>;
  readonly columns: Map<string, NumberOf>;
  readonly keySets: Map<string, Omit<KeySetPlan, 'flag'> & { readonly where: string }>;
  readonly lasts: Map<string, { readonly where: string; readonly source: Source }>;
  readonly firsts: Map<string, string>;
  readonly sums: Map<string, { readonly where: string; readonly of: NumberOf }>;
  readonly favourites: Map<string, { readonly where: string; readonly hash: NumberOf }>;
  readonly accumulators: Map<string, { what: Accumulator['what']; where: string; column: string }>;
  amount: boolean;
  events: boolean;
  frauds: boolean;
  retentionSeconds: number;
};

function collect(parts: Parts, aggregate: Aggregate): void {
  const { feature, source, where, windowSeconds, delaySeconds } = aggregate;
  const { measure } = feature;
  const condition = whereText(aggregate);
  if (where) parts.flags.set(condition, where);
  if (source.kind === 'truth') {
    const asked = source.of;
    parts.flags.set(shareText(aggregate), where ? (record) => where(record) && asked(record) : asked);
  }
  if (USES_COLUMN.has(measure)) {
    if (source.kind === 'amount') parts.amount = true;
    else if (source.kind === 'number') parts.columns.set(source.text, source.of);
  }
  if (USES_KEYS.has(measure) && source.kind === 'text') {
    const capacity = Math.min(aggregate.upTo, MOST_UP_TO);
    parts.keySets.set(`${both(aggregate)}/${capacity}`, { hash: source.hash, capacity, where: condition });
  }
  if (USES_LAST.has(measure))
    parts.lasts.set(`${measure === 'since_last' ? '' : both(aggregate)}/${condition}`, {
      where: condition,
      source,
    });
  if (measure === 'age' && where) parts.firsts.set(condition, condition);
  const of = summedOf(aggregate);
  if (USES_SUMS.has(measure) && of) parts.sums.set(both(aggregate), { where: condition, of });
  if (measure === 'differs_from_most' && source.kind === 'text')
    parts.favourites.set(both(aggregate), { where: condition, hash: source.hash });
  const span = windowSeconds + delaySeconds;
  // Where a fraud is followed by what is genuine, all that is known of it is asked for.
  const kept = measure === 'genuine_since_fraud' || measure === 'since_fraud' ? 90 * 86_400 : span;
  if (kept > 0 && measure !== 'distinct') {
    parts.events = true;
    parts.retentionSeconds = Math.max(parts.retentionSeconds, kept);
  }
  if (NEEDS[measure].frauds) parts.frauds = true;
  collectTiles(parts, aggregate);
}

function collectTiles({ accumulators }: Parts, aggregate: Aggregate): void {
  const { measure } = aggregate.feature;
  const where = whereText(aggregate);
  const column = sourceText(aggregate);
  const add = (what: Accumulator['what'], condition: string, of: string): void => {
    accumulators.set(JSON.stringify([what, condition, of]), { what, where: condition, column: of });
  };
  if ((measure === 'count' || measure === 'share') && where !== '') add('count', where, '');
  if (measure === 'share') add('count', shareText(aggregate), '');
  // What every event has, tiles add up by themselves.
  if (where === '' && column === '@amount' && ['sum', 'mean', 'ratio_to_mean'].includes(measure)) return;
  if (['sum', 'mean', 'deviation', 'ratio_to_mean'].includes(measure)) add('sum', where, column);
  if (['mean', 'deviation', 'ratio_to_mean', 'minimum', 'maximum', 'ratio_to_maximum'].includes(measure))
    add('values', where, column);
  if (measure === 'deviation') add('squares', where, column);
  if (measure === 'minimum') add('minimum', where, column);
  if (measure === 'maximum' || measure === 'ratio_to_maximum') add('maximum', where, column);
}

function partsOf(aggregates: readonly Aggregate[]): Parts {
  const parts: Parts = {
    flags: new Map(),
    columns: new Map(),
    keySets: new Map(),
    lasts: new Map(),
    firsts: new Map(),
    sums: new Map(),
    favourites: new Map(),
    accumulators: new Map(),
    amount: false,
    events: false,
    frauds: false,
    retentionSeconds: 3600,
  };
  for (const aggregate of aggregates) collect(parts, aggregate);
  return parts;
}

/** Tiles of a history must leave room in the buffer that holds it. */
const MAX_TILE_BYTES = 190_000;
const MAX_KEY_SETS = 48;
const MAX_REGISTERS = 48;

function fits({
  flags,
  columns,
  keySets,
  lasts,
  firsts,
  sums,
  favourites,
  accumulators,
  retentionSeconds,
}: Parts): boolean {
  const registers = lasts.size + firsts.size + sums.size + favourites.size;
  const tileBytes = mostTiles(retentionSeconds) * (TILE_FIELDS + accumulators.size) * 8;
  return (
    flags.size <= MAX_FLAGS &&
    columns.size <= MAX_COLUMNS &&
    keySets.size <= MAX_KEY_SETS &&
    registers <= MAX_REGISTERS &&
    tileBytes <= MAX_TILE_BYTES
  );
}

/** The layouts of one entity: as a rule one; more where one history could not hold all. */
export function layoutsOf(
  entity: string,
  key: readonly string[],
  events: readonly string[] | undefined,
  aggregates: readonly Aggregate[],
): StoreLayout[] {
  const groups: Aggregate[][] = [];
  for (const aggregate of aggregates) {
    const room = groups.find((group) => fits(partsOf([...group, aggregate])));
    if (room) room.push(aggregate);
    else groups.push([aggregate]);
  }
  return groups.map((group) => layoutOf(entity, key, events, group));
}

function layoutOf(
  entity: string,
  key: readonly string[],
  events: readonly string[] | undefined,
  aggregates: readonly Aggregate[],
): StoreLayout {
  const parts = partsOf(aggregates);
  const flags = register(parts.flags);
  const columns = register(parts.columns);
  const keySets = register(parts.keySets);
  const lasts = register(parts.lasts);
  const firsts = register(parts.firsts);
  const sums = register(parts.sums);
  const favourites = register(parts.favourites);
  const accumulators = register(parts.accumulators);
  const flagOf = (where: string): number => (where === '' ? ALL : flags.indexOf(where));
  const columnOf = (text: string): number => (text === '@amount' ? AMOUNT : columns.indexOf(text));
  const shape: HistoryShape = {
    retentionSeconds: parts.retentionSeconds,
    exactEvents: MAX_EXACT_EVENTS,
    keySets: keySets.list.map(({ capacity }) => capacity),
    own: {
      events: parts.events,
      amount: parts.amount,
      flags: flags.list.length,
      columns: columns.list.length,
      accumulators: accumulators.list.map(({ what, where, column }) => ({
        what,
        flag: flagOf(where),
        column: column === '' ? AMOUNT : columnOf(column),
      })),
      lasts: lasts.list.map(({ source }) => (source.kind === 'place' ? 2 : 1)),
      firsts: firsts.list.map(flagOf),
      keyFlags: keySets.list.map(({ where }) => flagOf(where)),
      sums: sums.list.length,
      favourites: favourites.list.length,
    },
  };
  const said = [key, events ?? [], parts.retentionSeconds, parts.amount, ...[
    parts.flags, parts.columns, parts.keySets, parts.lasts, parts.firsts, parts.sums, parts.favourites, parts.accumulators,
  ].map((map) => [...map.keys()].sort())]; // biome-ignore format: a list
  const hash = createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 12);
  const id = `own:${entity}:${hash}`;
  return {
    id,
    tableIn: (state) => tableOf(state, id),
    entity,
    key,
    events,
    shape,
    flags: flags.list,
    columns: columns.list,
    keySets: keySets.list.map(({ where, ...set }) => ({ ...set, flag: flagOf(where) })),
    lasts: lasts.list.map(({ where, source }) => lastPlan(flagOf(where), source)),
    sums: sums.list.map(({ where, of }) => ({ flag: flagOf(where), of })),
    favourites: favourites.list.map(({ where, hash: of }) => ({ flag: flagOf(where), hash: of })),
    frauds: parts.frauds,
    aggregates: aggregates.map((aggregate) => ({
      aggregate,
      places: {
        flag: flagOf(whereText(aggregate)),
        shareFlag: flags.indexOf(shareText(aggregate)),
        column: columnOf(sourceText(aggregate)),
        keySet: keySets.indexOf(`${both(aggregate)}/${Math.min(aggregate.upTo, MOST_UP_TO)}`),
        last: lasts.indexOf(
          `${aggregate.feature.measure === 'since_last' ? '' : both(aggregate)}/${whereText(aggregate)}`,
        ),
        first: firsts.indexOf(whereText(aggregate)),
        sum: sums.indexOf(both(aggregate)),
        favourite: favourites.indexOf(both(aggregate)),
      },
    })),
  };
}

function lastPlan(flag: number, source: Source): LastPlan {
  if (source.kind === 'amount') return { flag, kind: 'number', of: (record) => record.amount };
  if (source.kind === 'number') return { flag, kind: 'number', of: source.of };
  if (source.kind === 'place') return { flag, kind: 'place', of: source.of };
  return { flag, kind: 'time' };
}
