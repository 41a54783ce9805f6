// A model as ONNX: its trees, and the calibration after them, in double precision as far as the operators allow.

import { InputError } from '../../domain/input-error.ts';
import { EDGE } from '../calibration.ts';
import { featureOf, isLeaf, leftOf, missingGoesLeft, nodeValue, splitsBySet } from '../ensemble.ts';
import type { Model } from '../model.ts';
import { numbering } from '../trained-on.ts';
import { type Attribute, ELEMENT, type OnnxConstant, type OnnxNode, writeOnnxFile } from './onnx-file.ts';

/**
 * The model as the bytes of an ONNX file. Its input is `features`, doubles in the order of `info.features`, with
 * encoded categories already as numbers; its output `probability`, one column.
 */
export function writeOnnx(model: Model): Uint8Array {
  const { info, calibration } = model;
  const nodes: OnnxNode[] = [ensembleNode(model)];
  const constants: OnnxConstant[] = [];
  let last = 'votes';
  const step = (operator: string, output: string, ...more: readonly string[]): void => {
    nodes.push({ operator, domain: '', inputs: [last, ...more], outputs: [output], attributes: new Map() });
    last = output;
  };
  const constant = (name: string, value: number): string => {
    constants.push({ name, elementType: ELEMENT.double, values: [value] });
    return name;
  };
  const cast = (to: number, output: string): void => {
    const attributes = new Map<string, Attribute>([['to', to]]);
    nodes.push({ operator: 'Cast', domain: '', inputs: [last], outputs: [output], attributes });
    last = output;
  };
  // The operator gives single precision; from here on it is double again.
  cast(ELEMENT.double, 'votes_double');
  if (info.kind === 'gradient-boosting') step('Sigmoid', 'uncalibrated');
  if (calibration !== 'none') {
    step('Mul', 'inner_share', constant('share', 1 - 2 * EDGE));
    step('Add', 'inner', constant('edge', EDGE));
    const inner = last;
    step('Log', 'log_inner');
    step('Mul', 'first_term', constant('a', calibration.a));
    const first = last;
    last = inner;
    step('Neg', 'negative_inner');
    step('Add', 'outer', constant('one', 1));
    step('Log', 'log_outer');
    step('Mul', 'second_term', constant('minus_b', -calibration.b));
    step('Add', 'both_terms', first);
    step('Add', 'margin', constant('c', calibration.c));
    step('Sigmoid', 'calibrated');
  }
  step('Identity', 'probability');
  return writeOnnxFile({
    producer: 'goshawk',
    nodes,
    constants,
    inputs: [{ name: 'features', elementType: ELEMENT.double, columns: info.features.length }],
    outputs: [{ name: 'probability', elementType: ELEMENT.double, columns: 1 }],
    metadata: new Map([
      ['feature_names', JSON.stringify(info.features)],
      ['model_version', info.version],
      ['catalogue_hash', info.catalogueHash],
    ]),
  });
}

function ensembleNode({ ensemble, info }: Model): OnnxNode {
  const names = numbering(info);
  const columnOf = new Map(info.features.map((name, column) => [names.indexOf(name), column]));
  const count = ensemble.roots.length;
  const total = ensemble.cover.length;
  const tree: number[] = [];
  const featureIds: number[] = [];
  const values: number[] = [];
  const modes: string[] = [];
  const trueIds: number[] = [];
  const falseIds: number[] = [];
  const missing: number[] = [];
  const leaves: { readonly tree: number; readonly node: number; readonly weight: number }[] = [];
  for (let node = 0, t = 0; node < total; node++) {
    while (t + 1 < count && ensemble.roots[t + 1] <= node) t++;
    const root = ensemble.roots[t];
    const leaf = isLeaf(ensemble, node);
    if (splitsBySet(ensemble, node)) {
      throw new InputError(
        `${info.version} splits categories by sets, which the tree operator of ONNX cannot say. Train it without --sets.`,
      );
    }
    tree.push(t);
    featureIds.push(leaf ? 0 : (columnOf.get(featureOf(ensemble, node)) ?? 0));
    values.push(leaf ? 0 : nodeValue(ensemble, node));
    modes.push(leaf ? 'LEAF' : 'BRANCH_LEQ');
    trueIds.push(leaf ? 0 : leftOf(ensemble, node) - root);
    falseIds.push(leaf ? 0 : leftOf(ensemble, node) + 1 - root);
    missing.push(!leaf && missingGoesLeft(ensemble, node) ? 1 : 0);
    if (leaf) leaves.push({ tree: t, node: node - root, weight: nodeValue(ensemble, node) / count });
  }
  const doubles = (list: readonly number[]): Attribute => ({ elementType: ELEMENT.double, values: list });
  return {
    operator: 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    inputs: ['features'],
    outputs: ['votes'],
    attributes: new Map<string, Attribute>([
      ['n_targets', 1],
      ['nodes_treeids', tree],
      ['nodes_nodeids', tree.map((t, node) => node - ensemble.roots[t])],
      ['nodes_featureids', featureIds],
      ['nodes_values_as_tensor', doubles(values)],
      ['nodes_modes', modes],
      ['nodes_truenodeids', trueIds],
      ['nodes_falsenodeids', falseIds],
      ['nodes_missing_value_tracks_true', missing],
      ['target_treeids', leaves.map((leaf) => leaf.tree)],
      ['target_nodeids', leaves.map((leaf) => leaf.node)],
      ['target_ids', leaves.map(() => 0)],
      ['target_weights_as_tensor', doubles(leaves.map((leaf) => leaf.weight))],
    ]),
  };
}
