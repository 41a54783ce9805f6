// Grows one tree of gradient boosting on a binned table: histograms of gradients, second-order gain (Chen and
// Guestrin 2016, "XGBoost", section 2.2), missing values on the side that gains more, the best leaf split first.
import { MISSING_LEFT } from '../models/ensemble.ts';
import { type GrownTree, packTree } from '../models/join-trees.ts';
import type { BinnedTable } from './bins.ts';

export type BoostedTreeOptions = {
  readonly maxDepth: number;
  readonly maxLeaves: number;
  /** Least sum of second derivatives in a leaf. */
  readonly minChildWeight: number;
  /** L2 penalty on leaf values. */
  readonly lambda: number;
  /** Gain that a split must have. */
  readonly minGain: number;
  readonly learningRate: number;
  /** Per column: 1 when the score may only rise with the value, −1 when it may only fall, 0 for either. */
  readonly monotone: Int8Array;
};

/** First and second derivatives of the loss by row. */
export type Derivatives = { readonly gradients: Float64Array; readonly hessians: Float64Array };

type Split = {
  gain: number;
  feature: number;
  code: number;
  missingLeft: boolean;
  leftG: number;
  leftH: number;
};

type OpenNode = {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly g: number;
  readonly h: number;
  /** Bounds on leaf values below, from monotone splits above. */
  readonly low: number;
  readonly high: number;
  /** Sums by code, two a code, of all columns at hand; gone once it is split. */
  readonly histogram: Float64Array;
  readonly split: Split;
};

export type BoostedTreeGrower = {
  /**
   * Grows a tree on the given rows and columns, and adds its values to `margins` of these rows. The array of rows
   * is put into another order.
   */
  grow(
    rows: Uint32Array,
    columns: readonly number[],
    derivatives: Derivatives,
    weights: Float64Array,
    margins: Float64Array,
  ): GrownTree;
};

export function createBoostedTreeGrower(table: BinnedTable, options: BoostedTreeOptions): BoostedTreeGrower {
  const { codes, thresholds } = table;
  const { lambda, minChildWeight, minGain, learningRate, maxDepth, maxLeaves, monotone } = options;
  const offsets = new Int32Array(codes.length + 1);
  for (let f = 0; f < codes.length; f++) offsets[f + 1] = offsets[f] + 2 * thresholds[f].length;
  const size = offsets[codes.length];
  const spare = new Uint32Array(table.rows);
  const gathered = new Float64Array(2 * table.rows);
  const free: Float64Array[] = [];

  const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
  const leafValue = (g: number, h: number): number => -g / (h + lambda);
  /** How much a leaf of this value lowers the loss; for the best value it is g² / (h + λ). */
  const worth = (g: number, h: number, value: number): number =>
    -(2 * g * value + (h + lambda) * value * value);

  function fill(
    histogram: Float64Array,
    rows: Uint32Array,
    start: number,
    end: number,
    columns: readonly number[],
    { gradients, hessians }: Derivatives,
  ): void {
    // Brought together once, they are read in order for each column.
    const count = end - start;
    for (let i = 0; i < count; i++) {
      const row = rows[start + i];
      gathered[2 * i] = gradients[row];
      gathered[2 * i + 1] = hessians[row];
    }
    for (const column of columns) {
      const offset = offsets[column];
      histogram.fill(0, offset, offsets[column + 1]);
      const column16 = codes[column];
      for (let i = 0; i < count; i++) {
        const at = offset + 2 * column16[rows[start + i]];
        histogram[at] += gathered[2 * i];
        histogram[at + 1] += gathered[2 * i + 1];
      }
    }
  }

  function findSplit(
    histogram: Float64Array,
    columns: readonly number[],
    g: number,
    h: number,
    low: number,
    high: number,
  ): Split {
    const best: Split = { gain: minGain, feature: -1, code: 0, missingLeft: false, leftG: 0, leftH: 0 };
    const bounded = low > Number.NEGATIVE_INFINITY || high < Number.POSITIVE_INFINITY;
    const parent = bounded ? worth(g, h, clamp(leafValue(g, h), low, high)) : (g * g) / (h + lambda);
    const consider = (
      feature: number,
      code: number,
      leftG: number,
      leftH: number,
      missingLeft: boolean,
    ): void => {
      const rightG = g - leftG;
      const rightH = h - leftH;
      if (leftH < minChildWeight || rightH < minChildWeight) return;
      const direction = monotone[feature];
      let gain: number;
      if (direction === 0 && !bounded) {
        gain = (leftG * leftG) / (leftH + lambda) + (rightG * rightG) / (rightH + lambda) - parent;
      } else {
        const left = clamp(leafValue(leftG, leftH), low, high);
        const right = clamp(leafValue(rightG, rightH), low, high);
        if (direction * (right - left) < 0) return;
        gain = worth(leftG, leftH, left) + worth(rightG, rightH, right) - parent;
      }
      if (gain <= best.gain) return;
      best.gain = gain;
      best.feature = feature;
      best.code = code;
      best.missingLeft = missingLeft;
      best.leftG = leftG;
      best.leftH = leftH;
    };
    for (const column of columns) {
      const offset = offsets[column];
      const missingG = histogram[offset];
      const missingH = histogram[offset + 1];
      const hasMissing = missingH > 0;
      // Below all values: missing ones alone.
      if (hasMissing) consider(column, 0, missingG, missingH, true);
      let leftG = 0;
      let leftH = 0;
      const last = thresholds[column].length - 1;
      for (let code = 1; code <= last; code++) {
        const codeH = histogram[offset + 2 * code + 1];
        if (codeH <= 0) continue;
        leftG += histogram[offset + 2 * code];
        leftH += codeH;
        // Nothing would be on the right.
        if (h - leftH - missingH < minChildWeight && !hasMissing) break;
        consider(column, code, leftG, leftH, false);
        if (hasMissing) consider(column, code, leftG + missingG, leftH + missingH, true);
      }
    }
    return best;
  }

  return {
    grow(rows, columns, derivatives, weights, margins) {
      const { gradients, hessians } = derivatives;
      const ints: number[] = [];
      const values: number[] = [];
      const cover: number[] = [];
      const addNode = (weight: number): number => {
        ints.push(-1, 0);
        values.push(0);
        cover.push(weight);
        return values.length - 1;
      };
      const weightOf = (start: number, end: number): number => {
        let sum = 0;
        for (let r = start; r < end; r++) sum += weights[rows[r]];
        return sum;
      };
      const finishLeaf = (node: number, start: number, end: number, value: number): void => {
        const step = learningRate * value;
        values[node] = step;
        for (let r = start; r < end; r++) margins[rows[r]] += step;
      };
      let rootG = 0;
      let rootH = 0;
      for (const row of rows) {
        rootG += gradients[row];
        rootH += hessians[row];
      }
      const open: OpenNode[] = [];
      const room = (): Float64Array => free.pop() ?? new Float64Array(size);
      /** Opens a node, or makes it a leaf when there is nothing to gain. */
      function consider(
        node: number,
        start: number,
        end: number,
        depth: number,
        g: number,
        h: number,
        low: number,
        high: number,
        histogram: Float64Array | undefined,
      ): void {
        const split =
          histogram && depth < maxDepth ? findSplit(histogram, columns, g, h, low, high) : undefined;
        if (histogram && split && split.feature >= 0) {
          open.push({ node, start, end, depth, g, h, low, high, histogram, split });
          return;
        }
        if (histogram) free.push(histogram);
        finishLeaf(node, start, end, clamp(leafValue(g, h), low, high));
      }
      const first = room();
      fill(first, rows, 0, rows.length, columns, derivatives);
      const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;
      consider(
        addNode(weightOf(0, rows.length)),
        0, rows.length, 0, rootG, rootH, NEGATIVE_INFINITY, POSITIVE_INFINITY, first,
      ); // biome-ignore format: one node
      let leaves = 1;
      while (open.length > 0 && leaves < maxLeaves) {
        let pick = 0;
        for (let i = 1; i < open.length; i++) if (open[i].split.gain > open[pick].split.gain) pick = i;
        const [{ node, start, end, depth, g, h, low, high, histogram, split }] = open.splice(pick, 1);
        leaves++;
        const column16 = codes[split.feature];
        let left = start;
        let right = 0;
        for (let r = start; r < end; r++) {
          const row = rows[r];
          const code = column16[row];
          if (code === 0 ? split.missingLeft : code <= split.code) rows[left++] = row;
          else spare[right++] = row;
        }
        for (let i = 0; i < right; i++) rows[left + i] = spare[i];
        const leftWeight = weightOf(start, left);
        const leftNode = addNode(leftWeight);
        const rightNode = addNode(cover[node] - leftWeight);
        ints[2 * node] = split.feature | (split.missingLeft ? MISSING_LEFT : 0);
        ints[2 * node + 1] = leftNode;
        values[node] = thresholds[split.feature][split.code];
        const rightG = g - split.leftG;
        const rightH = h - split.leftH;
        let leftHigh = high;
        let leftLow = low;
        let rightHigh = high;
        let rightLow = low;
        const direction = monotone[split.feature];
        if (direction !== 0) {
          const middle =
            (clamp(leafValue(split.leftG, split.leftH), low, high) +
              clamp(leafValue(rightG, rightH), low, high)) /
            2;
          if (direction > 0) {
            leftHigh = middle;
            rightLow = middle;
          } else {
            leftLow = middle;
            rightHigh = middle;
          }
        }
        let leftHistogram: Float64Array | undefined;
        let rightHistogram: Float64Array | undefined;
        if (depth + 1 < maxDepth && leaves < maxLeaves) {
          // The larger child is what the smaller one leaves of the parent.
          const smaller = room();
          const leftIsSmaller = left - start <= end - left;
          if (leftIsSmaller) fill(smaller, rows, start, left, columns, derivatives);
          else fill(smaller, rows, left, end, columns, derivatives);
          for (const column of columns) {
            for (let at = offsets[column]; at < offsets[column + 1]; at += 2) {
              histogram[at] -= smaller[at];
              const rest = histogram[at + 1] - smaller[at + 1];
              // What rounding leaves of nothing must not look like a row.
              histogram[at + 1] = rest < 1e-10 ? 0 : rest;
            }
          }
          leftHistogram = leftIsSmaller ? smaller : histogram;
          rightHistogram = leftIsSmaller ? histogram : smaller;
        } else free.push(histogram);
        const { leftG, leftH } = split;
        consider(leftNode, start, left, depth + 1, leftG, leftH, leftLow, leftHigh, leftHistogram);
        consider(rightNode, left, end, depth + 1, rightG, rightH, rightLow, rightHigh, rightHistogram);
      }
      for (const { node, start, end, g, h, low, high, histogram } of open) {
        free.push(histogram);
        finishLeaf(node, start, end, clamp(leafValue(g, h), low, high));
      }
      return packTree(ints, values, cover);
    },
  };
}

/** Gives a tree's value for rows of the table it was grown on. */
export function valuesByCodes({ bytes }: GrownTree, table: BinnedTable): (row: number) => number {
  const nodes = new Int32Array(bytes);
  const floats = new Float64Array(bytes);
  return (row) => {
    let node = 0;
    while (nodes[4 * node] >= 0) {
      const packed = nodes[4 * node];
      const feature = packed & 0xffff;
      const code = table.codes[feature][row];
      const left =
        code === 0 ? (packed & MISSING_LEFT) !== 0 : table.thresholds[feature][code] <= floats[2 * node + 1];
      node = nodes[4 * node + 1] + (left ? 0 : 1);
    }
    return floats[2 * node + 1];
  };
}
