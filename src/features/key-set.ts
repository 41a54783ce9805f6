// The keys (merchants, devices, countries …) an entity used most recently, and when.

export type KeySet = {
  size: number;
  readonly capacity: number;
  readonly hashes: Uint32Array;
  readonly lastSeen: Uint32Array;
  /** By how many hours a use lies before the last one, 0 where there was none: for who asks about a time before the last. */
  readonly hoursBefore: Uint16Array;
};

/** Uses within an hour are one: a burst with a wrong stamp does not push out the use before it. */
const HOUR = 3600;
const MOST_HOURS = 65_535;

export function createKeySet(capacity: number): KeySet {
  return {
    size: 0,
    capacity,
    hashes: new Uint32Array(capacity),
    lastSeen: new Uint32Array(capacity),
    hoursBefore: new Uint16Array(capacity),
  };
}

/** 32-bit hash of a key, never 0 (FNV-1a). */
export function keyHash(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  return hash >>> 0 || 1;
}

/** Whether a key that is kept was used at or before a second. */
export function isKeyKnown(set: KeySet, hash: number, time: number): boolean {
  for (let i = 0; i < set.size; i++) {
    if (set.hashes[i] !== hash) continue;
    return set.lastSeen[i] <= time || (set.hoursBefore[i] > 0 && seenBefore(set, i) <= time);
  }
  return false;
}

/** The use before the last one, to the hour. */
const seenBefore = ({ lastSeen, hoursBefore }: KeySet, i: number): number =>
  lastSeen[i] - hoursBefore[i] * HOUR;

/** Whole hours of a distance, rounded so that the earlier use is not told later than it was. */
const hoursOf = (seconds: number): number =>
  seconds < HOUR ? 0 : Math.min(MOST_HOURS, Math.ceil(seconds / HOUR));

/** Keeps a key; when the set is full, the one unseen for longest makes room. */
export function keepKey(set: KeySet, hash: number, time: number): void {
  const { hashes, lastSeen, hoursBefore } = set;
  let oldest = 0;
  for (let i = 0; i < set.size; i++) {
    if (hashes[i] === hash) {
      if (time >= lastSeen[i]) {
        const step = hoursOf(time - lastSeen[i]);
        if (step > 0) hoursBefore[i] = step;
        else if (hoursBefore[i] > 0) hoursBefore[i] = hoursOf(time - seenBefore(set, i));
        lastSeen[i] = time;
      } else {
        const step = hoursOf(lastSeen[i] - time);
        if (step > 0 && (hoursBefore[i] === 0 || step < hoursBefore[i])) hoursBefore[i] = step;
      }
      return;
    }
    if (lastSeen[i] < lastSeen[oldest]) oldest = i;
  }
  if (set.size < set.capacity) oldest = set.size++;
  else if (time < lastSeen[oldest]) return;
  hashes[oldest] = hash;
  lastSeen[oldest] = time;
  hoursBefore[oldest] = 0;
}

/** Keys seen in (from, to], plus one when `current` (0 for none) is not among them. */
export function distinctKeys(set: KeySet, from: number, to: number, current: number): number {
  const { hashes, lastSeen, hoursBefore } = set;
  let distinct = 0;
  let found = current === 0;
  for (let i = 0; i < set.size; i++) {
    if (hashes[i] === current) {
      found = true;
      distinct++;
    } else {
      const seen = lastSeen[i] <= to || hoursBefore[i] === 0 ? lastSeen[i] : seenBefore(set, i);
      if (seen > from && seen <= to) distinct++;
    }
  }
  return found ? distinct : distinct + 1;
}
