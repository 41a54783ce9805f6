// One history of a catalogue: whose it is for a record, the features that are read of it, what is added to it.
import { amountReader } from './amount-reader.ts';
import type { EntityKey } from './entity-key.ts';
import type { EntityTable } from './entity-table.ts';
import type { FeatureCosts } from './feature-costs.ts';
import type { FeatureRecord } from './feature-record.ts';
import type { FeatureState } from './feature-state.ts';
import { History } from './history.ts';
import { loadHistory, makeRoomForTile, storeHistory } from './history-codec.ts';
import { ALL } from './history-extras.ts';
import { ownTheTiles } from './history-tiles.ts';
import { markFraud } from './labels.ts';
import { PRESET_TIMES } from './measures.ts';
import { type OwnChange, preparedNumbers } from './own-changes.ts';
import { extend, prepare } from './own-store.ts';
import { pointReader } from './point-readers.ts';
import type { StoreLayout } from './store-layout.ts';
import { type Placing, type Reader, windowReaders } from './window-readers.ts';

export type HistoryPart = {
  readonly layout: StoreLayout;
  /** The fields that it is asked by, where these are not those that name it: then it is only read. */
  readonly by: string | undefined;
  /** Its key, which other histories may share. */
  readonly entityKey: EntityKey;
  /** Whether records are added. */
  readonly keeps: boolean;
  key(record: FeatureRecord): string | undefined;
  /** Goes for the history of a record, for the `look` that comes next: those of several parts are waited for together. */
  seek(state: FeatureState, record: FeatureRecord): void;
  /** Finds the history that was sought; before another record is sought by any part. */
  find(): void;
  /** Reads it; nothing that is stored changes. Its features are left as they are where it has none. */
  look(record: FeatureRecord, out: Float64Array): void;
  /** The same, with what each of its features takes. */
  timedLook(state: FeatureState, record: FeatureRecord, out: Float64Array, costs: FeatureCosts): void;
  /** Reads the history of a record that is only to be added. */
  prepareToKeep(state: FeatureState, record: FeatureRecord): void;
  /** Adds what `look` or `prepareToKeep` was given last; false where it came too late for any window. */
  keep(state: FeatureState, record: FeatureRecord): boolean;
  /** What the record does to the history, for another copy of it; nothing is read. */
  changeOf(record: FeatureRecord): OwnChange | undefined;
  /** Reads the history of a key, which a label that says something new is about, and writes the label into it. */
  readForLabel(state: FeatureState, key: string | undefined): void;
  writeLabel(state: FeatureState, timeSeconds: number, fraud: boolean): void;
};

type Asked = StoreLayout['aggregates'];

const BY_POINT: ReadonlySet<string> = new Set(['distinct', 'since_first_fraud', 'fraud_value_ratio']);

/** The readers of the features that are asked by one key. */
function readersOf(asked: Asked, empty: History): Placing[] {
  // Histories of the program keep no flags: a condition on the amount is asked of the amounts.
  const small = asked.filter(({ aggregate, places }) => aggregate.where && places.flag === ALL);
  const rest = asked.filter((one) => !small.includes(one));
  const isWindowed = ({ aggregate: { feature } }: Asked[number]): boolean =>
    feature.window !== undefined && !BY_POINT.has(feature.measure);
  return [
    ...windowReaders(
      rest.filter(isWindowed).map(({ aggregate, places }) => ({
        measure: aggregate.feature.measure,
        slot: aggregate.slot,
        windowSeconds: aggregate.windowSeconds,
        delaySeconds: aggregate.delaySeconds,
        flag: places.flag,
        shareFlag: places.shareFlag,
        column: places.column,
        current: aggregate.current,
        times: aggregate.feature.times ?? PRESET_TIMES,
        sum: places.sum,
        otherwise: aggregate.feature.otherwise ?? Number.NaN,
      })),
      empty,
    ),
    ...rest
      .filter((one) => !isWindowed(one))
      .map(({ aggregate, places }) => ({ places: [aggregate.slot], read: pointReader(aggregate, places) })),
    ...small.map(({ aggregate }) => ({ places: [aggregate.slot], read: amountReader(aggregate) })),
  ];
}

/** What is read once the record was added: it counts by being there. */
const afterAdding = (asked: Asked): Asked =>
  asked.flatMap(({ aggregate, places }) =>
    aggregate.feature.added ? [{ aggregate: { ...aggregate, current: false }, places }] : [],
  );

const readOf = ({ read }: Placing): Reader => read;

function timedReads(
  placed: readonly Placing[],
  history: History,
  record: FeatureRecord,
  out: Float64Array,
  costs: FeatureCosts,
): void {
  for (const { read, places } of placed) {
    read(history, record, out);
    costs.lap(places);
  }
}

/** The readers of what is wanted: before the record is added, and after. */
function placingsOf(wanted: Asked, keeps: boolean, off: ReadonlySet<number>, empty: History): Placing[][] {
  // The history keeps what all of them need: whoever is switched on again finds it.
  const asked = wanted.filter(({ aggregate }) => !off.has(aggregate.slot));
  const before = asked.filter(({ aggregate }) => !aggregate.feature.added || !keeps);
  return [readersOf(before, empty), keeps ? readersOf(afterAdding(asked), empty) : []];
}

export function historyPart(
  layout: StoreLayout,
  key: EntityKey,
  wanted: Asked,
  by: string | undefined,
  off: ReadonlySet<number>,
): HistoryPart {
  const history = new History(layout.shape);
  const keeps = by === undefined;
  const [placedBefore, placedAfter] = placingsOf(wanted, keeps, off, history);
  const [before, after] = [placedBefore.map(readOf), placedAfter.map(readOf)];
  const every = [...placedBefore, ...placedAfter].flatMap(({ places }) => places);
  /** Of what was sought last: its key, undefined where it has none; its table; its entry, -1 where it is new; whether it was extended. */
  let named: string | undefined;
  let sought: EntityTable | undefined;
  let entry = -1;
  let extended = false;
  let inTime = true;

  function seek(state: FeatureState, record: FeatureRecord): void {
    named = key.load(record);
    extended = false;
    if (named === undefined) return;
    sought = layout.tableIn(state);
    sought.approach(key.loaded.hash);
  }
  function find(): void {
    if (named !== undefined && sought !== undefined) entry = sought.findLoaded(key.loaded);
  }
  function load(record: FeatureRecord): void {
    if (named === undefined || sought === undefined) return;
    loadHistory(history, sought, entry);
    prepare(history, layout, record);
  }
  function seekAndLoad(state: FeatureState, record: FeatureRecord): void {
    seek(state, record);
    find();
    load(record);
  }
  /** Adds the record before the rest is read: to a copy, since tiles are read where they are stored. */
  function extendBefore(record: FeatureRecord): void {
    if (history.tiled) ownTheTiles(history);
    inTime = extend(history, layout, record);
    extended = true;
  }
  return {
    layout,
    by,
    keeps,
    key: key.of,
    entityKey: key,
    seek,
    find,
    look(record, out) {
      load(record);
      if (named === undefined) return;
      for (let i = 0; i < before.length; i++) before[i](history, record, out);
      if (after.length === 0) return;
      extendBefore(record);
      for (let i = 0; i < after.length; i++) after[i](history, record, out);
    },
    timedLook(state, record, out, costs) {
      seekAndLoad(state, record);
      costs.lap(every);
      if (named === undefined) return;
      timedReads(placedBefore, history, record, out, costs);
      if (after.length === 0) return;
      extendBefore(record);
      timedReads(placedAfter, history, record, out, costs);
    },
    prepareToKeep: seekAndLoad,
    keep(state, record) {
      if (named === undefined) return true;
      const table = layout.tableIn(state);
      if (!extended) {
        makeRoomForTile(history, table, entry, record.time);
        inTime = extend(history, layout, record);
      }
      storeHistory(history, table, entry < 0 ? table.findOrAdd(named) : entry);
      named = undefined;
      return inTime;
    },
    changeOf(record) {
      named = undefined;
      return changeOf(history, layout, key.of(record), record);
    },
    readForLabel(state, labelled) {
      named = undefined;
      entry = labelled === undefined ? -1 : layout.tableIn(state).find(labelled);
      if (entry >= 0) loadHistory(history, layout.tableIn(state), entry);
    },
    writeLabel(state, timeSeconds, fraud) {
      if (entry < 0) return;
      markFraud(history, timeSeconds, fraud);
      storeHistory(history, layout.tableIn(state), entry);
    },
  };
}

function changeOf(
  history: History,
  layout: StoreLayout,
  key: string | undefined,
  record: FeatureRecord,
): OwnChange | undefined {
  if (key === undefined) return undefined;
  prepare(history, layout, record);
  const { time: timeSeconds, amountMinor } = record;
  const { id: store, shape } = layout;
  return { kind: 'record', store, shape, key, timeSeconds, amountMinor, numbers: preparedNumbers(history) };
}
