// Byte records of entries, each behind its key, inside a few large buffers. A record that outgrows its room moves; once many
// bytes were left behind, the emptiest buffer is cleared.
import { copyBytes } from '../domain/bytes.ts';
import { exactDecoder } from '../domain/utf8.ts';

export const CHUNK_BYTES = 256 << 10;
/** Behind the last record of a chunk, so that words can be read up to its end. */
const OVERREAD = 8;
/** Addresses count grains: which chunk is in the upper bits, where in it in the lower ones. */
const GRAIN = 8;
const GRAIN_BITS = 3;
const CHUNK_GRAIN_BITS = 15;
const CHUNK_GRAIN_MASK = (1 << CHUNK_GRAIN_BITS) - 1;
/**
 * A record: its entry (u32), key length (u16), grains reserved (u16), payload length (u32), the key, then from the next grain on the
 * payload. The key stands in front: whoever finds a record has its start at hand when it is read.
 */
const HEADER = 12;
const KEY_LENGTH_MASK = 0xffff;
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
/** Where the second word of a record's head is, which has the lengths. */
const lengthsIn = (address: number): number => ((address & CHUNK_GRAIN_MASK) << 1) + 1;
/** Bytes before the payload of a record whose key is so long. */
const frontOf = (keyLength: number): number => (HEADER + keyLength + GRAIN - 1) & -GRAIN;

/** The chunk that the record of an entry is in. */
export const chunkOf = (records: EntityRecords, entry: number): Chunk =>
  chunkAt(records, records.addresses[entry]);

/** Where its payload starts there. */
export function payloadAt(records: EntityRecords, entry: number): number {
  const address = records.addresses[entry];
  return placeIn(address) + frontOf(chunkAt(records, address).words[lengthsIn(address)] & KEY_LENGTH_MASK);
}

export function payloadLength(records: EntityRecords, entry: number): number {
  const address = records.addresses[entry];
  return chunkAt(records, address).words[lengthsIn(address) + 1];
}

export function keyLength(records: EntityRecords, entry: number): number {
  const address = records.addresses[entry];
  return chunkAt(records, address).words[lengthsIn(address)] & KEY_LENGTH_MASK;
}

/** Where the key of a record starts in its chunk. */
export const keyAt = (records: EntityRecords, entry: number): number =>
  placeIn(records.addresses[entry]) + HEADER;

export function keyOf(records: EntityRecords, entry: number): string {
  const { bytes } = chunkOf(records, entry);
  const at = keyAt(records, entry);
  return decoder.decode(bytes.subarray(at, at + keyLength(records, entry)));
}

/** A word of the head of an entry: for whoever wants it at hand soon. */
export const headOf = (records: EntityRecords, entry: number): number => {
  const address = records.addresses[entry];
  return chunkAt(records, address).words[lengthsIn(address)];
};

/** The last byte of an entry, for the same. */
export function endOf(records: EntityRecords, entry: number): number {
  const address = records.addresses[entry];
  const { bytes, words } = chunkAt(records, address);
  const at = lengthsIn(address);
  return bytes[placeIn(address) + frontOf(words[at] & KEY_LENGTH_MASK) + words[at + 1] - 1];
}

/** Whether the key of an entry is the first `length` bytes of these words, which are 0 behind them. */
export function hasKey(records: EntityRecords, entry: number, key: Int32Array, length: number): boolean {
  const address = records.addresses[entry];
  const { words } = chunkAt(records, address);
  const at = lengthsIn(address);
  if ((words[at] & KEY_LENGTH_MASK) !== length) return false;
  const from = at + 2;
  const end = (length + 3) >> 2;
  for (let i = 0; i < end; i++) if (words[from + i] !== key[i]) return false;
  return true;
}

/** Makes room for the addresses of so many entries. */
export function growRecords(records: EntityRecords, entries: number): void {
  const addresses = new Uint32Array(entries);
  addresses.set(records.addresses);
  records.addresses = addresses;
}

/** Writes an empty record of a new entry, whose key is the first `length` bytes of these words, which are 0 behind them. */
export function addRecord(records: EntityRecords, entry: number, key: Int32Array, length: number): void {
  const grains = frontOf(length) / GRAIN;
  const address = allocate(records, grains * GRAIN);
  records.addresses[entry] = address;
  const { words } = chunkAt(records, address);
  const at = lengthsIn(address);
  words[at - 1] = entry;
  words[at] = (grains << 16) | length;
  words[at + 1] = 0;
  const end = (length + 3) >> 2;
  for (let i = 0; i < end; i++) words[at + 2 + i] = key[i];
}

/** Makes room for `length` payload bytes, whose contents are then undefined unless they are to be kept. Any record may move. */
export function resizeRecord(records: EntityRecords, entry: number, length: number, keeps: boolean): void {
  const address = records.addresses[entry];
  const { bytes, words } = chunkAt(records, address);
  const at = lengthsIn(address);
  const oldLength = words[at + 1];
  if (oldLength === length) return;
  const ownKeyLength = words[at] & KEY_LENGTH_MASK;
  const reserved = (words[at] >>> 16) * GRAIN;
  const front = frontOf(ownKeyLength);
  const needed = front + length;
  // A record that shrank much moves as well, to where it fits.
  if (needed <= reserved && needed > reserved * LEAST_FILLED) {
    words[at + 1] = length;
    return;
  }
  const grains = Math.ceil((needed * (1 + SLACK_SHARE)) / GRAIN);
  const moved = allocate(records, grains * GRAIN);
  const target = chunkAt(records, moved);
  const to = lengthsIn(moved);
  const kept = front + (keeps ? Math.min(length, oldLength) : 0);
  copyBytes(bytes, placeIn(address), placeIn(address) + kept, target.bytes, placeIn(moved));
  target.words[to] = (grains << 16) | ownKeyLength;
  target.words[to + 1] = length;
  records.addresses[entry] = moved;
  abandon(records, address, reserved);
}

/** Overwrites a record's payload and key with zeros, and leaves no payload. */
export function blankRecord(records: EntityRecords, entry: number): void {
  const { bytes } = chunkOf(records, entry);
  bytes.fill(0, keyAt(records, entry), payloadAt(records, entry) + payloadLength(records, entry));
  resizeRecord(records, entry, 0, false);
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
  if (records.openChunk < 0 || used[records.openChunk] + bytes > CHUNK_BYTES - OVERREAD) {
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
  const { words } = chunks[worst];
  const start = (worst << CHUNK_GRAIN_BITS) >>> 0;
  for (let at = 0; at < used[worst]; ) {
    const entry = words[at >> 2];
    const reserved = (words[(at >> 2) + 1] >>> 16) * GRAIN;
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
