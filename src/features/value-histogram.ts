// The values of a feature beside how transactions turned out: how many frauds, genuine and unlabelled ones lie in each bin.

export type TurnedOut = 'fraud' | 'genuine' | 'unlabelled';
export type ValueBin = {
  /** Inclusive. */
  readonly from: number;
  /** Exclusive, but for the last bin; the same as `from` where the bin is one value. */
  readonly to: number;
} & Readonly<Record<TurnedOut, number>>;

const MAX_BINS = 24;
/** Beyond, a bin a value says less than steps. */
const FEW_VALUES = 16;
/** What lies further out is in the first or last bin. */
const EDGE = 0.005;
/** From so many times the middle on, steps grow with the value. */
const LONG_TAIL = 20;

type Bin = { from: number; to: number } & Record<TurnedOut, number>;
const emptyBin = (from: number, to: number): Bin => ({ from, to, fraud: 0, genuine: 0, unlabelled: 0 });

/** Of the values that are known; `turnedOut` goes with `values`. */
export function valueHistogram(
  values: ArrayLike<number>,
  turnedOut: readonly TurnedOut[],
): readonly ValueBin[] {
  const known = Array.from(values)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (known.length === 0) return [];
  const different = [...new Set(known)];
  const isFew = different.length <= FEW_VALUES;
  const edges = isFew ? different : edgesOf(known);
  const bins = isFew
    ? different.map((value) => emptyBin(value, value))
    : edges.slice(1).map((to, i) => emptyBin(edges[i], to));
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    bins[placeOf(values[i], edges, bins.length)][turnedOut[i]]++;
  }
  return bins;
}

function edgesOf(sorted: readonly number[]): number[] {
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  const [low, middle, high] = [at(EDGE), at(0.5), at(1 - EDGE)];
  if (low === high) return [...new Set([sorted[0], low, sorted.at(-1) ?? high])];
  const grows = low >= 0 && high > LONG_TAIL * Math.max(middle, 1);
  const [into, outOf] = grows ? [Math.log1p, Math.expm1] : [Number, Number];
  const [first, last] = [into(low), into(high)];
  return Array.from({ length: MAX_BINS + 1 }, (_, i) =>
    i === 0 ? low : i === MAX_BINS ? high : outOf(first + ((last - first) * i) / MAX_BINS),
  );
}

/** The last bin that begins at or below the value. */
function placeOf(value: number, edges: readonly number[], bins: number): number {
  let low = 0;
  let high = bins - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
