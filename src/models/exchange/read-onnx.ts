// Tree ensembles of ONNX (https://onnx.ai/onnx/operators, domain ai.onnx.ml), as skl2onnx and others write them.
import { isObject } from '../../domain/fields.ts';
import { doubleBelow, limitBelowFloat, limitUpToFloat } from './float32.ts';
import { type ForeignModel, type ForeignTree, refused } from './foreign-model.ts';
import { type Attribute, ELEMENT, type OnnxGraph, type OnnxNode, readOnnxFile } from './onnx-file.ts';

const ENSEMBLES = new Set(['TreeEnsembleClassifier', 'TreeEnsembleRegressor']);
/** What changes no probability. */
const HARMLESS = new Set(['Cast', 'Identity', 'ZipMap']);

/** Throws InputError where the bytes are no model that can be imported. */
export function readOnnx(bytes: Uint8Array): ForeignModel {
  let graph: OnnxGraph;
  try {
    graph = readOnnxFile(bytes);
  } catch {
    throw refused('it is no ONNX file.');
  }
  const [node, ...others] = graph.nodes.filter(({ operator }) => ENSEMBLES.has(operator));
  if (!node || others.length > 0) {
    throw refused(`it has ${others.length + (node ? 1 : 0)} tree ensembles; one is wanted.`);
  }
  const isFloat = comesAsFloat(graph, node);
  const after = graph.nodes.filter((other) => other !== node && !HARMLESS.has(other.operator));
  const isSigmoid =
    after.length === 1 && after[0].operator === 'Sigmoid' && node.outputs.includes(after[0].inputs[0]);
  if (after.length > 0 && !isSigmoid) {
    throw refused(`it computes ${after.map(({ operator }) => operator).join(', ')} as well.`);
  }
  const isClassifier = node.operator === 'TreeEnsembleClassifier';
  const transform = node.attributes.get('post_transform') ?? 'NONE';
  if (transform !== 'NONE' && transform !== 'LOGISTIC') throw refused(`its post_transform is ${transform}.`);
  const aggregate = node.attributes.get('aggregate_function') ?? 'SUM';
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE')
    throw refused(`it takes the ${aggregate} of its trees.`);
  const trees = readTrees(node, isClassifier, isFloat);
  const bases = list(node, 'base_values');
  const share = aggregate === 'AVERAGE' ? 1 / trees.length : 1;
  const columns = graph.inputs[0]?.columns;
  return {
    madeBy: graph.producer || 'an unknown program, as ONNX',
    format: 'onnx',
    kind: transform === 'LOGISTIC' || isSigmoid ? 'gradient-boosting' : 'random-forest',
    featureNames: namesOf(graph.metadata.get('feature_names')),
    featureCount: columns ?? 1 + Math.max(...trees.flatMap(({ feature }) => feature)),
    trees: trees.map((tree) => ({ ...tree, value: tree.value.map((value) => value * share) })),
    // With two, the second is that of fraud.
    base: bases.at(-1) ?? 0,
  };
}

function namesOf(json: string | undefined): readonly string[] | undefined {
  if (json === undefined) return undefined;
  try {
    const names: unknown = JSON.parse(json);
    return Array.isArray(names) ? names.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** Follows the ensemble's input back to the graph's: whether its values are rounded to single precision on the way. */
function comesAsFloat(graph: OnnxGraph, node: OnnxNode): boolean {
  let [name] = node.inputs;
  let isFloat = false;
  for (let steps = 0; steps <= graph.nodes.length; steps++) {
    const port = graph.inputs.find((input) => input.name === name);
    if (port) return isFloat || port.elementType !== ELEMENT.double;
    const from = graph.nodes.find(({ outputs }) => outputs.includes(name));
    if (!from || (from.operator !== 'Cast' && from.operator !== 'Identity')) {
      throw refused(
        `its trees read what ${from?.operator ?? 'nothing'} computes; they must read the input itself.`,
      );
    }
    if (from.attributes.get('to') === ELEMENT.float) isFloat = true;
    name = from.inputs[0];
  }
  throw refused('its nodes go round in a circle.');
}

/** A list of numbers, or a tensor of that name with `_as_tensor`; empty where there is neither. */
function list(node: OnnxNode, name: string): readonly number[] {
  const found: Attribute | undefined = node.attributes.get(name) ?? node.attributes.get(`${name}_as_tensor`);
  if (found === undefined) return [];
  const values = isObject(found) && 'values' in found ? found.values : found;
  if (!Array.isArray(values)) throw refused(`${name} is no list.`);
  return values.map(Number);
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

function readTrees(node: OnnxNode, isClassifier: boolean, isFloat: boolean): ForeignTree[] {
  const treeIds = list(node, 'nodes_treeids');
  const nodeIds = list(node, 'nodes_nodeids');
  const features = list(node, 'nodes_featureids');
  const values = list(node, 'nodes_values');
  const trueIds = list(node, 'nodes_truenodeids');
  const falseIds = list(node, 'nodes_falsenodeids');
  const missingTrue = list(node, 'nodes_missing_value_tracks_true');
  const modes = node.attributes.get('nodes_modes');
  const lengths = [nodeIds, features, values, trueIds, falseIds].map(({ length }) => length);
  if (!Array.isArray(modes) || [...lengths, modes.length].some((length) => length !== treeIds.length)) {
    throw refused('the lists of its nodes differ in length.');
  }
  const votes = leafVotes(node, isClassifier);
  const order = [...Map.groupBy(treeIds.keys(), (i) => treeIds[i]).values()];
  return order.map((indices): ForeignTree => {
    const place = new Map(indices.map((i, position) => [nodeIds[i], position]));
    const childOf = (id: number): number => {
      const found = place.get(id);
      if (found === undefined) throw refused('a tree names a node that is not there.');
      return found;
    };
    const isLeaf = (i: number): boolean => modes[i] === 'LEAF';
    const mode = (i: number): Mode => modeOf(String(modes[i]), isFloat);
    const sides = (i: number): [number, number] => {
      if (isLeaf(i)) return [-1, -1];
      const [yes, no] = [childOf(trueIds[i]), childOf(falseIds[i])];
      return mode(i).swapped ? [no, yes] : [yes, no];
    };
    return {
      feature: indices.map((i) => (isLeaf(i) ? -1 : features[i])),
      threshold: indices.map((i) => (isLeaf(i) ? 0 : mode(i).limit(values[i]))),
      missingLeft: indices.map((i) => !isLeaf(i) && Boolean(missingTrue[i]) !== mode(i).swapped),
      left: indices.map((i) => sides(i)[0]),
      right: indices.map((i) => sides(i)[1]),
      value: indices.map((i) => votes.get(`${treeIds[i]} ${nodeIds[i]}`) ?? 0),
      cover: undefined,
    };
  });
}

/** What each leaf says of fraud, the second class, by tree and node. */
function leafVotes(node: OnnxNode, isClassifier: boolean): Map<string, number> {
  const prefix = isClassifier ? 'class' : 'target';
  const trees = list(node, `${prefix}_treeids`);
  const nodes = list(node, `${prefix}_nodeids`);
  const ids = list(node, `${prefix}_ids`);
  const weights = list(node, `${prefix}_weights`);
  const named = new Set(ids);
  const labels = node.attributes.get('classlabels_int64s') ?? node.attributes.get('classlabels_strings');
  if (isClassifier && (!Array.isArray(labels) || labels.length !== 2)) {
    throw refused('it is to tell two classes apart, and has others.');
  }
  if (!isClassifier && named.size > 1) throw refused('it has several targets.');
  const votes = new Map<string, number>();
  for (const [i, id] of ids.entries()) {
    // With one class named, what is said is said of the second.
    if (named.size > 1 && id !== 1) continue;
    const key = `${trees[i]} ${nodes[i]}`;
    votes.set(key, (votes.get(key) ?? 0) + weights[i]);
  }
  return votes;
}
