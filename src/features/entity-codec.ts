// Histories as bytes outside of their tables: kind (u8), key length (u16 at 2), payload length (u32 at 4), key, payload.
import { copyBytes } from '../domain/bytes.ts';
import { exactDecoder } from '../domain/utf8.ts';
import type { EntityTable } from './entity-table.ts';
import { ENTITY_KINDS, type EntityKind, type FeatureState } from './feature-state.ts';

const HEAD_BYTES = 8;
const decoder = exactDecoder();

/** Bytes that `encodeEntity` writes for an entry. */
export const encodedLength = (table: EntityTable, entry: number): number =>
  HEAD_BYTES + table.keyLength(entry) + table.payloadLength(entry);

/** Writes an entry into `bytes` from `at` on. */
export function encodeEntity(
  table: EntityTable,
  entry: number,
  kind: EntityKind,
  bytes: Buffer,
  at: number,
): void {
  const keyLength = table.keyLength(entry);
  const length = table.payloadLength(entry);
  bytes[at] = ENTITY_KINDS.indexOf(kind);
  bytes[at + 1] = 0;
  bytes.writeUInt16LE(keyLength, at + 2);
  bytes.writeUInt32LE(length, at + 4);
  const { bytes: chunk } = table.chunkOf(entry);
  const payload = table.offsetOf(entry);
  const key = payload + length;
  copyBytes(chunk, key, key + keyLength, bytes, at + HEAD_BYTES);
  copyBytes(chunk, payload, key, bytes, at + HEAD_BYTES + keyLength);
}

/** Puts entities that `encodeEntity` wrote, one after another, into their tables. */
export function loadEntities(bytes: Uint8Array, state: FeatureState): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const table = state[ENTITY_KINDS[bytes[at]]];
    const keyLength = view.getUint16(at + 2, true);
    const length = view.getUint32(at + 4, true);
    const start = at + HEAD_BYTES + keyLength;
    const entry = table.findOrAdd(decoder.decode(bytes.subarray(at + HEAD_BYTES, start)));
    table.reserve(entry, length);
    table.chunkOf(entry).bytes.set(bytes.subarray(start, start + length), table.offsetOf(entry));
    at = start + length;
  }
}
