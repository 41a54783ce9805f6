// One history of one's own in a catalogue: whose it is for a record, the features that are read of it, what is added to it.
import type { EntityTable } from './entity-table.ts';
import type { FeatureRecord } from './feature-record.ts';
import type { FeatureState } from './feature-state.ts';
import { tableOf } from './feature-state.ts';
import { History } from './history.ts';
import { loadHistory, storeHistory } from './history-codec.ts';
import { markFraud } from './labels.ts';
import { NEEDS, PRESET_TIMES } from './measures.ts';
import { extend, prepare } from './own-store.ts';
import { pointReader } from './point-readers.ts';
import type { KeyOf } from './record-fields.ts';
import type { StoreLayout } from './store-layout.ts';
import { type Reader, windowReaders } from './window-readers.ts';

export type OwnPart = {
  readonly layout: StoreLayout;
  /** Whether records are added; else the history is only asked, by other fields than those that name it. */
  readonly keeps: boolean;
  /** The fields that it is asked by, where it does not keep. */
  readonly by: string | undefined;
  key(record: FeatureRecord): string | undefined;
  /** Reads the history of a record; nothing that is stored changes. Its features are left as they are where it has none. */
  look(state: FeatureState, record: FeatureRecord, out: Float64Array): void;
  /** Adds the record that was looked at last; `add` before it for one that was not. */
  keep(state: FeatureState): boolean;
  /** Reads a history only to add to it. */
  prepareToKeep(state: FeatureState, record: FeatureRecord): void;
  /** Writes a label that says something new into the history of a key. */
  label(state: FeatureState, key: string, timeSeconds: number, fraud: boolean): void;
};

/** The readers of the features that are asked by one key. */
function readersOf(asked: StoreLayout['aggregates'], empty: History): Reader[] {
  const windowed = asked.filter(
    ({ aggregate: { feature } }) =>
      NEEDS[feature.measure].window !== 'none' && isWindowed(feature.measure, feature.window),
  );
  const others = asked.filter((one) => !windowed.includes(one));
  return [
    ...windowReaders(
      windowed.map(({ aggregate, places }) => ({
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
    ...others.map(({ aggregate, places }) => pointReader(aggregate, places)),
  ];
}

const BY_POINT: ReadonlySet<string> = new Set(['distinct', 'since_first_fraud', 'fraud_value_ratio']);
const isWindowed = (measure: string, window: string | undefined): boolean =>
  !BY_POINT.has(measure) && window !== undefined;

export function ownPart(
  layout: StoreLayout,
  key: KeyOf,
  asked: StoreLayout['aggregates'],
  keeps: boolean,
  by?: string,
): OwnPart {
  const history = new History(layout.shape);
  const readers = readersOf(asked, history);
  let entry = -1;
  let named: string | undefined;
  let record: FeatureRecord | undefined;
  const load = (state: FeatureState, of: FeatureRecord): EntityTable | undefined => {
    record = of;
    named = key(of);
    if (named === undefined) return undefined;
    const table = tableOf(state, layout.id);
    entry = table.find(named);
    loadHistory(history, table, entry);
    prepare(history, layout, of);
    return table;
  };
  return {
    layout,
    keeps,
    by,
    key,
    look(state, of, out) {
      if (!load(state, of)) return;
      for (let i = 0; i < readers.length; i++) readers[i](history, of, out);
    },
    prepareToKeep(state, of) {
      load(state, of);
    },
    keep(state) {
      if (!record || named === undefined || !keeps) return true;
      const table = tableOf(state, layout.id);
      const inTime = extend(history, layout, record);
      storeHistory(history, table, entry < 0 ? table.findOrAdd(named) : entry);
      record = undefined;
      return inTime;
    },
    label(state, labelled, timeSeconds, fraud) {
      const table = tableOf(state, layout.id);
      const at = table.find(labelled);
      if (at < 0) return;
      record = undefined;
      loadHistory(history, table, at);
      markFraud(history, timeSeconds, fraud);
      storeHistory(history, table, at);
    },
  };
}
