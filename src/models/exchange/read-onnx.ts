// Tree ensembles of ONNX (https://onnx.ai/onnx/operators, domain ai.onnx.ml), as skl2onnx and others write them: what goes into
// the trees and what is done with their sum. Operators that are not computed here are refused by their names.
import { isObject } from '../../domain/fields.ts';
import { type ForeignModel, refused } from './foreign-model.ts';
import { ELEMENT, elementName, type OnnxGraph, type OnnxNode, readOnnxFile } from './onnx-file.ts';
import { isTreeEnsemble, readOnnxTrees } from './onnx-trees.ts';

const DOMAIN = 'ai.onnx.ml';
const NEWEST_OPERATOR_SET = 5;
/** Of what is compared and said. */
const NUMBERS = new Set<unknown>([ELEMENT.float, ELEMENT.double]);

/** Throws InputError where the bytes are no model that can be imported. */
export function readOnnx(bytes: Uint8Array): ForeignModel {
  let graph: OnnxGraph;
  try {
    graph = readOnnxFile(bytes);
  } catch {
    throw refused('it is no ONNX file, or one that is cut off or damaged.');
  }
  if (graph.nodes.length === 0) throw refused('it is no ONNX file, or one without a graph.');
  const version = graph.operatorSets.get(DOMAIN) ?? 1;
  if (version > NEWEST_OPERATOR_SET) {
    throw refused(`its operators are of ${DOMAIN} ${version}; up to ${NEWEST_OPERATOR_SET} are read.`);
  }
  const ensembles = graph.nodes.filter(isTreeEnsemble);
  const [node] = ensembles;
  if (!node) throw refused(`it computes ${namesOf(graph.nodes)}; one tree ensemble of ${DOMAIN} is wanted.`);
  if (ensembles.length > 1) {
    throw refused(`it has ${ensembles.length} tree ensembles (${namesOf(ensembles)}); one is wanted.`);
  }
  const isFloat = comesAsFloat(graph, node);
  const { trees, base, isLogistic } = readOnnxTrees(node, isFloat);
  const { isProbability, added } = whatIsSaid(graph, node, { isProbability: isLogistic, added: 0 });
  return {
    madeBy: graph.producer || 'an unknown program, as ONNX',
    format: 'onnx',
    kind: isProbability ? 'gradient-boosting' : 'random-forest',
    featureNames: featureNamesIn(graph.metadata.get('feature_names')),
    featureCount: graph.inputs[0]?.columns ?? 1 + Math.max(...trees.flatMap(({ feature }) => feature)),
    trees,
    base: base + added,
    bestTrees: undefined,
  };
}

/** Each operator once, with its domain where it is not of ONNX itself. */
function namesOf(nodes: readonly OnnxNode[]): string {
  const names = nodes.map(({ operator, domain }) =>
    domain === '' || domain === 'ai.onnx' || domain === DOMAIN ? operator : `${domain}.${operator}`,
  );
  return [...new Set(names)].join(', ');
}

function featureNamesIn(json: string | undefined): readonly string[] | undefined {
  if (json === undefined) return undefined;
  try {
    const names: unknown = JSON.parse(json);
    return Array.isArray(names) ? names.map(String) : undefined;
  } catch {
    return undefined;
  }
}

const castTo = (node: OnnxNode): number => Number(node.attributes.get('to') ?? ELEMENT.float);

/** Follows the ensemble's input back to the graph's: whether its values are rounded to single precision on the way. */
function comesAsFloat(graph: OnnxGraph, node: OnnxNode): boolean {
  let [name] = node.inputs;
  let isFloat = false;
  for (let steps = 0; steps <= graph.nodes.length; steps++) {
    const port = graph.inputs.find((input) => input.name === name);
    if (port) {
      if (!NUMBERS.has(port.elementType)) {
        throw refused(`its input is ${elementName(port.elementType)}; it must be float or double.`);
      }
      return isFloat || port.elementType !== ELEMENT.double;
    }
    const from = graph.nodes.find(({ outputs }) => outputs.includes(name));
    if (!from || (from.operator !== 'Cast' && from.operator !== 'Identity')) {
      throw refused(
        `its trees read what ${from ? namesOf([from]) : 'nothing'} computes; they must read the input itself.`,
      );
    }
    if (from.operator === 'Cast') {
      const to = castTo(from);
      if (!NUMBERS.has(to)) throw refused(`it casts its input to ${elementName(to)} before the trees.`);
      if (to === ELEMENT.float) isFloat = true;
    }
    name = from.inputs[0];
  }
  throw refused('its nodes go round in a circle.');
}

/** What has become of the trees' sum: numbers added to it, and whether it is a probability by then. */
type Said = { readonly isProbability: boolean; readonly added: number };

/** What tells the likelier class from the score, and changes no score. */
const LABELLERS = new Set(['ArgMax', 'LabelEncoder', 'Cast', 'Identity', 'ZipMap', 'ArrayFeatureExtractor']);

/** Follows what the trees say to the graph's outputs. */
function whatIsSaid(graph: OnnxGraph, node: OnnxNode, first: Said): Said {
  const isClassifier = node.operator === 'TreeEnsembleClassifier';
  const said = new Map<string, Said>([[node.outputs[isClassifier ? 1 : 0], first]]);
  const labels = new Set(isClassifier ? [node.outputs[0]] : []);
  const constants = constantsOf(graph);
  const unknown: OnnxNode[] = [];
  for (const step of graph.nodes) {
    if (step === node || step.operator === 'Constant') continue;
    const from = step.inputs.find((name) => said.has(name));
    const before = from === undefined ? undefined : said.get(from);
    const numbers = step.inputs.filter((name) => name !== from).map((name) => constants.get(name));
    const after = before && afterStep(step, before, numbers);
    if (after) said.set(step.outputs[0], after);
    else if (step.operator === 'ArgMax' || step.inputs.some((name) => labels.has(name))) {
      if (!LABELLERS.has(step.operator)) unknown.push(step);
      for (const name of step.outputs) labels.add(name);
    } else if (before || (step.operator !== 'Cast' && step.operator !== 'Identity')) unknown.push(step);
  }
  if (unknown.length > 0) throw refused(`it computes ${namesOf(unknown)} as well.`);
  const [answer, ...others] = graph.outputs.flatMap(({ name }) => said.get(name) ?? []);
  if (!answer) throw refused('none of its outputs is what its trees say.');
  if (others.some((other) => other.isProbability !== answer.isProbability || other.added !== answer.added)) {
    throw refused('its outputs are the sum of its trees at different steps; one is wanted.');
  }
  return answer;
}

/** `numbers` are the constants among the other inputs. Undefined for what is not computed here. */
function afterStep(
  step: OnnxNode,
  before: Said,
  numbers: readonly (readonly number[] | undefined)[],
): Said | undefined {
  switch (step.operator) {
    case 'Identity':
    case 'ZipMap':
      return before;
    case 'Cast':
      return NUMBERS.has(castTo(step)) ? before : undefined;
    case 'Sigmoid':
      return before.isProbability ? undefined : { ...before, isProbability: true };
    case 'Add': {
      const [constant] = numbers;
      if (before.isProbability || !constant || constant.length < 1 || constant.length > 2) return undefined;
      // With two, the second is that of fraud.
      return { ...before, added: before.added + constant[constant.length - 1] };
    }
  }
  return undefined;
}

function constantsOf(graph: OnnxGraph): ReadonlyMap<string, readonly number[]> {
  const constants = new Map(graph.constants.map(({ name, values }) => [name, values]));
  for (const { operator, outputs, attributes } of graph.nodes) {
    const value = attributes.get('value') ?? attributes.get('value_floats') ?? attributes.get('value_float');
    if (operator !== 'Constant' || value === undefined) continue;
    if (typeof value === 'number') constants.set(outputs[0], [value]);
    else if (isObject(value) && 'values' in value) constants.set(outputs[0], value.values);
    else if (Array.isArray(value)) constants.set(outputs[0], value.map(Number));
  }
  return constants;
}
