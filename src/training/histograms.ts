// Sums of derivatives by code, of the columns that one member of a team counts: what the splits of a node are looked for in.
import type { BinnedTable } from './bins.ts';

export type Histograms = {
  /** Where a column's sums begin in a histogram. */
  readonly offsets: Int32Array;
  /** One to fill; what is in it is of no meaning. */
  room(): Float64Array;
  /** It is not read any more, and may be filled anew. */
  giveBack(histogram: Float64Array): void;
  /**
   * Adds up the rows from `start` to `end` by code, two sums a code. `places` says which of the columns are counted, by their
   * places among those that are counted here.
   */
  fill(
    histogram: Float64Array,
    rows: Uint32Array,
    start: number,
    end: number,
    places: Int32Array,
    derivatives: Float32Array,
  ): void;
  /** Leaves of a node's sums those of one child: the other's. */
  takeAway(histogram: Float64Array, child: Float64Array): void;
};

/** Histograms of the columns in `own`. */
export function createHistograms(table: BinnedTable, own: readonly number[]): Histograms {
  const { codes, thresholds } = table;
  const width = own.length;
  const offsets = new Int32Array(codes.length);
  let size = 0;
  for (const column of own) {
    offsets[column] = size;
    size += 2 * thresholds[column].length;
  }
  const sums = sumsByRow(table, own, offsets);
  const free: Float64Array[] = [];
  return {
    offsets,
    room: () => free.pop() ?? new Float64Array(size),
    giveBack: (histogram) => {
      free.push(histogram);
    },
    fill(histogram, rows, start, end, places, derivatives) {
      histogram.fill(0);
      if (places.length === width) fillAll(histogram, sums, width, rows, start, end, derivatives);
      else fillSome(histogram, sums, width, rows, start, end, places, derivatives);
    },
    takeAway,
  };
}

/** Where a row's sums lie, row by row: what is read of a row lies together. */
function sumsByRow({ codes, rows }: BinnedTable, own: readonly number[], offsets: Int32Array): Uint32Array {
  const width = own.length;
  const sums = new Uint32Array(rows * width);
  own.forEach((column, k) => {
    const column16 = codes[column];
    const offset = offsets[column];
    for (let row = 0, at = k; row < rows; row++, at += width) sums[at] = offset + 2 * column16[row];
  });
  return sums;
}

function fillAll(
  histogram: Float64Array,
  sums: Uint32Array,
  width: number,
  rows: Uint32Array,
  start: number,
  end: number,
  derivatives: Float32Array,
): void {
  for (let i = start; i < end; i++) {
    const row = rows[i];
    const g = derivatives[2 * row];
    const h = derivatives[2 * row + 1];
    const base = row * width;
    for (let k = base; k < base + width; k++) {
      const at = sums[k];
      histogram[at] += g;
      histogram[at + 1] += h;
    }
  }
}

function fillSome(
  histogram: Float64Array,
  sums: Uint32Array,
  width: number,
  rows: Uint32Array,
  start: number,
  end: number,
  places: Int32Array,
  derivatives: Float32Array,
): void {
  for (let i = start; i < end; i++) {
    const row = rows[i];
    const g = derivatives[2 * row];
    const h = derivatives[2 * row + 1];
    const base = row * width;
    for (let k = 0; k < places.length; k++) {
      const at = sums[base + places[k]];
      histogram[at] += g;
      histogram[at + 1] += h;
    }
  }
}

function takeAway(histogram: Float64Array, child: Float64Array): void {
  for (let at = 0; at < histogram.length; at += 2) {
    histogram[at] -= child[at];
    const rest = histogram[at + 1] - child[at + 1];
    // What rounding leaves of nothing must not look like a row.
    histogram[at + 1] = rest < 1e-10 ? 0 : rest;
  }
}
