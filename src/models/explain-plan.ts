// What an explanation needs of a tree and can be worked out once for each model.
import { type Ensemble, featureOf, isLeaf, leftOf, nodeValue } from './ensemble.ts';
import { gaussLegendre, type Quadrature } from './quadrature.ts';

/** Adds the contributions of all trees for a row into `out`. */
export type AddContributions = (row: Float64Array, rowOffset: number, out: Float64Array) => void;

/**
 * One tree, its nodes renumbered: the root at 0, inner nodes after their parents, leaves last. The edge of a
 * position is the one that leads to it.
 */
export type TreePlan = {
  /** Features on the path that has most of them. */
  readonly pathFeatures: number;
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
  /** Which of the features on the way down from the root the edge asks: 0 for the first of them. */
  readonly place: Uint8Array;
  /**
   * Two each: the share of the training weight over all edges of this feature down to here, and a leaf's value.
   */
  readonly constants: Float64Array;
};

export function planTree(ensemble: Ensemble, root: number): TreePlan {
  type Edge = {
    node: number;
    up: Edge | undefined;
    feature: number;
    place: number;
    above: Edge | undefined;
    share: number;
  };
  const inner: Edge[] = [];
  const leaves: Edge[] = [];
  let pathFeatures = 0;
  /** The lowest edge of each feature on the way down. */
  const onPath = new Map<number, Edge>();
  function visit(node: number, up: Edge | undefined): void {
    const feature = up ? featureOf(ensemble, up.node) : 0;
    const above = up && onPath.get(feature);
    const share = up ? (ensemble.cover[node] / ensemble.cover[up.node]) * (above?.share ?? 1) : 1;
    const place = above?.place ?? onPath.size;
    const edge: Edge = { node, up, feature, place, above, share };
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
  return {
    pathFeatures,
    nodes: Int32Array.from(edges, (edge) => edge.node),
    innerCount: inner.length,
    isLeft: Uint8Array.from(edges, ({ node, up }) => (up && node === leftOf(ensemble, up.node) ? 1 : 0)),
    feature: Int32Array.from(edges, (edge) => edge.feature),
    place: Uint8Array.from(edges, (edge) => edge.place),
    edges: Int32Array.from(edges.flatMap((edge) => [positionOf(edge.up), positionOf(edge.above)])),
    constants: Float64Array.from(edges.flatMap(({ share, node }) => [share, nodeValue(ensemble, node)])),
  };
}

/** Exact for the polynomials of all paths of these trees. */
export const quadratureFor = (plans: readonly TreePlan[]): Quadrature =>
  gaussLegendre(Math.ceil(plans.reduce((most, plan) => Math.max(most, plan.pathFeatures), 1) / 2));
