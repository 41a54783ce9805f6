// A hash table from entity ids to byte records, all inside a few large buffers: a million histories cost
// their bytes and little more, and the garbage collector never looks at them.

import { copyBytes } from '../domain/bytes.ts';
import { exactDecoder } from '../domain/utf8.ts';

const CHUNK_BYTES = 256 << 10;
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
const encoder = new TextEncoder();
const decoder = exactDecoder();

export type Chunk = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly floats: Float64Array;
  readonly words: Int32Array;
};

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
   * Makes room for `length` payload bytes (contents are then undefined) and marks the entry as changed. Any
   * record of the table may move: chunks and offsets taken before are no longer valid.
   */
  reserve(entry: number, length: number): void;
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

/** `notesChanges`: for whoever asks for `changed`; for others the list would only grow. */
export function createEntityTable({ notesChanges = true } = {}): EntityTable {
  const chunks: Chunk[] = [];
  /** Per chunk: bytes handed out, and those among them that their records have left. */
  const used: number[] = [];
  const dead: number[] = [];
  const emptyChunks: number[] = [];
  let openChunk = -1;
  let totalUsed = 0;
  let totalDead = 0;
  let addresses = new Uint32Array(1024);
  let hashes = new Uint32Array(1024);
  let slots = new Int32Array(2048).fill(-1);
  let changedList = new Uint32Array(1024);
  let changedFlags = new Uint8Array(1024);
  let changedCount = 0;
  let changedBytes = 0;
  let size = 0;
  const keyBuffer = new Uint8Array(4 * 1024);
  let keyLength = 0;

  /** Puts a key's UTF-8 into the key buffer and gives its hash. */
  function loadKey(key: string): number {
    keyLength = 0;
    for (; keyLength < key.length; keyLength++) {
      const code = key.charCodeAt(keyLength);
      if (code > 127) break;
      keyBuffer[keyLength] = code;
    }
    if (keyLength < key.length) keyLength = encoder.encodeInto(key, keyBuffer).written;
    return hashKeyBuffer();
  }

  /** FNV-1a, then a finisher (murmur3) so that low bits are good. */
  function hashKeyBuffer(): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < keyLength; i++) hash = Math.imul(hash ^ keyBuffer[i], 0x01000193);
    hash ^= hash >>> 16;
    hash = Math.imul(hash, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  const chunkAt = (address: number): Chunk => chunks[address >>> CHUNK_GRAIN_BITS];
  const placeIn = (address: number): number => (address & CHUNK_GRAIN_MASK) << GRAIN_BITS;

  function allocate(bytes: number): number {
    if (openChunk < 0 || used[openChunk] + bytes > CHUNK_BYTES) {
      openChunk = emptyChunks.pop() ?? addChunk();
    }
    const address = ((openChunk << CHUNK_GRAIN_BITS) | (used[openChunk] >> GRAIN_BITS)) >>> 0;
    used[openChunk] += bytes;
    totalUsed += bytes;
    return address;
  }

  function addChunk(): number {
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

  function abandon(address: number, bytes: number): void {
    dead[address >>> CHUNK_GRAIN_BITS] += bytes;
    totalDead += bytes;
    if (totalDead > totalUsed * DEAD_SHARE && totalDead > CHUNK_BYTES) clearEmptiestChunk();
  }

  /** Moves the live records of the chunk with most abandoned bytes to the open one. */
  function clearEmptiestChunk(): void {
    let worst = -1;
    for (let chunk = 0; chunk < chunks.length; chunk++) {
      if (chunk !== openChunk && dead[chunk] > (dead[worst] ?? 0)) worst = chunk;
    }
    if (worst < 0) return;
    const { view, words } = chunks[worst];
    const start = (worst << CHUNK_GRAIN_BITS) >>> 0;
    for (let at = 0; at < used[worst]; ) {
      const reserved = view.getUint16(at + 2, true) * GRAIN;
      const entryAt = at + HEADER + view.getUint32(at + 4, true) + view.getUint16(at, true);
      const entry = view.getUint32(entryAt, true);
      if (addresses[entry] === start + (at >> GRAIN_BITS)) {
        const moved = allocate(reserved);
        addresses[entry] = moved;
        // In a loop: for as few bytes, the views that a copy by the engine needs cost more.
        const target = chunkAt(moved).words;
        const to = placeIn(moved) >> 2;
        for (let from = at >> 2, i = 0; i < reserved >> 2; i++) target[to + i] = words[from + i];
      }
      at += reserved;
    }
    totalUsed -= used[worst];
    totalDead -= dead[worst];
    used[worst] = 0;
    dead[worst] = 0;
    emptyChunks.push(worst);
  }

  function sameKey(entry: number): boolean {
    const address = addresses[entry];
    const { bytes, view } = chunkAt(address);
    const at = placeIn(address);
    if (view.getUint16(at, true) !== keyLength) return false;
    const keyAt = at + HEADER + view.getUint32(at + 4, true);
    for (let i = 0; i < keyLength; i++) if (bytes[keyAt + i] !== keyBuffer[i]) return false;
    return true;
  }

  function slotFor(hash: number): number {
    const mask = slots.length - 1;
    let slot = hash & mask;
    while (slots[slot] >= 0 && !(hashes[slots[slot]] === hash && sameKey(slots[slot])))
      slot = (slot + 1) & mask;
    return slot;
  }

  function grow(): void {
    const doubled = size * 2;
    const newAddresses = new Uint32Array(doubled);
    newAddresses.set(addresses);
    addresses = newAddresses;
    const newHashes = new Uint32Array(doubled);
    newHashes.set(hashes);
    hashes = newHashes;
    const newFlags = new Uint8Array(doubled);
    newFlags.set(changedFlags);
    changedFlags = newFlags;
    slots = new Int32Array(doubled * 2).fill(-1);
    const mask = slots.length - 1;
    for (let entry = 0; entry < size; entry++) {
      let slot = hashes[entry] & mask;
      while (slots[slot] >= 0) slot = (slot + 1) & mask;
      slots[slot] = entry;
    }
  }

  function markChanged(entry: number, bytes: number): void {
    if (!notesChanges || changedFlags[entry]) return;
    changedFlags[entry] = 1;
    if (changedCount === changedList.length) {
      const longer = new Uint32Array(changedCount * 2);
      longer.set(changedList);
      changedList = longer;
    }
    changedList[changedCount++] = entry;
    changedBytes += bytes;
  }

  const indexBytes = (): number =>
    addresses.byteLength +
    hashes.byteLength +
    slots.byteLength +
    changedFlags.byteLength +
    changedList.byteLength;

  function clearChanged(): void {
    for (let i = 0; i < changedCount; i++) changedFlags[changedList[i]] = 0;
    changedCount = 0;
    changedBytes = 0;
  }

  return {
    find(key) {
      const hash = loadKey(key);
      return slots[slotFor(hash)];
    },
    findOrAdd(key) {
      const hash = loadKey(key);
      let slot = slotFor(hash);
      if (slots[slot] >= 0) return slots[slot];
      if (size === addresses.length) {
        grow();
        slot = slotFor(hash);
      }
      const entry = size++;
      slots[slot] = entry;
      hashes[entry] = hash;
      const grains = Math.ceil((HEADER + keyLength + TAIL) / GRAIN);
      const address = allocate(grains * GRAIN);
      addresses[entry] = address;
      const { bytes, view } = chunkAt(address);
      const at = placeIn(address);
      view.setUint16(at, keyLength, true);
      view.setUint16(at + 2, grains, true);
      view.setUint32(at + 4, 0, true);
      copyBytes(keyBuffer, 0, keyLength, bytes, at + HEADER);
      view.setUint32(at + HEADER + keyLength, entry, true);
      return entry;
    },
    payloadLength(entry) {
      const address = addresses[entry];
      return chunkAt(address).view.getUint32(placeIn(address) + 4, true);
    },
    chunkOf: (entry) => chunkAt(addresses[entry]),
    offsetOf: (entry) => placeIn(addresses[entry]) + HEADER,
    reserve(entry, length) {
      const address = addresses[entry];
      const { bytes, view } = chunkAt(address);
      const at = placeIn(address);
      const ownKeyLength = view.getUint16(at, true);
      const oldLength = view.getUint32(at + 4, true);
      markChanged(entry, length);
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
      const moved = allocate(grains * GRAIN);
      const target = chunkAt(moved);
      const to = placeIn(moved);
      target.view.setUint16(to, ownKeyLength, true);
      target.view.setUint16(to + 2, grains, true);
      target.view.setUint32(to + 4, length, true);
      const keyTo = to + HEADER + length;
      copyBytes(bytes, keyAt, keyAt + ownKeyLength, target.bytes, keyTo);
      target.view.setUint32(keyTo + ownKeyLength, entry, true);
      addresses[entry] = moved;
      abandon(address, reserved);
    },
    keyLength(entry) {
      const address = addresses[entry];
      return chunkAt(address).view.getUint16(placeIn(address), true);
    },
    keyOf(entry) {
      const address = addresses[entry];
      const { bytes, view } = chunkAt(address);
      const at = placeIn(address);
      const keyAt = at + HEADER + view.getUint32(at + 4, true);
      return decoder.decode(bytes.subarray(keyAt, keyAt + view.getUint16(at, true)));
    },
    hashOf: (entry) => hashes[entry],
    get size() {
      return size;
    },
    get bytesReserved() {
      return chunks.length * CHUNK_BYTES + indexBytes();
    },
    get bytesInUse() {
      return (chunks.length - emptyChunks.length) * CHUNK_BYTES + indexBytes();
    },
    changed: () => ({ entries: changedList.subarray(0, changedCount), bytes: changedBytes }),
    clearChanged,
    clear() {
      clearChanged();
      slots.fill(-1);
      size = 0;
      used.fill(0);
      dead.fill(0);
      totalUsed = 0;
      totalDead = 0;
      openChunk = -1;
      emptyChunks.length = 0;
      for (let chunk = chunks.length - 1; chunk >= 0; chunk--) emptyChunks.push(chunk);
    },
  };
}
