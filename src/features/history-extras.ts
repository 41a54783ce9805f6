// What a history keeps for features of one's own beside times, amounts and frauds: flags and columns of each event, sums of these
// in tiles, last values, first times, running sums and favourites. Which, a layout says.
import type { History } from './history.ts';
import { TILE_FIELDS } from './history-tiles.ts';
import { createPlaces, type RecentPlaces } from './recent-places.ts';

/** The amount of an event, in minor units of the base currency, among columns. */
export const AMOUNT = -1;
/** Every event, among flags. */
export const ALL = -1;

/** What tiles add up, over events with a flag (ALL for every one) that have a value in a column. */
export type Accumulator = {
  readonly what: 'count' | 'values' | 'sum' | 'squares' | 'minimum' | 'maximum';
  readonly flag: number;
  readonly column: number;
};

export type OwnShape = {
  /** Whether single events are kept, and tiles of them: for windows. */
  readonly events: boolean;
  /** Whether events have the base amount. */
  readonly amount: boolean;
  readonly flags: number;
  readonly columns: number;
  readonly accumulators: readonly Accumulator[];
  /** Registers of what was last: 1 of a number, 2 of a place. */
  readonly lasts: readonly (1 | 2)[];
  /** Times of the first event with a flag: these. */
  readonly firsts: readonly number[];
  /** The flag that an event has whose key goes into a set, by set. */
  readonly keyFlags: readonly number[];
  /** Running sums over all that ever came: how many, of logarithms, of their squares. */
  readonly sums: number;
  /** Values that most events had. */
  readonly favourites: number;
};

/** Of a running sum: how many, the sum of logarithms, the sum of their squares. */
export const SUM_FIELDS = 3;
/** A favourite's lead is at most so many events. */
export const MOST_WEIGHT = 200;

export type Extras = {
  readonly shape: OwnShape;
  /** By event. */
  readonly flags: Uint32Array;
  readonly columns: readonly Float64Array[];
  /** What the record that is looked at has: the event that is added next. */
  addedFlags: number;
  readonly addedValues: Float64Array;
  /** Its numbers for registers, two each (places have both), for running sums and favourites; NaN and 0 where it has none. */
  readonly addedLasts: Float64Array;
  readonly addedSums: Float64Array;
  readonly addedFavourites: Uint32Array;
  /** What the event has that goes into a tile now. */
  flagsNow: number;
  readonly valuesNow: Float64Array;
  readonly lasts: readonly RecentPlaces[];
  readonly firsts: Float64Array;
  readonly sums: Float64Array;
  readonly favourites: Uint32Array;
  readonly favouriteWeights: Uint32Array;
  reset(): void;
  /** Makes the event at an index what goes into a tile now. */
  take(index: number): void;
  /** Makes the record that is looked at what goes into a tile now. */
  takeAdded(): void;
  /** Moves the event before an index to it. */
  shift(index: number): void;
  /** Puts what is added at an index. */
  put(index: number): void;
  /** Forgets the first events of so many. */
  drop(first: number, count: number): void;
};

export function createExtras(shape: OwnShape, room: number): Extras {
  const flags = new Uint32Array(shape.flags > 0 ? room : 0);
  const columns = Array.from({ length: shape.columns }, () => new Float64Array(room));
  const hasFlags = shape.flags > 0;
  const extras: Extras = {
    shape,
    flags,
    columns,
    addedFlags: 0,
    addedValues: new Float64Array(shape.columns),
    addedLasts: new Float64Array(shape.lasts.length * 2),
    addedSums: new Float64Array(shape.sums),
    addedFavourites: new Uint32Array(shape.favourites),
    flagsNow: 0,
    valuesNow: new Float64Array(shape.columns),
    lasts: shape.lasts.map(createPlaces),
    firsts: new Float64Array(shape.firsts.length),
    sums: new Float64Array(shape.sums * SUM_FIELDS),
    favourites: new Uint32Array(shape.favourites),
    favouriteWeights: new Uint32Array(shape.favourites),
    reset() {
      const { lasts, firsts, sums, favouriteWeights } = extras;
      // In loops: they are few, and a call for each array costs more.
      for (let i = 0; i < lasts.length; i++) lasts[i].size = 0;
      for (let i = 0; i < firsts.length; i++) firsts[i] = 0;
      for (let i = 0; i < sums.length; i++) sums[i] = 0;
      for (let i = 0; i < favouriteWeights.length; i++) favouriteWeights[i] = 0;
    },
    take(index) {
      extras.flagsNow = hasFlags ? flags[index] : 0;
      for (let c = 0; c < columns.length; c++) extras.valuesNow[c] = columns[c][index];
    },
    takeAdded() {
      extras.flagsNow = extras.addedFlags;
      for (let c = 0; c < columns.length; c++) extras.valuesNow[c] = extras.addedValues[c];
    },
    shift(index) {
      if (hasFlags) flags[index] = flags[index - 1];
      for (const column of columns) column[index] = column[index - 1];
    },
    put(index) {
      if (hasFlags) flags[index] = extras.addedFlags;
      for (let c = 0; c < columns.length; c++) columns[c][index] = extras.addedValues[c];
    },
    drop(first, count) {
      if (hasFlags) for (let i = first, j = 0; i < count; i++, j++) flags[j] = flags[i];
      for (let c = 0; c < columns.length; c++) {
        const column = columns[c];
        for (let i = first, j = 0; i < count; i++, j++) column[j] = column[i];
      }
    },
  };
  return extras;
}

/** Keeps the value that most events have (majority vote of Boyer and Moore, 1981). */
export function keepFavourite({ favourites, favouriteWeights }: Extras, index: number, hash: number): void {
  if (favouriteWeights[index] === 0) {
    favourites[index] = hash;
    favouriteWeights[index] = 1;
  } else if (favourites[index] === hash) {
    favouriteWeights[index] = Math.min(favouriteWeights[index] + 1, MOST_WEIGHT);
  } else favouriteWeights[index]--;
}

export const hasFlag = (flags: number, flag: number): boolean => flag < 0 || ((flags >>> flag) & 1) === 1;

const isExtreme = ({ what }: Accumulator): boolean => what === 'minimum' || what === 'maximum';

/** Of a tile that is new: none is smallest or largest yet. */
export function emptyExtremes({ extras, tiles }: History, at: number): void {
  const accumulators = extras?.shape.accumulators ?? [];
  for (let a = 0; a < accumulators.length; a++) {
    if (isExtreme(accumulators[a]))
      tiles[at + TILE_FIELDS + a] = accumulators[a].what === 'minimum' ? Infinity : -Infinity;
  }
}

/** Adds what goes into a tile now: sums to it and all behind it, extremes to itself. */
export function raiseExtras(history: History, index: number, amountMinor: number): void {
  const { extras, tiles, tileFields, tilesFrom, tileCount } = history;
  if (extras === undefined) return;
  const { accumulators } = extras.shape;
  const from = tilesFrom + index * tileFields;
  const end = tilesFrom + tileCount * tileFields;
  for (let a = 0; a < accumulators.length; a++) {
    const { what, flag, column } = accumulators[a];
    if (!hasFlag(extras.flagsNow, flag)) continue;
    const field = TILE_FIELDS + a;
    if (what === 'count') {
      for (let at = from; at < end; at += tileFields) tiles[at + field]++;
      continue;
    }
    const value = column === AMOUNT ? amountMinor : extras.valuesNow[column];
    if (Number.isNaN(value)) continue;
    if (what === 'minimum') tiles[from + field] = Math.min(tiles[from + field], value);
    else if (what === 'maximum') tiles[from + field] = Math.max(tiles[from + field], value);
    else {
      const raised = what === 'values' ? 1 : what === 'sum' ? value : value * value;
      for (let at = from; at < end; at += tileFields) tiles[at + field] += raised;
    }
  }
}

/** Whether a field of tiles is of each tile alone, and nothing that is added up. */
export function isExtremeField(extras: Extras | undefined, field: number): boolean {
  return (
    extras !== undefined && field >= TILE_FIELDS && isExtreme(extras.shape.accumulators[field - TILE_FIELDS])
  );
}

/** Moves a tile to a place before it; where it becomes part of the one that is there, extremes are those of both. */
export function mergeExtras({ extras, tiles }: History, to: number, at: number, same: boolean): void {
  const accumulators = extras?.shape.accumulators ?? [];
  for (let a = 0; a < accumulators.length; a++) {
    const field = TILE_FIELDS + a;
    const value = tiles[at + field];
    const { what } = accumulators[a];
    if (same && what === 'minimum') tiles[to + field] = Math.min(tiles[to + field], value);
    else if (same && what === 'maximum') tiles[to + field] = Math.max(tiles[to + field], value);
    else tiles[to + field] = value;
  }
}
