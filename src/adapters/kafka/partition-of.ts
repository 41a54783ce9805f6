// The partition of a key, as Kafka's own clients choose it: murmur2, so that producers in any language agree.
const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** MurmurHash2 of Austin Appleby (public domain) with the seed of org.apache.kafka.common.utils.Utils. */
export function murmur2(bytes: Uint8Array): number {
  let hash = SEED ^ bytes.length;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    let k = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    k = Math.imul(k, M);
    k ^= k >>> R;
    k = Math.imul(k, M);
    hash = Math.imul(hash, M) ^ k;
  }
  const rest = bytes.length - at;
  if (rest > 2) hash ^= bytes[at + 2] << 16;
  if (rest > 1) hash ^= bytes[at + 1] << 8;
  if (rest > 0) hash = Math.imul(hash ^ bytes[at], M);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}

export const partitionOf = (key: Uint8Array, partitions: number): number =>
  (murmur2(key) & 0x7fffffff) % partitions;
