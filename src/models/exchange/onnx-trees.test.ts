// What ONNX may say: computed as it is meant, or refused by its name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ForeignModel } from './foreign-model.ts';
import { type Attribute, ELEMENT, type OnnxNode, writeOnnxFile } from './onnx-file.ts';
import { readForeignModel as read } from './read-foreign.ts';

function refusal(bytes: Uint8Array): string {
  try {
    read(bytes);
  } catch (error) {
    return (error as Error).message.replace('This model cannot be imported: ', '');
  }
  return 'it was read';
}

const float = (...values: number[]): Attribute => ({ elementType: ELEMENT.float, values });
/** Two trees: hour < 8 or missing ? 0.5 : (amount >= 10 ? 0.25 : 0.125), and the leaf 0.0625 alone. */
const ENSEMBLE: Readonly<Record<string, Attribute>> = {
  n_targets: 1,
  aggregate_function: 1,
  post_transform: 0,
  tree_roots: [0, 2],
  nodes_featureids: [1, 0, 0],
  nodes_splits: float(8, 10, 0),
  nodes_modes: { elementType: ELEMENT.uint8, values: [1, 2, 0] },
  nodes_missing_value_tracks_true: [1, 0, 0],
  nodes_truenodeids: [0, 1, 3],
  nodes_trueleafs: [1, 1, 1],
  nodes_falsenodeids: [1, 2, 3],
  nodes_falseleafs: [0, 1, 1],
  leaf_targetids: [0, 0, 0, 0],
  leaf_weights: float(0.5, 0.25, 0.125, 0.0625),
};

type Step = Pick<OnnxNode, 'operator' | 'inputs' | 'outputs'> & Partial<OnnxNode>;

function onnx(
  attributes: Readonly<Record<string, Attribute>>,
  after: readonly Step[] = [],
  node: Partial<OnnxNode> = {},
): Uint8Array {
  const ensemble: OnnxNode = {
    operator: 'TreeEnsemble',
    domain: 'ai.onnx.ml',
    inputs: ['X'],
    outputs: ['sum'],
    attributes: new Map(Object.entries(attributes)),
    ...node,
  };
  const last = after.at(-1)?.outputs[0] ?? 'sum';
  return writeOnnxFile({
    producer: 'test',
    nodes: [
      ensemble,
      ...after.map((step) => ({ domain: '', attributes: new Map<string, Attribute>(), ...step })),
    ],
    constants: [
      { name: 'one', elementType: ELEMENT.float, values: [-2] },
      { name: 'three', elementType: ELEMENT.float, values: [1, 2, 3] },
    ],
    inputs: [{ name: 'X', elementType: ELEMENT.float, columns: 2 }],
    outputs: [{ name: last, elementType: ELEMENT.float, columns: 1 }],
    metadata: new Map(),
  });
}

/** What the trees of a model say of a row, one by one. */
function votes(model: ForeignModel, row: readonly number[]): number[] {
  return model.trees.map((tree) => {
    let node = 0;
    while (tree.feature[node] >= 0) {
      const value = row[tree.feature[node]];
      const left = Number.isNaN(value) ? tree.missingLeft[node] : value <= tree.threshold[node];
      node = left ? tree.left[node] : tree.right[node];
    }
    return tree.value[node];
  });
}

test('M8 TreeEnsemble of ONNX is read: modes, missing values, a tree of one leaf, what is added and how it is summed', () => {
  const model = read(onnx(ENSEMBLE));
  assert.deepEqual(
    [
      [9.9, 7],
      [9.9, 8],
      [10, 8],
      [10, Number.NaN],
      [Number.NaN, 9],
    ].map((row) => votes(model, row)),
    [
      [0.5, 0.0625],
      [0.125, 0.0625],
      [0.25, 0.0625],
      [0.5, 0.0625],
      [0.125, 0.0625],
    ],
  );
  assert.deepEqual([model.kind, model.featureCount, model.base], ['random-forest', 2, 0]);
  const mean = read(onnx({ ...ENSEMBLE, aggregate_function: 0 }));
  assert.deepEqual(votes(mean, [10, 8]), [0.125, 0.03125]);
  const boosted = read(
    onnx(ENSEMBLE, [
      { operator: 'Add', inputs: ['sum', 'one'], outputs: ['margin'] },
      { operator: 'Sigmoid', inputs: ['margin'], outputs: ['p'] },
    ]),
  );
  assert.deepEqual([boosted.kind, boosted.base], ['gradient-boosting', -2]);
  assert.equal(read(onnx({ ...ENSEMBLE, post_transform: 2 })).kind, 'gradient-boosting');
  const two = read(onnx({ ...ENSEMBLE, n_targets: 2, leaf_targetids: [1, 0, 1, 0] }));
  assert.deepEqual(votes(two, [10, 8]), [0, 0], 'the second target is that of fraud');
});

test('M8 what ONNX may say and is not computed is refused by its name', () => {
  const said = (change: Readonly<Record<string, Attribute>>): string =>
    refusal(onnx({ ...ENSEMBLE, ...change }));
  const modes = (...values: number[]): Attribute => ({ elementType: ELEMENT.uint8, values });
  assert.match(said({ nodes_modes: modes(4, 2, 0) }), /branches by BRANCH_EQ/);
  assert.match(said({ nodes_modes: modes(1, 6, 0) }), /branches by BRANCH_MEMBER/);
  assert.match(said({ nodes_modes: modes(1, 7, 0) }), /branches by the mode 7/);
  for (const [code, name] of ['SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'].entries()) {
    const expected = name === 'LOGISTIC' ? /it was read/ : new RegExp(`post_transform is ${name}\\.`);
    assert.match(said({ post_transform: code + 1 }), expected);
  }
  assert.match(said({ aggregate_function: 2 }), /the MIN of its trees/);
  assert.match(said({ aggregate_function: 3 }), /the MAX of its trees/);
  assert.match(said({ n_targets: 3, leaf_targetids: [2, 0, 0, 0] }), /3 targets \(n_targets\)/);
  assert.match(said({ nodes_cubes: [1] }), /its TreeEnsemble says "nodes_cubes", which is not computed/);
  assert.match(
    said({ leaf_weights: { elementType: 10, values: [1, 1, 1, 1] } }),
    /leaf_weights is a tensor of float16/,
  );
  assert.match(said({ leaf_weights: float(1, 2) }), /lists of its leaves differ/);
  assert.match(said({ nodes_splits: float(1, 2) }), /lists of its nodes differ/);
  assert.match(said({ nodes_falsenodeids: [0, 2, 3] }), /a node with two parents/);
  assert.match(said({ nodes_truenodeids: [9, 1, 3] }), /a leaf that is not there/);
  assert.match(said({ tree_roots: [7] }), /a node that is not there/);
  assert.match(
    refusal(onnx({}, [], { operator: 'LinearClassifier' })),
    /^it computes LinearClassifier; one tree ensemble of ai\.onnx\.ml is wanted/,
  );
  assert.match(
    refusal(onnx(ENSEMBLE, [], { domain: 'com.example' })),
    /it computes com\.example\.TreeEnsemble;/,
  );
  const step = (operator: string, second: string): string =>
    refusal(onnx(ENSEMBLE, [{ operator, inputs: ['sum', second], outputs: ['p'] }]));
  for (const operator of ['Mul', 'Softmax', 'Normalizer', 'Sub']) {
    assert.match(step(operator, 'one'), new RegExp(`it computes ${operator} as well`));
  }
  assert.match(step('Add', 'three'), /it computes Add as well/);
  assert.match(step('Add', 'X'), /it computes Add as well/);
  const cast = (to: number): Step => ({
    ...{ operator: 'Cast', inputs: ['sum'], outputs: ['p'], attributes: new Map([['to', to]]) },
  });
  assert.match(refusal(onnx(ENSEMBLE, [cast(ELEMENT.int64)])), /it computes Cast as well/);
  assert.equal(refusal(onnx(ENSEMBLE, [cast(ELEMENT.double)])), 'it was read');
});
