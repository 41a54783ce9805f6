// Exact contributions of each feature to a forest's score: path-dependent TreeSHAP values
// (Lundberg, Erion, Lee 2018, "Consistent Individualized Feature Attribution for Tree Ensembles").
//
// A leaf pays its value times, for each feature on its path, z (share of the training weight that took this
// branch) when the feature is unknown or o (1 when the row takes it, else 0) when known. By Owen's multilinear
// extension (1972) the Shapley value of feature i at that leaf is
//     value · (oᵢ − zᵢ) · ∫₀¹ ∏_{j≠i} (zⱼ + t (oⱼ − zⱼ)) dt,
// a polynomial in t of lower degree than the path has features. Gauss–Legendre quadrature with half as many
// points is exact for it. Products are carried down a tree and sums up it, so an edge costs a handful of
// multiplications where algorithm 2 of the paper costs the square of the depth.
import { type Ensemble, featureOf, goesLeft, isLeaf, leftOf, nodeValue } from './ensemble.ts';

export type Explainer = {
  /** Expected score: what the forest says when nothing is known. */
  readonly base: number;
  /** Adds up to score − base. Writes `featureCount` contributions into `out`. */
  contributions(row: Float64Array, rowOffset: number, out: Float64Array): void;
};

/**
 * One tree, its nodes renumbered: the root at 0, inner nodes after their parents, leaves last. The edge of a
 * position is the one that leads to it.
 */
type TreePlan = {
  readonly nodes: Int32Array;
  readonly innerCount: number;
  readonly isLeft: Uint8Array;
  /** Feature that the parent splits on. */
  readonly feature: Int32Array;
  /**
   * Two positions each: the parent, and the nearest edge above with the same feature, whose share and direction
   * this one's include (0 for none, since the root's edge says nothing).
   */
  readonly edges: Int32Array;
  /**
   * Two each: the share of the training weight over all edges of this feature down to here, and a leaf's value.
   */
  readonly constants: Float64Array;
};

export function createExplainer(ensemble: Ensemble): Explainer {
  const plans: TreePlan[] = [];
  let mostFeatures = 1;
  let mostNodes = 1;
  for (const root of ensemble.roots) {
    const { plan, pathFeatures } = planTree(ensemble, root);
    plans.push(plan);
    mostFeatures = Math.max(mostFeatures, pathFeatures);
    mostNodes = Math.max(mostNodes, plan.nodes.length);
  }
  const quadrature = gaussLegendre(Math.ceil(mostFeatures / 2));
  const scratch = createScratch(mostNodes);
  let base = 0;
  for (const root of ensemble.roots) base += expectedValue(ensemble, root) / ensemble.roots.length;
  return {
    base,
    contributions(row, rowOffset, out) {
      out.fill(0, 0, ensemble.featureCount);
      for (const plan of plans) {
        if (plan.innerCount > 0) explainTree(ensemble, plan, row, rowOffset, quadrature, scratch, out);
      }
      for (let i = 0; i < ensemble.featureCount; i++) out[i] /= plans.length;
    },
  };
}

// Per position, side by side so that a node is one line of the cache: whether the row takes the edge (and all
// edges of its feature above), what the edge gives to its feature over all points; and for one point
// 1 / the edge's factor, its gain, the product down to here, and the sum over the leaves below.
const ONE = 0;
const PART = 1;
const INVERSE = 2;
const GAIN = 3;
const PRODUCT = 4;
const SUM = 5;
const STRIDE = 8;

/** Room for one tree, overwritten by the next. */
type Scratch = { readonly takesLeft: Uint8Array; readonly taken: Uint8Array; readonly cells: Float64Array };

function createScratch(nodes: number): Scratch {
  const cells = new Float64Array(nodes * STRIDE);
  // The root's edge is always taken and says nothing.
  cells[INVERSE] = 1;
  return { takesLeft: new Uint8Array(nodes), taken: new Uint8Array(nodes).fill(1), cells };
}

function explainTree(
  ensemble: Ensemble,
  plan: TreePlan,
  row: Float64Array,
  rowOffset: number,
  quadrature: Quadrature,
  scratch: Scratch,
  out: Float64Array,
): void {
  const { nodes, innerCount, edges, isLeft, feature } = plan;
  const { takesLeft, taken, cells } = scratch;
  const { at, weights } = quadrature;
  const count = nodes.length;
  takesLeft[0] = goesLeft(ensemble, nodes[0], row, rowOffset) ? 1 : 0;
  for (let position = 1; position < count; position++) {
    const one = (takesLeft[edges[2 * position]] ^ isLeft[position] ^ 1) & taken[edges[2 * position + 1]];
    taken[position] = one;
    cells[position * STRIDE + ONE] = one;
    cells[position * STRIDE + PART] = 0;
    if (position < innerCount)
      takesLeft[position] = goesLeft(ensemble, nodes[position], row, rowOffset) ? 1 : 0;
  }
  for (let q = 0; q < at.length; q++) addPoint(plan, at[q], weights[q], cells);
  for (let position = 1; position < count; position++) {
    out[feature[position]] += cells[position * STRIDE + PART];
  }
}

/** Adds to the parts what the integrand is at `t`. No branch depends on the row: a mispredicted one costs more. */
function addPoint(plan: TreePlan, t: number, weight: number, cells: Float64Array): void {
  const { innerCount, edges, constants } = plan;
  const count = plan.nodes.length;
  const rest = 1 - t;
  cells[PRODUCT] = weight;
  for (let position = 1; position < innerCount; position++) {
    const at = position * STRIDE;
    const z = constants[2 * position];
    const one = cells[at + ONE];
    const factor = z * rest + one * t;
    const inverse = 1 / factor;
    cells[at + INVERSE] = inverse;
    cells[at + GAIN] = (one - z) * inverse;
    const up = edges[2 * position] * STRIDE;
    const same = edges[2 * position + 1] * STRIDE;
    cells[at + PRODUCT] = cells[up + PRODUCT] * cells[same + INVERSE] * factor;
    cells[at + SUM] = 0;
  }
  for (let position = innerCount; position < count; position++) {
    const at = position * STRIDE;
    const up = edges[2 * position] * STRIDE;
    const same = edges[2 * position + 1] * STRIDE;
    const z = constants[2 * position];
    const one = cells[at + ONE];
    const factor = z * rest + one * t;
    const product = cells[up + PRODUCT] * cells[same + INVERSE] * constants[2 * position + 1];
    // (one − z) / factor − gain above, times the product with this factor.
    cells[at + PART] += product * (one - z - cells[same + GAIN] * factor);
    cells[up + SUM] += product * factor;
  }
  for (let position = innerCount - 1; position > 0; position--) {
    const at = position * STRIDE;
    const sum = cells[at + SUM];
    cells[at + PART] += sum * (cells[at + GAIN] - cells[edges[2 * position + 1] * STRIDE + GAIN]);
    cells[edges[2 * position] * STRIDE + SUM] += sum;
  }
}

function expectedValue(ensemble: Ensemble, node: number): number {
  if (isLeaf(ensemble, node)) return nodeValue(ensemble, node);
  const { cover } = ensemble;
  const left = leftOf(ensemble, node);
  const sum =
    cover[left] * expectedValue(ensemble, left) + cover[left + 1] * expectedValue(ensemble, left + 1);
  return sum / cover[node];
}

function planTree(ensemble: Ensemble, root: number): { plan: TreePlan; pathFeatures: number } {
  type Edge = { node: number; up: Edge | undefined; feature: number; above: Edge | undefined; share: number };
  const inner: Edge[] = [];
  const leaves: Edge[] = [];
  let pathFeatures = 0;
  /** The lowest edge of each feature on the way down. */
  const onPath = new Map<number, Edge>();
  function visit(node: number, up: Edge | undefined): void {
    const feature = up ? featureOf(ensemble, up.node) : 0;
    const above = up && onPath.get(feature);
    const share = up ? (ensemble.cover[node] / ensemble.cover[up.node]) * (above?.share ?? 1) : 1;
    const edge: Edge = { node, up, feature, above, share };
    if (up) onPath.set(feature, edge);
    if (isLeaf(ensemble, node)) {
      leaves.push(edge);
      pathFeatures = Math.max(pathFeatures, onPath.size);
    } else {
      inner.push(edge);
      const left = leftOf(ensemble, node);
      visit(left, edge);
      visit(left + 1, edge);
    }
    if (above) onPath.set(feature, above);
    else if (up) onPath.delete(feature);
  }
  visit(root, undefined);
  const edges = [...inner, ...leaves];
  const positions = new Map(edges.map((edge, position) => [edge, position]));
  const positionOf = (edge: Edge | undefined): number => (edge && positions.get(edge)) ?? 0;
  const plan: TreePlan = {
    nodes: Int32Array.from(edges, (edge) => edge.node),
    innerCount: inner.length,
    isLeft: Uint8Array.from(edges, ({ node, up }) => (up && node === leftOf(ensemble, up.node) ? 1 : 0)),
    feature: Int32Array.from(edges, (edge) => edge.feature),
    edges: Int32Array.from(edges.flatMap((edge) => [positionOf(edge.up), positionOf(edge.above)])),
    constants: Float64Array.from(edges.flatMap(({ share, node }) => [share, nodeValue(ensemble, node)])),
  };
  return { plan, pathFeatures };
}

type Quadrature = { readonly at: Float64Array; readonly weights: Float64Array };

/** Points and weights on [0, 1], exact for polynomials of degree 2 · count − 1; roots by Newton's method. */
function gaussLegendre(count: number): Quadrature {
  const at = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round++) {
      let previous = 1;
      let value = x;
      for (let k = 2; k <= count; k++) {
        const next = ((2 * k - 1) * x * value - (k - 1) * previous) / k;
        previous = value;
        value = next;
      }
      slope = (count * (x * value - previous)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    at[i] = (1 - x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { at, weights };
}
