// Histories as bytes outside of their tables: kind (u8), key length (u16 at 2), payload length (u32 at 4), key, payload.
import type { EntityTable } from './entity-table.ts';
import { ENTITY_KINDS, type EntityKind, type FeatureState } from './observe.ts';

const HEAD_BYTES = 8;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeEntity(table: EntityTable, entry: number, kind: EntityKind): Uint8Array {
  const key = encoder.encode(table.keyOf(entry));
  const length = table.payloadLength(entry);
  const part = new Uint8Array(HEAD_BYTES + key.length + length);
  const view = new DataView(part.buffer);
  view.setUint8(0, ENTITY_KINDS.indexOf(kind));
  view.setUint16(2, key.length, true);
  view.setUint32(4, length, true);
  part.set(key, HEAD_BYTES);
  const offset = table.offsetOf(entry);
  part.set(table.chunkOf(entry).bytes.subarray(offset, offset + length), HEAD_BYTES + key.length);
  return part;
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
