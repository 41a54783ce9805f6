// What a record or a label does to own histories, worked out, as numbers and as bytes: whoever has the layout's shape brings another
// copy of them up to date, whatever catalogue serves there.
import { exactDecoder } from '../domain/utf8.ts';
import { type FeatureState, tableOf } from './feature-state.ts';
import { History, type HistoryShape } from './history.ts';
import { loadHistory, storeHistory } from './history-codec.ts';
import { markFraud } from './labels.ts';
import { extendOwn } from './own-store.ts';

export type OwnChange = {
  readonly store: string;
  readonly shape: HistoryShape;
  readonly key: string;
  readonly timeSeconds: number;
} & (
  | { readonly kind: 'record'; readonly amountMinor: number; readonly numbers: Float64Array }
  | { readonly kind: 'label'; readonly fraud: boolean }
);

/** What was prepared of a record, in the order of the shape. */
export function preparedNumbers({ extras, keysNow }: History): Float64Array {
  if (extras === undefined) return new Float64Array(0);
  const { addedFlags, addedValues, addedLasts, addedSums, addedFavourites } = extras;
  return Float64Array.from([
    addedFlags,
    ...keysNow,
    ...addedValues,
    ...addedLasts,
    ...addedSums,
    ...addedFavourites,
  ]);
}

function takeNumbers({ extras, keysNow }: History, numbers: Float64Array): void {
  if (extras === undefined) return;
  extras.addedFlags = numbers[0];
  let at = 1;
  for (const part of [
    keysNow,
    extras.addedValues,
    extras.addedLasts,
    extras.addedSums,
    extras.addedFavourites,
  ]) {
    part.set(numbers.subarray(at, at + part.length));
    at += part.length;
  }
}

const STORE = 0;
const RECORD = 1;
const GENUINE = 2;
const FRAUD = 3;
const encoder = new TextEncoder();
const decoder = exactDecoder();

/**
 * Kind (u8), length of a text (u16), the text; for a store its name and shape as JSON, else its key, behind it the number of the store among
 * those that were said before (u8), time and, for records, amount and how many numbers (u32), and these (f64 each).
 */
export function encodeOwnChanges(changes: readonly OwnChange[]): Uint8Array {
  const stores = new Map<string, number>();
  const parts: Buffer[] = [];
  const text = (kind: number, said: string): void => {
    const bytes = encoder.encode(said);
    const head = Buffer.alloc(3);
    head[0] = kind;
    head.writeUInt16LE(bytes.length, 1);
    parts.push(head, Buffer.from(bytes));
  };
  for (const change of changes) {
    const { store, shape } = change;
    let number = stores.get(store);
    if (number === undefined) {
      number = stores.size;
      stores.set(store, number);
      text(STORE, JSON.stringify([store, shape]));
    }
    text(change.kind === 'record' ? RECORD : change.fraud ? FRAUD : GENUINE, change.key);
    const isRecord = change.kind === 'record';
    const figures = Buffer.alloc(isRecord ? 17 : 5);
    figures[0] = number;
    figures.writeUInt32LE(change.timeSeconds, 1);
    parts.push(figures);
    if (!isRecord) continue;
    figures.writeDoubleLE(change.amountMinor, 5);
    figures.writeUInt32LE(change.numbers.length, 13);
    parts.push(Buffer.from(change.numbers.buffer, change.numbers.byteOffset, change.numbers.byteLength));
  }
  return Buffer.concat(parts);
}

/** Histories at work by what was said of their store; few, and made anew when they are many. */
const working = new Map<string, { readonly store: string; readonly history: History }>();
const MOST_WORKING = 60;

function workingOn(said: string): { readonly store: string; readonly history: History } {
  const known = working.get(said);
  if (known) return known;
  if (working.size >= MOST_WORKING) working.clear();
  const [store, shape] = JSON.parse(said) as [string, HistoryShape];
  const made = { store, history: new History(shape) };
  working.set(said, made);
  return made;
}

/** Brings own histories up to date with what `encodeOwnChanges` wrote elsewhere; those of stores that are not wanted are passed over. */
export function applyOwnChanges(
  state: FeatureState,
  bytes: Uint8Array,
  wants: (store: string) => boolean,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stores: ReturnType<typeof workingOn>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at];
    const end = at + 3 + view.getUint16(at + 1, true);
    const text = decoder.decode(bytes.subarray(at + 3, end));
    at = end;
    if (kind === STORE) {
      stores.push(workingOn(text));
      continue;
    }
    const { store, history } = stores[bytes[at]];
    const time = view.getUint32(at + 1, true);
    at += 5;
    if (!wants(store)) {
      if (kind === RECORD) at += 12 + view.getUint32(at + 8, true) * 8;
      continue;
    }
    const table = tableOf(state, store);
    const entry = kind === RECORD ? table.findOrAdd(text) : table.find(text);
    if (entry >= 0) loadHistory(history, table, entry);
    if (kind === RECORD) {
      const amountMinor = view.getFloat64(at, true);
      const count = view.getUint32(at + 8, true);
      const numbers = new Float64Array(count);
      for (let i = 0; i < count; i++) numbers[i] = view.getFloat64(at + 12 + i * 8, true);
      at += 12 + count * 8;
      takeNumbers(history, numbers);
      if (history.extras !== undefined) extendOwn(history, history.extras, time, amountMinor);
    } else if (entry >= 0) markFraud(history, time, kind === FRAUD);
    if (entry >= 0) storeHistory(history, table, entry);
  }
}
