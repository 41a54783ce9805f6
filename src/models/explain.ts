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
  readonly parent: Int32Array;
  readonly isLeft: Uint8Array;
  /** Feature that the parent splits on. */
  readonly feature: Int32Array;
  /**
   * The nearest edge above with the same feature, whose share and direction this one's include; 0 for none,
   * since the root's edge says nothing.
   */
  readonly above: Int32Array;
  /** Share of the training weight, over all edges of this feature down to here. */
  readonly share: Float64Array;
  /** Value of a leaf. */
  readonly values: Float64Array;
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
  const points = Math.ceil(mostFeatures / 2);
  const { at, weights } = gaussLegendre(points);
  const rest = at.map((t) => 1 - t);
  const takesLeft = new Uint8Array(mostNodes);
  // 1 when the row takes the edge and all edges of its feature above; the root's edge is always taken.
  const taken = new Uint8Array(mostNodes).fill(1);
  // Per position and point: 1 / the edge's factor, what it gives to its feature, the product down to here,
  // and the sum over the leaves below. Nothing here branches on the row: a mispredicted branch costs more.
  const inverses = new Float64Array(mostNodes * points).fill(1);
  const gains = new Float64Array(mostNodes * points);
  const products = new Float64Array(mostNodes * points).fill(1);
  const sums = new Float64Array(mostNodes * points);

  function explainTree(plan: TreePlan, row: Float64Array, rowOffset: number, out: Float64Array): void {
    const { nodes, innerCount, parent, isLeft, feature, above, share, values } = plan;
    takesLeft[0] = goesLeft(ensemble, nodes[0], row, rowOffset) ? 1 : 0;
    for (let position = 1; position < innerCount; position++) {
      const same = above[position];
      const one = (takesLeft[parent[position]] ^ isLeft[position] ^ 1) & taken[same];
      taken[position] = one;
      takesLeft[position] = goesLeft(ensemble, nodes[position], row, rowOffset) ? 1 : 0;
      const z = share[position];
      let here = position * points;
      let up = parent[position] * points;
      let before = same * points;
      for (let q = 0; q < points; q++, here++, up++, before++) {
        const factor = z * rest[q] + one * at[q];
        const inverse = 1 / factor;
        inverses[here] = inverse;
        gains[here] = (one - z) * inverse;
        products[here] = products[up] * inverses[before] * factor;
        sums[here] = 0;
      }
    }
    for (let position = innerCount; position < nodes.length; position++) {
      const same = above[position];
      const one = (takesLeft[parent[position]] ^ isLeft[position] ^ 1) & taken[same];
      const z = share[position];
      const value = values[position];
      let up = parent[position] * points;
      let before = same * points;
      let part = 0;
      for (let q = 0; q < points; q++, up++, before++) {
        const factor = z * rest[q] + one * at[q];
        const product = products[up] * inverses[before] * weights[q] * value;
        // (one − z) / factor − gains above, times the product with this factor.
        part += product * (one - z - gains[before] * factor);
        sums[up] += product * factor;
      }
      out[feature[position]] += part;
    }
    for (let position = innerCount - 1; position > 0; position--) {
      let here = position * points;
      let up = parent[position] * points;
      let before = above[position] * points;
      let part = 0;
      for (let q = 0; q < points; q++, here++, up++, before++) {
        const sum = sums[here];
        part += sum * (gains[here] - gains[before]);
        sums[up] += sum;
      }
      out[feature[position]] += part;
    }
  }

  let base = 0;
  for (const root of ensemble.roots) base += expectedValue(ensemble, root) / ensemble.roots.length;
  return {
    base,
    contributions(row, rowOffset, out) {
      out.fill(0, 0, ensemble.featureCount);
      for (const plan of plans) {
        if (plan.innerCount > 0) explainTree(plan, row, rowOffset, out);
      }
      for (let i = 0; i < ensemble.featureCount; i++) out[i] /= plans.length;
    },
  };
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
    parent: Int32Array.from(edges, (edge) => positionOf(edge.up)),
    isLeft: Uint8Array.from(edges, ({ node, up }) => (up && node === leftOf(ensemble, up.node) ? 1 : 0)),
    feature: Int32Array.from(edges, (edge) => edge.feature),
    above: Int32Array.from(edges, (edge) => positionOf(edge.above)),
    share: Float64Array.from(edges, (edge) => edge.share),
    values: Float64Array.from(edges, ({ node }) => (isLeaf(ensemble, node) ? nodeValue(ensemble, node) : 0)),
  };
  return { plan, pathFeatures };
}

/** Points and weights on [0, 1], exact for polynomials of degree 2 · count − 1; roots by Newton's method. */
function gaussLegendre(count: number): { at: Float64Array; weights: Float64Array } {
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
