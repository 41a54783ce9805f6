// The history of one entity (account, merchant, device …) while it is being read and extended.
//
// Recent events are kept one by one while there are few, in event-time order; once there are more than
// `exactEvents` they are added up in tiles (a minute wide for the last two hours, an hour wide before), which
// bounds the bytes. Both carry running totals, so that a window costs two look-ups however much it spans.
// Times are whole seconds since 1970; amounts are minor units.
import { createExtras, type Extras, type OwnShape } from './history-extras.ts';
import {
  addToTile,
  createCuts,
  firstFraudTile,
  forgetTiles,
  labelTile,
  lastFraudTile,
  lastInTiles,
  mostTiles,
  TILE_FIELDS,
  windowInTiles,
} from './history-tiles.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import { createPlaces } from './recent-places.ts';
import { DAY } from './units.ts';

export type HistoryShape = {
  /** Seconds that events are kept behind the newest, which may be a day ahead: they are kept a day longer. */
  readonly retentionSeconds: number;
  readonly exactEvents: number;
  /** Most recently used keys kept, per key set. */
  readonly keySets: readonly number[];
  /** What is kept for features of one's own; the program's own need none of it. */
  readonly own?: OwnShape;
};

export const MAX_EXACT_EVENTS = 256;
/** How far ahead a stamp may be: what is newest is as much ahead of what is now. */
const AHEAD_SECONDS = DAY;
/**
 * One decoded history. It is a scratch area: `loadHistory` fills it, `storeHistory` writes it back, and it is
 * used again for the next entity.
 */
export class History {
  readonly shape: HistoryShape;
  readonly keySets: readonly KeySet[];
  /** What the record that is looked at has for each set; 0 where it has none. */
  readonly keysNow: Uint32Array;
  firstSeen = 0;
  lastSeen = 0;
  count = 0;
  knownFrauds = 0;
  lastFraudAt = 0;
  logSum = 0;
  logSquareSum = 0;
  readonly places = createPlaces();
  homeCountry = 0;
  homeWeight = 0;
  tiled = false;
  eventCount = 0;
  readonly times = new Uint32Array(MAX_EXACT_EVENTS + 1);
  readonly amounts = new Float64Array(MAX_EXACT_EVENTS + 1);
  readonly frauds = new Uint8Array(MAX_EXACT_EVENTS + 1);
  /** Amount and frauds of the events before each one; right for the first `summed` events and the one after. */
  readonly amountBefore = new Float64Array(MAX_EXACT_EVENTS + 2);
  readonly fraudsBefore = new Float64Array(MAX_EXACT_EVENTS + 2);
  summed = 0;
  tileCount = 0;
  /** Where the tiles are: in `ownTiles`, or where they were loaded from, from index `tilesFrom` on. */
  tiles: Float64Array;
  tilesFrom = 0;
  readonly ownTiles: Float64Array;
  /** Whether a tile more has room behind those that stand where they are stored. */
  hasRoomForTile = false;
  readonly tileFields: number;
  /** Where the seconds that windows start and end at cut the tiles: looked up once each, until a tile changes. */
  readonly cuts = createCuts();
  readonly extras: Extras | undefined;
  /** What the codec knows of the stored events: how many were loaded, dropped since, and whether the rest stands. */
  storedEvents = 0;
  droppedEvents = 0;
  storedStands = false;
  /** Of the stored events only the first was read, since nothing is asked of them: one can be added behind them. */
  eventsUnread = false;
  addedStep = 0;
  addedAmount = -1;
  /** Where stored events or tiles start behind the start of the entry. */
  storedFrom = 0;
  /** Where each loaded event ends, counted in bytes from the start of the first. */
  readonly storedEnds = new Uint32Array(MAX_EXACT_EVENTS + 1);
  /** What `window` found. */
  windowCount = 0;
  windowSum = 0;
  windowFrauds = 0;
  /** What `scan` found. */
  scanLargest = 0;
  scanAbove = 0;
  scanAboveRecent = 0;
  /** What `scanFrauds` found. */
  scanFirstFraudAt = 0;
  scanFraudMean = Number.NaN;

  constructor(shape: HistoryShape) {
    if (shape.exactEvents > MAX_EXACT_EVENTS) throw new Error(`exactEvents is at most ${MAX_EXACT_EVENTS}`);
    this.shape = shape;
    this.keySets = shape.keySets.map(createKeySet);
    this.keysNow = new Uint32Array(shape.keySets.length);
    this.extras = shape.own && createExtras(shape.own, MAX_EXACT_EVENTS + 1);
    this.tileFields = TILE_FIELDS + (shape.own?.accumulators.length ?? 0);
    this.ownTiles = new Float64Array(this.tileFields * mostTiles(shape.retentionSeconds));
    this.tiles = this.ownTiles;
  }

  reset(): void {
    this.firstSeen = 0;
    this.lastSeen = 0;
    this.count = 0;
    this.knownFrauds = 0;
    this.lastFraudAt = 0;
    this.logSum = 0;
    this.logSquareSum = 0;
    this.places.size = 0;
    this.homeCountry = 0;
    this.homeWeight = 0;
    this.tiled = false;
    this.eventCount = 0;
    this.summed = 0;
    this.amountBefore[0] = 0;
    this.fraudsBefore[0] = 0;
    this.tileCount = 0;
    this.tiles = this.ownTiles;
    this.tilesFrom = 0;
    this.hasRoomForTile = false;
    this.cuts.count = 0;
    this.storedEvents = 0;
    this.droppedEvents = 0;
    this.storedStands = false;
    this.eventsUnread = false;
    this.addedAmount = -1;
    for (let s = 0; s < this.keySets.length; s++) this.keySets[s].size = 0;
    this.extras?.reset();
  }

  /** Events, amount and frauds with `from` < time ≤ `to`, into `windowCount`, `windowSum`, `windowFrauds`. */
  window(from: number, to: number): void {
    if (this.tiled) {
      windowInTiles(this, from, to);
      return;
    }
    this.sumUp();
    const first = this.eventsUntil(from);
    const end = this.eventsUntil(to);
    this.windowCount = end - first;
    this.windowSum = this.amountBefore[end] - this.amountBefore[first];
    this.windowFrauds = this.fraudsBefore[end] - this.fraudsBefore[first];
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

  /**
   * One pass over single events in (from, to]: the largest amount, and how many reach a limit, all and those after
   * `recentFrom`. Not for tiles, which do not know single amounts.
   */
  scan(from: number, recentFrom: number, to: number, limitMinor: number): void {
    this.scanLargest = 0;
    this.scanAbove = 0;
    this.scanAboveRecent = 0;
    for (let i = this.eventCount - 1; i >= 0 && this.times[i] > from; i--) {
      if (this.times[i] > to) continue;
      const amount = this.amounts[i];
      if (amount > this.scanLargest) this.scanLargest = amount;
      if (amount < limitMinor) continue;
      this.scanAbove++;
      if (this.times[i] > recentFrom) this.scanAboveRecent++;
    }
  }

  /**
   * The time of the first fraud in (from, to], 0 where there is none, and the mean amount of all, in minor units. A tile
   * gives its start, and no amount: NaN.
   */
  scanFrauds(from: number, to: number): void {
    this.scanFirstFraudAt = 0;
    this.scanFraudMean = Number.NaN;
    if (this.tiled) {
      this.scanFirstFraudAt = firstFraudTile(this, from, to);
      return;
    }
    let frauds = 0;
    let sum = 0;
    for (let i = this.eventCount - 1; i >= 0 && this.times[i] > from; i--) {
      if (!this.frauds[i] || this.times[i] > to) continue;
      frauds++;
      sum += this.amounts[i];
      this.scanFirstFraudAt = this.times[i];
    }
    this.scanFraudMean = sum / frauds;
  }

  /**
   * The time of the latest event at or before a second, 0 where none is known. Of a tile that the second cuts it is not known
   * which events were before: its start stands for them.
   */
  lastUntil(time: number): number {
    if (this.count > 0 && this.lastSeen <= time) return this.lastSeen;
    if (!this.tiled) {
      const end = this.eventsUntil(time);
      return end > 0 ? this.times[end - 1] : 0;
    }
    return lastInTiles(this, time);
  }

  /** The time of the latest fraud at or before a second that is still held, 0 where there is none; a tile gives its start. */
  lastFraudUntil(time: number): number {
    if (!this.tiled) {
      for (let i = this.eventsUntil(time) - 1; i >= 0; i--) if (this.frauds[i]) return this.times[i];
      return 0;
    }
    return lastFraudTile(this, time);
  }

  /** Whether an event of that time goes behind the unread ones, none of which becomes too old by it. */
  takesUnread(time: number): boolean {
    const { retentionSeconds, exactEvents } = this.shape;
    return (
      this.addedAmount < 0 &&
      time >= this.lastSeen &&
      this.times[0] > time - retentionSeconds - AHEAD_SECONDS &&
      this.eventCount < exactEvents
    );
  }

  /** Adds an event where its time belongs; one older than the retention changes no window (false). */
  add(time: number, amountMinor: number): boolean {
    if (this.eventsUnread) {
      if (!this.takesUnread(time)) throw new Error('events that were not read take no such event');
      this.addedStep = time - this.lastSeen;
      this.addedAmount = amountMinor;
      this.lastSeen = time;
      this.count++;
      this.eventCount++;
      return true;
    }
    if (this.count === 0 || time < this.firstSeen) this.firstSeen = time;
    if (time > this.lastSeen) this.lastSeen = time;
    this.count++;
    if (this.extras !== undefined && !this.extras.shape.events) return true;
    const oldest = this.lastSeen - this.shape.retentionSeconds - AHEAD_SECONDS;
    this.forgetBefore(oldest);
    if (time <= oldest) return false;
    if (!this.tiled && this.eventCount >= this.shape.exactEvents) this.toTiles();
    if (this.tiled) {
      this.extras?.takeAdded();
      addToTile(this, time, amountMinor);
    } else this.insertEvent(time, amountMinor);
    return true;
  }

  /** Marks (or unmarks) one event of that second as fraud; false when it is not held any more. */
  label(time: number, fraud: boolean): boolean {
    if (this.tiled) return labelTile(this, time, fraud);
    for (let i = this.eventCount - 1; i >= 0 && this.times[i] >= time; i--) {
      if (this.times[i] === time && (this.frauds[i] === 1) !== fraud) {
        this.frauds[i] = fraud ? 1 : 0;
        this.summed = Math.min(this.summed, i);
        this.storedStands = false;
        return true;
      }
    }
    return false;
  }

  private sumUp(): void {
    for (let i = this.summed; i < this.eventCount; i++) {
      this.amountBefore[i + 1] = this.amountBefore[i] + this.amounts[i];
      this.fraudsBefore[i + 1] = this.fraudsBefore[i] + this.frauds[i];
    }
    this.summed = this.eventCount;
  }

  /** How many single events have a time up to this one. */
  eventsUntil(time: number): number {
    const { times } = this;
    let high = this.eventCount;
    if (high === 0 || times[high - 1] <= time) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private toTiles(): void {
    this.tiled = true;
    this.tileCount = 0;
    this.tiles = this.ownTiles;
    this.tilesFrom = 0;
    for (let i = 0; i < this.eventCount; i++) {
      this.extras?.take(i);
      addToTile(this, this.times[i], this.amounts[i]);
      if (this.frauds[i]) labelTile(this, this.times[i], true);
    }
    this.eventCount = 0;
  }

  private insertEvent(time: number, amountMinor: number): void {
    let at = this.eventCount;
    while (at > 0 && this.times[at - 1] > time) {
      this.times[at] = this.times[at - 1];
      this.amounts[at] = this.amounts[at - 1];
      this.frauds[at] = this.frauds[at - 1];
      this.extras?.shift(at);
      at--;
    }
    // What is stored before it still stands.
    this.storedEvents = Math.min(this.storedEvents, this.droppedEvents + at);
    this.times[at] = time;
    this.amounts[at] = amountMinor;
    this.frauds[at] = 0;
    this.extras?.put(at);
    this.summed = Math.min(this.summed, at);
    this.eventCount++;
  }

  private forgetBefore(oldest: number): void {
    if (this.tiled) {
      forgetTiles(this, oldest);
      return;
    }
    const drop = this.eventsUntil(oldest);
    if (drop === 0) return;
    // In a loop: events are few, and a copy by the engine costs as much as some hundred steps.
    const { times, amounts, frauds, eventCount } = this;
    for (let i = drop, j = 0; i < eventCount; i++, j++) {
      times[j] = times[i];
      amounts[j] = amounts[i];
      frauds[j] = frauds[i];
    }
    this.extras?.drop(drop, eventCount);
    this.eventCount -= drop;
    this.summed = 0;
    this.droppedEvents += drop;
    if (this.droppedEvents > this.storedEvents) this.storedStands = false;
  }
}
