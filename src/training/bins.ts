// Columns of a training table as 16-bit codes: code 0 is missing, codes rise with the value.
//
// Every distinct value keeps its own code while there are at most 65,534 of them, so that splits are exact;
// beyond that, neighbours share a code by quantile.

export const MAX_BINS = 65_534;

export type BinnedTable = {
  readonly rows: number;
  /** Column by column. */
  readonly codes: readonly Uint16Array[];
  /** thresholds[f][c]: what a value is compared with to go left together with code c (and below). */
  readonly thresholds: readonly Float64Array[];
};

/** Bins a row-major table of `rows` × `columns` values into shared memory that worker threads can read. */
export function binTable(
  table: Float64Array,
  rows: number,
  columns: number,
  maxBins = MAX_BINS,
): BinnedTable {
  const codes: Uint16Array[] = [];
  const thresholds: Float64Array[] = [];
  for (let column = 0; column < columns; column++) {
    const values = new Float64Array(rows);
    let present = 0;
    for (let row = 0; row < rows; row++) {
      const value = table[row * columns + column];
      if (!Number.isNaN(value)) values[present++] = value;
    }
    const edges = binEdges(values.subarray(0, present), maxBins);
    const coded = new Uint16Array(new SharedArrayBuffer(rows * 2));
    for (let row = 0; row < rows; row++) {
      const value = table[row * columns + column];
      coded[row] = Number.isNaN(value) ? 0 : 1 + countBelow(edges, value);
    }
    const limits = new Float64Array(new SharedArrayBuffer((edges.length + 2) * 8));
    limits[0] = Number.NEGATIVE_INFINITY;
    limits.set(edges, 1);
    limits[edges.length + 1] = Number.POSITIVE_INFINITY;
    codes.push(coded);
    thresholds.push(limits);
  }
  return { rows, codes, thresholds };
}

/** Midpoints between neighbouring distinct values (as scikit-learn splits), thinned by quantile when too many. */
function binEdges(values: Float64Array, maxBins: number): Float64Array {
  values.sort();
  let distinct = 0;
  for (let i = 0; i < values.length; i++) if (i === 0 || values[i] !== values[i - 1]) distinct++;
  const edges: number[] = [];
  const perBin = distinct <= maxBins ? 0 : values.length / maxBins;
  let lastEdgeAt = 0;
  for (let i = 1; i < values.length; i++) {
    if (values[i] === values[i - 1] || i - lastEdgeAt < perBin) continue;
    const middle = values[i - 1] / 2 + values[i] / 2;
    // Between two neighbours that floating point cannot part, the lower one itself is the limit.
    edges.push(middle < values[i] ? middle : values[i - 1]);
    lastEdgeAt = i;
  }
  return Float64Array.from(edges);
}

/** How many edges lie below the value. */
function countBelow(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
