// One history of a catalogue: whose it is for a record, the features that are read of it, what is added to it.
import { amountReader } from './amount-reader.ts';
import type { FeatureRecord } from './feature-record.ts';
import type { FeatureState } from './feature-state.ts';
import { History } from './history.ts';
import { loadHistory, storeHistory } from './history-codec.ts';
import { ALL } from './history-extras.ts';
import { ownTheTiles } from './history-tiles.ts';
import { markFraud } from './labels.ts';
import { PRESET_TIMES } from './measures.ts';
import { extend, prepare } from './own-store.ts';
import { pointReader } from './point-readers.ts';
import type { KeyOf } from './record-fields.ts';
import type { StoreLayout } from './store-layout.ts';
import { type Reader, windowReaders } from './window-readers.ts';

export type HistoryPart = {
  readonly layout: StoreLayout;
  /** The fields that it is asked by, where these are not those that name it: then it is only read. */
  readonly by: string | undefined;
  /** Whether records are added. */
  readonly keeps: boolean;
  key(record: FeatureRecord): string | undefined;
  /** Reads the history of a record; nothing that is stored changes. Its features are left as they are where it has none. */
  look(state: FeatureState, record: FeatureRecord, out: Float64Array): void;
  /** Reads the history of a record that is only to be added. */
  prepareToKeep(state: FeatureState, record: FeatureRecord): void;
  /** Adds what `look` or `prepareToKeep` was given last; false where it came too late for any window. */
  keep(state: FeatureState, record: FeatureRecord): boolean;
  /** Reads the history of a key, which a label that says something new is about, and writes the label into it. */
  readForLabel(state: FeatureState, key: string | undefined): void;
  writeLabel(state: FeatureState, timeSeconds: number, fraud: boolean): void;
};

type Asked = StoreLayout['aggregates'];

const BY_POINT: ReadonlySet<string> = new Set(['distinct', 'since_first_fraud', 'fraud_value_ratio']);

/** The readers of the features that are asked by one key. */
function readersOf(asked: Asked, empty: History): Reader[] {
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
    ...rest.filter((one) => !isWindowed(one)).map(({ aggregate, places }) => pointReader(aggregate, places)),
    ...small.map(({ aggregate }) => amountReader(aggregate)),
  ];
}

/** What is read once the record was added: it counts by being there. */
const afterAdding = (asked: Asked): Asked =>
  asked.flatMap(({ aggregate, places }) =>
    aggregate.feature.added ? [{ aggregate: { ...aggregate, current: false }, places }] : [],
  );

export function historyPart(
  layout: StoreLayout,
  key: KeyOf,
  asked: Asked,
  by: string | undefined,
): HistoryPart {
  const history = new History(layout.shape);
  const keeps = by === undefined;
  const before = readersOf(
    asked.filter(({ aggregate }) => !aggregate.feature.added || !keeps),
    history,
  );
  const after = keeps ? readersOf(afterAdding(asked), history) : [];
  /** Of what was read last: its key, undefined where it has none; its entry, -1 where it is new; whether it was extended. */
  let named: string | undefined;
  let entry = -1;
  let extended = false;
  let inTime = true;

  function load(state: FeatureState, record: FeatureRecord): void {
    named = key(record);
    extended = false;
    if (named === undefined) return;
    const table = layout.tableIn(state);
    entry = table.find(named);
    loadHistory(history, table, entry);
    prepare(history, layout, record);
  }
  return {
    layout,
    by,
    keeps,
    key,
    look(state, record, out) {
      load(state, record);
      if (named === undefined) return;
      for (let i = 0; i < before.length; i++) before[i](history, record, out);
      if (after.length === 0) return;
      // To a copy: tiles are read where they are stored.
      if (history.tiled) ownTheTiles(history);
      inTime = extend(history, layout, record);
      extended = true;
      for (let i = 0; i < after.length; i++) after[i](history, record, out);
    },
    prepareToKeep: load,
    keep(state, record) {
      if (named === undefined) return true;
      if (!extended) inTime = extend(history, layout, record);
      const table = layout.tableIn(state);
      storeHistory(history, table, entry < 0 ? table.findOrAdd(named) : entry);
      named = undefined;
      return inTime;
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
