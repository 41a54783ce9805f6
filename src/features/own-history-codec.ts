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
/** What the fifth byte of a number counts. */
const FIVE_BYTES = 2 ** 28;

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

/** A whole number of more than one byte, of which the first was read. */
function longWhole(bytes: Uint8Array, first: number, position: number): number {
  let at = position;
  let byte = bytes[at++];
  let value = (first & 127) | ((byte & 127) << 7);
  if (byte > 127) {
    byte = bytes[at++];
    value |= (byte & 127) << 14;
    if (byte > 127) {
      byte = bytes[at++];
      value |= (byte & 127) << 21;
      // Up to four bytes by whole numbers of the machine, as nearly all are.
      for (let factor = FIVE_BYTES; byte > 127; factor *= 128) {
        byte = bytes[at++];
        value += (byte & 127) * factor;
      }
    }
  }
  ended = at;
  return value;
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
    let step = bytes[at++];
    if (step > 127) {
      step = longWhole(bytes, step, at);
      at = ended;
    }
    const fraud = step & 1;
    time += (step - fraud) / 2;
    times[i] = time;
    frauds[i] = fraud;
    let amount = 0;
    if (hasAmount) {
      amount = bytes[at++];
      if (amount > 127) {
        amount = longWhole(bytes, amount, at);
        at = ended;
      }
    }
    amounts[i] = amount;
    if (hasFlags) {
      let held = bytes[at++];
      if (held > 127) {
        held = longWhole(bytes, held, at);
        at = ended;
      }
      flags[i] = held;
    }
    for (let c = 0; c < columnCount; c++) {
      let coded = bytes[at++];
      if (coded > 127) {
        coded = longWhole(bytes, coded, at);
        at = ended;
      }
      if ((coded & 1) === 0) columns[c][i] = coded / 2;
      else if (coded === MISSING) columns[c][i] = Number.NaN;
      else {
        columns[c][i] = view.getFloat64(at, true);
        at += DOUBLE;
      }
    }
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
