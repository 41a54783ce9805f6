// The byte form of what histories of one's own keep beside that of every history: registers behind the head, flags and columns
// in each event. How many of each there are, the layout says.
import type { History } from './history.ts';
import type { Extras } from './history-extras.ts';

const DOUBLE = 8;
/** The most columns that a layout has. */
export const MAX_COLUMNS = 32;
export const MAX_FLAGS = 32;
/** Flags, and a mark and a double for each column. */
export const MAX_OWN_EVENT_BYTES = 5 + MAX_COLUMNS * (1 + DOUBLE);
/** What stands for a value that is no whole number: these are even. */
const NOT_WHOLE = 1;
const MISSING = 3;
const LARGEST_WHOLE = 2 ** 52;
/** What the fourth byte of a number counts. */
const THREE_BYTES = 2 ** 21;

const wholeDoubles = (bytes: number): number => (bytes + 7) & ~7;

export function extrasBytes(
  { keySets }: History,
  { lasts, shape, firsts, sums, favourites }: Extras,
): number {
  let bytes = wholeDoubles(keySets.length + lasts.length);
  for (let l = 0; l < lasts.length; l++) bytes += lasts[l].size * (1 + shape.lasts[l]) * DOUBLE;
  return bytes + (firsts.length + sums.length + favourites.length) * DOUBLE;
}

/** Sizes of key sets and registers, registers, first times, running sums, favourites; gives where they end. */
export function storeExtras(
  { keySets }: History,
  { lasts, shape, firsts, sums, favourites, favouriteWeights }: Extras,
  bytes: Uint8Array,
  view: DataView,
  start: number,
): number {
  let position = start;
  for (let s = 0; s < keySets.length; s++) bytes[position++] = keySets[s].size;
  for (let l = 0; l < lasts.length; l++) bytes[position++] = lasts[l].size;
  const end = start + wholeDoubles(position - start);
  while (position < end) bytes[position++] = 0;
  for (let l = 0; l < lasts.length; l++) {
    const { size, times, lats, lons } = lasts[l];
    const isPlace = shape.lasts[l] === 2;
    for (let i = 0; i < size; i++) {
      view.setFloat64(position, times[i], true);
      view.setFloat64(position + DOUBLE, lats[i], true);
      position += 2 * DOUBLE;
      if (!isPlace) continue;
      view.setFloat64(position, lons[i], true);
      position += DOUBLE;
    }
  }
  for (let i = 0; i < firsts.length; i++, position += DOUBLE) view.setFloat64(position, firsts[i], true);
  for (let i = 0; i < sums.length; i++, position += DOUBLE) view.setFloat64(position, sums[i], true);
  for (let i = 0; i < favourites.length; i++, position += DOUBLE) {
    view.setUint32(position, favourites[i], true);
    view.setUint32(position + 4, favouriteWeights[i], true);
  }
  return position;
}

export function loadExtras(
  { keySets }: History,
  { lasts, shape, firsts, sums, favourites, favouriteWeights }: Extras,
  bytes: Uint8Array,
  view: DataView,
  start: number,
): number {
  let position = start;
  for (let s = 0; s < keySets.length; s++) keySets[s].size = bytes[position++];
  for (let l = 0; l < lasts.length; l++) lasts[l].size = bytes[position++];
  position = start + wholeDoubles(position - start);
  for (let l = 0; l < lasts.length; l++) {
    const { size, times, lats, lons } = lasts[l];
    const isPlace = shape.lasts[l] === 2;
    for (let i = 0; i < size; i++) {
      times[i] = view.getFloat64(position, true);
      lats[i] = view.getFloat64(position + DOUBLE, true);
      position += 2 * DOUBLE;
      lons[i] = isPlace ? view.getFloat64(position, true) : 0;
      if (isPlace) position += DOUBLE;
    }
  }
  for (let i = 0; i < firsts.length; i++, position += DOUBLE) firsts[i] = view.getFloat64(position, true);
  for (let i = 0; i < sums.length; i++, position += DOUBLE) sums[i] = view.getFloat64(position, true);
  for (let i = 0; i < favourites.length; i++, position += DOUBLE) {
    favourites[i] = view.getUint32(position, true);
    favouriteWeights[i] = view.getUint32(position + 4, true);
  }
  return position;
}

/** Writes a whole number from 0 on in as many bytes as it needs; gives where it ends. */
export function putWhole(bytes: Uint8Array, position: number, value: number): number {
  let rest = value;
  let at = position;
  while (rest > 127) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}

/** Where `longWhole` ended. */
let ended = 0;

/** What is left of a whole number, behind the bytes that were read without a call. */
function longWhole(bytes: Uint8Array, position: number): number {
  let at = position;
  let byte = bytes[at++];
  let value = byte & 127;
  for (let factor = 128; byte > 127; factor *= 128) {
    byte = bytes[at++];
    value += (byte & 127) * factor;
  }
  ended = at;
  return value;
}

/** Reads what an event has in columns; gives where they end. */
function loadColumns(
  columns: Extras['columns'],
  i: number,
  bytes: Uint8Array,
  view: DataView,
  start: number,
): number {
  let at = start;
  for (let c = 0; c < columns.length; c++) {
    let coded = bytes[at++];
    if (coded > 127) {
      coded = (coded & 127) + longWhole(bytes, at) * 128;
      at = ended;
    }
    if ((coded & 1) === 0) columns[c][i] = coded / 2;
    else if (coded === MISSING) columns[c][i] = Number.NaN;
    else {
      columns[c][i] = view.getFloat64(at, true);
      at += DOUBLE;
    }
  }
  return at;
}

function putValue(bytes: Uint8Array, view: DataView, at: number, value: number): number {
  if (value >= 0 && value < LARGEST_WHOLE && Number.isInteger(value)) return putWhole(bytes, at, value * 2);
  if (Number.isNaN(value)) {
    bytes[at] = MISSING;
    return at + 1;
  }
  bytes[at] = NOT_WHOLE;
  view.setFloat64(at + 1, value, true);
  return at + 1 + DOUBLE;
}

/** Twice the seconds since the event before plus the fraud flag, the amount, the flags, the columns. */
export function putOwnEvent(
  { times, frauds, amounts }: History,
  { shape, flags, columns }: Extras,
  i: number,
  bytes: Uint8Array,
  view: DataView,
  position: number,
): number {
  const before = i > 0 ? times[i - 1] : 0;
  let at = putWhole(bytes, position, (times[i] - before) * 2 + frauds[i]);
  if (shape.amount) at = putWhole(bytes, at, amounts[i]);
  if (shape.flags > 0) at = putWhole(bytes, at, flags[i]);
  for (let c = 0; c < columns.length; c++) at = putValue(bytes, view, at, columns[c][i]);
  return at;
}

export function loadOwnEvents(
  history: History,
  { shape, flags, columns }: Extras,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  events: number,
): void {
  const { times, amounts, frauds, amountBefore, fraudsBefore, storedEnds } = history;
  const hasAmount = shape.amount;
  const hasFlags = shape.flags > 0;
  const columnCount = columns.length;
  let time = 0;
  let amountSoFar = 0;
  let fraudsSoFar = 0;
  let at = start;
  for (let i = 0; i < events; i++) {
    // Up to three bytes without a call, as nearly all are.
    let step = bytes[at++];
    if (step > 127) {
      const second = bytes[at++];
      step = (step & 127) | ((second & 127) << 7);
      if (second > 127) {
        const third = bytes[at++];
        step |= (third & 127) << 14;
        if (third > 127) {
          step += longWhole(bytes, at) * THREE_BYTES;
          at = ended;
        }
      }
    }
    const fraud = step & 1;
    time += (step - fraud) / 2;
    let amount = 0;
    if (hasAmount) {
      amount = bytes[at++];
      if (amount > 127) {
        const second = bytes[at++];
        amount = (amount & 127) | ((second & 127) << 7);
        if (second > 127) {
          const third = bytes[at++];
          amount |= (third & 127) << 14;
          if (third > 127) {
            amount += longWhole(bytes, at) * THREE_BYTES;
            at = ended;
          }
        }
      }
    }
    if (hasFlags) {
      const held = bytes[at++];
      if (held < 128) flags[i] = held;
      else {
        flags[i] = (held & 127) + longWhole(bytes, at) * 128;
        at = ended;
      }
    }
    if (columnCount > 0) at = loadColumns(columns, i, bytes, view, at);
    times[i] = time;
    amounts[i] = amount;
    frauds[i] = fraud;
    amountSoFar += amount;
    fraudsSoFar += fraud;
    amountBefore[i + 1] = amountSoFar;
    fraudsBefore[i + 1] = fraudsSoFar;
    storedEnds[i] = at - start;
  }
  history.eventCount = events;
  history.summed = events;
  history.storedEvents = events;
}
