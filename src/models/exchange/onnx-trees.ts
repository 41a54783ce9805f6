// The trees of ONNX, in both encodings (https://onnx.ai/onnx/operators, domain ai.onnx.ml): TreeEnsembleClassifier and
// TreeEnsembleRegressor up to operator set 4, TreeEnsemble from 5 on. What they can say and is not computed here is refused by its name.
import { isObject } from '../../domain/fields.ts';
import { doubleBelow, limitBelowFloat, limitUpToFloat } from './float32.ts';
import { type ForeignTree, refused } from './foreign-model.ts';
import { quoted } from './number-text.ts';
import type { Attribute, OnnxNode } from './onnx-file.ts';

export type OnnxTrees = {
  readonly trees: readonly ForeignTree[];
  /** What is added to the sum of the leaves. */
  readonly base: number;
  /** Whether the sum becomes a probability within the operator. */
  readonly isLogistic: boolean;
};

const NODES = [
  'treeids',
  'nodeids',
  'featureids',
  'values',
  'hitrates',
  'modes',
  'truenodeids',
  'falsenodeids',
];
const OLD_ATTRIBUTES = [
  ...[...NODES, 'missing_value_tracks_true'].map((name) => `nodes_${name}`),
  ...[
    'base_values',
    'post_transform',
    'nodes_values_as_tensor',
    'nodes_hitrates_as_tensor',
    'base_values_as_tensor',
  ],
];
const votesOf = (prefix: string): readonly string[] =>
  ['treeids', 'nodeids', 'ids', 'weights', 'weights_as_tensor'].map((name) => `${prefix}_${name}`);
const ATTRIBUTES: Readonly<Record<string, ReadonlySet<string>>> = {
  TreeEnsembleClassifier: new Set([
    ...[...OLD_ATTRIBUTES, ...votesOf('class'), 'classlabels_int64s', 'classlabels_strings'],
  ]),
  TreeEnsembleRegressor: new Set([
    ...[...OLD_ATTRIBUTES, ...votesOf('target'), 'n_targets', 'aggregate_function'],
  ]),
  TreeEnsemble: new Set([
    ...['aggregate_function', 'post_transform', 'n_targets', 'tree_roots', 'membership_values'],
    ...[
      'featureids',
      'splits',
      'modes',
      'truenodeids',
      'falsenodeids',
      'trueleafs',
      'falseleafs',
      'hitrates',
    ].map((name) => `nodes_${name}`),
    ...['nodes_missing_value_tracks_true', 'leaf_targetids', 'leaf_weights'],
  ]),
};
export const isTreeEnsemble = ({ operator, domain }: OnnxNode): boolean =>
  domain === 'ai.onnx.ml' && Object.hasOwn(ATTRIBUTES, operator);

/** `isFloat`: whether values are compared in single precision. */
export function readOnnxTrees(node: OnnxNode, isFloat: boolean): OnnxTrees {
  for (const [name, value] of node.attributes) {
    if (!ATTRIBUTES[node.operator].has(name)) {
      throw refused(`its ${node.operator} says ${quoted(name)}, which is not computed here.`);
    }
    if (isObject(value) && 'unread' in value)
      throw refused(`its ${name} is ${value.unread}, which is not read.`);
  }
  const isNew = node.operator === 'TreeEnsemble';
  const transform = nameOf(node, 'post_transform', isNew, POST_TRANSFORMS, 'NONE');
  if (transform !== 'NONE' && transform !== 'LOGISTIC') throw refused(`its post_transform is ${transform}.`);
  const aggregate = nameOf(node, 'aggregate_function', isNew, AGGREGATES, 'SUM');
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE')
    throw refused(`it takes the ${aggregate} of its trees.`);
  const bases = list(node, 'base_values');
  if (bases.length > 2) throw refused(`it has ${bases.length} base_values.`);
  const trees = isNew ? newTrees(node, isFloat) : oldTrees(node, isFloat);
  const share = aggregate === 'AVERAGE' ? 1 / trees.length : 1;
  return {
    trees: trees.map((tree) => ({ ...tree, value: tree.value.map((value) => value * share) })),
    // With two, the second is that of fraud.
    base: bases.at(-1) ?? 0,
    isLogistic: transform === 'LOGISTIC',
  };
}

const POST_TRANSFORMS = ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'];
const AGGREGATES = ['AVERAGE', 'SUM', 'MIN', 'MAX'];
const MODES = [
  'BRANCH_LEQ',
  'BRANCH_LT',
  'BRANCH_GTE',
  'BRANCH_GT',
  'BRANCH_EQ',
  'BRANCH_NEQ',
  'BRANCH_MEMBER',
];

/** What is a name in the old encoding is its number in the new one. */
function nameOf(
  node: OnnxNode,
  attribute: string,
  isNew: boolean,
  names: readonly string[],
  otherwise: string,
): string {
  const said = node.attributes.get(attribute) ?? otherwise;
  return isNew && typeof said === 'number' ? (names[said] ?? String(said)) : String(said);
}

/** A list of numbers, or a tensor of that name, or with `_as_tensor`; empty where there is none. */
function list(node: OnnxNode, name: string): readonly number[] {
  const found: Attribute | undefined = node.attributes.get(name) ?? node.attributes.get(`${name}_as_tensor`);
  if (found === undefined) return [];
  const values = isObject(found) && 'values' in found ? found.values : found;
  if (!Array.isArray(values)) throw refused(`${name} is no list.`);
  return values.map(Number);
}

function sameLength(what: string, lists: readonly (readonly unknown[])[]): void {
  if (new Set(lists.map(({ length }) => length)).size > 1)
    throw refused(`the lists of its ${what} differ in length.`);
}

/** Of each node; nothing said is false for all. */
function missingTrueOf(node: OnnxNode, nodes: number): readonly number[] {
  const said = list(node, 'nodes_missing_value_tracks_true');
  return said.length === 0 ? new Array<number>(nodes).fill(0) : said;
}

type Mode = { readonly limit: (value: number) => number; readonly swapped: boolean };

function modeOf(mode: string, isFloat: boolean): Mode {
  const upTo = isFloat ? limitUpToFloat : (value: number) => value;
  const below = isFloat ? limitBelowFloat : doubleBelow;
  switch (mode) {
    case 'BRANCH_LEQ':
      return { limit: upTo, swapped: false };
    case 'BRANCH_LT':
      return { limit: below, swapped: false };
    case 'BRANCH_GT':
      return { limit: upTo, swapped: true };
    case 'BRANCH_GTE':
      return { limit: below, swapped: true };
  }
  throw refused(`it branches by ${mode}.`);
}

type Branch = {
  readonly feature: number;
  readonly value: number;
  readonly mode: Mode;
  readonly missingTrue: boolean;
  readonly yes: number;
  readonly no: number;
};

/** Nodes of one tree, added one by one. */
function treeBuilder() {
  const feature: number[] = [];
  const threshold: number[] = [];
  const missingLeft: boolean[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const value: number[] = [];
  return {
    leaf(at: number, says: number): void {
      [feature[at], threshold[at], missingLeft[at]] = [-1, 0, false];
      [left[at], right[at], value[at]] = [-1, -1, says];
    },
    branch(at: number, branch: Branch): void {
      if (!(branch.feature >= 0)) throw refused('a tree splits on a column below 0.');
      const { swapped, limit } = branch.mode;
      [feature[at], threshold[at], value[at]] = [branch.feature, limit(branch.value), 0];
      missingLeft[at] = branch.missingTrue !== swapped;
      [left[at], right[at]] = swapped ? [branch.no, branch.yes] : [branch.yes, branch.no];
    },
    tree: (): ForeignTree => ({ feature, threshold, missingLeft, left, right, value, cover: undefined }),
  };
}

function oldTrees(node: OnnxNode, isFloat: boolean): ForeignTree[] {
  const treeIds = list(node, 'nodes_treeids');
  const nodeIds = list(node, 'nodes_nodeids');
  const features = list(node, 'nodes_featureids');
  const values = list(node, 'nodes_values');
  const trueIds = list(node, 'nodes_truenodeids');
  const falseIds = list(node, 'nodes_falsenodeids');
  const missingTrue = missingTrueOf(node, treeIds.length);
  const modes = node.attributes.get('nodes_modes') ?? [];
  if (!Array.isArray(modes)) throw refused('nodes_modes is no list.');
  sameLength('nodes', [treeIds, nodeIds, features, values, trueIds, falseIds, missingTrue, modes]);
  const votes = leafVotes(node);
  const order = [...Map.groupBy(treeIds.keys(), (i) => treeIds[i]).values()];
  return order.map((indices): ForeignTree => {
    const place = new Map(indices.map((i, position) => [nodeIds[i], position]));
    const placeOf = (id: number): number => {
      const found = place.get(id);
      if (found === undefined) throw refused('a tree names a node that is not there.');
      return found;
    };
    const builder = treeBuilder();
    for (const [at, i] of indices.entries()) {
      if (modes[i] === 'LEAF') builder.leaf(at, votes.get(`${treeIds[i]} ${nodeIds[i]}`) ?? 0);
      else {
        builder.branch(at, {
          feature: features[i],
          value: values[i],
          mode: modeOf(String(modes[i]), isFloat),
          missingTrue: Boolean(missingTrue[i]),
          yes: placeOf(trueIds[i]),
          no: placeOf(falseIds[i]),
        });
      }
    }
    return builder.tree();
  });
}

/** What each leaf says of fraud, the second class, by tree and node. */
function leafVotes(node: OnnxNode): Map<string, number> {
  const isClassifier = node.operator === 'TreeEnsembleClassifier';
  const prefix = isClassifier ? 'class' : 'target';
  const trees = list(node, `${prefix}_treeids`);
  const nodes = list(node, `${prefix}_nodeids`);
  const ids = list(node, `${prefix}_ids`);
  const weights = list(node, `${prefix}_weights`);
  sameLength('leaves', [trees, nodes, ids, weights]);
  const named = new Set(ids);
  const labels = node.attributes.get('classlabels_int64s') ?? node.attributes.get('classlabels_strings');
  if (isClassifier && (!Array.isArray(labels) || labels.length !== 2)) {
    throw refused('it is to tell two classes apart, and has others.');
  }
  if (!isClassifier && (named.size > 1 || Number(node.attributes.get('n_targets') ?? 1) > 1)) {
    throw refused('it has several targets (n_targets); one is wanted.');
  }
  if (ids.some((id) => id !== 0 && id !== 1))
    throw refused('a leaf of it votes for a class that is not there.');
  const votes = new Map<string, number>();
  for (const [i, id] of ids.entries()) {
    // With one class named, what is said is said of the second.
    if (named.size > 1 && id !== 1) continue;
    const key = `${trees[i]} ${nodes[i]}`;
    votes.set(key, (votes.get(key) ?? 0) + weights[i]);
  }
  return votes;
}

/** Branches and leaves are in lists of their own, and a tree is what its root leads to. */
function newTrees(node: OnnxNode, isFloat: boolean): ForeignTree[] {
  const features = list(node, 'nodes_featureids');
  const splits = list(node, 'nodes_splits');
  const codes = list(node, 'nodes_modes');
  const missingTrue = missingTrueOf(node, features.length);
  const sides = (['true', 'false'] as const).map((side) => ({
    ids: list(node, `nodes_${side}nodeids`),
    leafs: list(node, `nodes_${side}leafs`),
  }));
  const [yes, no] = sides;
  sameLength('nodes', [features, splits, codes, missingTrue, yes.ids, yes.leafs, no.ids, no.leafs]);
  const modes = codes.map((code) => modeOf(MODES[code] ?? `the mode ${code}`, isFloat));
  const targets = list(node, 'leaf_targetids');
  const weights = list(node, 'leaf_weights');
  sameLength('leaves', [targets, weights]);
  const targetCount = Number(node.attributes.get('n_targets') ?? 1);
  if (!(targetCount <= 2)) throw refused(`it has ${targetCount} targets (n_targets).`);
  if (targets.some((target) => !(target >= 0 && target < targetCount))) {
    throw refused('a leaf of it votes for a target that is not there.');
  }
  const vote = (leaf: number): number => {
    if (weights[leaf] === undefined) throw refused('a tree names a leaf that is not there.');
    // With two, the second is that of fraud.
    return targets[leaf] === targetCount - 1 ? weights[leaf] : 0;
  };
  return list(node, 'tree_roots').map((root): ForeignTree => {
    const builder = treeBuilder();
    const seen = new Set<number>();
    const open = [{ at: 0, index: root }];
    let placed = 1;
    for (let item = open.pop(); item; item = open.pop()) {
      const { at, index } = item;
      if (features[index] === undefined) throw refused('a tree names a node that is not there.');
      if (seen.has(index)) throw refused('a tree has a node with two parents.');
      seen.add(index);
      // A tree that is one leaf is written as a branch with that leaf on both sides.
      if (yes.leafs[index] && no.leafs[index] && yes.ids[index] === no.ids[index]) {
        builder.leaf(at, vote(yes.ids[index]));
        continue;
      }
      const [onTrue, onFalse] = sides.map(({ ids, leafs }) => {
        const child = placed++;
        if (leafs[index]) builder.leaf(child, vote(ids[index]));
        else open.push({ at: child, index: ids[index] });
        return child;
      });
      builder.branch(at, {
        feature: features[index],
        value: splits[index],
        mode: modes[index],
        missingTrue: Boolean(missingTrue[index]),
        yes: onTrue,
        no: onFalse,
      });
    }
    return builder.tree();
  });
}
