// Contributions looked up. Of the leaves below a node it only matters with which features above the row agrees and which
// way the nodes below send it, and what these leaves then give to each feature is the same for every row: it is worked
// out once (after Yang 2021, "Fast TreeSHAP: Accelerating SHAP Value Computation for Trees", section 4, who does it leaf
// by leaf). With three nodes below, a table of a boosted tree of depth four has 32 entries, and four of them make a tree.
import { type Ensemble, featureOf, goesLeft, missingGoesLeft, nodeValue, splitsBySet } from './ensemble.ts';
import { type AddContributions, quadratureFor, type TreePlan } from './explain-plan.ts';
import type { Quadrature } from './quadrature.ts';

const MOST_PATH_FEATURES = 8;
/** Numbers in all tables of a model: 16 MB. */
const MOST_CELLS = 1 << 21;
/** Levels of nodes below that one table speaks for. */
const GROUP_HEIGHT = 2;

const MISSING_LEFT = 1;
const BY_SET = 2;

/** Leaves that share a table, by positions of their tree's plan: the node all are below, and the nodes that are asked. */
type Group = {
  readonly root: number;
  readonly inner: readonly number[];
  readonly leaves: readonly number[];
  readonly features: readonly number[];
  /** Features above. */
  readonly above: number;
};

/** Undefined where the tables would be too large. */
export function addByTables(ensemble: Ensemble, plans: readonly TreePlan[]): AddContributions | undefined {
  if (plans.some((plan) => plan.pathFeatures > MOST_PATH_FEATURES)) return undefined;
  const groupsOfTrees = plans.map(groupsOf);
  const groups = groupsOfTrees.flat();
  const cells = groups.reduce((sum, group) => sum + cellsOf(group), 0);
  if (cells > MOST_CELLS) return undefined;

  // Inner nodes, tree by tree, as in their plans.
  const innerCount = plans.reduce((sum, plan) => sum + plan.innerCount, 0);
  const questions = new Int32Array(2 * innerCount);
  const limits = new Float64Array(innerCount);
  const nodes = new Int32Array(innerCount);
  const innerEdges = new Int32Array(3 * innerCount);
  const treeEnds = new Int32Array(2 * plans.length);
  // Of each group: its edge, how many features are above, where its nodes, features and table begin.
  const groupEdges = new Int32Array(3 * groups.length);
  const masks = new Int32Array(groups.length);
  const groupNodes: number[] = [];
  const groupFeatures: number[] = [];
  const starts = new Int32Array(3 * (groups.length + 1));
  const table = new Float64Array(cells);
  const quadrature = quadratureFor(plans);
  let firstNode = 0;
  let group = 0;
  let cell = 0;
  plans.forEach((plan, tree) => {
    for (let position = 0; position < plan.innerCount; position++) {
      const at = firstNode + position;
      const node = plan.nodes[position];
      nodes[at] = node;
      limits[at] = nodeValue(ensemble, node);
      questions[2 * at] = featureOf(ensemble, node);
      questions[2 * at + 1] =
        (missingGoesLeft(ensemble, node) ? MISSING_LEFT : 0) | (splitsBySet(ensemble, node) ? BY_SET : 0);
      innerEdges.set(edgeOf(plan, position, firstNode), 3 * at);
    }
    for (const made of groupsOfTrees[tree]) {
      groupEdges.set(edgeOf(plan, made.root, firstNode), 3 * group);
      masks[group] = (1 << made.above) - 1;
      groupNodes.push(...made.inner.map((position) => firstNode + position));
      groupFeatures.push(...made.features);
      fillTable(table, cell, plan, made, quadrature);
      cell += cellsOf(made);
      group++;
      starts.set([groupNodes.length, groupFeatures.length, cell], 3 * group);
    }
    firstNode += plan.innerCount;
    treeEnds.set([firstNode, group], 2 * tree);
  });
  const nodesOfGroups = Int32Array.from(groupNodes);
  const featuresOfGroups = Int32Array.from(groupFeatures);
  const takesLeft = new Uint8Array(innerCount);
  const patterns = new Int32Array(innerCount);

  /** Bits of the features that the row agrees with, down to an edge. */
  const patternOf = (edges: Int32Array, at: number): number => {
    const up = edges[3 * at];
    if (up < 0) return -1;
    return patterns[up] & (edges[3 * at + 1] | -(takesLeft[up] ^ edges[3 * at + 2] ^ 1));
  };

  return (row, rowOffset, out) => {
    let node = 0;
    let at = 0;
    for (let tree = 0; tree < plans.length; tree++) {
      for (const end = treeEnds[2 * tree]; node < end; node++) {
        patterns[node] = patternOf(innerEdges, node);
        const flags = questions[2 * node + 1];
        const value = row[rowOffset + questions[2 * node]];
        if ((flags & BY_SET) !== 0) takesLeft[node] = +goesLeft(ensemble, nodes[node], row, rowOffset);
        else takesLeft[node] = +(value <= limits[node]) | (+Number.isNaN(value) & flags & MISSING_LEFT);
      }
      for (const end = treeEnds[2 * tree + 1]; at < end; at++) {
        let entry = patternOf(groupEdges, at) & masks[at];
        for (let k = starts[3 * at]; k < starts[3 * at + 3]; k++)
          entry = 2 * entry + takesLeft[nodesOfGroups[k]];
        const from = starts[3 * at + 1];
        const width = starts[3 * at + 4] - from;
        const cells = starts[3 * at + 2] + entry * width;
        for (let k = 0; k < width; k++) out[featuresOfGroups[from + k]] += table[cells + k];
      }
    }
  };
}

/** Where an edge comes from (none: the root's), all bits but that of its feature, and 1 where it leads left. */
function edgeOf({ edges, place, isLeft }: TreePlan, position: number, firstNode: number): number[] {
  return position === 0
    ? [-1, 0, 0]
    : [firstNode + edges[2 * position], ~(1 << place[position]), isLeft[position]];
}

const cellsOf = ({ above, inner, features }: Group): number => features.length << (above + inner.length);

/** Edges from a position up to the root's, which is left out. */
function upwards({ edges }: TreePlan, position: number): number[] {
  const path: number[] = [];
  for (let at = position; at > 0; at = edges[2 * at]) path.push(at);
  return path;
}

function groupsOf(plan: TreePlan): Group[] {
  const { nodes, innerCount, edges, feature } = plan;
  const children: number[][] = Array.from(nodes, () => []);
  for (let position = 1; position < nodes.length; position++) children[edges[2 * position]].push(position);
  const heights = new Int32Array(nodes.length);
  for (let position = nodes.length - 1; position > 0; position--) {
    const up = edges[2 * position];
    heights[up] = Math.max(heights[up], heights[position] + 1);
  }
  const below = (position: number): number[] => [position, ...children[position].flatMap(below)];
  const groups: Group[] = [];
  const visit = (position: number): void => {
    if (heights[position] > GROUP_HEIGHT) {
      children[position].forEach(visit);
      return;
    }
    const all = below(position);
    const inner = all.filter((other) => other < innerCount);
    const leaves = all.filter((other) => other >= innerCount);
    const features = new Set(leaves.flatMap((leaf) => upwards(plan, leaf).map((edge) => feature[edge])));
    const above = new Set(upwards(plan, position).map((edge) => feature[edge])).size;
    groups.push({ root: position, inner, leaves, features: [...features], above });
  };
  if (innerCount > 0) visit(0);
  return groups;
}

/** Writes what the leaves of a group give to its features, for each entry, from `from` on. */
function fillTable(
  table: Float64Array,
  from: number,
  plan: TreePlan,
  group: Group,
  quadrature: Quadrature,
): void {
  const { inner, leaves, features, above, root } = group;
  const paths = leaves.map((leaf) => {
    const edges = upwards(plan, leaf);
    // The lowest edge of a feature has its share over all edges.
    const lowest: number[] = [];
    for (const edge of edges) lowest[plan.place[edge]] ??= edge;
    const asked = edges.slice(0, edges.length - upwards(plan, root).length);
    return {
      value: plan.constants[2 * leaf + 1],
      shares: lowest.map((edge) => plan.constants[2 * edge]),
      slots: lowest.map((edge) => features.indexOf(plan.feature[edge])),
      asked: asked.map((edge) => ({
        bit: inner.length - 1 - inner.indexOf(plan.edges[2 * edge]),
        isLeft: plan.isLeft[edge],
        place: plan.place[edge],
      })),
    };
  });
  for (let entry = 0; entry < 1 << (above + inner.length); entry++) {
    const at = from + entry * features.length;
    for (const { value, shares, slots, asked } of paths) {
      const ones = shares.map((_, place) => (place < above ? (entry >> (inner.length + place)) & 1 : 1));
      for (const { bit, isLeft, place } of asked) if (((entry >> bit) & 1) !== isLeft) ones[place] = 0;
      shapley(shares, ones, quadrature).forEach((share, place) => {
        table[at + slots[place]] += value * share;
      });
    }
  }
}

/** Of a leaf worth 1: what each feature of its path gives. The formula is in explain-quadrature. */
function shapley(
  shares: readonly number[],
  ones: readonly number[],
  { at: points, weights }: Quadrature,
): number[] {
  return shares.map((share, own) => {
    let integral = 0;
    for (let q = 0; q < points.length; q++) {
      let product = weights[q];
      for (let k = 0; k < shares.length; k++) {
        if (k !== own) product *= shares[k] + points[q] * (ones[k] - shares[k]);
      }
      integral += product;
    }
    return (ones[own] - share) * integral;
  });
}
