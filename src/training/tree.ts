// Grows one decision tree on a binned table: bootstrap sample, random features per node, Gini impurity.
import type { Random } from '../domain/random.ts';
import { MISSING_LEFT } from '../models/ensemble.ts';
import { type GrownTree, packTree } from '../models/join-trees.ts';
import type { BinnedTable } from './bins.ts';
import { createGiniSearch, type GiniSplit, type NodeRows, type Sample } from './gini-search.ts';

export type TreeOptions = {
  /** Candidate features per node. */
  readonly featuresPerSplit: number;
  readonly maxDepth: number;
  /** Leaves at most; when bounded, the split that gains most is made first. */
  readonly maxLeaves: number;
  readonly minLeafRows: number;
};

type OpenNode = NodeRows & { readonly node: number; readonly depth: number; readonly split: GiniSplit };

/** A tree as far as it is grown; see `packTree`. */
type Draft = { readonly ints: number[]; readonly values: number[]; readonly cover: number[] };

export type TreeGrower = (options: TreeOptions, random: Random, inBag?: Uint8Array) => GrownTree;

/**
 * Reusable buffers for growing many trees on one table, each on a bootstrap sample; `inBag`, when given, is set to 1 for the
 * rows that were drawn.
 */
export function createTreeGrower(table: BinnedTable, labels: Uint8Array, fraudWeight: number): TreeGrower {
  const sample: Sample = {
    labels,
    rows: new Uint32Array(table.rows),
    weights: new Float32Array(table.rows),
  };
  const spare = new Uint32Array(table.rows);
  const findSplit = createGiniSearch(table, sample);

  return function growTree(options, random, inBag) {
    const draft: Draft = { ints: [], values: [], cover: [] };
    const open: OpenNode[] = [];
    /** Adds a node, and opens it where a split gains; gives its number. */
    const add = (rows: NodeRows, depth: number): number => {
      const node = addNode(draft, rows);
      const { start, end, genuine, fraud } = rows;
      if (depth >= options.maxDepth || genuine < 1e-9 || fraud < 1e-9 || end - start < 2) return node;
      const split = findSplit(rows, random, options);
      if (split.feature >= 0) open.push({ ...rows, node, depth, split });
      return node;
    };
    add(drawSample(sample, fraudWeight, random, inBag), 0);
    const bounded = Number.isFinite(options.maxLeaves);
    for (let leaves = 1; open.length > 0 && leaves < options.maxLeaves; leaves++) {
      const parent = takeNext(open, bounded);
      const { node, depth, split } = parent;
      const [left, right] = divide(sample, parent, table.codes[split.feature], spare);
      draft.ints[2 * node] = split.feature | (split.missingLeft ? MISSING_LEFT : 0);
      draft.ints[2 * node + 1] = add(left, depth + 1);
      draft.values[node] = table.thresholds[split.feature][split.code];
      add(right, depth + 1);
    }
    return packTree(draft.ints, draft.values, draft.cover);
  };
}

/** Draws as many rows as there are, with repetition, into the sample; gives the root. */
function drawSample(
  { rows, weights, labels }: Sample,
  fraudWeight: number,
  random: Random,
  inBag: Uint8Array | undefined,
): NodeRows {
  const count = rows.length;
  const draws = new Uint16Array(count);
  for (let i = 0; i < count; i++) draws[random.below(count)]++;
  let used = 0;
  let genuine = 0;
  let fraud = 0;
  for (let row = 0; row < count; row++) {
    if (inBag) inBag[row] = draws[row] > 0 ? 1 : 0;
    if (draws[row] === 0) continue;
    rows[used++] = row;
    weights[row] = draws[row] * (labels[row] ? fraudWeight : 1);
    if (labels[row]) fraud += weights[row];
    else genuine += weights[row];
  }
  return { start: 0, end: used, genuine, fraud };
}

function addNode({ ints, values, cover }: Draft, { genuine, fraud }: NodeRows): number {
  ints.push(-1, 0);
  values.push(fraud / Math.max(genuine + fraud, 1e-12));
  cover.push(genuine + fraud);
  return values.length - 1;
}

/** The newest; where leaves are bounded, the one that gains most. */
function takeNext(open: OpenNode[], bounded: boolean): OpenNode {
  let pick = open.length - 1;
  if (bounded) for (let i = 0; i < open.length; i++) if (open[i].split.gain > open[pick].split.gain) pick = i;
  const next = open[pick];
  open[pick] = open[open.length - 1];
  open.pop();
  return next;
}

/** Puts the rows that go left before the others, both in their order; gives the rows of both children. */
function divide(
  { rows, weights, labels }: Sample,
  { start, end, genuine, fraud, split }: OpenNode,
  codes: Uint16Array,
  spare: Uint32Array,
): readonly [NodeRows, NodeRows] {
  let left = start;
  let right = 0;
  let leftGenuine = 0;
  let leftFraud = 0;
  for (let r = start; r < end; r++) {
    const row = rows[r];
    const code = codes[row];
    if (code === 0 ? split.missingLeft : code <= split.code) {
      rows[left++] = row;
      if (labels[row]) leftFraud += weights[row];
      else leftGenuine += weights[row];
    } else spare[right++] = row;
  }
  for (let i = 0; i < right; i++) rows[left + i] = spare[i];
  return [
    { start, end: left, genuine: leftGenuine, fraud: leftFraud },
    { start: left, end, genuine: genuine - leftGenuine, fraud: fraud - leftFraud },
  ];
}
