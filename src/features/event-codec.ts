// Single events of a history as bytes, those of the program and those of one's own alike: whole numbers of as many bytes as they need.
// An event is twice the seconds since the event before plus the fraud flag, the amount where the layout has it, then what is in
// flags and columns of one's own. In the usual case (one event added at the end, some dropped at the start) the bytes between stay
// where they are.
import { type History, MAX_EXACT_EVENTS } from './history.ts';
import type { Extras } from './history-extras.ts';

const DOUBLE = 8;
/** The most columns that a layout has. */
export const MAX_COLUMNS = 32;
export const MAX_FLAGS = 32;
/** Time and amount; flags, and a mark and a double for each column. */
const MAX_EVENT_BYTES = 16 + 5 + MAX_COLUMNS * (1 + DOUBLE);
/** What stands for a value that is no whole number: these are even. */
const NOT_WHOLE = 1;
const MISSING = 3;
const LARGEST_WHOLE = 2 ** 52;

/** Of four bytes the bits that say that another follows. */
const MORE = 0x80808080;
/** The first bit of a word that says that a number ends there; 0 where it is longer than the word. */
function endIn(word: number): number {
  const ends = ~word & MORE;
  return ends & -ends;
}
/** How many bytes a number has that ends at such a bit, and the number: without a branch, since no two are of one length. */
const sizeTo = (end: number): number => (32 - Math.clz32(end)) >>> 3;
function wholeTo(word: number, end: number): number {
  const held = word & (end - 1);
  return (held & 0x7f) | ((held & 0x7f00) >>> 1) | ((held & 0x7f0000) >>> 2) | ((held & 0x7f000000) >>> 3);
}

/** Where `longWhole` ended. */
let ended = 0;

/** Reads a whole number of any length. */
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

/** Writes a whole number from 0 on in as many bytes as it needs; gives where it ends. */
function putWhole(bytes: Uint8Array, position: number, value: number): number {
  let rest = value;
  let at = position;
  while (rest > 127) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}

const hasAmounts = (extras: Extras | undefined): boolean => extras === undefined || extras.shape.amount;
const NO_COLUMNS: readonly Float64Array[] = [];

/** Reads so many events from `start` on. Words are read, so that three bytes behind the last event must be there. */
export function loadEvents(
  history: History,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  events: number,
): void {
  const { times, amounts, frauds, amountBefore, fraudsBefore, storedEnds, extras } = history;
  const hasAmount = hasAmounts(extras);
  const flags = extras !== undefined && extras.shape.flags > 0 ? extras.flags : undefined;
  const columns = extras === undefined ? NO_COLUMNS : extras.columns;
  let time = 0;
  let amountSoFar = 0;
  let fraudsSoFar = 0;
  let at = start;
  for (let i = 0; i < events; i++) {
    let fraud: number;
    let word = view.getInt32(at, true);
    let end = endIn(word);
    if (end !== 0) {
      const step = wholeTo(word, end);
      at += sizeTo(end);
      fraud = step & 1;
      time += step >>> 1;
    } else {
      const step = longWhole(bytes, at);
      at = ended;
      fraud = step % 2;
      time += (step - fraud) / 2;
    }
    let amount = 0;
    if (hasAmount) {
      word = view.getInt32(at, true);
      end = endIn(word);
      if (end !== 0) {
        amount = wholeTo(word, end);
        at += sizeTo(end);
      } else {
        amount = longWhole(bytes, at);
        at = ended;
      }
    }
    if (flags !== undefined) {
      const held = bytes[at];
      if (held < 128) {
        flags[i] = held;
        at++;
      } else {
        flags[i] = longWhole(bytes, at);
        at = ended;
      }
    }
    if (columns.length > 0) at = loadColumns(columns, i, bytes, view, at);
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
    let coded = bytes[at];
    if (coded === MISSING) {
      columns[c][i] = Number.NaN;
      at++;
    } else if (coded === NOT_WHOLE) {
      columns[c][i] = view.getFloat64(at + 1, true);
      at += 1 + DOUBLE;
    } else {
      if (coded < 128) at++;
      else {
        coded = longWhole(bytes, at);
        at = ended;
      }
      columns[c][i] = coded / 2;
    }
  }
  return at;
}

const written = new Uint8Array((MAX_EXACT_EVENTS + 1) * MAX_EVENT_BYTES);
const writtenView = new DataView(written.buffer);

function putValue(position: number, value: number): number {
  if (value >= 0 && value < LARGEST_WHOLE && Number.isInteger(value))
    return putWhole(written, position, value * 2);
  if (Number.isNaN(value)) {
    written[position] = MISSING;
    return position + 1;
  }
  written[position] = NOT_WHOLE;
  writtenView.setFloat64(position + 1, value, true);
  return position + 1 + DOUBLE;
}

/** Puts an event into `written`; gives where it ends. */
function putEvent({ times, frauds, amounts, extras }: History, i: number, position: number): number {
  const before = i > 0 ? times[i - 1] : 0;
  let at = putWhole(written, position, (times[i] - before) * 2 + frauds[i]);
  if (hasAmounts(extras)) at = putWhole(written, at, amounts[i]);
  if (extras === undefined) return at;
  const { shape, flags, columns } = extras;
  if (shape.flags > 0) at = putWhole(written, at, flags[i]);
  for (let c = 0; c < columns.length; c++) at = putValue(at, columns[c][i]);
  return at;
}

/** How the events of a history lie behind its head: some that are written, those that stay as they are stored, some that are written. */
export type EventBytes = {
  /** Of all. */
  length: number;
  /** Bytes that are written in front of those that stay. */
  front: number;
  /** How many bytes stay, and where they are behind the start of the entry. */
  kept: number;
  keptFrom: number;
};

/** What `planEvents` found; there is one at a time. */
const plan: EventBytes = { length: 0, front: 0, kept: 0, keptFrom: 0 };

/** Puts what is new of the events of a history at hand, and gives where it goes; `payloadLength` is that of its entry. */
export function planEvents(history: History, payloadLength: number): EventBytes {
  const { eventCount, storedEnds, droppedEvents, storedFrom } = history;
  plan.front = 0;
  plan.kept = 0;
  plan.keptFrom = storedFrom;
  let length = 0;
  if (history.eventsUnread) {
    plan.kept = payloadLength - storedFrom;
    if (history.addedAmount >= 0)
      length = putWhole(written, putWhole(written, 0, history.addedStep * 2), history.addedAmount);
  } else {
    const stays = history.storedStands ? history.storedEvents - droppedEvents : 0;
    let next = 0;
    if (stays > 0) {
      if (droppedEvents > 0) {
        // The first event's step counts from 1970, not from a neighbour that is gone.
        length = putEvent(history, 0, 0);
        next = 1;
      }
      plan.front = length;
      const from = next + droppedEvents > 0 ? storedEnds[next + droppedEvents - 1] : 0;
      plan.keptFrom = storedFrom + from;
      plan.kept = storedEnds[history.storedEvents - 1] - from;
      next = stays;
    }
    for (; next < eventCount; next++) length = putEvent(history, next, length);
  }
  plan.length = length + plan.kept;
  return plan;
}

/** Writes what `planEvents` put at hand before and behind what stays, which is in its place. */
export function writeEvents({ length, front, kept }: EventBytes, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < front; i++) bytes[at + i] = written[i];
  const end = length - kept;
  const behind = at + kept;
  for (let i = front; i < end; i++) bytes[behind + i] = written[i];
}
