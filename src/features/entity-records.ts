// Byte records of entries, each with its key, inside a few large buffers. A record that outgrows its room moves; once many
// bytes were left behind, the emptiest buffer is cleared.
import { copyBytes } from '../domain/bytes.ts';
import { exactDecoder } from '../domain/utf8.ts';

export const CHUNK_BYTES = 256 << 10;
/** Addresses count grains: which chunk is in the upper bits, where in it in the lower ones. */
const GRAIN = 8;
const GRAIN_BITS = 3;
const CHUNK_GRAIN_BITS = 15;
const CHUNK_GRAIN_MASK = (1 << CHUNK_GRAIN_BITS) - 1;
/** A record: key length (u16), grains reserved (u16), payload length (u32), then the payload, the key, and its entry (u32). */
const HEADER = 8;
const TAIL = 4;
/** Room a record gets beyond its need, so that most growth stays in place. */
const SLACK_SHARE = 1 / 16;
/** Share of its room that a record fills at least. */
const LEAST_FILLED = 0.85;
/** Abandoned bytes among the used ones, from where on the emptiest chunk is cleared. */
const DEAD_SHARE = 1 / 12;
/** The most words that are copied in a loop. */
const LOOPED_WORDS = 256;
const decoder = exactDecoder();

export type Chunk = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly floats: Float64Array;
  readonly words: Int32Array;
};

export type EntityRecords = {
  readonly chunks: Chunk[];
  /** Per chunk: bytes handed out, and those among them that their records have left. */
  readonly used: number[];
  readonly dead: number[];
  readonly emptyChunks: number[];
  /** What new records go into; -1 where there is none. */
  openChunk: number;
  totalUsed: number;
  totalDead: number;
  /** By entry. */
  addresses: Uint32Array;
};

/** None yet, with room for the addresses of so many. */
export const noRecords = (entries: number): EntityRecords => ({
  chunks: [],
  used: [],
  dead: [],
  emptyChunks: [],
  openChunk: -1,
  totalUsed: 0,
  totalDead: 0,
  addresses: new Uint32Array(entries),
});

const chunkAt = ({ chunks }: EntityRecords, address: number): Chunk => chunks[address >>> CHUNK_GRAIN_BITS];
const placeIn = (address: number): number => (address & CHUNK_GRAIN_MASK) << GRAIN_BITS;

/** The chunk that the record of an entry is in. */
export const chunkOf = (records: EntityRecords, entry: number): Chunk =>
  chunkAt(records, records.addresses[entry]);

/** Where its payload starts there. */
export const payloadAt = ({ addresses }: EntityRecords, entry: number): number =>
  placeIn(addresses[entry]) + HEADER;

export function payloadLength(records: EntityRecords, entry: number): number {
  const address = records.addresses[entry];
  return chunkAt(records, address).view.getUint32(placeIn(address) + 4, true);
}

export function keyLength(records: EntityRecords, entry: number): number {
  const address = records.addresses[entry];
  return chunkAt(records, address).view.getUint16(placeIn(address), true);
}

export function keyOf(records: EntityRecords, entry: number): string {
  const address = records.addresses[entry];
  const { bytes, view } = chunkAt(records, address);
  const at = placeIn(address);
  const keyAt = at + HEADER + view.getUint32(at + 4, true);
  return decoder.decode(bytes.subarray(keyAt, keyAt + view.getUint16(at, true)));
}

/** Whether the key of an entry is the first `length` of these bytes. */
export function hasKey(records: EntityRecords, entry: number, key: Uint8Array, length: number): boolean {
  const address = records.addresses[entry];
  const { bytes, view } = chunkAt(records, address);
  const at = placeIn(address);
  if (view.getUint16(at, true) !== length) return false;
  const keyAt = at + HEADER + view.getUint32(at + 4, true);
  for (let i = 0; i < length; i++) if (bytes[keyAt + i] !== key[i]) return false;
  return true;
}

/** Makes room for the addresses of so many entries. */
export function growRecords(records: EntityRecords, entries: number): void {
  const addresses = new Uint32Array(entries);
  addresses.set(records.addresses);
  records.addresses = addresses;
}

/** Writes an empty record of a new entry, whose key is the first `length` of these bytes. */
export function addRecord(records: EntityRecords, entry: number, key: Uint8Array, length: number): void {
  const grains = Math.ceil((HEADER + length + TAIL) / GRAIN);
  const address = allocate(records, grains * GRAIN);
  records.addresses[entry] = address;
  const { bytes, view } = chunkAt(records, address);
  const at = placeIn(address);
  view.setUint16(at, length, true);
  view.setUint16(at + 2, grains, true);
  view.setUint32(at + 4, 0, true);
  copyBytes(key, 0, length, bytes, at + HEADER);
  view.setUint32(at + HEADER + length, entry, true);
}

/** Makes room for `length` payload bytes, whose contents are then undefined unless they are to be kept. Any record may move. */
export function resizeRecord(records: EntityRecords, entry: number, length: number, keeps: boolean): void {
  const address = records.addresses[entry];
  const { bytes, view } = chunkAt(records, address);
  const at = placeIn(address);
  const ownKeyLength = view.getUint16(at, true);
  const oldLength = view.getUint32(at + 4, true);
  if (oldLength === length) return;
  const reserved = view.getUint16(at + 2, true) * GRAIN;
  const needed = HEADER + length + ownKeyLength + TAIL;
  const keyAt = at + HEADER + oldLength;
  // A record that shrank much moves as well, to where it fits.
  if (needed <= reserved && needed > reserved * LEAST_FILLED) {
    bytes.copyWithin(at + HEADER + length, keyAt, keyAt + ownKeyLength + TAIL);
    view.setUint32(at + 4, length, true);
    return;
  }
  const grains = Math.ceil((needed * (1 + SLACK_SHARE)) / GRAIN);
  const moved = allocate(records, grains * GRAIN);
  const target = chunkAt(records, moved);
  const to = placeIn(moved);
  target.view.setUint16(to, ownKeyLength, true);
  target.view.setUint16(to + 2, grains, true);
  target.view.setUint32(to + 4, length, true);
  if (keeps)
    copyBytes(bytes, at + HEADER, at + HEADER + Math.min(length, oldLength), target.bytes, to + HEADER);
  const keyTo = to + HEADER + length;
  copyBytes(bytes, keyAt, keyAt + ownKeyLength, target.bytes, keyTo);
  target.view.setUint32(keyTo + ownKeyLength, entry, true);
  records.addresses[entry] = moved;
  abandon(records, address, reserved);
}

/** Forgets all records and keeps the room for others. */
export function clearRecords(records: EntityRecords): void {
  records.used.fill(0);
  records.dead.fill(0);
  records.totalUsed = 0;
  records.totalDead = 0;
  records.openChunk = -1;
  records.emptyChunks.length = 0;
  for (let chunk = records.chunks.length - 1; chunk >= 0; chunk--) records.emptyChunks.push(chunk);
}

function allocate(records: EntityRecords, bytes: number): number {
  const { used } = records;
  if (records.openChunk < 0 || used[records.openChunk] + bytes > CHUNK_BYTES) {
    records.openChunk = records.emptyChunks.pop() ?? addChunk(records);
  }
  const open = records.openChunk;
  const address = ((open << CHUNK_GRAIN_BITS) | (used[open] >> GRAIN_BITS)) >>> 0;
  used[open] += bytes;
  records.totalUsed += bytes;
  return address;
}

function addChunk({ chunks, used, dead }: EntityRecords): number {
  const buffer = new ArrayBuffer(CHUNK_BYTES);
  used.push(0);
  dead.push(0);
  const views = {
    bytes: new Uint8Array(buffer),
    view: new DataView(buffer),
    floats: new Float64Array(buffer),
    words: new Int32Array(buffer),
  };
  return chunks.push(views) - 1;
}

function abandon(records: EntityRecords, address: number, bytes: number): void {
  records.dead[address >>> CHUNK_GRAIN_BITS] += bytes;
  records.totalDead += bytes;
  if (records.totalDead > records.totalUsed * DEAD_SHARE && records.totalDead > CHUNK_BYTES)
    clearEmptiestChunk(records);
}

/** Moves the live records of the chunk with most abandoned bytes to the open one. */
function clearEmptiestChunk(records: EntityRecords): void {
  const { chunks, used, dead, addresses } = records;
  let worst = -1;
  for (let chunk = 0; chunk < chunks.length; chunk++) {
    if (chunk !== records.openChunk && dead[chunk] > (dead[worst] ?? 0)) worst = chunk;
  }
  if (worst < 0) return;
  const { view, words } = chunks[worst];
  const start = (worst << CHUNK_GRAIN_BITS) >>> 0;
  for (let at = 0; at < used[worst]; ) {
    const reserved = view.getUint16(at + 2, true) * GRAIN;
    const entryAt = at + HEADER + view.getUint32(at + 4, true) + view.getUint16(at, true);
    const entry = view.getUint32(entryAt, true);
    if (addresses[entry] === start + (at >> GRAIN_BITS)) {
      const moved = allocate(records, reserved);
      addresses[entry] = moved;
      const target = chunkAt(records, moved).words;
      const to = placeIn(moved) >> 2;
      const from = at >> 2;
      const length = reserved >> 2;
      // A copy by the engine needs a view, which costs more than a loop over few words.
      if (length > LOOPED_WORDS) target.set(words.subarray(from, from + length), to);
      else for (let i = 0; i < length; i++) target[to + i] = words[from + i];
    }
    at += reserved;
  }
  records.totalUsed -= used[worst];
  records.totalDead -= dead[worst];
  used[worst] = 0;
  dead[worst] = 0;
  records.emptyChunks.push(worst);
}
