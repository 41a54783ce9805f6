// A hash table from entity ids to byte records, all inside a few large buffers: a million histories cost
// their bytes and little more, and the garbage collector never looks at them.

const CHUNK_BYTES = 4 << 20;
const GRAIN = 16;
/** A record: key length (u16), size class (u16), payload length (u32), then the payload, then the key. */
const HEADER = 8;
const SMALL_LIMIT = 1024;
const encoder = new TextEncoder();

/** Record sizes: every 16 bytes up to 1 KiB, then growing by an eighth. */
const CLASS_SIZES: readonly number[] = (() => {
  const sizes: number[] = [];
  for (let size = 32; size <= SMALL_LIMIT; size += GRAIN) sizes.push(size);
  for (let size = SMALL_LIMIT * 1.125; size < 128 * 1024; size *= 1.125) {
    sizes.push(Math.ceil(size / GRAIN) * GRAIN);
  }
  return sizes;
})();
const SMALL_CLASSES = (SMALL_LIMIT - 32) / GRAIN + 1;

function sizeClassOf(bytes: number): number {
  if (bytes <= SMALL_LIMIT) return bytes <= 32 ? 0 : Math.ceil((bytes - 32) / GRAIN);
  let index = SMALL_CLASSES;
  while (CLASS_SIZES[index] < bytes) index++;
  return index;
}

export type Chunk = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly floats: Float64Array;
};

export type EntityTable = {
  /** Entry number of a key, or -1. Entry numbers are dense, 0 to size-1, and never change. */
  find(key: string): number;
  /** Entry number of a key, made empty when it is new. */
  findOrAdd(key: string): number;
  /** Bytes of an entry's payload. */
  payloadLength(entry: number): number;
  /** The chunk an entry lives in, and where its payload starts there (8-byte aligned). */
  chunkOf(entry: number): Chunk;
  offsetOf(entry: number): number;
  /** Makes room for `length` payload bytes (contents are then undefined) and marks the entry as changed. */
  reserve(entry: number, length: number): void;
  keyOf(entry: number): string;
  /** 32-bit hash of the key; the same in every run. */
  hashOf(entry: number): number;
  readonly size: number;
  /** Bytes reserved by records and index, waste included. */
  readonly bytesReserved: number;
  /** Entries changed since the last call with `clear`; payload bytes behind them. */
  changed(): { entries: Uint32Array; bytes: number };
  clearChanged(): void;
};

export function createEntityTable(): EntityTable {
  const chunks: Chunk[] = [];
  const freeLists: number[][] = CLASS_SIZES.map(() => []);
  let chunkUsed = CHUNK_BYTES;
  let addresses = new Float64Array(1024);
  let hashes = new Uint32Array(1024);
  let slots = new Int32Array(2048).fill(-1);
  let changedList = new Uint32Array(1024);
  let changedFlags = new Uint8Array(1024);
  let changedCount = 0;
  let changedBytes = 0;
  let size = 0;
  const keyBuffer = new Uint8Array(4 * 1024);
  let keyLength = 0;

  /** FNV-1a over UTF-8, then a finisher (murmur3) so that low bits are good. */
  function loadKey(key: string): number {
    let hash = 0x811c9dc5;
    let i = 0;
    for (; i < key.length; i++) {
      const code = key.charCodeAt(i);
      if (code > 127) break;
      keyBuffer[i] = code;
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    keyLength = i;
    if (i < key.length) {
      keyLength = encoder.encodeInto(key, keyBuffer).written;
      hash = 0x811c9dc5;
      for (i = 0; i < keyLength; i++) hash = Math.imul(hash ^ keyBuffer[i], 0x01000193);
    }
    hash ^= hash >>> 16;
    hash = Math.imul(hash, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  const chunkAt = (address: number): Chunk => chunks[Math.floor(address / CHUNK_BYTES)];

  function allocate(sizeClass: number): number {
    const free = freeLists[sizeClass].pop();
    if (free !== undefined) return free;
    const bytes = CLASS_SIZES[sizeClass];
    if (chunkUsed + bytes > CHUNK_BYTES) {
      const buffer = new ArrayBuffer(CHUNK_BYTES);
      chunks.push({
        bytes: new Uint8Array(buffer),
        view: new DataView(buffer),
        floats: new Float64Array(buffer),
      });
      chunkUsed = 0;
    }
    const address = (chunks.length - 1) * CHUNK_BYTES + chunkUsed;
    chunkUsed += bytes;
    return address;
  }

  function sameKey(entry: number): boolean {
    const address = addresses[entry];
    const { bytes, view } = chunkAt(address);
    const at = address % CHUNK_BYTES;
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
    const newAddresses = new Float64Array(doubled);
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
    if (changedFlags[entry]) return;
    changedFlags[entry] = 1;
    if (changedCount === changedList.length) {
      const longer = new Uint32Array(changedCount * 2);
      longer.set(changedList);
      changedList = longer;
    }
    changedList[changedCount++] = entry;
    changedBytes += bytes;
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
      const sizeClass = sizeClassOf(HEADER + keyLength);
      const address = allocate(sizeClass);
      addresses[entry] = address;
      const { bytes, view } = chunkAt(address);
      const at = address % CHUNK_BYTES;
      view.setUint16(at, keyLength, true);
      view.setUint16(at + 2, sizeClass, true);
      view.setUint32(at + 4, 0, true);
      bytes.set(keyBuffer.subarray(0, keyLength), at + HEADER);
      return entry;
    },
    payloadLength(entry) {
      const address = addresses[entry];
      return chunkAt(address).view.getUint32((address % CHUNK_BYTES) + 4, true);
    },
    chunkOf: (entry) => chunkAt(addresses[entry]),
    offsetOf: (entry) => (addresses[entry] % CHUNK_BYTES) + HEADER,
    reserve(entry, length) {
      const address = addresses[entry];
      const { bytes, view } = chunkAt(address);
      const at = address % CHUNK_BYTES;
      const ownKeyLength = view.getUint16(at, true);
      const oldLength = view.getUint32(at + 4, true);
      markChanged(entry, length);
      if (oldLength === length) return;
      const oldClass = view.getUint16(at + 2, true);
      const newClass = sizeClassOf(HEADER + length + ownKeyLength);
      const keyAt = at + HEADER + oldLength;
      if (newClass === oldClass) {
        bytes.copyWithin(at + HEADER + length, keyAt, keyAt + ownKeyLength);
        view.setUint32(at + 4, length, true);
        return;
      }
      const moved = allocate(newClass);
      const target = chunkAt(moved);
      const to = moved % CHUNK_BYTES;
      target.view.setUint16(to, ownKeyLength, true);
      target.view.setUint16(to + 2, newClass, true);
      target.view.setUint32(to + 4, length, true);
      target.bytes.set(bytes.subarray(keyAt, keyAt + ownKeyLength), to + HEADER + length);
      freeLists[oldClass].push(address);
      addresses[entry] = moved;
    },
    keyOf(entry) {
      const address = addresses[entry];
      const { bytes, view } = chunkAt(address);
      const at = address % CHUNK_BYTES;
      const keyAt = at + HEADER + view.getUint32(at + 4, true);
      return new TextDecoder().decode(bytes.subarray(keyAt, keyAt + view.getUint16(at, true)));
    },
    hashOf: (entry) => hashes[entry],
    get size() {
      return size;
    },
    get bytesReserved() {
      const index = addresses.byteLength + hashes.byteLength + slots.byteLength + changedFlags.byteLength;
      return chunks.length * CHUNK_BYTES + index + changedList.byteLength;
    },
    changed: () => ({ entries: changedList.subarray(0, changedCount), bytes: changedBytes }),
    clearChanged() {
      for (let i = 0; i < changedCount; i++) changedFlags[changedList[i]] = 0;
      changedCount = 0;
      changedBytes = 0;
    },
  };
}
