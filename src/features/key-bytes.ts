// The key that a table is asked for, as bytes and as a hash; there is one at a time.
const encoder = new TextEncoder();

/** What was loaded last: the first `length` bytes. */
export const loaded: { readonly bytes: Uint8Array; length: number } = {
  bytes: new Uint8Array(4 * 1024),
  length: 0,
};

/** Loads a key's UTF-8 and gives its hash. */
export function loadKey(key: string): number {
  const { bytes } = loaded;
  let length = 0;
  for (; length < key.length; length++) {
    const code = key.charCodeAt(length);
    if (code > 127) break;
    bytes[length] = code;
  }
  if (length < key.length) length = encoder.encodeInto(key, bytes).written;
  loaded.length = length;
  return hashOf(bytes, length);
}

/** FNV-1a, then a finisher (murmur3) so that low bits are good. */
function hashOf(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
