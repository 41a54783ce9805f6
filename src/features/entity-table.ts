// A hash table from entity ids to byte records, all inside a few large buffers: a million histories cost
// their bytes and little more, and the garbage collector never looks at them.
import {
  type ChangedEntries,
  clearChanged,
  growChanged,
  noneChanged,
  noteChanged,
} from './changed-entries.ts';
import {
  addRecord,
  CHUNK_BYTES,
  type Chunk,
  chunkOf,
  clearRecords,
  type EntityRecords,
  growRecords,
  hasKey,
  keyLength,
  keyOf,
  noRecords,
  payloadAt,
  payloadLength,
  resizeRecord,
} from './entity-records.ts';
import { loaded, loadKey } from './key-bytes.ts';

/** Entries that a table has room for at first. */
const FIRST_ROOM = 1024;

export type EntityTable = {
  /** Entry number of a key, or -1. Entry numbers are dense, 0 to size-1, and stay until `clear`. */
  find(key: string): number;
  /** Entry number of a key, made empty when it is new. */
  findOrAdd(key: string): number;
  /** Bytes of an entry's payload. */
  payloadLength(entry: number): number;
  /** The chunk an entry lives in, and where its payload starts there (8-byte aligned). */
  chunkOf(entry: number): Chunk;
  offsetOf(entry: number): number;
  /**
   * Makes room for `length` payload bytes and marks the entry as changed. What was in them is kept where that is said, as far as it
   * fits, and undefined else. Any record of the table may move: chunks and offsets taken before are no longer valid.
   */
  reserve(entry: number, length: number, keeps?: boolean): void;
  keyOf(entry: number): string;
  /** UTF-8 bytes of an entry's key. They follow its payload in the chunk. */
  keyLength(entry: number): number;
  /** 32-bit hash of the key; the same in every run. */
  hashOf(entry: number): number;
  readonly size: number;
  /** Bytes reserved by records and index, waste included. */
  readonly bytesReserved: number;
  /** The same without chunks that hold nothing. */
  readonly bytesInUse: number;
  /** Entries changed since `clearChanged`, where changes are noted; payload bytes behind them. */
  changed(): { entries: Uint32Array; bytes: number };
  clearChanged(): void;
  /** Forgets all entries and keeps the room for others. */
  clear(): void;
};

type Table = {
  readonly records: EntityRecords;
  readonly changed: ChangedEntries;
  /** By entry. */
  hashes: Uint32Array;
  /** Entries by hash, each in the first free slot from its own on; -1 where a slot is free. */
  slots: Int32Array;
  size: number;
};

/** `notesChanges`: for whoever asks for `changed`; for others the list would only grow. */
export function createEntityTable({ notesChanges = true } = {}): EntityTable {
  const records = noRecords(FIRST_ROOM);
  const changed = noneChanged(FIRST_ROOM);
  const table: Table = {
    records,
    changed,
    hashes: new Uint32Array(FIRST_ROOM),
    slots: new Int32Array(FIRST_ROOM * 2).fill(-1),
    size: 0,
  };
  return {
    find: (key) => table.slots[slotFor(table, loadKey(key))],
    findOrAdd: (key) => findOrAdd(table, key),
    payloadLength: (entry) => payloadLength(records, entry),
    chunkOf: (entry) => chunkOf(records, entry),
    offsetOf: (entry) => payloadAt(records, entry),
    reserve(entry, length, keeps = false) {
      if (notesChanges) noteChanged(changed, entry, length);
      resizeRecord(records, entry, length, keeps);
    },
    keyLength: (entry) => keyLength(records, entry),
    keyOf: (entry) => keyOf(records, entry),
    hashOf: (entry) => table.hashes[entry],
    get size() {
      return table.size;
    },
    get bytesReserved() {
      return records.chunks.length * CHUNK_BYTES + indexBytes(table);
    },
    get bytesInUse() {
      return (records.chunks.length - records.emptyChunks.length) * CHUNK_BYTES + indexBytes(table);
    },
    changed: () => ({ entries: changed.list.subarray(0, changed.count), bytes: changed.bytes }),
    clearChanged: () => clearChanged(changed),
    clear() {
      clearChanged(changed);
      table.slots.fill(-1);
      table.size = 0;
      clearRecords(records);
    },
  };
}

/** The slot of the key that was loaded last, or the free one where it would be. */
function slotFor({ slots, hashes, records }: Table, hash: number): number {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (
    slots[slot] >= 0 &&
    !(hashes[slots[slot]] === hash && hasKey(records, slots[slot], loaded.bytes, loaded.length))
  )
    slot = (slot + 1) & mask;
  return slot;
}

function findOrAdd(table: Table, key: string): number {
  const hash = loadKey(key);
  let slot = slotFor(table, hash);
  if (table.slots[slot] >= 0) return table.slots[slot];
  if (table.size === table.hashes.length) {
    grow(table);
    slot = slotFor(table, hash);
  }
  const entry = table.size++;
  table.slots[slot] = entry;
  table.hashes[entry] = hash;
  addRecord(table.records, entry, loaded.bytes, loaded.length);
  return entry;
}

function grow(table: Table): void {
  const { size, records, changed } = table;
  const doubled = size * 2;
  growRecords(records, doubled);
  growChanged(changed, doubled);
  const hashes = new Uint32Array(doubled);
  hashes.set(table.hashes);
  table.hashes = hashes;
  const slots = new Int32Array(doubled * 2).fill(-1);
  const mask = slots.length - 1;
  for (let entry = 0; entry < size; entry++) {
    let slot = hashes[entry] & mask;
    while (slots[slot] >= 0) slot = (slot + 1) & mask;
    slots[slot] = entry;
  }
  table.slots = slots;
}

const indexBytes = ({ records, changed, hashes, slots }: Table): number =>
  records.addresses.byteLength +
  hashes.byteLength +
  slots.byteLength +
  changed.flags.byteLength +
  changed.list.byteLength;
