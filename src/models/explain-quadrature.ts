// Contributions worked out for each row.
//
// A leaf pays its value times, for each feature on its path, z (share of the training weight that took this
// branch) when the feature is unknown or o (1 when the row takes it, else 0) when known. By Owen's multilinear
// extension (1972) the Shapley value of feature i at that leaf is
//     value · (oᵢ − zᵢ) · ∫₀¹ ∏_{j≠i} (zⱼ + t (oⱼ − zⱼ)) dt,
// a polynomial in t of lower degree than the path has features. Gauss–Legendre quadrature with half as many
// points is exact for it. Products are carried down a tree and sums up it, so an edge costs a handful of
// multiplications where algorithm 2 of the paper costs the square of the depth.
import { type Ensemble, goesLeft } from './ensemble.ts';
import { type AddContributions, quadratureFor, type TreePlan } from './explain-plan.ts';
import type { Quadrature } from './quadrature.ts';

export function addByQuadrature(ensemble: Ensemble, plans: readonly TreePlan[]): AddContributions {
  const quadrature = quadratureFor(plans);
  const scratch = createScratch(plans.reduce((most, plan) => Math.max(most, plan.nodes.length), 1));
  return (row, rowOffset, out) => {
    for (const plan of plans) {
      if (plan.innerCount > 0) explainTree(ensemble, plan, row, rowOffset, quadrature, scratch, out);
    }
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
