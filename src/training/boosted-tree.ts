// Grows one tree of gradient boosting on a binned table: histograms of gradients, second-order gain (Chen and
// Guestrin 2016, "XGBoost", section 2.2), missing values on the side that gains more, the best leaf split first.
import { BY_SET, MISSING_LEFT } from '../models/ensemble.ts';
import { type CategorySet, type GrownTree, packTree } from '../models/join-trees.ts';
import type { BinnedTable } from './bins.ts';
import { shareOut, type Team, takeBest } from './boosting-team.ts';
import { membership } from './category-sets.ts';
import { divideByLimit, divideBySet } from './divide-rows.ts';
import { createHistograms, type Histograms } from './histograms.ts';
import {
  clamp,
  createSplitSearch,
  leafValue,
  type NodeSums,
  type Split,
  type SplitSearch,
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

/** What all trees of a table are grown with. */
type Ground = {
  readonly table: BinnedTable;
  readonly options: BoostedTreeOptions;
  readonly team: Team;
  readonly histograms: Histograms;
  readonly findSplit: SplitSearch;
  readonly spare: Uint32Array;
};

/** A tree as far as it is grown; see `packTree`. */
type Draft = {
  readonly ints: number[];
  readonly values: number[];
  readonly codes: number[];
  readonly sets: Map<number, CategorySet>;
  readonly leaves: LeafRows[];
  /** Of each of the leaves its node. */
  readonly leafNodes: number[];
};

/** What one tree is grown of. */
type Growth = {
  readonly rows: Uint32Array;
  readonly derivatives: Float32Array;
  /** This member's columns that the tree may split by, and their places in histograms. */
  readonly mine: readonly number[];
  readonly places: Int32Array;
  readonly draft: Draft;
  /** Nodes that gain by a split. */
  readonly open: Splittable[];
};

/** `labels` and `fraudWeight` say what a row weighs, which explanations need to know. */
export function createBoostedTreeGrower(
  table: BinnedTable,
  labels: Uint8Array,
  fraudWeight: number,
  options: BoostedTreeOptions,
  team: Team,
): BoostedTreeGrower {
  const { codes, thresholds } = table;
  // What a column costs: reading each row once or twice, and each code in the handful of nodes.
  const owners = shareOut(
    thresholds.map((limits) => table.rows + 25 * limits.length),
    team.size,
  );
  const own = codes.map((_, column) => column).filter((column) => owners[column] === team.member);
  const histograms = createHistograms(table, own);
  const ground: Ground = {
    table,
    options,
    team,
    histograms,
    findSplit: createSplitSearch(thresholds, histograms.offsets, options),
    spare: new Uint32Array(table.rows),
  };
  return {
    grow(rows, count, columns, derivatives) {
      const mine = columns.filter((column) => owners[column] === team.member);
      const growth: Growth = {
        rows,
        derivatives,
        mine,
        places: Int32Array.from(mine, (column) => own.indexOf(column)),
        draft: { ints: [], values: [], codes: [], sets: new Map(), leaves: [], leafNodes: [] },
        open: [],
      };
      openRoot(ground, growth, count);
      growNodes(ground, growth);
      const { draft } = growth;
      // Only the leader's tree is kept.
      const cover =
        team.member === 0 ? coverOf(draft, rows, labels, fraudWeight) : new Float64Array(draft.values.length);
      return {
        tree: packTree(draft.ints, draft.values, cover, draft.sets),
        codes: Uint16Array.from(draft.codes),
        leaves: draft.leaves,
      };
    },
  };
}

function addNode({ ints, values, codes }: Draft): number {
  ints.push(-1, 0);
  values.push(0);
  codes.push(0);
  return values.length - 1;
}

/** Makes an inner node of a leaf; gives its children. */
function addSplit(draft: Draft, node: number, split: Split, threshold: number): readonly [number, number] {
  const left = addNode(draft);
  const right = addNode(draft);
  draft.ints[2 * node] = split.feature | (split.missingLeft ? MISSING_LEFT : 0) | (split.bySet ? BY_SET : 0);
  if (split.bySet) draft.sets.set(node, { low: split.low, high: split.high });
  draft.ints[2 * node + 1] = left;
  draft.values[node] = threshold;
  draft.codes[node] = split.code;
  return [left, right];
}

function finishLeaf(
  { learningRate, lambda }: BoostedTreeOptions,
  { values, leaves, leafNodes }: Draft,
  { node, start, end, g, h, low, high }: OpenNode,
): void {
  const value = learningRate * clamp(leafValue(g, h, lambda), low, high);
  values[node] = value;
  leaves.push({ start, end, value });
  leafNodes.push(node);
}

function openRoot(ground: Ground, growth: Growth, count: number): void {
  const { histograms, options } = ground;
  const { rows, derivatives, places, draft } = growth;
  const first = histograms.room();
  histograms.fill(first, rows, 0, count, places, derivatives);
  const root: OpenNode = {
    node: addNode(draft),
    start: 0,
    end: count,
    depth: 0,
    g: sumOf(derivatives, 0, rows, count),
    h: sumOf(derivatives, 1, rows, count),
    low: NEGATIVE_INFINITY,
    high: POSITIVE_INFINITY,
  };
  judge(ground, growth, [root], options.maxDepth > 0 ? [first] : []);
}

/** The sum of every other number, from `from` on, of the first `count` rows. */
function sumOf(derivatives: Float32Array, from: 0 | 1, rows: Uint32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += derivatives[2 * rows[i] + from];
  return sum;
}

/** Opens nodes, or makes leaves of them where there is nothing to gain. */
function judge(
  { findSplit, histograms: { giveBack }, options, team }: Ground,
  { mine, draft, open }: Growth,
  nodes: readonly OpenNode[],
  histograms: readonly Float64Array[],
): void {
  if (histograms.length === 0) {
    for (const node of nodes) finishLeaf(options, draft, node);
    return;
  }
  const splits = nodes.map((node, i) => findSplit(histograms[i], mine, node));
  takeBest(team, splits);
  nodes.forEach((node, i) => {
    if (splits[i].feature >= 0) {
      open.push({ ...node, histogram: histograms[i], split: splits[i] });
      return;
    }
    giveBack(histograms[i]);
    finishLeaf(options, draft, node);
  });
}

/** Splits the node that gains most, until there are leaves enough or none gains. */
function growNodes(ground: Ground, growth: Growth): void {
  const { histograms, options } = ground;
  const { open, draft } = growth;
  for (let grown = 1; open.length > 0 && grown < options.maxLeaves; ) {
    let pick = 0;
    for (let i = 1; i < open.length; i++) if (open[i].split.gain > open[pick].split.gain) pick = i;
    const [parent] = open.splice(pick, 1);
    grown++;
    const children = splitNode(ground, growth, parent);
    if (parent.depth + 1 >= options.maxDepth || grown >= options.maxLeaves) {
      histograms.giveBack(parent.histogram);
      judge(ground, growth, children, []);
    } else judge(ground, growth, children, histogramsOf(histograms, growth, parent, children));
  }
  for (const node of open) {
    histograms.giveBack(node.histogram);
    finishLeaf(options, draft, node);
  }
}

/** Divides a node's rows as its split says; gives its children. */
function splitNode(
  { table: { codes, thresholds }, options, spare }: Ground,
  { rows, draft }: Growth,
  parent: Splittable,
): readonly [OpenNode, OpenNode] {
  const { node, start, end, split } = parent;
  const column = codes[split.feature];
  const limits = thresholds[split.feature];
  // Missing values come first of all codes, or last.
  const shift = split.missingLeft ? 0 : 1;
  const middle = split.bySet
    ? divideBySet({ rows, start, end }, spare, column, membership(split, split.missingLeft, limits.length))
    : divideByLimit({ rows, start, end }, spare, column, shift, split.code - shift);
  const [left, right] = addSplit(draft, node, split, limits[split.code]);
  const [leftSums, rightSums] = sumsBelow(parent, split, options);
  const depth = parent.depth + 1;
  return [
    { node: left, start, end: middle, depth, ...leftSums },
    { node: right, start: middle, end, depth, ...rightSums },
  ];
}

/** Sums and bounds of the children; where scores may only rise or only fall, the sides are kept apart by their middle. */
function sumsBelow(
  { g, h, low, high }: NodeSums,
  { feature, leftG, leftH }: Split,
  { lambda, monotone }: Splitting,
): readonly [NodeSums, NodeSums] {
  const left = { g: leftG, h: leftH, low, high };
  const right = { g: g - leftG, h: h - leftH, low, high };
  const direction = monotone[feature];
  if (direction === 0) return [left, right];
  const middle =
    (clamp(leafValue(leftG, leftH, lambda), low, high) +
      clamp(leafValue(right.g, right.h, lambda), low, high)) /
    2;
  return direction > 0
    ? [
        { ...left, high: middle },
        { ...right, low: middle },
      ]
    : [
        { ...left, low: middle },
        { ...right, high: middle },
      ];
}

/** The larger child is what the smaller one leaves of the parent, whose histogram becomes the child's. */
function histogramsOf(
  histograms: Histograms,
  { rows, places, derivatives }: Growth,
  { histogram }: Splittable,
  [left, right]: readonly [OpenNode, OpenNode],
): readonly [Float64Array, Float64Array] {
  const leftIsSmaller = left.end - left.start <= right.end - right.start;
  const { start, end } = leftIsSmaller ? left : right;
  const smaller = histograms.room();
  histograms.fill(smaller, rows, start, end, places, derivatives);
  histograms.takeAway(histogram, smaller);
  return leftIsSmaller ? [smaller, histogram] : [histogram, smaller];
}

/** What the training rows weigh that came to each node. */
function coverOf(
  { ints, leaves, leafNodes }: Draft,
  rows: Uint32Array,
  labels: Uint8Array,
  fraudWeight: number,
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
