// The best split of a node of gradient boosting, looked for in the sums of its rows by code (Chen and Guestrin 2016, "XGBoost",
// section 2.2): missing values on the side that gains more, categories by sets.
import { addToSet, CATEGORY_SMOOTHING } from './category-sets.ts';

export type Splitting = {
  /** Least sum of second derivatives in a leaf. */
  readonly minChildWeight: number;
  /** L2 penalty on leaf values. */
  readonly lambda: number;
  /** Gain that a split must have. */
  readonly minGain: number;
  /** Per column: 1 when the score may only rise with the value, −1 when it may only fall, 0 for either. */
  readonly monotone: Int8Array;
  /** Per column: 1 for categories 0 to 63, which are split by sets. */
  readonly categorical: Uint8Array;
};

export type NodeSums = {
  readonly g: number;
  readonly h: number;
  /** Bounds on leaf values below, from monotone splits above. */
  readonly low: number;
  readonly high: number;
};

export type Split = {
  gain: number;
  /** −1 while there is none. */
  feature: number;
  /** The last that goes left; of a split by a set 0, and the categories that go left are bits of `low` and `high`. */
  code: number;
  bySet: boolean;
  low: number;
  high: number;
  missingLeft: boolean;
  leftG: number;
  leftH: number;
};

/** `before` is what the node is worth as a leaf. */
type Parent = NodeSums & { readonly before: number; readonly bounded: boolean };

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));
/** The value that lowers the loss most for these sums of derivatives. */
export const leafValue = (g: number, h: number, lambda: number): number => -g / (h + lambda);

/** How much a leaf of this value lowers the loss; for the best value it is g² / (h + λ). */
const worth = (g: number, h: number, value: number, lambda: number): number =>
  -(2 * g * value + (h + lambda) * value * value);

/** The best split of a node in these columns, looked for in its histogram. */
export type SplitSearch = (histogram: Float64Array, columns: readonly number[], node: NodeSums) => Split;

// Small functions again, and no closures of a call: what is compiled for one node is right for the next.

/** Takes a split where it gains more than the best so far; says whether it did. */
function createConsider({ minChildWeight, lambda, monotone }: Splitting) {
  return function consider(
    best: Split,
    { g, h, low, high, before, bounded }: Parent,
    feature: number,
    code: number,
    leftG: number,
    leftH: number,
    missingLeft: boolean,
  ): boolean {
    const rightG = g - leftG;
    const rightH = h - leftH;
    if (leftH < minChildWeight || rightH < minChildWeight) return false;
    const direction = monotone[feature];
    let gain: number;
    if (direction === 0 && !bounded) {
      gain = (leftG * leftG) / (leftH + lambda) + (rightG * rightG) / (rightH + lambda) - before;
    } else {
      const left = clamp(leafValue(leftG, leftH, lambda), low, high);
      const right = clamp(leafValue(rightG, rightH, lambda), low, high);
      if (direction * (right - left) < 0) return false;
      gain = worth(leftG, leftH, left, lambda) + worth(rightG, rightH, right, lambda) - before;
    }
    if (gain <= best.gain) return false;
    best.gain = gain;
    best.feature = feature;
    best.code = code;
    best.bySet = false;
    best.missingLeft = missingLeft;
    best.leftG = leftG;
    best.leftH = leftH;
    return true;
  };
}

/** Each column has its sums, two a code, at its offset of the histogram. */
export function createSplitSearch(
  thresholds: readonly Float64Array[],
  offsets: Int32Array,
  splitting: Splitting,
): SplitSearch {
  const { minChildWeight, lambda, minGain, categorical } = splitting;
  const consider = createConsider(splitting);

  function considerLimits(best: Split, parent: Parent, histogram: Float64Array, column: number): void {
    const offset = offsets[column];
    const missingG = histogram[offset];
    const missingH = histogram[offset + 1];
    const hasMissing = missingH > 0;
    // Below all values: missing ones alone.
    if (hasMissing) consider(best, parent, column, 0, missingG, missingH, true);
    let leftG = 0;
    let leftH = 0;
    const last = thresholds[column].length - 1;
    for (let code = 1; code <= last; code++) {
      const codeH = histogram[offset + 2 * code + 1];
      if (codeH <= 0) continue;
      leftG += histogram[offset + 2 * code];
      leftH += codeH;
      // Nothing would be on the right.
      if (parent.h - leftH - missingH < minChildWeight && !hasMissing) break;
      consider(best, parent, column, code, leftG, leftH, false);
      if (hasMissing) consider(best, parent, column, code, leftG + missingG, leftH + missingH, true);
    }
  }

  /**
   * The best set of categories is a stretch of them in the order of gradient by second derivative (Fisher 1958); rare
   * ones are drawn towards no gradient first, or chance would sort them to the ends.
   */
  function considerSets(best: Split, parent: Parent, histogram: Float64Array, column: number): void {
    const offset = offsets[column];
    const found: { code: number; rank: number }[] = [];
    for (let code = 1; code < thresholds[column].length; code++) {
      const codeH = histogram[offset + 2 * code + 1];
      if (codeH > 0) found.push({ code, rank: histogram[offset + 2 * code] / (codeH + CATEGORY_SMOOTHING) });
    }
    found.sort((a, b) => a.rank - b.rank || a.code - b.code);
    const missingG = histogram[offset];
    const missingH = histogram[offset + 1];
    const set = { low: 0, high: 0 };
    let leftG = 0;
    let leftH = 0;
    for (const { code } of found) {
      leftG += histogram[offset + 2 * code];
      leftH += histogram[offset + 2 * code + 1];
      addToSet(set, code - 1);
      let better = consider(best, parent, column, 0, leftG, leftH, false);
      if (missingH > 0)
        better = consider(best, parent, column, 0, leftG + missingG, leftH + missingH, true) || better;
      if (better) Object.assign(best, { bySet: true, ...set });
    }
  }

  function findSplit(histogram: Float64Array, columns: readonly number[], node: NodeSums): Split {
    const { g, h, low, high } = node;
    const best: Split = {
      gain: minGain,
      feature: -1,
      code: 0,
      bySet: false,
      low: 0,
      high: 0,
      missingLeft: false,
      leftG: 0,
      leftH: 0,
    };
    const bounded = low > NEGATIVE_INFINITY || high < POSITIVE_INFINITY;
    const before = bounded
      ? worth(g, h, clamp(leafValue(g, h, lambda), low, high), lambda)
      : (g * g) / (h + lambda);
    const parent: Parent = { g, h, low, high, before, bounded };
    for (const column of columns) {
      if (categorical[column] === 1) considerSets(best, parent, histogram, column);
      else considerLimits(best, parent, histogram, column);
    }
    return best;
  }

  return findSplit;
}
