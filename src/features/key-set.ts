// The keys (merchants, devices, countries …) an entity used most recently, and when.

export type KeySet = {
  size: number;
  readonly capacity: number;
  readonly hashes: Uint32Array;
  readonly lastSeen: Uint32Array;
};

export function createKeySet(capacity: number): KeySet {
  return { size: 0, capacity, hashes: new Uint32Array(capacity), lastSeen: new Uint32Array(capacity) };
}

/** 32-bit hash of a key, never 0 (FNV-1a). */
export function keyHash(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  return hash >>> 0 || 1;
}

/** When a key was last seen, or 0 when it is not among those kept. */
export function keyLastSeen(set: KeySet, hash: number): number {
  for (let i = 0; i < set.size; i++) if (set.hashes[i] === hash) return set.lastSeen[i];
  return 0;
}

/** Keeps a key; when the set is full, the one unseen for longest makes room. */
export function keepKey(set: KeySet, hash: number, time: number): void {
  let oldest = 0;
  for (let i = 0; i < set.size; i++) {
    if (set.hashes[i] === hash) {
      if (time > set.lastSeen[i]) set.lastSeen[i] = time;
      return;
    }
    if (set.lastSeen[i] < set.lastSeen[oldest]) oldest = i;
  }
  if (set.size < set.capacity) oldest = set.size++;
  else if (time < set.lastSeen[oldest]) return;
  set.hashes[oldest] = hash;
  set.lastSeen[oldest] = time;
}

/** Keys seen in (from, to], plus one when `current` (0 for none) is not among them. */
export function distinctKeys(set: KeySet, from: number, to: number, current: number): number {
  let distinct = 0;
  let found = current === 0;
  for (let i = 0; i < set.size; i++) {
    if (set.hashes[i] === current) {
      found = true;
      distinct++;
    } else if (set.lastSeen[i] > from && set.lastSeen[i] <= to) distinct++;
  }
  return found ? distinct : distinct + 1;
}
