// Keys that tables are asked for, as bytes and as a hash.
const encoder = new TextEncoder();

/** More bytes than a key may have. */
const ROOM = 4 * 1024;

/** A key that was loaded: its first `length` bytes, the same as words; behind them are zeros up to the next word. */
export type LoadedKey = {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  length: number;
  hash: number;
};

export function createKey(): LoadedKey {
  const bytes = new Uint8Array(ROOM + 4);
  return { bytes, words: new Int32Array(bytes.buffer), length: 0, hash: 0 };
}

/** Loads a key's UTF-8. */
export function loadKey(into: LoadedKey, key: string): void {
  const { bytes } = into;
  let length = 0;
  let hash = 0x811c9dc5;
  for (; length < key.length; length++) {
    const code = key.charCodeAt(length);
    if (code > 127) break;
    bytes[length] = code;
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  if (length < key.length) {
    const from = length;
    length = encoder.encodeInto(key, bytes.subarray(0, ROOM)).written;
    for (let i = from; i < length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  }
  bytes[length] = 0;
  bytes[length + 1] = 0;
  bytes[length + 2] = 0;
  into.length = length;
  into.hash = finished(hash);
}

/** FNV-1a is finished as murmur3 is, so that low bits are good. */
function finished(sum: number): number {
  let hash = sum ^ (sum >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
