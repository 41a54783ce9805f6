// Columns of a training table as 16-bit codes: code 0 is missing, codes rise with the value.
//
// Every distinct value keeps its own code while there are at most 65,534 of them, so that splits are exact;
// beyond that, neighbours share a code by quantile.
import type { TaskThreads } from './task-threads.ts';

export const MAX_BINS = 65_534;

export type BinnedTable = {
  readonly rows: number;
  /** Column after column. */
  readonly allCodes: Uint16Array;
  /** The same, column by column. */
  readonly codes: readonly Uint16Array[];
  /** thresholds[f][c]: what a value is compared with to go left together with code c (and below). */
  readonly thresholds: readonly Float64Array[];
};

/** A row-major table in shared memory, and how finely its columns are told apart. */
export type UnbinnedTable = {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly maxBins: number;
};

/** Writes the codes of one column where they belong. */
export type BinTask = { readonly kind: 'bin'; readonly column: number; readonly codes: Uint16Array };
export type BinMessage = {
  readonly kind: 'binned';
  readonly column: number;
  /** In shared memory. */
  readonly thresholds: Float64Array;
};

/** Bins columns one by one; what it works with is made once. */
export function createBinner({
  values,
  rows,
  columns,
  maxBins,
}: UnbinnedTable): (task: BinTask) => BinMessage {
  const room = new Float64Array(rows);
  const order = new Uint32Array(rows);
  const sort = createSort(rows);
  return ({ column, codes }) => {
    let present = 0;
    for (let row = 0, at = column; row < rows; row++, at += columns) {
      const value = values[at];
      codes[row] = 0;
      if (Number.isNaN(value)) continue;
      room[present] = value;
      order[present++] = row;
    }
    const found = room.subarray(0, present);
    sort(found, order);
    const edges = binEdges(found, maxBins);
    let code = 0;
    for (let i = 0; i < present; i++) {
      while (code < edges.length && found[i] > edges[code]) code++;
      codes[order[i]] = code + 1;
    }
    const thresholds = new Float64Array(new SharedArrayBuffer((edges.length + 2) * 8));
    thresholds[0] = Number.NEGATIVE_INFINITY;
    thresholds.set(edges, 1);
    thresholds[edges.length + 1] = Number.POSITIVE_INFINITY;
    return { kind: 'binned', column, thresholds };
  };
}

/** Bins a table column by column, by threads that take bin tasks. */
export async function binOnThreads<Task, Message extends { readonly kind: string }>(
  threads: TaskThreads<Task | BinTask, Message | BinMessage>,
  rows: number,
  columns: number,
): Promise<BinnedTable> {
  const allCodes = new Uint16Array(new SharedArrayBuffer(2 * rows * columns));
  const codes = Array.from({ length: columns }, (_, column) =>
    allCodes.subarray(column * rows, (column + 1) * rows),
  );
  const thresholds: Float64Array[] = new Array(columns);
  const tasks = codes.map((part, column): BinTask => ({ kind: 'bin', column, codes: part }));
  await threads.run(tasks, (message) => {
    const binned = message as BinMessage;
    thresholds[binned.column] = binned.thresholds;
    return true;
  });
  return { rows, allCodes, codes, thresholds };
}

/** A table of numbers where worker threads can read it. */
export function sharedFloats(values: Float64Array): Float64Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

/** Midpoints between neighbouring distinct values (as scikit-learn splits), thinned by quantile when too many. */
function binEdges(sorted: Float64Array, maxBins: number): Float64Array {
  let distinct = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
  const edges: number[] = [];
  const perBin = distinct <= maxBins ? 0 : sorted.length / maxBins;
  let lastEdgeAt = 0;
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] === sorted[i - 1] || i - lastEdgeAt < perBin) continue;
    const middle = sorted[i - 1] / 2 + sorted[i] / 2;
    // Between two neighbours that floating point cannot part, the lower one itself is the limit.
    edges.push(middle < sorted[i] ? middle : sorted[i - 1]);
    lastEdgeAt = i;
  }
  return Float64Array.from(edges);
}

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
/** Of 64 bits: digits of 11 bits in the lower word and in the upper one. */
const PASSES = [
  { word: 0, shift: 0 },
  { word: 0, shift: 11 },
  { word: 0, shift: 22 },
  { word: 1, shift: 0 },
  { word: 1, shift: 11 },
  { word: 1, shift: 22 },
] as const;

// Small functions, each of which is soon compiled: a long one would be thrown away and compiled anew at every loop.

/** Turns the bits of doubles so that they rise with the numbers; −0 and 0 become one. */
function toRising(values: Float64Array, words: Uint32Array): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) values[i] = 0;
    const negative = words[2 * i + 1] >>> 31 ? 0xffffffff : 0;
    words[2 * i] ^= negative;
    words[2 * i + 1] ^= negative | 0x80000000;
  }
}

function fromRising(words: Uint32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const negative = words[2 * i + 1] >>> 31 ? 0 : 0xffffffff;
    words[2 * i] ^= negative;
    words[2 * i + 1] ^= negative | 0x80000000;
  }
}

function countDigits(
  words: Uint32Array,
  count: number,
  word: number,
  shift: number,
  counts: Uint32Array,
): void {
  counts.fill(0);
  for (let i = 0, at = word; i < count; i++, at += 2) counts[(words[at] >>> shift) & (DIGITS - 1)]++;
}

function startsOf(counts: Uint32Array): void {
  let total = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const here = counts[digit];
    counts[digit] = total;
    total += here;
  }
}

function scatter(
  words: Uint32Array,
  order: Uint32Array,
  count: number,
  word: number,
  shift: number,
  starts: Uint32Array,
  toWords: Uint32Array,
  toOrder: Uint32Array,
): void {
  for (let i = 0; i < count; i++) {
    const place = starts[(words[2 * i + word] >>> shift) & (DIGITS - 1)]++;
    toWords[2 * place] = words[2 * i];
    toWords[2 * place + 1] = words[2 * i + 1];
    toOrder[place] = order[i];
  }
}

/**
 * Sorts up to `most` numbers, and `order` with them: radix sort, which passes over digits that are the same everywhere.
 */
function createSort(most: number): (values: Float64Array, order: Uint32Array) => void {
  const spareWords = new Uint32Array(2 * most);
  const spareOrder = new Uint32Array(most);
  const starts = new Uint32Array(DIGITS);
  return (values, order) => {
    const count = values.length;
    if (count === 0) return;
    let words: Uint32Array = new Uint32Array(values.buffer, values.byteOffset, 2 * count);
    let from = order;
    let toWords: Uint32Array = spareWords;
    let to: Uint32Array = spareOrder;
    toRising(values, words);
    for (const { word, shift } of PASSES) {
      countDigits(words, count, word, shift, starts);
      if (starts[(words[word] >>> shift) & (DIGITS - 1)] === count) continue;
      startsOf(starts);
      scatter(words, from, count, word, shift, starts, toWords, to);
      [words, toWords] = [toWords, words];
      [from, to] = [to, from];
    }
    fromRising(words, count);
    if (words === spareWords) values.set(new Float64Array(spareWords.buffer, 0, count));
    if (from !== order) order.set(from.subarray(0, count));
  };
}
