// Grows one tree of gradient boosting on a binned table: histograms of gradients, second-order gain (Chen and
// Guestrin 2016, "XGBoost", section 2.2), missing values on the side that gains more, the best leaf split first.
import { BY_SET, MISSING_LEFT } from '../models/ensemble.ts';
import { type CategorySet, type GrownTree, packTree } from '../models/join-trees.ts';
import type { BinnedTable } from './bins.ts';
import { shareOut, type Team, takeBest } from './boosting-team.ts';
import { membership } from './category-sets.ts';
import {
  clamp,
  createSplitSearch,
  leafValue,
  type NodeSums,
  type Split,
  type Splitting,
} from './split-search.ts';

export type BoostedTreeOptions = Splitting & {
  readonly maxDepth: number;
  readonly maxLeaves: number;
  readonly learningRate: number;
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

type OpenNode = NodeSums & {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
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
  const { lambda, learningRate, maxDepth, maxLeaves, monotone } = options;
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
  const findSplit = createSplitSearch(thresholds, offsets, options);
  const free: Float64Array[] = [];
  const room = (): Float64Array => free.pop() ?? new Float64Array(size);

  /** Adds up the rows from `start` to `end` by code, in the columns at `places`. */
  function fill(
    histogram: Float64Array,
    rows: Uint32Array,
    start: number,
    end: number,
    places: Int32Array,
    derivatives: Float32Array,
  ): void {
    histogram.fill(0);
    if (places.length === width) fillAll(histogram, rows, start, end, derivatives);
    else fillSome(histogram, rows, start, end, places, derivatives);
  }

  function fillAll(
    histogram: Float64Array,
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

  /** The sum of every other number, from `from` on, of the first `count` rows. */
  function sumOf(derivatives: Float32Array, from: 0 | 1, rows: Uint32Array, count: number): number {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += derivatives[2 * rows[i] + from];
    return sum;
  }

  /** Leaves of a node's sums those of one child: the other's. */
  function takeAway(histogram: Float64Array, child: Float64Array): void {
    for (let at = 0; at < size; at += 2) {
      histogram[at] -= child[at];
      const rest = histogram[at + 1] - child[at + 1];
      // What rounding leaves of nothing must not look like a row.
      histogram[at + 1] = rest < 1e-10 ? 0 : rest;
    }
  }

  /**
   * Puts the rows from `start` to `end` whose code goes left before the others, both in their order; gives where the others
   * begin. Every row is written to both sides, and counted on one.
   */
  function partition(
    rows: Uint32Array,
    start: number,
    end: number,
    column16: Uint16Array,
    shift: number,
    limit: number,
  ): number {
    let left = start;
    let right = 0;
    for (let r = start; r < end; r++) {
      const row = rows[r];
      const goesRight = +(((column16[row] - shift) & 0xffff) > limit);
      rows[left] = row;
      spare[right] = row;
      right += goesRight;
      left += 1 - goesRight;
    }
    rows.set(spare.subarray(0, right), left);
    return left;
  }

  function partitionBySet(
    rows: Uint32Array,
    start: number,
    end: number,
    column16: Uint16Array,
    inLeft: Uint8Array,
  ): number {
    let left = start;
    let right = 0;
    for (let r = start; r < end; r++) {
      const row = rows[r];
      const goesLeft = inLeft[column16[row]];
      rows[left] = row;
      spare[right] = row;
      right += 1 - goesLeft;
      left += goesLeft;
    }
    rows.set(spare.subarray(0, right), left);
    return left;
  }

  /** What the training rows weigh that came to each node. */
  function coverOf(
    ints: readonly number[],
    leafNodes: readonly number[],
    leaves: readonly LeafRows[],
    rows: Uint32Array,
  ): Float64Array {
    const cover = new Float64Array(ints.length / 2);
    leaves.forEach(({ start, end }, leaf) => {
      let frauds = 0;
      for (let i = start; i < end; i++) frauds += labels[rows[i]];
      cover[leafNodes[leaf]] = end - start + (fraudWeight - 1) * frauds;
    });
    // Children stand behind their parents.
    for (let node = cover.length - 1; node >= 0; node--) {
      if (ints[2 * node] < 0) continue;
      const left = ints[2 * node + 1];
      cover[node] = cover[left] + cover[left + 1];
    }
    return cover;
  }

  return {
    grow(rows, count, columns, derivatives) {
      const mine = columns.filter((column) => owners[column] === team.member);
      const places = Int32Array.from(mine, (column) => own.indexOf(column));
      const ints: number[] = [];
      const values: number[] = [];
      const splitCodes: number[] = [];
      const sets = new Map<number, CategorySet>();
      const leaves: LeafRows[] = [];
      const open: Splittable[] = [];
      const addNode = (): number => {
        ints.push(-1, 0);
        values.push(0);
        splitCodes.push(0);
        return values.length - 1;
      };
      const leafNodes: number[] = [];
      const finishLeaf = ({ node, start, end, g, h, low, high }: OpenNode): void => {
        const value = learningRate * clamp(leafValue(g, h, lambda), low, high);
        values[node] = value;
        leaves.push({ start, end, value });
        leafNodes.push(node);
      };
      /** Opens nodes, or makes leaves of them where there is nothing to gain. */
      const judge = (nodes: readonly OpenNode[], histograms: readonly Float64Array[]): void => {
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

      const first = room();
      fill(first, rows, 0, count, places, derivatives);
      const rootG = sumOf(derivatives, 0, rows, count);
      const rootH = sumOf(derivatives, 1, rows, count);
      const root = addNode();
      judge(
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
        // Missing values come first of all codes, or last.
        const shift = missingLeft ? 0 : 1;
        const left = split.bySet
          ? partitionBySet(
              rows,
              start,
              end,
              column16,
              membership(split, missingLeft, thresholds[split.feature].length),
            )
          : partition(rows, start, end, column16, shift, lastLeft - shift);
        const leftNode = addNode();
        const rightNode = addNode();
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
            (clamp(leafValue(split.leftG, split.leftH, lambda), low, high) +
              clamp(leafValue(rightG, rightH, lambda), low, high)) /
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
          judge(children, []);
          continue;
        }
        // The larger child is what the smaller one leaves of the parent.
        const smaller = room();
        const leftIsSmaller = left - start <= end - left;
        if (leftIsSmaller) fill(smaller, rows, start, left, places, derivatives);
        else fill(smaller, rows, left, end, places, derivatives);
        takeAway(histogram, smaller);
        judge(children, leftIsSmaller ? [smaller, histogram] : [histogram, smaller]);
      }
      for (const node of open) {
        free.push(node.histogram);
        finishLeaf(node);
      }
      // Only the leader's tree is kept.
      const cover =
        team.member === 0 ? coverOf(ints, leafNodes, leaves, rows) : new Float64Array(values.length);
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
