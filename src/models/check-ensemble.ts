// Whether arrays are trees: each node reached once, from above, by few steps; with numbers that can be compared.
import { BY_SET, type Ensemble, MISSING_LEFT } from './ensemble.ts';
import { ModelProblem } from './model-fields.ts';

/** Scoring and explaining go down a tree by calls of themselves. */
const MOST_LEVELS = 256;
const MOST_TREES = 20_000;
const MOST_NODES = 4_000_000;
const MOST_LEAF = 1e12;
const FEATURE_MASK = 0xffff;

/** Throws ModelProblem. `features` are the numbers that may be asked for, `sets` those that may be split by sets. */
export function checkEnsemble(
  ensemble: Ensemble,
  features: ReadonlySet<number>,
  sets: ReadonlySet<number>,
): void {
  const { nodes, values, cover, roots } = ensemble;
  const count = nodes.length / 4;
  const wrong = (what: string): never => {
    throw new ModelProblem(what);
  };
  if (count > MOST_NODES) wrong(`/nodes has ${count} nodes; at most ${MOST_NODES} are allowed`);
  if (cover.length !== count) wrong(`/cover speaks of ${cover.length} nodes, /nodes of ${count}`);
  if (roots.length > MOST_TREES) wrong(`/roots has ${roots.length} trees; at most ${MOST_TREES} are allowed`);
  /** How far below its root a node is, counted from 1; 0 while nothing leads to it. */
  const levels = new Uint16Array(count);
  for (const [tree, root] of roots.entries()) {
    if (!(root >= 0 && root < count)) wrong(`/roots/${tree} names a node that is not there: ${root}`);
    if (levels[root] > 0) wrong(`/roots/${tree} names node ${root}, which is a root already`);
    levels[root] = 1;
  }
  for (let node = 0; node < count; node++) {
    const packed = nodes[4 * node];
    const level = levels[node];
    if (level === 0) wrong(`/nodes: nothing above leads to node ${node}`);
    if (!(cover[node] > 0 && cover[node] < Number.POSITIVE_INFINITY))
      wrong(`/cover: that of node ${node} is ${cover[node]}; it must be above 0`);
    const value = values[2 * node + 1];
    if (packed < 0) {
      if (!(Math.abs(value) <= MOST_LEAF)) wrong(`/nodes: leaf ${node} says ${value}`);
      continue;
    }
    const feature = packed & FEATURE_MASK;
    if ((packed & ~(FEATURE_MASK | MISSING_LEFT | BY_SET)) !== 0)
      wrong(`/nodes: node ${node} asks in a way that is not known`);
    if (feature >= ensemble.featureCount || !features.has(feature))
      wrong(`/nodes: node ${node} asks for feature ${feature}, which the model does not name`);
    if ((packed & BY_SET) !== 0) {
      if (!sets.has(feature)) wrong(`/nodes: node ${node} splits feature ${feature} by a set without levels`);
    } else if (Number.isNaN(value)) wrong(`/nodes: node ${node} compares with no number`);
    const left = nodes[4 * node + 1];
    if (!(left > node && left + 1 < count))
      wrong(`/nodes: node ${node} leads to ${left}; a child comes after its parent`);
    for (const child of [left, left + 1]) {
      if (levels[child] > 0) wrong(`/nodes: node ${child} has two parents, or is a root below another`);
      if (level >= MOST_LEVELS) wrong(`/nodes: a tree has more than ${MOST_LEVELS} levels`);
      levels[child] = level + 1;
    }
  }
}
