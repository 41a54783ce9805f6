// Exact contributions of each feature to a model's vote: path-dependent TreeSHAP values
// (Lundberg, Erion, Lee 2018, "Consistent Individualized Feature Attribution for Tree Ensembles").
//
// Where paths are short, as boosted trees have them, every value that can occur is worked out once for each model; where
// they are long, as forests have them, for each row.
import { type Ensemble, isLeaf, leftOf, nodeValue } from './ensemble.ts';
import { planTree } from './explain-plan.ts';
import { addByQuadrature } from './explain-quadrature.ts';
import { addByTables } from './explain-tables.ts';

export type Explainer = {
  /** Expected score: what the model says when nothing is known. */
  readonly base: number;
  /** Adds up to score − base. Writes `featureCount` contributions into `out`. */
  contributions(row: Float64Array, rowOffset: number, out: Float64Array): void;
};

export function createExplainer(ensemble: Ensemble): Explainer {
  const plans = Array.from(ensemble.roots, (root) => planTree(ensemble, root));
  const trees = plans.length;
  let base = 0;
  for (const root of ensemble.roots) base += expectedValue(ensemble, root) / trees;
  const addContributions = addByTables(ensemble, plans) ?? addByQuadrature(ensemble, plans);
  return {
    base,
    contributions(row, rowOffset, out) {
      out.fill(0, 0, ensemble.featureCount);
      addContributions(row, rowOffset, out);
      for (let i = 0; i < ensemble.featureCount; i++) out[i] /= trees;
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
