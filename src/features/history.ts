// The history of one entity (account, merchant, device …): what it holds, and its byte form.
//
// Recent events are kept one by one while there are few, in event-time order; once there are more than
// `exactEvents` they are added up in tiles (a minute wide for the last two hours, an hour wide before), which
// bounds the bytes. Times are whole seconds since 1970; amounts are minor units.
import type { EntityTable } from './entity-table.ts';

export type HistoryShape = {
  /** Seconds that events are kept behind the newest. */
  readonly retentionSeconds: number;
  readonly exactEvents: number;
  /** Most recently used keys kept, per key set. */
  readonly keySets: readonly number[];
};

export type KeySet = {
  size: number;
  readonly capacity: number;
  readonly hashes: Uint32Array;
  readonly lastSeen: Uint32Array;
};

export const MAX_EXACT_EVENTS = 256;
const FINE_TILE_SECONDS = 60;
const COARSE_TILE_SECONDS = 3600;
const FINE_SPAN_SECONDS = 7200;
const MAX_TILES = 1200;
const TILE_FIELDS = 5;
const HEADER_BYTES = 72;

/**
 * One decoded history. It is a scratch area: `load` fills it, `store` writes it back, and it is used again
 * for the next entity.
 */
export class History {
  readonly shape: HistoryShape;
  readonly keySets: readonly KeySet[];
  firstSeen = 0;
  lastSeen = 0;
  count = 0;
  knownFrauds = 0;
  lastFraudAt = 0;
  logSum = 0;
  logSquareSum = 0;
  maxAmountMinor = 0;
  lat = Number.NaN;
  lon = Number.NaN;
  locatedAt = 0;
  homeCountry = 0;
  homeWeight = 0;
  tiled = false;
  eventCount = 0;
  readonly times = new Uint32Array(MAX_EXACT_EVENTS + 1);
  readonly amounts = new Float64Array(MAX_EXACT_EVENTS + 1);
  readonly frauds = new Uint8Array(MAX_EXACT_EVENTS + 1);
  tileCount = 0;
  /** start, width, events, amount, frauds of each tile, oldest first */
  readonly tiles = new Float64Array(TILE_FIELDS * (MAX_TILES + 2));
  /** What `window` found. */
  windowCount = 0;
  windowSum = 0;
  windowFrauds = 0;

  constructor(shape: HistoryShape) {
    if (shape.exactEvents > MAX_EXACT_EVENTS) throw new Error(`exactEvents is at most ${MAX_EXACT_EVENTS}`);
    this.shape = shape;
    this.keySets = shape.keySets.map((capacity) => ({
      size: 0,
      capacity,
      hashes: new Uint32Array(capacity),
      lastSeen: new Uint32Array(capacity),
    }));
  }

  reset(): void {
    this.firstSeen = 0;
    this.lastSeen = 0;
    this.count = 0;
    this.knownFrauds = 0;
    this.lastFraudAt = 0;
    this.logSum = 0;
    this.logSquareSum = 0;
    this.maxAmountMinor = 0;
    this.lat = Number.NaN;
    this.lon = Number.NaN;
    this.locatedAt = 0;
    this.homeCountry = 0;
    this.homeWeight = 0;
    this.tiled = false;
    this.eventCount = 0;
    this.tileCount = 0;
    for (const set of this.keySets) set.size = 0;
  }

  /** Events, amount and frauds with `from` < time ≤ `to`, into `windowCount`, `windowSum`, `windowFrauds`. */
  window(from: number, to: number): void {
    let count = 0;
    let sum = 0;
    let frauds = 0;
    if (!this.tiled) {
      for (let i = this.eventCount - 1; i >= 0 && this.times[i] > from; i--) {
        if (this.times[i] > to) continue;
        count++;
        sum += this.amounts[i];
        frauds += this.frauds[i];
      }
    } else {
      const tiles = this.tiles;
      for (let at = (this.tileCount - 1) * TILE_FIELDS; at >= 0; at -= TILE_FIELDS) {
        // A tile holds the whole seconds start … start + width - 1; what straddles an edge counts in proportion.
        // The newest tile is filled up to the newest event only.
        const first = tiles[at];
        const last = Math.min(first + tiles[at + 1] - 1, this.lastSeen);
        if (last <= from) break;
        if (first > to) continue;
        const inside = Math.min(last, to) - Math.max(first - 1, from);
        const share = inside / (last - first + 1);
        count += tiles[at + 2] * share;
        sum += tiles[at + 3] * share;
        frauds += tiles[at + 4] * share;
      }
    }
    this.windowCount = count;
    this.windowSum = sum;
    this.windowFrauds = frauds;
  }

  /** Events in (from, to] with an amount below the limit; tiles do not know single amounts and give NaN. */
  countBelow(from: number, to: number, limitMinor: number): number {
    if (this.tiled) return Number.NaN;
    let count = 0;
    for (let i = this.eventCount - 1; i >= 0 && this.times[i] > from; i--) {
      if (this.times[i] <= to && this.amounts[i] < limitMinor) count++;
    }
    return count;
  }

  /** Adds an event where its time belongs; one older than the retention changes no window (false). */
  add(time: number, amountMinor: number): boolean {
    if (this.count === 0 || time < this.firstSeen) this.firstSeen = time;
    if (time > this.lastSeen) this.lastSeen = time;
    this.count++;
    if (amountMinor > this.maxAmountMinor) this.maxAmountMinor = amountMinor;
    const oldest = this.lastSeen - this.shape.retentionSeconds;
    this.forgetBefore(oldest);
    if (time <= oldest) return false;
    if (!this.tiled && this.eventCount >= this.shape.exactEvents) this.toTiles();
    if (this.tiled) this.addToTile(time, amountMinor);
    else this.insertEvent(time, amountMinor);
    return true;
  }

  /** Marks (or unmarks) one event of that second as fraud; false when it is not held any more. */
  label(time: number, fraud: boolean): boolean {
    if (this.tiled) {
      const at = this.tileAt(time);
      if (at < 0) return false;
      const frauds = this.tiles[at + 4] + (fraud ? 1 : -1);
      this.tiles[at + 4] = Math.max(0, Math.min(this.tiles[at + 2], frauds));
      return true;
    }
    for (let i = this.eventCount - 1; i >= 0 && this.times[i] >= time; i--) {
      if (this.times[i] === time && (this.frauds[i] === 1) !== fraud) {
        this.frauds[i] = fraud ? 1 : 0;
        return true;
      }
    }
    return false;
  }

  private insertEvent(time: number, amountMinor: number): void {
    let at = this.eventCount;
    while (at > 0 && this.times[at - 1] > time) {
      this.times[at] = this.times[at - 1];
      this.amounts[at] = this.amounts[at - 1];
      this.frauds[at] = this.frauds[at - 1];
      at--;
    }
    this.times[at] = time;
    this.amounts[at] = amountMinor;
    this.frauds[at] = 0;
    this.eventCount++;
  }

  private forgetBefore(oldest: number): void {
    if (this.tiled) {
      let drop = 0;
      while (
        drop < this.tileCount &&
        this.tiles[drop * TILE_FIELDS] + this.tiles[drop * TILE_FIELDS + 1] - 1 <= oldest
      ) {
        drop++;
      }
      if (drop > 0) {
        this.tiles.copyWithin(0, drop * TILE_FIELDS, this.tileCount * TILE_FIELDS);
        this.tileCount -= drop;
        if (this.tileCount === 0) {
          this.tiled = false;
          this.eventCount = 0;
        }
      }
      return;
    }
    let drop = 0;
    while (drop < this.eventCount && this.times[drop] <= oldest) drop++;
    if (drop === 0) return;
    this.times.copyWithin(0, drop, this.eventCount);
    this.amounts.copyWithin(0, drop, this.eventCount);
    this.frauds.copyWithin(0, drop, this.eventCount);
    this.eventCount -= drop;
  }

  private toTiles(): void {
    this.tiled = true;
    this.tileCount = 0;
    for (let i = 0; i < this.eventCount; i++) {
      this.addToTile(this.times[i], this.amounts[i]);
      if (this.frauds[i]) this.label(this.times[i], true);
    }
    this.eventCount = 0;
  }

  /** Offset of the tile that holds a second, or -1. */
  private tileAt(time: number): number {
    for (let at = (this.tileCount - 1) * TILE_FIELDS; at >= 0; at -= TILE_FIELDS) {
      const start = this.tiles[at];
      if (time >= start) return time < start + this.tiles[at + 1] ? at : -1;
    }
    return -1;
  }

  private addToTile(time: number, amountMinor: number): void {
    const tiles = this.tiles;
    let at = this.tileAt(time);
    if (at < 0) {
      this.mergeFineTiles();
      const coarse = Math.floor(time / COARSE_TILE_SECONDS) * COARSE_TILE_SECONDS;
      const isOld = coarse + COARSE_TILE_SECONDS + FINE_SPAN_SECONDS <= this.lastSeen;
      const width = isOld ? COARSE_TILE_SECONDS : FINE_TILE_SECONDS;
      const start = Math.floor(time / width) * width;
      let index = this.tileCount;
      while (index > 0 && tiles[(index - 1) * TILE_FIELDS] > start) index--;
      at = index * TILE_FIELDS;
      tiles.copyWithin(at + TILE_FIELDS, at, this.tileCount * TILE_FIELDS);
      tiles[at] = start;
      tiles[at + 1] = width;
      tiles[at + 2] = 0;
      tiles[at + 3] = 0;
      tiles[at + 4] = 0;
      this.tileCount++;
    }
    tiles[at + 2] += 1;
    tiles[at + 3] += amountMinor;
  }

  /** Minute tiles of hours that ended over two hours ago become one hour tile. */
  private mergeFineTiles(): void {
    const tiles = this.tiles;
    let kept = 0;
    for (let from = 0; from < this.tileCount; from++) {
      const at = from * TILE_FIELDS;
      const coarse = Math.floor(tiles[at] / COARSE_TILE_SECONDS) * COARSE_TILE_SECONDS;
      const isOld = coarse + COARSE_TILE_SECONDS + FINE_SPAN_SECONDS <= this.lastSeen;
      const previous = (kept - 1) * TILE_FIELDS;
      if (isOld && kept > 0 && tiles[previous] === coarse && tiles[previous + 1] === COARSE_TILE_SECONDS) {
        tiles[previous + 2] += tiles[at + 2];
        tiles[previous + 3] += tiles[at + 3];
        tiles[previous + 4] += tiles[at + 4];
        continue;
      }
      const to = kept * TILE_FIELDS;
      if (to !== at) tiles.copyWithin(to, at, at + TILE_FIELDS);
      if (isOld) {
        tiles[to] = coarse;
        tiles[to + 1] = COARSE_TILE_SECONDS;
      }
      kept++;
    }
    this.tileCount = kept;
  }
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

/** Fills `history` from an entry of a table; an empty entry gives an empty history. */
export function loadHistory(history: History, table: EntityTable, entry: number): void {
  history.reset();
  if (entry < 0 || table.payloadLength(entry) === 0) return;
  const { bytes, view, floats } = table.chunkOf(entry);
  const at = table.offsetOf(entry);
  history.tiled = bytes[at] === 1;
  const events = view.getUint16(at + 6, true);
  history.firstSeen = view.getUint32(at + 8, true);
  history.lastSeen = view.getUint32(at + 12, true);
  history.count = view.getUint32(at + 16, true);
  history.lastFraudAt = view.getUint32(at + 20, true);
  history.logSum = floats[(at + 24) >> 3];
  history.logSquareSum = floats[(at + 32) >> 3];
  history.maxAmountMinor = floats[(at + 40) >> 3];
  history.lat = view.getFloat32(at + 48, true);
  history.lon = view.getFloat32(at + 52, true);
  history.locatedAt = view.getUint32(at + 56, true);
  history.knownFrauds = view.getUint32(at + 60, true);
  history.homeCountry = view.getUint16(at + 64, true);
  history.homeWeight = view.getUint16(at + 66, true);
  let position = at + HEADER_BYTES;
  for (let s = 0; s < history.keySets.length; s++) {
    const set = history.keySets[s];
    set.size = bytes[at + 1 + s];
    for (let i = 0; i < set.size; i++, position += 8) {
      set.hashes[i] = view.getUint32(position, true);
      set.lastSeen[i] = view.getUint32(position + 4, true);
    }
  }
  if (history.tiled) {
    history.tileCount = events;
    const start = position >> 3;
    for (let i = 0; i < events * TILE_FIELDS; i++) history.tiles[i] = floats[start + i];
    return;
  }
  history.eventCount = events;
  let time = 0;
  for (let i = 0; i < events; i++) {
    // Time step and fraud flag share a number: step × 2 + flag; then the amount.
    let byte = bytes[position++];
    let low = byte & 127;
    for (let factor = 128; byte > 127; factor *= 128) {
      byte = bytes[position++];
      low += (byte & 127) * factor;
    }
    history.frauds[i] = low % 2;
    time += Math.floor(low / 2);
    history.times[i] = time;
    byte = bytes[position++];
    let amount = byte & 127;
    for (let factor = 128; byte > 127; factor *= 128) {
      byte = bytes[position++];
      amount += (byte & 127) * factor;
    }
    history.amounts[i] = amount;
  }
}

const eventBytes = new Uint8Array((MAX_EXACT_EVENTS + 1) * 16);

function putVarint(position: number, value: number): number {
  let rest = value;
  let at = position;
  while (rest > 127) {
    eventBytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  eventBytes[at++] = rest;
  return at;
}

/** Writes `history` into an entry of a table. */
export function storeHistory(history: History, table: EntityTable, entry: number): void {
  let eventLength = 0;
  if (!history.tiled) {
    let previous = 0;
    for (let i = 0; i < history.eventCount; i++) {
      eventLength = putVarint(eventLength, (history.times[i] - previous) * 2 + history.frauds[i]);
      eventLength = putVarint(eventLength, history.amounts[i]);
      previous = history.times[i];
    }
  }
  let length = HEADER_BYTES;
  for (const set of history.keySets) length += set.size * 8;
  length += history.tiled ? history.tileCount * TILE_FIELDS * 8 : eventLength;
  table.reserve(entry, length);
  const { bytes, view, floats } = table.chunkOf(entry);
  const at = table.offsetOf(entry);
  bytes[at] = history.tiled ? 1 : 0;
  for (let s = 0; s < 5; s++) bytes[at + 1 + s] = s < history.keySets.length ? history.keySets[s].size : 0;
  view.setUint16(at + 6, history.tiled ? history.tileCount : history.eventCount, true);
  view.setUint32(at + 8, history.firstSeen, true);
  view.setUint32(at + 12, history.lastSeen, true);
  view.setUint32(at + 16, history.count, true);
  view.setUint32(at + 20, history.lastFraudAt, true);
  floats[(at + 24) >> 3] = history.logSum;
  floats[(at + 32) >> 3] = history.logSquareSum;
  floats[(at + 40) >> 3] = history.maxAmountMinor;
  view.setFloat32(at + 48, history.lat, true);
  view.setFloat32(at + 52, history.lon, true);
  view.setUint32(at + 56, history.locatedAt, true);
  view.setUint32(at + 60, history.knownFrauds, true);
  view.setUint16(at + 64, history.homeCountry, true);
  view.setUint16(at + 66, history.homeWeight, true);
  view.setUint32(at + 68, 0, true);
  let position = at + HEADER_BYTES;
  for (const set of history.keySets) {
    for (let i = 0; i < set.size; i++, position += 8) {
      view.setUint32(position, set.hashes[i], true);
      view.setUint32(position + 4, set.lastSeen[i], true);
    }
  }
  if (history.tiled) {
    const start = position >> 3;
    for (let i = 0; i < history.tileCount * TILE_FIELDS; i++) floats[start + i] = history.tiles[i];
  } else {
    for (let i = 0; i < eventLength; i++) bytes[position + i] = eventBytes[i];
  }
}

/** Time of an entity's newest event in seconds since 1970, or 0. */
export function lastSeenOf(table: EntityTable, key: string): number {
  const entry = table.find(key);
  if (entry < 0 || table.payloadLength(entry) === 0) return 0;
  return table.chunkOf(entry).view.getUint32(table.offsetOf(entry) + 12, true);
}
