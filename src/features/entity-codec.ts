// Histories as bytes outside of their tables: kind (u8), key length (u16 at 2), payload length (u32 at 4), key, payload. Those of one's
// own have OWN as their kind, and the name of their store before the key, its length at 1.
import { copyBytes } from '../domain/bytes.ts';
import { exactDecoder } from '../domain/utf8.ts';
import type { EntityTable } from './entity-table.ts';
import { ENTITY_KINDS, type FeatureState, tableOf } from './feature-state.ts';

const HEAD_BYTES = 8;
const decoder = exactDecoder();

const OWN = 255;
const KINDS: readonly string[] = ENTITY_KINDS;

/** Bytes that `encodeEntity` writes for an entry of a store. */
export const encodedLength = (table: EntityTable, entry: number, store: string): number =>
  HEAD_BYTES + nameBytes(store) + table.keyLength(entry) + table.payloadLength(entry);

/** Names of stores are ASCII. */
const nameBytes = (store: string): number => (KINDS.includes(store) ? 0 : store.length);

/** Writes an entry into `bytes` from `at` on. */
export function encodeEntity(
  table: EntityTable,
  entry: number,
  store: string,
  bytes: Buffer,
  at: number,
): void {
  const keyLength = table.keyLength(entry);
  const length = table.payloadLength(entry);
  const kind = KINDS.indexOf(store);
  const nameLength = nameBytes(store);
  bytes[at] = kind < 0 ? OWN : kind;
  bytes[at + 1] = nameLength;
  bytes.writeUInt16LE(keyLength, at + 2);
  bytes.writeUInt32LE(length, at + 4);
  const { bytes: chunk } = table.chunkOf(entry);
  const payload = table.offsetOf(entry);
  const key = table.keyOffsetOf(entry);
  if (nameLength > 0) bytes.write(store, at + HEAD_BYTES, 'latin1');
  const keyAt = at + HEAD_BYTES + nameLength;
  copyBytes(chunk, key, key + keyLength, bytes, keyAt);
  copyBytes(chunk, payload, payload + length, bytes, keyAt + keyLength);
}

type Encoded = {
  /** Undefined for those of the program. */
  readonly own: string | undefined;
  readonly kind: number;
  key(): string;
  readonly payload: Uint8Array;
};

function* entitiesIn(bytes: Uint8Array): Generator<Encoded> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const keyAt = at + HEAD_BYTES + bytes[at + 1];
    const keyLength = view.getUint16(at + 2, true);
    const start = keyAt + keyLength;
    const end = start + view.getUint32(at + 4, true);
    yield {
      own: bytes[at] === OWN ? decoder.decode(bytes.subarray(at + HEAD_BYTES, keyAt)) : undefined,
      kind: bytes[at],
      key: () => decoder.decode(bytes.subarray(keyAt, start)),
      payload: bytes.subarray(start, end),
    };
    at = end;
  }
}

function put(table: EntityTable, key: string, payload: Uint8Array): void {
  const entry = table.findOrAdd(key);
  table.reserve(entry, payload.length);
  table.chunkOf(entry).bytes.set(payload, table.offsetOf(entry));
}

/** Puts entities that `encodeEntity` wrote, one after another, into their tables; those of one's own only where their store is wanted. */
export function loadEntities(
  bytes: Uint8Array,
  state: FeatureState,
  wants: (store: string) => boolean = () => true,
): void {
  for (const { own, kind, key, payload } of entitiesIn(bytes)) {
    if (own === undefined) put(state[ENTITY_KINDS[kind]], key(), payload);
    else if (wants(own)) put(tableOf(state, own), key(), payload);
  }
}

/** The same of those of one's own alone, by store and key. */
export function loadOwnEntities(
  bytes: Uint8Array,
  state: FeatureState,
  wants: (store: string) => boolean,
  wantsKey: (key: string) => boolean,
): void {
  for (const { own, key, payload } of entitiesIn(bytes)) {
    if (own === undefined || !wants(own)) continue;
    const said = key();
    if (wantsKey(said)) put(tableOf(state, own), said, payload);
  }
}

/** The same without the entities whose keys are to be forgotten; the very bytes where there is none of them. */
export function withoutEntities(bytes: Uint8Array, isForgotten: (key: string) => boolean): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const keyAt = at + HEAD_BYTES + bytes[at + 1];
    const start = keyAt + view.getUint16(at + 2, true);
    const end = start + view.getUint32(at + 4, true);
    if (isForgotten(decoder.decode(bytes.subarray(keyAt, start)))) {
      kept.push(bytes.subarray(from, at));
      from = end;
    }
    at = end;
  }
  return from === 0 ? bytes : Buffer.concat([...kept, bytes.subarray(from)]);
}
