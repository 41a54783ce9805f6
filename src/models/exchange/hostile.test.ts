import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../domain/input-error.ts';
import { placeIn } from '../../features/place-in.ts';
import { STANDARD } from '../../features/standard.ts';
import { createEnsemble } from '../ensemble.ts';
import { toEnsemble } from './foreign-model.ts';
import { readForeignModel } from './read-foreign.ts';
import { writeOnnx } from './write-onnx.ts';

const XGBOOST = JSON.stringify({
  version: [3, 0, 0],
  learner: {
    objective: { name: 'binary:logistic' },
    learner_model_param: { base_score: '0.5', num_feature: '1' },
    feature_names: ['amount'],
    gradient_booster: {
      name: 'gbtree',
      model: {
        trees: [
          {
            left_children: [1, -1, -1],
            right_children: [2, -1, -1],
            split_conditions: [10, -1, 1],
            split_indices: [0, 0, 0],
            default_left: [0, 0, 0],
            sum_hessian: [2, 1, 1],
          },
        ],
      },
    },
  },
});
const LIGHTGBM = `tree
version=v4
feature_names=amount
objective=binary sigmoid:1

Tree=0
num_leaves=2
split_feature=0
threshold=10
decision_type=2
left_child=-1
right_child=-2
leaf_value=-1 1
leaf_count=1 1
internal_count=2

end of trees
`;
/** {"learner": [true, 5], "x": "y"} */
const UBJ = Buffer.from('{U\u0007learner[TU\u0005]U\u0001xSU\u0001y}', 'latin1');
const nodes = new ArrayBuffer(16 * 3);
new Int32Array(nodes).set([placeIn(STANDARD, 'amount'), 1, 0, 0, -1, 0, 0, 0, -1]);
const ONNX = writeOnnx({
  info: {
    version: 'small',
    kind: 'random-forest',
    createdAt: '',
    features: ['amount'],
    catalogueHash: STANDARD.hash,
    seed: 0,
    parameters: {},
    trainingWindow: { source: 'import', from: '', until: '', rows: 0, frauds: 0 },
    thresholds: { review: 0.5, decline: 0.9 },
  },
  ensemble: createEnsemble(nodes, new Float64Array(3).fill(1), new Int32Array(1), STANDARD.size),
  calibration: 'none',
  encoding: {} as never,
});

/** Read as trees, or refused with a sentence: both soon. */
function readOrRefused(bytes: Uint8Array): 'read' | 'refused' {
  const started = performance.now();
  try {
    const model = readForeignModel(bytes);
    toEnsemble(model, 1);
    return 'read';
  } catch (error) {
    assert.ok(error instanceof InputError, `${(error as Error).stack}`);
    return 'refused';
  } finally {
    assert.ok(performance.now() - started < 2000);
  }
}

test('M8 a foreign file with any bytes put in place of others is read or refused, whatever they are', () => {
  const files = [Buffer.from(XGBOOST), Buffer.from(LIGHTGBM), UBJ, Buffer.from(ONNX)];
  assert.deepEqual(files.map(readOrRefused), ['read', 'read', 'refused', 'read']);
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(5000),
      fc.boolean(),
      (file, edits, cut, cuts) => {
        const bytes = Buffer.from(cuts ? file.subarray(0, cut % file.length) : file);
        for (const [at, by] of edits) if (bytes.length > 0) bytes[at % bytes.length] = by;
        readOrRefused(bytes);
      },
    ),
    { numRuns: 4000 },
  );
});

test('M8 what would take all memory is refused', () => {
  const long = Buffer.from([0x5b, 0x24, 0x5b, 0x23, 0x6c, 0, 0, 0x40, 0]);
  const inner = Buffer.from([0x24, 0x5a, 0x23, 0x6c, 0, 0, 0x40, 0]);
  const bomb = Buffer.concat([
    Buffer.from('{U\u0001x', 'latin1'),
    long,
    ...Array<Buffer>(0x4000).fill(inner),
    Buffer.from('}'),
  ]);
  assert.equal(readOrRefused(bomb), 'refused');
  for (const open of ['[', '{"a":'])
    assert.equal(readOrRefused(Buffer.from(`{"x":${open.repeat(100_000)}`)), 'refused');
  assert.equal(readOrRefused(Buffer.from(`{${'[$'.repeat(50_000)}`)), 'refused');
  const half = XGBOOST.replace('"split_indices":[0,', '"split_indices":[0.5,');
  assert.equal(readOrRefused(Buffer.from(half)), 'refused');
  const circle = XGBOOST.replace('"left_children":[1,', '"left_children":[0,');
  assert.equal(readOrRefused(Buffer.from(circle)), 'refused');
});
