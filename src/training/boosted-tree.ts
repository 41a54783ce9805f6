// Grows one tree of gradient boosting on a binned table: histograms of gradients, second-order gain (Chen and
// Guestrin 2016, "XGBoost", section 2.2), missing values on the side that gains more, the best leaf split first.
import { BY_SET, MISSING_LEFT } from '../models/ensemble.ts';
import { type CategorySet, type GrownTree, packTree } from '../models/join-trees.ts';
import type { BinnedTable } from './bins.ts';
import { type Split, shareOut, type Team, takeBest } from './boosting-team.ts';
import { addToSet, CATEGORY_SMOOTHING, membership } from './category-sets.ts';

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
  /** Per column: 1 for categories 0 to 63, which are split by sets. */
  readonly categorical: Uint8Array;
};

/** Rows that came to the same leaf. */
export type LeafRows = { readonly start: number; readonly end: number; readonly value: number };

export type BoostedTree = {
  readonly tree: GrownTree;
  /** Of each inner node: the last code that goes left. */
  readonly codes: Uint16Array;
  /** Where the rows it was grown on came to, in the order that `rows` has then. */
  readonly leaves: readonly LeafRows[];
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
};
type Splittable = OpenNode & {
  /** Sums by code, two a code, of this member's columns; gone once it is split. */
  readonly histogram: Float64Array;
  readonly split: Split;
};

export type BoostedTreeGrower = {
  /**
   * Grows a tree on the first `count` of `rows` and on the given columns. `derivatives` holds, two a row of the table, the
   * first and second derivative of the loss. The rows are put into another order; within a node it stays as it was.
   */
  grow(rows: Uint32Array, count: number, columns: readonly number[], derivatives: Float32Array): BoostedTree;
};

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

/** `labels` and `fraudWeight` say what a row weighs, which explanations need to know. */
export function createBoostedTreeGrower(
  table: BinnedTable,
  labels: Uint8Array,
  fraudWeight: number,
  options: BoostedTreeOptions,
  team: Team,
): BoostedTreeGrower {
  const { codes, thresholds } = table;
  const { lambda, minChildWeight, minGain, learningRate, maxDepth, maxLeaves, monotone, categorical } =
    options;
  // What a column costs: reading each row once or twice, and each code in the handful of nodes.
  const owners = shareOut(
    thresholds.map((limits) => table.rows + 25 * limits.length),
    team.size,
  );
  const own = codes.map((_, column) => column).filter((column) => owners[column] === team.member);
  const width = own.length;
  /** Where a column's sums begin in a histogram. */
  const offsets = new Int32Array(codes.length);
  let size = 0;
  for (const column of own) {
    offsets[column] = size;
    size += 2 * thresholds[column].length;
  }
  // Where a row's sums lie, row by row: what is read of a row lies together.
  const sums = new Uint32Array(table.rows * width);
  own.forEach((column, k) => {
    const column16 = codes[column];
    const offset = offsets[column];
    for (let row = 0, at = k; row < table.rows; row++, at += width) sums[at] = offset + 2 * column16[row];
  });
  const spare = new Uint32Array(table.rows);
  const free: Float64Array[] = [];
  const room = (): Float64Array => free.pop() ?? new Float64Array(size);

  const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
  const leafValue = (g: number, h: number): number => -g / (h + lambda);
  /** How much a leaf of this value lowers the loss; for the best value it is g² / (h + λ). */
  const worth = (g: number, h: number, value: number): number =>
    -(2 * g * value + (h + lambda) * value * value);

  /** Adds up the rows from `start` to `end` by code, in the columns at `places`. */
  function fill(
    histogram: Float64Array,
    rows: Uint32Array,
    start: number,
    end: number,
    places: Int32Array,
    derivatives: Float32Array,
  ): { readonly g: number; readonly h: number } {
    histogram.fill(0);
    const all = places.length === width;
    let sumG = 0;
    let sumH = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i];
      const g = derivatives[2 * row];
      const h = derivatives[2 * row + 1];
      sumG += g;
      sumH += h;
      const base = row * width;
      if (all) {
        for (let k = base; k < base + width; k++) {
          const at = sums[k];
          histogram[at] += g;
          histogram[at + 1] += h;
        }
      } else {
        for (let k = 0; k < places.length; k++) {
          const at = sums[base + places[k]];
          histogram[at] += g;
          histogram[at + 1] += h;
        }
      }
    }
    return { g: sumG, h: sumH };
  }

  function findSplit(histogram: Float64Array, columns: readonly number[], parent: OpenNode): Split {
    const { g, h, low, high } = parent;
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
    const before = bounded ? worth(g, h, clamp(leafValue(g, h), low, high)) : (g * g) / (h + lambda);
    const consider = (
      feature: number,
      code: number,
      leftG: number,
      leftH: number,
      missingLeft: boolean,
    ): boolean => {
      const rightG = g - leftG;
      const rightH = h - leftH;
      if (leftH < minChildWeight || rightH < minChildWeight) return false;
      const direction = monotone[feature];
      let gain: number;
      if (direction === 0 && !bounded) {
        gain = (leftG * leftG) / (leftH + lambda) + (rightG * rightG) / (rightH + lambda) - before;
      } else {
        const left = clamp(leafValue(leftG, leftH), low, high);
        const right = clamp(leafValue(rightG, rightH), low, high);
        if (direction * (right - left) < 0) return false;
        gain = worth(leftG, leftH, left) + worth(rightG, rightH, right) - before;
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
    /**
     * The best set of categories is a stretch of them in the order of gradient by second derivative (Fisher 1958); rare
     * ones are drawn towards no gradient first, or chance would sort them to the ends.
     */
    const considerSets = (column: number): void => {
      const offset = offsets[column];
      const found: { code: number; rank: number }[] = [];
      for (let code = 1; code < thresholds[column].length; code++) {
        const codeH = histogram[offset + 2 * code + 1];
        if (codeH > 0)
          found.push({ code, rank: histogram[offset + 2 * code] / (codeH + CATEGORY_SMOOTHING) });
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
        let better = consider(column, 0, leftG, leftH, false);
        if (missingH > 0) better = consider(column, 0, leftG + missingG, leftH + missingH, true) || better;
        if (better) Object.assign(best, { bySet: true, ...set });
      }
    };
    for (const column of columns) {
      if (categorical[column] === 1) {
        considerSets(column);
        continue;
      }
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
    grow(rows, count, columns, derivatives) {
      const mine = columns.filter((column) => owners[column] === team.member);
      const places = Int32Array.from(mine, (column) => own.indexOf(column));
      const ints: number[] = [];
      const values: number[] = [];
      const cover: number[] = [];
      const splitCodes: number[] = [];
      const sets = new Map<number, CategorySet>();
      const leaves: LeafRows[] = [];
      const open: Splittable[] = [];
      const addNode = (weight: number): number => {
        ints.push(-1, 0);
        values.push(0);
        cover.push(weight);
        splitCodes.push(0);
        return values.length - 1;
      };
      const finishLeaf = ({ node, start, end, g, h, low, high }: OpenNode): void => {
        const value = learningRate * clamp(leafValue(g, h), low, high);
        values[node] = value;
        leaves.push({ start, end, value });
      };
      /** Opens nodes, or makes leaves of them where there is nothing to gain. */
      const consider = (nodes: readonly OpenNode[], histograms: readonly Float64Array[]): void => {
        if (histograms.length === 0) {
          nodes.forEach(finishLeaf);
          return;
        }
        const splits = nodes.map((node, i) => findSplit(histograms[i], mine, node));
        takeBest(team, splits);
        nodes.forEach((node, i) => {
          if (splits[i].feature >= 0) {
            open.push({ ...node, histogram: histograms[i], split: splits[i] });
            return;
          }
          free.push(histograms[i]);
          finishLeaf(node);
        });
      };

      let rootFrauds = 0;
      for (let i = 0; i < count; i++) rootFrauds += labels[rows[i]];
      const weigh = (all: number, frauds: number): number => all + (fraudWeight - 1) * frauds;
      const first = room();
      const { g: rootG, h: rootH } = fill(first, rows, 0, count, places, derivatives);
      const root = addNode(weigh(count, rootFrauds));
      consider(
        [{ node: root, start: 0, end: count, depth: 0, g: rootG, h: rootH, low: NEGATIVE_INFINITY, high: POSITIVE_INFINITY }],
        maxDepth > 0 ? [first] : [],
      ); // biome-ignore format: one node

      let grown = 1;
      while (open.length > 0 && grown < maxLeaves) {
        let pick = 0;
        for (let i = 1; i < open.length; i++) if (open[i].split.gain > open[pick].split.gain) pick = i;
        const [{ node, start, end, depth, g, h, low, high, histogram, split }] = open.splice(pick, 1);
        grown++;
        const column16 = codes[split.feature];
        const { missingLeft } = split;
        const lastLeft = split.code;
        let left = start;
        let right = 0;
        let leftFrauds = 0;
        // Missing values come first of all codes, or last. Every row is written to both sides, and counted on one.
        const shift = missingLeft ? 0 : 1;
        const limit = lastLeft - shift;
        const inLeft = split.bySet
          ? membership(split, missingLeft, thresholds[split.feature].length)
          : undefined;
        for (let r = start; r < end; r++) {
          const row = rows[r];
          const code = column16[row];
          const goesRight = inLeft ? 1 - inLeft[code] : +(((code - shift) & 0xffff) > limit);
          rows[left] = row;
          spare[right] = row;
          leftFrauds += labels[row] & (1 - goesRight);
          right += goesRight;
          left += 1 - goesRight;
        }
        rows.set(spare.subarray(0, right), left);
        const leftWeight = weigh(left - start, leftFrauds);
        const leftNode = addNode(leftWeight);
        const rightNode = addNode(cover[node] - leftWeight);
        ints[2 * node] = split.feature | (missingLeft ? MISSING_LEFT : 0) | (split.bySet ? BY_SET : 0);
        if (split.bySet) sets.set(node, { low: split.low, high: split.high });
        ints[2 * node + 1] = leftNode;
        values[node] = thresholds[split.feature][lastLeft];
        splitCodes[node] = lastLeft;
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
        const below = depth + 1;
        const children: readonly OpenNode[] = [
          { node: leftNode, start, end: left, depth: below, g: split.leftG, h: split.leftH, low: leftLow, high: leftHigh },
          { node: rightNode, start: left, end, depth: below, g: rightG, h: rightH, low: rightLow, high: rightHigh },
        ]; // biome-ignore format: a line a child
        if (below >= maxDepth || grown >= maxLeaves) {
          free.push(histogram);
          consider(children, []);
          continue;
        }
        // The larger child is what the smaller one leaves of the parent.
        const smaller = room();
        const leftIsSmaller = left - start <= end - left;
        if (leftIsSmaller) fill(smaller, rows, start, left, places, derivatives);
        else fill(smaller, rows, left, end, places, derivatives);
        for (let at = 0; at < size; at += 2) {
          histogram[at] -= smaller[at];
          const rest = histogram[at + 1] - smaller[at + 1];
          // What rounding leaves of nothing must not look like a row.
          histogram[at + 1] = rest < 1e-10 ? 0 : rest;
        }
        consider(children, leftIsSmaller ? [smaller, histogram] : [histogram, smaller]);
      }
      for (const node of open) {
        free.push(node.histogram);
        finishLeaf(node);
      }
      return { tree: packTree(ints, values, cover, sets), codes: Uint16Array.from(splitCodes), leaves };
    },
  };
}

/** Where `value` or the next above it stands in numbers that rise. */
export function placeOf(sorted: Uint32Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
