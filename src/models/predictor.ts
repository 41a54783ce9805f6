// What the trees of an ensemble say, for one row or for many, without a branch that a processor could guess wrongly.
//
// Nodes are laid out anew for it. A leaf points at itself and compares with nothing, so that several trees walk down side
// by side until none of them moves. A row stands there twice, as it is and negated: where a missing value goes right,
// v ≤ t is asked as −v > −next(t), which is false for NaN, with the children swapped. Sums are made in the order of the
// trees, so that every way of asking gives the same bits. Many rows go through complete trees, where children need no
// pointers (Asadi, Lin and de Vries 2014, "Runtime optimizations for tree-based machine learning models").
import {
  type Ensemble,
  featureOf,
  isLeaf,
  leftOf,
  missingGoesLeft,
  nodeValue,
  predictMean,
  splitsBySet,
} from './ensemble.ts';

export type Predictor = {
  /** Mean of the trees' leaf values for the row that starts at `rowOffset`. */
  mean(values: Float64Array, rowOffset: number): number;
  /** The same of each row of a row-major table. */
  means(table: Float64Array, rows: number): Float64Array;
};

/** Deeper trees would need too much room as complete ones: their rows are asked one by one. */
const MOST_LEVELS = 8;
const BLOCK = 64;

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);
/** The next number above; none is above infinity. */
function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  if (value === Number.POSITIVE_INFINITY) return value;
  float[0] = value;
  bits[0] += value > 0 ? 1n : -1n;
  return float[0];
}

/** How an inner node asks: the place of a value in the doubled row, the limit above which the second child is meant. */
type Question = {
  readonly at: number;
  readonly limit: number;
  readonly first: number;
  readonly second: number;
};

function questionOf(ensemble: Ensemble, node: number): Question {
  const feature = featureOf(ensemble, node);
  const limit = nodeValue(ensemble, node);
  const left = leftOf(ensemble, node);
  return missingGoesLeft(ensemble, node)
    ? { at: feature, limit, first: left, second: left + 1 }
    : { at: ensemble.featureCount + feature, limit: -nextUp(limit), first: left + 1, second: left };
}

/** Writes a row, the same negated, and after them NaN, which leaves ask for. */
function writeDoubled(
  target: Float64Array,
  at: number,
  values: Float64Array,
  from: number,
  width: number,
): void {
  for (let k = 0; k < width; k++) {
    const value = values[from + k];
    target[at + k] = value;
    // Infinity is no more than an infinite limit either.
    target[at + width + k] = value === Number.POSITIVE_INFINITY ? -Number.MAX_VALUE : -value;
  }
}

/** The same nodes at the same places, but that a pair may stand the other way round. */
function createWalker(ensemble: Ensemble): (values: Float64Array, rowOffset: number) => number {
  const { roots, featureCount: width } = ensemble;
  const count = ensemble.cover.length;
  const bytes = new ArrayBuffer(16 * count);
  const nodes = new Int32Array(bytes);
  const limits = new Float64Array(bytes);
  const row = new Float64Array(2 * width + 1).fill(Number.NaN);
  const place = (node: number, to: number): void => {
    if (isLeaf(ensemble, node)) {
      nodes[4 * to] = 2 * width;
      nodes[4 * to + 1] = to;
      limits[2 * to + 1] = nodeValue(ensemble, node);
      return;
    }
    const { at, limit, first, second } = questionOf(ensemble, node);
    const pair = leftOf(ensemble, node);
    nodes[4 * to] = at;
    nodes[4 * to + 1] = pair;
    limits[2 * to + 1] = limit;
    place(first, pair);
    place(second, pair + 1);
  };
  for (const root of roots) place(root, root);
  const trees = roots.length;

  return (values, rowOffset) => {
    writeDoubled(row, 0, values, rowOffset, width);
    let sum = 0;
    let tree = 0;
    for (; tree + 3 < trees; tree += 4) {
      let a = roots[tree];
      let b = roots[tree + 1];
      let c = roots[tree + 2];
      let d = roots[tree + 3];
      for (;;) {
        const nextA = nodes[4 * a + 1] + +(row[nodes[4 * a]] > limits[2 * a + 1]);
        const nextB = nodes[4 * b + 1] + +(row[nodes[4 * b]] > limits[2 * b + 1]);
        const nextC = nodes[4 * c + 1] + +(row[nodes[4 * c]] > limits[2 * c + 1]);
        const nextD = nodes[4 * d + 1] + +(row[nodes[4 * d]] > limits[2 * d + 1]);
        if (((nextA ^ a) | (nextB ^ b) | (nextC ^ c) | (nextD ^ d)) === 0) break;
        a = nextA;
        b = nextB;
        c = nextC;
        d = nextD;
      }
      sum += limits[2 * a + 1];
      sum += limits[2 * b + 1];
      sum += limits[2 * c + 1];
      sum += limits[2 * d + 1];
    }
    for (; tree < trees; tree++) {
      let node = roots[tree];
      for (;;) {
        const next = nodes[4 * node + 1] + +(row[nodes[4 * node]] > limits[2 * node + 1]);
        if (next === node) break;
        node = next;
      }
      sum += limits[2 * node + 1];
    }
    return sum / trees;
  };
}

function levelsOf(ensemble: Ensemble): number {
  const below = (node: number): number => {
    if (isLeaf(ensemble, node)) return 0;
    const left = leftOf(ensemble, node);
    return 1 + Math.max(below(left), below(left + 1));
  };
  return ensemble.roots.reduce((most, root) => Math.max(most, below(root)), 0);
}

/** All trees as complete ones of so many levels: questions from place 1 of a tree on, leaves in an array of their own. */
function createTableWalker(
  ensemble: Ensemble,
  levels: number,
): (table: Float64Array, rows: number) => Float64Array {
  const { roots, featureCount: width } = ensemble;
  const trees = roots.length;
  const size = 1 << levels;
  const stride = 2 * width + 1;
  const places = new Int32Array(trees * size).fill(2 * width);
  const limits = new Float64Array(trees * size);
  const leaves = new Float64Array(trees * size);
  const place = (tree: number, node: number, at: number): void => {
    const leaf = isLeaf(ensemble, node);
    if (at >= size) {
      leaves[tree * size + at - size] = nodeValue(ensemble, node);
      return;
    }
    // A leaf further up stands below itself, on both sides.
    const question = leaf ? undefined : questionOf(ensemble, node);
    if (question) {
      places[tree * size + at] = question.at;
      limits[tree * size + at] = question.limit;
    }
    place(tree, question?.first ?? node, 2 * at);
    place(tree, question?.second ?? node, 2 * at + 1);
  };
  roots.forEach((root, tree) => {
    place(tree, root, 1);
  });
  const block = new Float64Array(BLOCK * stride).fill(Number.NaN);
  const sums = new Float64Array(BLOCK);

  function throughTree(tree: number): void {
    const base = tree * size;
    const leafBase = base - size;
    const first = places[base + 1];
    const firstLimit = limits[base + 1];
    for (let i = 0; i < BLOCK; i += 4) {
      const rowA = i * stride;
      const rowB = rowA + stride;
      const rowC = rowB + stride;
      const rowD = rowC + stride;
      let a = base + 2 + +(block[rowA + first] > firstLimit);
      let b = base + 2 + +(block[rowB + first] > firstLimit);
      let c = base + 2 + +(block[rowC + first] > firstLimit);
      let d = base + 2 + +(block[rowD + first] > firstLimit);
      for (let level = levels - 1; level > 0; level--) {
        a = 2 * a - base + +(block[rowA + places[a]] > limits[a]);
        b = 2 * b - base + +(block[rowB + places[b]] > limits[b]);
        c = 2 * c - base + +(block[rowC + places[c]] > limits[c]);
        d = 2 * d - base + +(block[rowD + places[d]] > limits[d]);
      }
      sums[i] += leaves[leafBase + a - base];
      sums[i + 1] += leaves[leafBase + b - base];
      sums[i + 2] += leaves[leafBase + c - base];
      sums[i + 3] += leaves[leafBase + d - base];
    }
  }

  return (table, rows) => {
    const means = new Float64Array(rows);
    for (let from = 0; from < rows; from += BLOCK) {
      const count = Math.min(BLOCK, rows - from);
      for (let i = 0; i < count; i++) writeDoubled(block, i * stride, table, (from + i) * width, width);
      sums.fill(0);
      for (let tree = 0; tree < trees; tree++) throughTree(tree);
      for (let i = 0; i < count; i++) means[from + i] = sums[i] / trees;
    }
    return means;
  };
}

/** Makes an ensemble ready to be asked; what it holds is made for one thread. */
export function createPredictor(ensemble: Ensemble): Predictor {
  const sets = ensemble.cover.some((_, node) => splitsBySet(ensemble, node));
  // A set cannot be asked for by a comparison.
  const mean = sets
    ? (values: Float64Array, rowOffset: number): number => predictMean(ensemble, values, rowOffset)
    : createWalker(ensemble);
  const oneByOne = (table: Float64Array, rows: number): Float64Array =>
    Float64Array.from({ length: rows }, (_, row) => mean(table, row * ensemble.featureCount));
  let means: typeof oneByOne | undefined;
  return {
    mean,
    means(table, rows) {
      if (!means) {
        const levels = levelsOf(ensemble);
        means =
          !sets && levels >= 1 && levels <= MOST_LEVELS ? createTableWalker(ensemble, levels) : oneByOne;
      }
      return means(table, rows);
    },
  };
}
