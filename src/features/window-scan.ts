// What the events of a history in a window have in a column: one pass over single events, or the sums of tiles.
import type { History } from './history.ts';
import { type Accumulator, AMOUNT, hasFlag } from './history-extras.ts';
import { extremeInTiles, sumInTiles, TILE_FIELDS } from './history-tiles.ts';

/** What `scan` and `scanTiles` found; there is one at a time. */
export const found = {
  /** Events with the flag. */
  count: 0,
  /** Those of them that have a value. */
  values: 0,
  sum: 0,
  minimum: 0,
  maximum: 0,
  /** Sum of squares around the mean. */
  squares: 0,
};

const columnOf = ({ amounts, extras }: History, column: number): Float64Array | undefined =>
  column === AMOUNT ? amounts : extras?.columns[column];

/** Over single events in (from, to] with a flag. */
export function scan(history: History, flag: number, column: number, from: number, to: number): void {
  const first = history.eventsUntil(from);
  const end = history.eventsUntil(to);
  const values = columnOf(history, column);
  const flags = history.extras?.flags;
  let count = 0;
  let known = 0;
  let sum = 0;
  let minimum = Infinity;
  let maximum = -Infinity;
  for (let i = first; i < end; i++) {
    if (flag >= 0 && flags !== undefined && !hasFlag(flags[i], flag)) continue;
    count++;
    const value = values === undefined ? Number.NaN : values[i];
    // Missing is not equal to itself.
    // biome-ignore lint/suspicious/noSelfCompare: the cheapest way to see it
    if (value !== value) continue;
    known++;
    sum += value;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  found.count = count;
  found.values = known;
  found.sum = sum;
  found.minimum = minimum;
  found.maximum = maximum;
}

/** How many single events in (from, to] have a flag. */
export function countFlagged(history: History, flag: number, from: number, to: number): number {
  const first = history.eventsUntil(from);
  const end = history.eventsUntil(to);
  const flags = history.extras?.flags;
  if (flag < 0 || flags === undefined) return end - first;
  let count = 0;
  for (let i = first; i < end; i++) count += (flags[i] >>> flag) & 1;
  return count;
}

/** The sum of squares around a mean, into `found.squares`, of the events that `scan` went through. */
export function scanSquares(
  history: History,
  flag: number,
  column: number,
  from: number,
  to: number,
  mean: number,
): void {
  const first = history.eventsUntil(from);
  const end = history.eventsUntil(to);
  const values = columnOf(history, column);
  const flags = history.extras?.flags;
  let squares = 0;
  for (let i = first; i < end; i++) {
    if (flag >= 0 && flags !== undefined && !hasFlag(flags[i], flag)) continue;
    const value = values === undefined ? Number.NaN : values[i];
    if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  }
  found.squares = squares;
}

const fieldOf = (
  { extras }: History,
  what: Accumulator['what'],
  flag: number,
  column: number,
): number | undefined => {
  const index = (extras?.shape.accumulators ?? []).findIndex(
    (one) => one.what === what && one.flag === flag && (what === 'count' || one.column === column),
  );
  return index < 0 ? undefined : TILE_FIELDS + index;
};

/** Where tiles have what a window asks for; undefined for what they do not know. */
export type TileFieldsOf = {
  readonly [What in Accumulator['what']]: number | undefined;
};

export const tileFieldsOf = (history: History, flag: number, column: number): TileFieldsOf => ({
  count: fieldOf(history, 'count', flag, column),
  values: fieldOf(history, 'values', flag, column),
  sum: fieldOf(history, 'sum', flag, column),
  squares: fieldOf(history, 'squares', flag, column),
  minimum: fieldOf(history, 'minimum', flag, column),
  maximum: fieldOf(history, 'maximum', flag, column),
});

/** The same over tiles; NaN for what they do not know. */
export function scanTiles(history: History, fields: TileFieldsOf, from: number, to: number): void {
  const sum = (field: number | undefined): number =>
    field === undefined ? Number.NaN : sumInTiles(history, field, from, to);
  found.count = sum(fields.count);
  found.values = sum(fields.values);
  found.sum = sum(fields.sum);
  found.squares = sum(fields.squares);
  found.minimum =
    fields.minimum === undefined
      ? Number.NaN
      : extremeInTiles(history, fields.minimum, from, to, Math.min, Infinity);
  found.maximum =
    fields.maximum === undefined
      ? Number.NaN
      : extremeInTiles(history, fields.maximum, from, to, Math.max, -Infinity);
}
