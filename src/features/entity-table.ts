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
  blankRecord,
  CHUNK_BYTES,
  type Chunk,
  chunkOf,
  clearRecords,
  type EntityRecords,
  endOf,
  growRecords,
  hasKey,
  headOf,
  keyAt,
  keyLength,
  keyOf,
  noRecords,
  payloadAt,
  payloadLength,
  resizeRecord,
} from './entity-records.ts';
import { createKey, type LoadedKey, loadKey } from './key-bytes.ts';

/** Entries that a table has room for at first. */
const FIRST_ROOM = 1024;

export type EntityTable = {
  /** Entry number of a key, or -1. Entry numbers are dense, 0 to size-1, and stay until `clear`. */
  find(key: string): number;
  /** The same of a key that is loaded; goes for the end of its record, where what is newest stands. */
  findLoaded(key: LoadedKey): number;
  /**
   * Reads what a key with a hash would be found by, and says nothing: of several tables that are asked one after another, all are waited
   * for together.
   */
  approach(hash: number): void;
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
  /** UTF-8 bytes of an entry's key, and where they start in its chunk. */
  keyLength(entry: number): number;
  keyOffsetOf(entry: number): number;
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
  /**
   * Lets go of a key and of all that is kept by it; false where there is none. Its entry stays, so that the others keep their numbers:
   * empty, under a key that nothing is called.
   */
  forget(key: string): boolean;
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
  /** What was read of what was approached: only that it was read counts. */
  approached: number;
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
    approached: 0,
  };
  return {
    find(key) {
      loadKey(asked, key);
      return table.slots[slotFor(table, asked)];
    },
    findLoaded(key) {
      const entry = table.slots[slotFor(table, key)];
      if (entry >= 0) table.approached = endOf(records, entry);
      return entry;
    },
    approach(hash) {
      const entry = table.slots[hash & (table.slots.length - 1)];
      if (entry >= 0) table.approached = table.hashes[entry] + headOf(records, entry);
    },
    findOrAdd(key) {
      loadKey(asked, key);
      return findOrAdd(table, asked);
    },
    payloadLength: (entry) => payloadLength(records, entry),
    chunkOf: (entry) => chunkOf(records, entry),
    offsetOf: (entry) => payloadAt(records, entry),
    reserve(entry, length, keeps = false) {
      if (notesChanges) noteChanged(changed, entry, length);
      resizeRecord(records, entry, length, keeps);
    },
    keyLength: (entry) => keyLength(records, entry),
    keyOffsetOf: (entry) => keyAt(records, entry),
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
    forget(key) {
      const entry = forget(table, key);
      if (entry >= 0 && notesChanges) noteChanged(changed, entry, 0);
      return entry >= 0;
    },
    clear() {
      clearChanged(changed);
      table.slots.fill(-1);
      table.size = 0;
      clearRecords(records);
    },
  };
}

/** There is one at a time that is asked for by its text. */
const asked = createKey();

/** The slot of a key, or the free one where it would be. */
function slotFor({ slots, hashes, records }: Table, { hash, words, length }: LoadedKey): number {
  const mask = slots.length - 1;
  let slot = hash & mask;
  for (;;) {
    const entry = slots[slot];
    if (entry < 0 || (hashes[entry] === hash && hasKey(records, entry, words, length))) return slot;
    slot = (slot + 1) & mask;
  }
}

function findOrAdd(table: Table, key: LoadedKey): number {
  const { hash, words, length } = key;
  let slot = slotFor(table, key);
  if (table.slots[slot] >= 0) return table.slots[slot];
  if (table.size === table.hashes.length) {
    grow(table);
    slot = slotFor(table, key);
  }
  const entry = table.size++;
  table.slots[slot] = entry;
  table.hashes[entry] = hash;
  addRecord(table.records, entry, words, length);
  return entry;
}

/** Gives the entry that a key had, or -1. */
function forget(table: Table, key: string): number {
  const { slots, records } = table;
  loadKey(asked, key);
  const slot = slotFor(table, asked);
  const entry = slots[slot];
  if (entry < 0) return -1;
  freeSlot(table, slot);
  blankRecord(records, entry);
  loadKey(asked, '\0'.repeat(keyLength(records, entry)));
  table.hashes[entry] = asked.hash;
  const blank = slotFor(table, asked);
  // Of several that are blank alike, one is enough to be found.
  if (slots[blank] < 0) slots[blank] = entry;
  return entry;
}

/** What was put behind a slot because it was taken moves up. */
function freeSlot({ slots, hashes }: Table, slot: number): void {
  const mask = slots.length - 1;
  let hole = slot;
  for (let next = (slot + 1) & mask; slots[next] >= 0; next = (next + 1) & mask) {
    const home = hashes[slots[next]] & mask;
    if (((next - home) & mask) < ((next - hole) & mask)) continue;
    slots[hole] = slots[next];
    hole = next;
  }
  slots[hole] = -1;
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
