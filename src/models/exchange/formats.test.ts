// What a text or JSON may say: computed as it is meant, or refused by its name; and which kind a file is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ForeignModel } from './foreign-model.ts';
import { numberIn } from './number-text.ts';
import { readForeignModel } from './read-foreign.ts';

const read = (text: string | Uint8Array): ForeignModel => readForeignModel(Buffer.from(text));
const refusal = (text: string | Uint8Array): string => {
  try {
    read(text);
  } catch (error) {
    return (error as Error).message.replace('This model cannot be imported: ', '');
  }
  return 'it was read';
};

const LIGHTGBM = `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:1
feature_names=amount hour
feature_infos=[0:1] [0:1]
tree_sizes=300 100

Tree=0
num_leaves=2
num_cat=0
split_feature=1
split_gain=3
threshold=10.5
decision_type=10
left_child=-1
right_child=-2
leaf_value=-1 1
leaf_weight=1 1
leaf_count=1 1
internal_value=0
internal_weight=0
internal_count=2
is_linear=0
shrinkage=1


Tree=1
num_leaves=1
num_cat=0
split_feature=
leaf_value=0.25
is_linear=0
shrinkage=1


end of trees

parameters:
[linear_tree: 0]
end of parameters
`;

test('M8 text of LightGBM is read whatever ends its lines, and with a byte order mark', () => {
  const plain = read(LIGHTGBM);
  assert.deepEqual(plain.trees[0].threshold, [10.5]);
  for (const end of ['\r\n', '\r', ' \r\n', ' \n']) {
    for (const mark of ['', '\ufeff']) {
      assert.deepEqual(read(mark + LIGHTGBM.replaceAll('\n', end)), plain, JSON.stringify(mark + end));
    }
  }
  const sixteen = Buffer.from(`\ufeff${LIGHTGBM}`, 'utf16le');
  assert.equal(refusal(sixteen), 'it is text in UTF-16; save it as UTF-8.');
  const latin = Buffer.from(LIGHTGBM.replace('hour', 'Grüße'), 'latin1');
  assert.match(refusal(latin), /^The model is not UTF-8: byte 0xFC at line 8/);
});

test('M8 what LightGBM may say and is not computed is refused by its name', () => {
  const changed = (from: string, to: string): string => {
    assert.ok(LIGHTGBM.includes(from), from);
    return refusal(LIGHTGBM.replace(from, to));
  };
  const linear = /^Tree=0 has linear models in its leaves \(.*\); train it with linear_tree=false/;
  for (const said of ['1', 'true', '', '01'])
    assert.match(changed('is_linear=0', `is_linear=${said}`), linear);
  for (const key of ['leaf_const=1 2', 'leaf_coeff=', 'leaf_features=0 1', 'num_features=1 1']) {
    assert.match(changed('shrinkage=1', `${key}\nshrinkage=1`), linear, key);
  }
  assert.match(changed('num_class=1', 'num_class=3'), /several classes apart: its num_class is 3/);
  assert.match(
    changed('num_tree_per_iteration=1', 'num_tree_per_iteration=2'),
    /several trees in each iteration: its num_tree_per_iteration is 2/,
  );
  assert.match(changed('num_class=1', 'num_class='), /its num_class is \./);
  for (const objective of [
    'cross_entropy',
    'regression',
    'multiclassova num_class:3',
    'lambdarank',
    'poisson',
  ]) {
    const [name] = objective.split(' ');
    assert.match(
      changed('objective=binary sigmoid:1', `objective=${objective}`),
      new RegExp(`^its objective is "${name}"; it must be binary`),
    );
  }
  assert.match(changed('objective=binary sigmoid:1\n', ''), /its objective is not said/);
  assert.match(changed('sigmoid:1', 'sigmoid:'), /its sigmoid is no number above 0/);
  assert.match(
    changed('sigmoid:1', 'sigmoid:1 base:3'),
    /its objective says "base:3", which is not computed/,
  );
  assert.match(changed('shrinkage=1', 'leaf_power=2'), /Tree=0 says "leaf_power", which is not computed/);
  assert.match(changed('label_index=0', 'link=probit'), /its head says "link", which is not computed/);
  assert.match(changed('version=v4', 'version=v5'), /its model format is "v5"; v2, v3, v4 are read/);
  assert.match(changed('num_cat=0', 'num_cat=1\ncat_threshold=3'), /splits on categories/);
  assert.match(changed('decision_type=10', 'decision_type=1'), /splits on categories/);
  for (const type of [12, 14, 16, -2]) {
    assert.match(
      changed('decision_type=10', `decision_type=${type}`),
      new RegExp(`decides by type ${type},`),
    );
  }
  assert.match(
    changed('leaf_value=-1 1', 'leaf_value=-1 1\nleaf_value=-1 2'),
    /Tree=0 says "leaf_value" twice/,
  );
});

test('M8 a number that is none is never 0', () => {
  for (const text of [
    '',
    ' ',
    '0x10',
    '1,5',
    '1_000',
    '0b1',
    'Infinit',
    'nan',
    'null',
    '-',
    '.',
    'e5',
    '1e',
  ]) {
    assert.ok(Number.isNaN(numberIn(text)), text);
  }
  assert.deepEqual(['-1.5e-3', '+2', '.5', '3.', '-inf', 'Infinity'].map(numberIn), [
    ...[-0.0015, 2, 0.5, 3, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ]);
  const changed = (from: string, to: string): string => refusal(LIGHTGBM.replace(from, to));
  assert.match(changed('leaf_value=-1 1', 'leaf_value=-1 '), /1 numbers of leaf_value where 2 belong/);
  assert.match(changed('leaf_value=-1 1', 'leaf_value= '), /0 numbers of leaf_value where 2 belong/);
  assert.match(changed('leaf_value=0.25', 'leaf_value='), /0 numbers of leaf_value where 1 belong/);
  assert.match(changed('leaf_value=-1 1', 'leaf_value=-1 0x1'), /"0x1" in leaf_value, which is no number/);
  assert.match(changed('threshold=10.5', 'threshold=nan'), /"nan" in threshold, which is no number/);
  assert.match(changed('split_feature=1', 'split_feature=0.5'), /0\.5 in split_feature/);
  assert.match(changed('split_feature=1', 'split_feature=-1'), /column below 0/);
  assert.match(changed('num_leaves=2', 'num_leaves='), /does not say its num_leaves/);
});

test('M8 a part that is missing is missed', () => {
  const second = LIGHTGBM.indexOf('Tree=1');
  const end = LIGHTGBM.indexOf('end of trees');
  assert.match(refusal(LIGHTGBM.slice(0, second) + LIGHTGBM.slice(end)), /announces 2 trees and holds 1/);
  assert.match(refusal(LIGHTGBM.replace('Tree=1', 'Tree=2')), /Tree=2 stands where Tree=1 belongs/);
  assert.match(refusal(LIGHTGBM.slice(0, end)), /cut off: there is no "end of trees"/);
  assert.match(refusal(LIGHTGBM.replace('max_feature_idx=1', 'max_feature_idx=2')), /names 2 features/);
});

/** A model of XGBoost with one split, and what is changed in it. */
function xgboost(
  change: (parts: {
    readonly learner: Record<string, unknown>;
    readonly model: Record<string, unknown>;
    readonly parameters: Record<string, unknown>;
    readonly tree: Record<string, unknown>;
  }) => void,
): string {
  const tree: Record<string, unknown> = {
    left_children: [1, -1, -1],
    right_children: [2, -1, -1],
    split_conditions: [10, -1, 1],
    split_indices: [0, 0, 0],
    split_type: [0, 0, 0],
    default_left: [0, 0, 0],
    sum_hessian: [2, 1, 1],
    categories: [],
    tree_param: { size_leaf_vector: '1' },
  };
  const model: Record<string, unknown> = {
    gbtree_model_param: { num_trees: '1', num_parallel_tree: '1' },
    tree_info: [0],
    trees: [tree],
  };
  const parameters: Record<string, unknown> = {
    ...{ base_score: '[5E-1]', num_feature: '1', num_class: '0', num_target: '1' },
  };
  const learner: Record<string, unknown> = {
    attributes: {},
    objective: { name: 'binary:logistic' },
    learner_model_param: parameters,
    feature_names: ['amount'],
    gradient_booster: { name: 'gbtree', model },
  };
  change({ learner, model, parameters, tree });
  return JSON.stringify({ version: [3, 2, 0], learner }, undefined, 6);
}

test('M8 what XGBoost may say and is not computed is refused by its name', () => {
  assert.equal(refusal(xgboost(() => undefined)), 'it was read');
  const said = (change: Parameters<typeof xgboost>[0]): string => refusal(xgboost(change));
  assert.match(
    said(({ parameters }) => Object.assign(parameters, { num_target: '2', base_score: '[1E-1,9E-1]' })),
    /^it predicts 2 labels at once \(num_target\)/,
  );
  assert.match(
    said(({ parameters }) => Object.assign(parameters, { num_class: '3' })),
    /tells 3 classes apart \(num_class\)/,
  );
  assert.match(
    said(({ model }) => Object.assign(model, { tree_info: [1] })),
    /several classes or labels/,
  );
  for (const base of ['', '[]', '[5E-1,5E-1]', 'half', '0x1']) {
    for (const name of ['binary:logistic', 'binary:logitraw']) {
      const message = said(({ parameters, learner }) => {
        Object.assign(parameters, { base_score: base });
        Object.assign(learner, { objective: { name } });
      });
      assert.match(message, /its base_score is "/, `${base} ${name}`);
    }
  }
  assert.match(
    said(({ tree }) => Object.assign(tree, { tree_param: { size_leaf_vector: '2' } })),
    /says 2 numbers \(size_leaf_vector\)/,
  );
  assert.match(
    said(({ tree }) => Object.assign(tree, { leaf_weights: [] })),
    /a tree says "leaf_weights"/,
  );
  assert.match(
    said(({ model }) => Object.assign(model, { link: 'probit' })),
    /its booster says "link"/,
  );
  assert.match(
    said(({ learner }) => Object.assign(learner, { after: {} })),
    /its learner says "after"/,
  );
  assert.match(
    said(({ tree }) => Object.assign(tree, { split_type: [1, 0, 0] })),
    /splits on categories/,
  );
  assert.match(
    said(({ tree }) => Object.assign(tree, { default_left: [0] })),
    /1 numbers of default_left/,
  );
  assert.match(
    said(({ tree }) => Object.assign(tree, { split_indices: [-1, 0, 0] })),
    /column below 0/,
  );
  assert.match(
    said(({ tree }) => Object.assign(tree, { right_children: [-1, -1, -1] })),
    /node with one child/,
  );
  assert.match(
    said(({ model }) => Object.assign(model, { gbtree_model_param: { num_trees: '2' } })),
    /announces 2 trees and holds 1/,
  );
  assert.match(
    refusal(xgboost(() => undefined).replace('"sum_hessian"', '"split_indices": [0, 0, 0], "sum_hessian"')),
    /split_indices/,
  );
});

test('M8 the kind of a file is told by what stands in it, and no file is called a bad one of another kind', () => {
  const json = xgboost(() => undefined);
  for (const text of [
    `\ufeff${json}`,
    json.replaceAll('\n', '\r\n'),
    `\n\n  ${json}`,
    `{${'\n'.repeat(2000)}${json.slice(1)}`,
  ]) {
    assert.equal(refusal(text), 'it was read');
  }
  const binary = (...bytes: number[]): Buffer => Buffer.concat([Buffer.from(bytes), Buffer.alloc(2000, 7)]);
  const kinds: readonly (readonly [string | Uint8Array, RegExp])[] = [
    ['', /the file is empty/],
    ['\ufeff \r\n', /the file is empty/],
    [binary(0x1f, 0x8b, 8), /compressed; unpack it/],
    [binary(0x50, 0x4b, 3, 4), /a zip archive/],
    [binary(0x80, 4, 0x95), /a pickle of Python/],
    [Buffer.from('CBM1\u0001\u0002'), /a model of CatBoost/],
    [Buffer.from('binf\u0000\u0000'), /old binary format of XGBoost/],
    ['booster[0]:\n0:[f0<0.5] yes=1,no=2,missing=2\n', /dump of XGBoost's trees/],
    ['[\n  { "nodeid": 0, "depth": 0 }]', /dump of XGBoost's trees/],
    ['{"name":"tree","version":"v4","tree_info":[]}', /a dump of LightGBM/],
    ['<?xml version="1.0"?><PMML/>', /it is XML/],
    ['version https://git-lfs.github.com/spec/v1\noid', /a text that begins with "version https:\/\/git-lfs/],
    ['trees\nversion=v4', /a text that begins with "trees"/],
    ['amount,hour,prediction\n1,2,0.5\n', /a text that begins with "amount,hour,prediction"/],
    [binary(0xff, 0xd8, 0xff, 0xe0), /its first bytes \(ffd8ffe0.*\) are those of no format/],
    [binary(0x7f, 0x45, 0x4c, 0x46), /those of no format/],
    ['{"learner": {', /it is no JSON/],
    [binary(0x08, 10), /it is no ONNX file/],
    [Buffer.from([0x08, 1, 0x12, 2, 0x61, 0x62]), /it is no ONNX file, or one without a graph/],
  ];
  for (const [file, expected] of kinds) {
    const message = refusal(file);
    assert.match(message, expected);
    assert.equal(/ONNX file[,.]/.test(message), String(expected).includes('ONNX'), message);
  }
  const ubj = Buffer.from('{U\u0007learner{}}{', 'latin1');
  assert.match(refusal(ubj), /1 bytes after its end/);
  assert.match(refusal(Buffer.from('{U\u0001aTU\u0001aF}', 'latin1')), /a key stands twice/);
});
