// Tiles of a history that has more events than are kept one by one: a minute wide for the last two hours, an hour wide
// before, each with the events, amount and frauds of itself and all before it.
import type { History } from './history.ts';
import { emptyExtremes, isExtremeField, mergeExtras, raiseExtras } from './history-extras.ts';

const FINE_TILE_SECONDS = 60;
const COARSE_TILE_SECONDS = 3600;
const FINE_SPAN_SECONDS = 7200;
/** The most that a history can have that keeps so long: hours, with a day ahead, and minutes of the last ones. */
export const mostTiles = (retentionSeconds: number): number =>
  Math.ceil(retentionSeconds / COARSE_TILE_SECONDS) + 300;
/** start, width, then events, amount and frauds of this tile and all before it; behind them what a layout of one's own adds up */
export const TILE_FIELDS = 5;
/** More than a layout has room for. */
const MAX_TILE_FIELDS = 512;

/** Seconds that cut tiles, each with the tile that it cuts, and how much of that it leaves out. */
export type Cuts = {
  count: number;
  readonly times: Float64Array;
  /** Where the tile is, -1 where all are later; the one before it, -1 where it is the first. */
  readonly at: Int32Array;
  readonly before: Int32Array;
  readonly missing: Float64Array;
};

/** As many as catalogues have lengths of windows over one history; with more, those that come last are looked up again. */
const MAX_CUTS = 16;

export const createCuts = (): Cuts => ({
  count: 0,
  times: new Float64Array(MAX_CUTS),
  at: new Int32Array(MAX_CUTS),
  before: new Int32Array(MAX_CUTS),
  missing: new Float64Array(MAX_CUTS),
});

/** The cut of a second, by its place among those that are known; a tile that the second cuts counts in proportion. */
function cutOf(history: History, time: number): number {
  const { cuts } = history;
  const { times } = cuts;
  for (let i = 0; i < cuts.count; i++) if (times[i] === time) return i;
  const cut = Math.min(cuts.count, MAX_CUTS - 1);
  cuts.count = cut + 1;
  times[cut] = time;
  const index = lastTileFrom(history, time);
  if (index < 0) {
    cuts.at[cut] = -1;
    return cut;
  }
  const { tiles, tilesFrom, tileFields } = history;
  const at = tilesFrom + index * tileFields;
  const first = tiles[at];
  // The newest tile is filled up to the newest event only.
  const last = Math.min(first + tiles[at + 1] - 1, history.lastSeen);
  cuts.at[cut] = at;
  cuts.before[cut] = index === 0 ? -1 : at - tileFields;
  cuts.missing[cut] = time >= last ? 0 : (last - time) / (last - first + 1);
  return cut;
}

/** What a field of tiles adds up to, up to a cut. */
function heldAt({ tiles, cuts }: History, cut: number, field: number): number {
  const at = cuts.at[cut];
  if (at < 0) return 0;
  const held = tiles[at + field];
  const before = cuts.before[cut];
  return held - cuts.missing[cut] * (held - (before < 0 ? 0 : tiles[before + field]));
}

/** Events, amount and frauds with `from` < time ≤ `to`, into what a history's `window` finds. */
export function windowInTiles(history: History, from: number, to: number): void {
  const start = cutOf(history, from);
  // With more seconds than are kept the end may take the place of the start: it is looked up when the start was read.
  const count = heldAt(history, start, 2);
  const sum = heldAt(history, start, 3);
  const frauds = heldAt(history, start, 4);
  const end = cutOf(history, to);
  history.windowCount = heldAt(history, end, 2) - count;
  history.windowSum = heldAt(history, end, 3) - sum;
  history.windowFrauds = heldAt(history, end, 4) - frauds;
}

/** The time of the latest event at or before a second; the start of a tile that the second cuts. 0 where there is none. */
export function lastInTiles(history: History, time: number): number {
  const index = lastTileFrom(history, time);
  if (index < 0) return 0;
  const at = history.tilesFrom + index * history.tileFields;
  const last = history.tiles[at] + history.tiles[at + 1] - 1;
  return last <= time ? last : history.tiles[at];
}

/** The start of the latest tile with a fraud at or before a second; 0 where there is none. */
export function lastFraudTile(history: History, time: number): number {
  for (let i = lastTileFrom(history, time); i >= 0; i--) {
    const at = history.tilesFrom + i * history.tileFields;
    if (history.tiles[at + 4] > (i > 0 ? history.tiles[at + 4 - history.tileFields] : 0))
      return history.tiles[at];
  }
  return 0;
}

/** The start of the first tile with a fraud that starts in (from, to]; 0 where there is none. */
export function firstFraudTile(
  { tiles, tilesFrom, tileCount, tileFields }: History,
  from: number,
  to: number,
): number {
  let found = 0;
  let before = 0;
  for (let i = 0; i < tileCount && found === 0; i++) {
    const at = tilesFrom + i * tileFields;
    const start = tiles[at];
    if (start > from && start <= to && tiles[at + 4] > before) found = start;
    before = tiles[at + 4];
  }
  return found;
}

/** Whether an event of a second would need a tile that is not there. */
export function opensTile(history: History, time: number): boolean {
  const at = history.tilesFrom + lastTileFrom(history, time) * history.tileFields;
  return at < history.tilesFrom || time >= history.tiles[at] + history.tiles[at + 1];
}

/** Counts an event in the tile of its second. */
export function addToTile(history: History, time: number, amountMinor: number): void {
  history.cuts.count = 0;
  let index = lastTileFrom(history, time);
  const { tileFields } = history;
  const found = history.tilesFrom + index * tileFields;
  if (index < 0 || time >= history.tiles[found] + history.tiles[found + 1]) {
    if (!history.hasRoomForTile) ownTheTiles(history);
    history.hasRoomForTile = false;
    mergeFineTiles(history);
    const coarse = Math.floor(time / COARSE_TILE_SECONDS) * COARSE_TILE_SECONDS;
    const isOld = coarse + COARSE_TILE_SECONDS + FINE_SPAN_SECONDS <= history.lastSeen;
    const width = isOld ? COARSE_TILE_SECONDS : FINE_TILE_SECONDS;
    const start = Math.floor(time / width) * width;
    index = lastTileFrom(history, start);
    const { tiles, tilesFrom } = history;
    // A merge may just have made the tile that this second belongs to.
    if (index < 0 || tiles[tilesFrom + index * tileFields] !== start) {
      index++;
      const at = tilesFrom + index * tileFields;
      if (index < history.tileCount)
        tiles.copyWithin(at + tileFields, at, tilesFrom + history.tileCount * tileFields);
      tiles[at] = start;
      tiles[at + 1] = width;
      for (let field = 2; field < tileFields; field++) {
        tiles[at + field] = index > 0 ? tiles[at - tileFields + field] : 0;
      }
      if (history.extras !== undefined) emptyExtremes(history, at);
      history.tileCount++;
    }
  }
  raiseFrom(history, index, 1, amountMinor, 0);
  if (history.extras !== undefined) raiseExtras(history, index, amountMinor);
}

/** Marks (or unmarks) one event of a second as fraud; false when no tile holds it. */
export function labelTile(history: History, time: number, fraud: boolean): boolean {
  const index = lastTileFrom(history, time);
  if (index < 0) return false;
  const { tiles } = history;
  const at = history.tilesFrom + index * history.tileFields;
  if (time >= tiles[at] + tiles[at + 1]) return false;
  const before = index > 0 ? at - history.tileFields : -1;
  const events = tiles[at + 2] - (before < 0 ? 0 : tiles[before + 2]);
  const frauds = tiles[at + 4] - (before < 0 ? 0 : tiles[before + 4]);
  if (fraud ? frauds < events : frauds > 0) raiseFrom(history, index, 0, 0, fraud ? 1 : -1);
  return true;
}

/** What forgotten tiles had added up, by field; there is one at a time. */
const takenFields = new Uint16Array(MAX_TILE_FIELDS);
const takenSums = new Float64Array(MAX_TILE_FIELDS);

/** Finds what the tile at a place and all before it had added up; gives how many fields it is that are not 0. */
function takenBy(history: History, at: number): number {
  const { tiles, tileFields, extras } = history;
  let taken = 0;
  for (let field = 2; field < tileFields; field++) {
    const sum = tiles[at + field];
    if (sum === 0 || isExtremeField(extras, field)) continue;
    takenFields[taken] = field;
    takenSums[taken++] = sum;
  }
  return taken;
}

/** Drops tiles that end at or before a second. */
export function forgetTiles(history: History, oldest: number): void {
  const at = (index: number): number => history.tilesFrom + index * history.tileFields;
  let drop = 0;
  while (drop < history.tileCount && history.tiles[at(drop)] + history.tiles[at(drop) + 1] - 1 <= oldest)
    drop++;
  if (drop === 0) return;
  history.cuts.count = 0;
  const { tiles, tilesFrom } = history;
  const gone = at(drop - 1);
  const taken = takenBy(history, gone);
  tiles.copyWithin(tilesFrom, at(drop), at(history.tileCount));
  history.tileCount -= drop;
  const end = tilesFrom + history.tileCount * history.tileFields;
  for (let from = tilesFrom; from < end; from += history.tileFields) {
    for (let i = 0; i < taken; i++) tiles[from + takenFields[i]] -= takenSums[i];
  }
  if (history.tileCount === 0) {
    history.tiled = false;
    history.eventCount = 0;
    history.summed = 0;
    history.storedStands = false;
    history.amountBefore[0] = 0;
    history.fraudsBefore[0] = 0;
  }
}

/** A copy by the engine costs as much as some steps of a loop. */
const LOOPED_DOUBLES = 32;

/** Copies so many doubles from one place to another of another array. */
export function copyDoubles(
  from: Float64Array,
  start: number,
  length: number,
  to: Float64Array,
  at: number,
): void {
  if (length > LOOPED_DOUBLES) to.set(from.subarray(start, start + length), at);
  else for (let i = 0; i < length; i++) to[at + i] = from[start + i];
}

/** Moves the tiles into this history's own space, so that the place they were loaded from may change. */
export function ownTheTiles(history: History): void {
  if (history.tiles === history.ownTiles) return;
  history.cuts.count = 0;
  const { tiles, tilesFrom, ownTiles } = history;
  copyDoubles(tiles, tilesFrom, history.tileCount * history.tileFields, ownTiles, 0);
  history.tiles = ownTiles;
  history.tilesFrom = 0;
}

/** How often a place is guessed, and from how few tiles on it is not. */
const GUESSES = 3;
const FEW_TILES = 4;

/**
 * Index of the last tile that starts at or before a second, or -1. Tiles lie far apart in memory, so that each look counts: no two
 * start in the same minute, nor hours in the same hour, which tells the place where none is missing.
 */
export function lastTileFrom(history: History, time: number): number {
  const { tiles, tilesFrom, tileFields, tileCount } = history;
  if (tileCount === 0) return -1;
  const newest = tiles[tilesFrom + (tileCount - 1) * tileFields];
  if (newest <= time) return tileCount - 1;
  const oldest = tiles[tilesFrom];
  if (oldest > time) return -1;
  // From here on the tile at `low` starts in time, and the one at `high` does not.
  let high = tileCount - 1;
  let low = Math.max(0, high - Math.ceil((newest - time) / FINE_TILE_SECONDS));
  if (low > 0 && high - low > 1) {
    if (tiles[tilesFrom + (low + 1) * tileFields] > time) return low;
    low++;
  }
  const hours = Math.floor((time - oldest) / COARSE_TILE_SECONDS) + 1;
  if (hours > low && hours < high) {
    if (tiles[tilesFrom + hours * tileFields] <= time) low = hours;
    else {
      if (tiles[tilesFrom + (hours - 1) * tileFields] <= time) return hours - 1;
      high = hours - 1;
    }
  }
  return high - low > 1 ? tileBetween(history, time, low, high) : low;
}

/** The last tile that starts in time, by the places of one that does and of one that does not. */
function tileBetween(
  { tiles, tilesFrom, tileFields }: History,
  time: number,
  from: number,
  to: number,
): number {
  let low = from;
  let high = to;
  // Where tiles are even, a guess finds the place in fewer looks than halving would.
  for (let guesses = 0; guesses < GUESSES && high - low > FEW_TILES; guesses++) {
    const first = tiles[tilesFrom + low * tileFields];
    const last = tiles[tilesFrom + high * tileFields];
    const guess = Math.max(low + 1, low + Math.floor(((high - low) * (time - first)) / (last - first)));
    if (tiles[tilesFrom + guess * tileFields] <= time) {
      low = guess;
      const behind = low + FEW_TILES;
      if (behind < high && tiles[tilesFrom + behind * tileFields] > time) high = behind;
    } else {
      high = guess;
      const before = high - FEW_TILES;
      if (before > low && tiles[tilesFrom + before * tileFields] <= time) low = before;
    }
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (tiles[tilesFrom + middle * tileFields] <= time) low = middle;
    else high = middle;
  }
  return low;
}

function raiseFrom(history: History, index: number, events: number, amount: number, frauds: number): void {
  const { tiles, tileFields } = history;
  const end = history.tilesFrom + history.tileCount * tileFields;
  for (let at = history.tilesFrom + index * tileFields; at < end; at += tileFields) {
    tiles[at + 2] += events;
    tiles[at + 3] += amount;
    tiles[at + 4] += frauds;
  }
}

/** How many tiles are an hour wide: all before the first minute, since each merge takes all that are old enough. */
function hoursOf({ tiles, tilesFrom, tileFields, tileCount }: History): number {
  let low = 0;
  let high = tileCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tiles[tilesFrom + middle * tileFields + 1] === COARSE_TILE_SECONDS) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Minute tiles of hours that ended over two hours ago become one hour tile. */
function mergeFineTiles(history: History): void {
  const { tiles, tilesFrom, tileFields, extras } = history;
  // As a rule none is: the newest of the tiles that are old enough is an hour already, and so are all before it.
  const since =
    Math.floor((history.lastSeen - FINE_SPAN_SECONDS) / COARSE_TILE_SECONDS) * COARSE_TILE_SECONDS;
  const newestOld = lastTileFrom(history, since - 1);
  if (newestOld < 0 || tiles[tilesFrom + newestOld * tileFields + 1] === COARSE_TILE_SECONDS) return;
  // Hours stay as they are as long as nothing before them was merged.
  let kept = hoursOf(history);
  for (let from = kept; from < history.tileCount; from++) {
    const at = tilesFrom + from * tileFields;
    const coarse = Math.floor(tiles[at] / COARSE_TILE_SECONDS) * COARSE_TILE_SECONDS;
    const isOld = coarse + COARSE_TILE_SECONDS + FINE_SPAN_SECONDS <= history.lastSeen;
    if (kept === from && !isOld) {
      kept = history.tileCount;
      break;
    }
    const previous = tilesFrom + (kept - 1) * tileFields;
    const same =
      isOld && kept > 0 && tiles[previous] === coarse && tiles[previous + 1] === COARSE_TILE_SECONDS;
    const to = same ? previous : tilesFrom + kept++ * tileFields;
    const width = isOld ? COARSE_TILE_SECONDS : tiles[at + 1];
    tiles[to] = isOld ? coarse : tiles[at];
    tiles[to + 1] = width;
    // Running totals: the last of the merged tiles already holds the sum.
    tiles[to + 2] = tiles[at + 2];
    tiles[to + 3] = tiles[at + 3];
    tiles[to + 4] = tiles[at + 4];
    if (extras !== undefined) mergeExtras(history, to, at, same);
  }
  history.tileCount = kept;
}

/** The sum of a field of tiles over (from, to]. */
export function sumInTiles(history: History, field: number, from: number, to: number): number {
  const before = heldAt(history, cutOf(history, from), field);
  return heldAt(history, cutOf(history, to), field) - before;
}

/** The extreme of a field of tiles that reach into (from, to]: `pick` is Math.min or Math.max. */
export function extremeInTiles(
  history: History,
  field: number,
  from: number,
  to: number,
  pick: (a: number, b: number) => number,
  none: number,
): number {
  const { tiles, tileFields, tilesFrom } = history;
  let found = none;
  for (let i = lastTileFrom(history, to); i >= 0; i--) {
    const at = tilesFrom + i * tileFields;
    if (tiles[at] + tiles[at + 1] - 1 <= from) break;
    found = pick(found, tiles[at + field]);
  }
  return found;
}
