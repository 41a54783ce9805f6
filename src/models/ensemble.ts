// Tree ensembles as flat arrays: 16 bytes a node, nothing allocated per row.
//
// Node i: int32[4i] is the feature (negative: a leaf), with bit 16 set when a missing value goes left;
// int32[4i+1] the left child (the right one follows it); float64[2i+1] the threshold or, at a leaf, the value.
// A value goes left when it is ≤ the threshold. With bit 17 set, the eight bytes of the threshold are a set of the
// numbers 0 to 63: those in it go left, the others right, and what is none of them is missing.

export const MISSING_LEFT = 1 << 16;
export const BY_SET = 1 << 17;
/** Categories that a set can tell apart. */
export const SET_SIZE = 64;
const FEATURE_MASK = 0xffff;

export type Ensemble = {
  readonly nodes: Int32Array;
  /** The same bytes as `nodes`. */
  readonly values: Float64Array;
  /** Training weight that passed through each node; explanations need it. */
  readonly cover: Float64Array;
  readonly roots: Int32Array;
  readonly featureCount: number;
};

export function createEnsemble(
  bytes: ArrayBuffer,
  cover: Float64Array,
  roots: Int32Array,
  featureCount: number,
): Ensemble {
  return { nodes: new Int32Array(bytes), values: new Float64Array(bytes), cover, roots, featureCount };
}

export const isLeaf = (ensemble: Ensemble, node: number): boolean => ensemble.nodes[4 * node] < 0;
export const featureOf = (ensemble: Ensemble, node: number): number =>
  ensemble.nodes[4 * node] & FEATURE_MASK;
export const leftOf = (ensemble: Ensemble, node: number): number => ensemble.nodes[4 * node + 1];
export const nodeValue = (ensemble: Ensemble, node: number): number => ensemble.values[2 * node + 1];
export const missingGoesLeft = (ensemble: Ensemble, node: number): boolean =>
  (ensemble.nodes[4 * node] & MISSING_LEFT) !== 0;

export const splitsBySet = (ensemble: Ensemble, node: number): boolean =>
  !isLeaf(ensemble, node) && (ensemble.nodes[4 * node] & BY_SET) !== 0;

/** 1 where a set, kept as two numbers of 32 bits, holds a category. */
export const inSet = (low: number, high: number, category: number): number =>
  ((category < 32 ? low : high) >>> (category & 31)) & 1;

/** Whether the set of a node holds a value; undefined for what is no category. */
function setHolds({ nodes }: Ensemble, node: number, value: number): boolean | undefined {
  if (!(value >= 0 && value < SET_SIZE && Number.isInteger(value))) return undefined;
  return inSet(nodes[4 * node + 2], nodes[4 * node + 3], value) === 1;
}

/** Whether the row takes the left branch at an inner node. */
export function goesLeft(ensemble: Ensemble, node: number, row: Float64Array, rowOffset: number): boolean {
  const value = row[rowOffset + featureOf(ensemble, node)];
  if (splitsBySet(ensemble, node)) return setHolds(ensemble, node, value) ?? missingGoesLeft(ensemble, node);
  return value <= nodeValue(ensemble, node) || (Number.isNaN(value) && missingGoesLeft(ensemble, node));
}

/** Mean of the trees' leaf values for the row that starts at `rowOffset`. */
export function predictMean(ensemble: Ensemble, row: Float64Array, rowOffset: number): number {
  const { nodes, values, roots } = ensemble;
  let sum = 0;
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree];
    for (;;) {
      const packed = nodes[4 * node];
      if (packed < 0) break;
      const left = nodes[4 * node + 1];
      if ((packed & BY_SET) !== 0) {
        node = goesLeft(ensemble, node, row, rowOffset) ? left : left + 1;
        continue;
      }
      const value = row[rowOffset + (packed & FEATURE_MASK)];
      if (value <= values[2 * node + 1]) node = left;
      else node = Number.isNaN(value) && (packed & MISSING_LEFT) !== 0 ? left : left + 1;
    }
    sum += values[2 * node + 1];
  }
  return sum / roots.length;
}
