// Models of the real Python libraries, in and out again.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRandom } from '../src/domain/random.ts';
import { placeIn } from '../src/features/place-in.ts';
import { HANDBOOK_FEATURES } from '../src/features/sets.ts';
import { STANDARD } from '../src/features/standard.ts';
import { calibrate } from '../src/models/calibration.ts';
import { predictMean } from '../src/models/ensemble.ts';
import { createExplainer } from '../src/models/explain.ts';
import { type Model, parseModel, serializeModel, uncalibrated } from '../src/models/model.ts';
import { trainModel } from '../src/training/train-model.ts';
import { createTableBuilder } from '../src/training/training-table.ts';
import { runPython } from './reference.ts';

const GOSHAWK = join(import.meta.dirname, '../goshawk');
const folder = mkdtempSync(join(tmpdir(), 'goshawk-exchange-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Trains with each library, and asks each for its predictions: of training rows, missing values, limits, extremes. */
const MAKE = `
import json, sys
import numpy as np, pandas as pd
import lightgbm as lgb, onnx, onnxruntime as ort, xgboost as xgb
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
folder, names = sys.argv[1], json.loads(sys.argv[2])
rng = np.random.default_rng(7)
rows, columns = 6000, len(names)
X = np.round(rng.lognormal(2, 1, (rows, columns)), 2)
X[:, 1:3] = rng.integers(0, 2, (rows, 2))
y = ((X[:, 0] > 15) & (X[:, 4] < 9) | (rng.random(rows) < 0.02)).astype(int)
H = X.copy()
H[rng.random(H.shape) < 0.1] = np.nan

def check(data, limits):
    # Doubles that single precision rounds to either side of a limit, and what is far away.
    extra = rng.choice(limits, (1500, columns)) * (1 + rng.choice([0, 1e-9, -1e-9, 3e-8, -3e-8, 1e-7, -1e-7], (1500, columns)))
    far = rng.choice([0.0, -0.0, 1e30, -1e30, 1e-40, 5e-324], (40, columns))
    return np.vstack([data[:1500], extra, far])

def save(name, data, prediction):
    frame = pd.DataFrame(data, columns=names)
    frame['prediction'] = np.asarray(prediction, dtype=float)
    frame.to_csv(f'{folder}/{name}.check.csv', index=False, float_format='%.17g')

def xgb_model(name, booster):
    text = booster.trees_to_dataframe()
    data = check(H, text.Split.dropna().values)
    for end in ('json', 'ubj'):
        booster.save_model(f'{folder}/{name}.{end}')
        save(f'{name}.{end}', data, booster.predict(xgb.DMatrix(data, feature_names=names)))

matrix = xgb.DMatrix(H, y, feature_names=names)
common = {'objective': 'binary:logistic', 'max_depth': 5, 'seed': 1, 'nthread': 2}
xgb_model('hist', xgb.train({**common, 'eta': 0.2}, matrix, 60))
xgb_model('dart', xgb.train({**common, 'booster': 'dart', 'rate_drop': 0.2, 'base_score': 0.1}, matrix, 20))
one = xgb.train({**common, 'min_child_weight': 1e9}, matrix, 2)
one.save_model(f'{folder}/stump.json')
save('stump.json', H[:5], one.predict(xgb.DMatrix(H[:5], feature_names=names)))

def lgb_model(name, data, **parameters):
    model = lgb.train({'objective': 'binary', 'num_leaves': 31, 'verbose': -1, 'seed': 1, 'num_threads': 2, **parameters},
        lgb.Dataset(data, y, feature_name=names), 50)
    model.save_model(f'{folder}/{name}.txt')
    limits = model.trees_to_dataframe().threshold.dropna().values
    rows = check(data, limits)
    rows[:200][rng.random((200, columns)) < 0.2] = np.nan
    save(f'{name}.txt', rows, model.predict(rows))
lgb_model('nan', H)
lgb_model('none', X, sigmoid=0.7)
lgb_model('rf', X, boosting='rf', bagging_freq=1, bagging_fraction=0.6)
lgb_model('zero', X, zero_as_missing=True)

def onnx_model(name, model, data):
    model.fit(data, y)
    file = convert_sklearn(model, initial_types=[('X', FloatTensorType([None, columns]))], options={id(model): {'zipmap': name == 'forest'}})
    with open(f'{folder}/{name}.onnx', 'wb') as out: out.write(file.SerializeToString())
    run = ort.InferenceSession(file.SerializeToString(), providers=['CPUExecutionProvider'])
    attributes = {a.name: a for n in file.graph.node for a in n.attribute}
    rows = check(data, np.asarray(attributes['nodes_values'].floats))
    found = run.run(None, {'X': rows.astype(np.float32)})[1]
    save(f'{name}.onnx', rows, [row[1] for row in found])
onnx_model('forest', RandomForestClassifier(40, random_state=1, n_jobs=2), X)
onnx_model('boosted', GradientBoostingClassifier(random_state=1, n_estimators=40), X)
onnx_model('histogram', HistGradientBoostingClassifier(random_state=1, max_iter=40), H)

from onnx import TensorProto as T, helper
def as_tree_ensemble(name, source, kind):
    # The same trees in the encoding of operator set 5, some branches turned round, asked of onnxruntime.
    file = onnx.load(f'{folder}/{source}.onnx')
    old = next(n for n in file.graph.node if n.op_type.startswith('TreeEnsemble'))
    of = {a.name: helper.get_attribute_value(a) for a in old.attribute}
    key = lambda i: (of['nodes_treeids'][i], of['nodes_nodeids'][i])
    count = len(of['nodes_treeids'])
    several = len(set(of['class_ids'])) > 1
    votes = {(t, n): w for t, n, c, w in zip(of['class_treeids'], of['class_nodeids'], of['class_ids'], of['class_weights']) if c == 1 or not several}
    mode = [m.decode() for m in of['nodes_modes']]
    inner = {key(i): k for k, i in enumerate([i for i in range(count) if mode[i] != 'LEAF'])}
    leaf = {key(i): k for k, i in enumerate([i for i in range(count) if mode[i] == 'LEAF'])}
    roots, lone, rows = [], [], []
    for t in sorted(set(of['nodes_treeids'])):
        if (t, 0) in inner: roots.append(inner[(t, 0)])
        else: lone.append(leaf[(t, 0)])
    as_type = np.float32 if kind == T.FLOAT else np.float64
    for i in range(count):
        if mode[i] == 'LEAF': continue
        t, split, code = of['nodes_treeids'][i], as_type(of['nodes_values'][i]), rng.integers(0, 4)
        sides = [(t, of['nodes_truenodeids'][i]), (t, of['nodes_falsenodeids'][i])]
        missing = of['nodes_missing_value_tracks_true'][i] if 'nodes_missing_value_tracks_true' in of else 0
        # <= v is < the next number, and neither > v nor >= the next.
        if code in (1, 2): split = np.nextafter(split, as_type(np.inf))
        if code in (2, 3): sides, missing = sides[::-1], 1 - missing
        rows.append((of['nodes_featureids'][i], split, code, missing, sides))
    for which in lone:
        roots.append(len(rows))
        rows.append((0, as_type(0), 0, 0, [which, which]))
    at = lambda side: side if isinstance(side, int) else leaf.get(side, inner.get(side))
    is_leaf = lambda side: int(isinstance(side, int) or side in leaf)
    weights = np.zeros(len(leaf), as_type)
    for k, w in votes.items(): weights[leaf[k]] = w
    tensor = lambda n, k, v: helper.make_tensor(n, k, [len(v)], v.tobytes() if isinstance(v, np.ndarray) else v, raw=isinstance(v, np.ndarray))
    boosted = of['post_transform'] == b'LOGISTIC'
    base = of.get('base_values', [0.0])[-1]
    nodes = [helper.make_node('TreeEnsemble', ['X'], ['sum'], domain='ai.onnx.ml', n_targets=1, aggregate_function=1, post_transform=0,
        tree_roots=roots, nodes_featureids=[r[0] for r in rows], nodes_splits=tensor('s', kind, np.array([r[1] for r in rows])),
        nodes_modes=tensor('m', T.UINT8, np.array([r[2] for r in rows], np.uint8)), nodes_missing_value_tracks_true=[r[3] for r in rows],
        nodes_truenodeids=[at(r[4][0]) for r in rows], nodes_trueleafs=[is_leaf(r[4][0]) for r in rows],
        nodes_falsenodeids=[at(r[4][1]) for r in rows], nodes_falseleafs=[is_leaf(r[4][1]) for r in rows],
        leaf_targetids=[0] * len(weights), leaf_weights=tensor('w', kind, weights)),
        helper.make_node('Add', ['sum', 'base'], ['margin']), helper.make_node('Sigmoid' if boosted else 'Identity', ['margin'], ['p'])]
    graph = helper.make_graph(nodes, 'g', [helper.make_tensor_value_info('X', kind, [None, columns])],
        [helper.make_tensor_value_info('p', kind, [None, 1])], [helper.make_tensor('base', kind, [1], [base])])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 21), helper.make_opsetid('ai.onnx.ml', 5)], ir_version=10)
    with open(f'{folder}/{name}.onnx', 'wb') as out: out.write(made.SerializeToString())
    data = check(H, np.array([r[1] for r in rows]))
    run = ort.InferenceSession(made.SerializeToString(), providers=['CPUExecutionProvider'])
    save(f'{name}.onnx', data, run.run(None, {'X': data.astype(as_type)})[0][:, 0])
as_tree_ensemble('forest5', 'forest', T.FLOAT)
as_tree_ensemble('boosted5', 'boosted', T.DOUBLE)
as_tree_ensemble('histogram5', 'histogram', T.FLOAT)

stopped = xgb.train({**common, 'eta': 0.5}, matrix, 60, evals=[(xgb.DMatrix(H, rng.permutation(y), feature_names=names), 'other')], early_stopping_rounds=5, verbose_eval=False)
stopped.save_model(f'{folder}/stopped.json')
save('stopped.json', H[:500], stopped.predict(xgb.DMatrix(H[:500], feature_names=names), iteration_range=(0, stopped.best_iteration + 1)))
marked = np.where(np.isnan(H[:500]), -1, H[:500])
save('marked', marked, xgb.Booster(model_file=f'{folder}/hist.json').predict(xgb.DMatrix(marked, feature_names=names, missing=-1)))
lgb_model('linear', H, linear_tree=True)
two = xgb.train(common, xgb.DMatrix(X, np.c_[y, 1 - y], feature_names=names), 2)
two.save_model(f'{folder}/labels.json')
two.save_model(f'{folder}/labels.ubj')

import skl2onnx
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
piped = make_pipeline(StandardScaler(), RandomForestClassifier(3)).fit(X, y)
with open(f'{folder}/piped.onnx', 'wb') as out: out.write(convert_sklearn(piped, initial_types=[('X', FloatTensorType([None, columns]))]).SerializeToString())
multi = xgb.train({'objective': 'multi:softprob', 'num_class': 3}, xgb.DMatrix(X, rng.integers(0, 3, rows), feature_names=names), 2)
multi.save_model(f'{folder}/multi.json')
other = xgb.train(common, xgb.DMatrix(X, y), 2)
other.save_model(f'{folder}/unnamed.json')
strange = xgb.train(common, xgb.DMatrix(X, y, feature_names=[f'mine_{i}' for i in range(columns)]), 2)
strange.save_model(f'{folder}/strange.json')
`;

before(() => {
  runPython(MAKE, [folder, JSON.stringify(HANDBOOK_FEATURES)]);
});

const goshawk = (args: readonly string[]) => spawnSync(GOSHAWK, args, { encoding: 'utf8', cwd: folder });

const BY_NUMBER = ['--features', 'handbook'];
const FILES: readonly (readonly [string, readonly string[]])[] = [
  ['hist.json', []],
  ['hist.ubj', []],
  ['dart.json', []],
  ['dart.ubj', []],
  ['stump.json', []],
  ['nan.txt', []],
  ['none.txt', []],
  ['rf.txt', []],
  ['forest.onnx', BY_NUMBER],
  ['boosted.onnx', BY_NUMBER],
  ['histogram.onnx', BY_NUMBER],
  ['forest5.onnx', BY_NUMBER],
  ['boosted5.onnx', BY_NUMBER],
  ['histogram5.onnx', BY_NUMBER],
];

test('M8 a model of another library says here what it said there, to 1e-6, and explains itself', async (t) => {
  for (const [file, more] of FILES) {
    await t.test(file, () => {
      const output = `${file}.model`;
      const { status, stdout, stderr } = goshawk(['model', 'import', file, '--output', output, ...more]);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /rows checked/);
      const model = parseModel(readFileSync(join(folder, output), 'utf8'), output);
      const vector = new Float64Array(STANDARD.size).fill(Number.NaN);
      for (const name of HANDBOOK_FEATURES) vector[placeIn(STANDARD, name)] = 12.5;
      const explainer = createExplainer(model.ensemble);
      const shares = new Float64Array(STANDARD.size);
      explainer.contributions(vector, 0, shares);
      const sum = shares.reduce((a, b) => a + b, explainer.base);
      assert.ok(Math.abs(sum - predictMean(model.ensemble, vector, 0)) < 1e-6);
    });
  }
});

test('M8 what cannot be imported is refused, with what stands in the way', () => {
  const refusal = (args: readonly string[]): string => {
    const { status, stderr } = goshawk(['model', 'import', ...args, '--output', 'refused.model']);
    assert.equal(status, 1, stderr);
    return stderr;
  };
  const check = ['--check', 'hist.json.check.csv'];
  assert.match(refusal(['piped.onnx', ...check, ...BY_NUMBER]), /trees read what Scaler computes/);
  assert.match(refusal(['multi.json', ...check]), /objective is multi:softprob/);
  assert.match(refusal(['unnamed.json', ...check]), /does not name its features; say them with --features/);
  assert.match(refusal(['strange.json', ...check]), /"mine_0" is no feature of the catalogue/);
  assert.match(refusal(['zero.txt', ...check]), /zero_as_missing=false/);
  assert.match(
    refusal(['forest.onnx', ...check, '--features', 'amount,hour']),
    /has 15 columns; 2 are named/,
  );
  for (const file of ['labels.json', 'labels.ubj']) {
    assert.match(refusal([file, ...check]), /it predicts 2 labels at once \(num_target\)/);
  }
  assert.match(refusal(['linear.txt']), /has linear models in its leaves \(is_linear=1, leaf_const, /);
  const other = refusal(['hist.json', '--check', 'dart.json.check.csv']);
  assert.match(
    other,
    /^goshawk: \d+ of \d+ rows to check against differ by more than 1e-6, the most by \S+: row \d+, of which the model says /,
  );
  assert.doesNotMatch(other, /early|fewer trees|missing value every row/, 'no cause that was not tried out');
  assert.match(refusal(['stopped.json']), /With its first \d+ trees every row fits: .*stopped early/);
  assert.match(
    refusal(['hist.json', '--check', 'marked.check.csv']),
    /With -1 taken for a missing value every row fits/,
  );
  assert.match(refusal(['nowhere.json']), /no such file/);
  writeFileSync(join(folder, 'alone.json'), readFileSync(join(folder, 'hist.json')));
  assert.match(refusal(['alone.json']), /alone.json.check.csv is not there/);
  writeFileSync(join(folder, 'bad.csv'), 'amount,prediction\nmuch,0.1\n');
  assert.match(refusal(['hist.json', '--check', 'bad.csv']), /bad\.csv, line 2, amount: "much" is no number/);
  // Files that are cut off, or filled with anything.
  const random = createRandom(1, 1);
  for (const name of ['hist.json', 'hist.ubj', 'nan.txt', 'forest.onnx']) {
    const bytes = readFileSync(join(folder, name));
    writeFileSync(join(folder, `cut-${name}`), bytes.subarray(0, bytes.length * 0.7));
    const noise = Buffer.from(bytes);
    for (let i = 0; i < 400; i++) noise[Math.floor(random.next() * noise.length)] ^= 1 + (i % 255);
    writeFileSync(join(folder, `noise-${name}`), noise);
    for (const damaged of [`cut-${name}`, `noise-${name}`]) {
      assert.match(refusal([damaged, ...check, ...BY_NUMBER]), /^goshawk: [A-Z].*/, damaged);
    }
  }
});

test('M8 what the rows to check against cannot show is said', () => {
  const [header = '', ...rows] = readFileSync(join(folder, 'hist.json.check.csv'), 'utf8')
    .trimEnd()
    .split('\n');
  const importWith = (name: string, kept: readonly string[]): string => {
    writeFileSync(join(folder, `${name}.csv`), [header, ...kept, ''].join('\n'));
    const { status, stderr } = goshawk([
      'model',
      'import',
      'hist.json',
      '--check',
      `${name}.csv`,
      '--output',
      `${name}.model`,
    ]);
    assert.equal(status, 0, stderr);
    return stderr;
  };
  const isMissing = (row: string): boolean => /(?:^|,),/.test(row);
  assert.equal(importWith('both', rows), '');
  assert.match(
    importWith(
      'whole',
      rows.filter((row) => !isMissing(row)),
    ),
    /No row to check against has a missing value/,
  );
  assert.match(importWith('holes', rows.filter(isMissing)), /Every row to check against has missing values/);
});

/** Inputs that somebody else keeps beside the repository; nothing to see where they are not. */
const CASE_FEATURES = [
  ...['amount', 'hour', 'day_of_week', 'is_night', 'account_tx_count_1h', 'account_tx_count_24h'],
  ...['account_amount_sum_24h', 'amount_to_account_mean'],
];
const CASES = process.env.MODEL_CASES ?? join(import.meta.dirname, '../../shared/cases/models');
test('M8 files that failed once are read, or refused with what they are', (t) => {
  if (!existsSync(CASES)) return t.skip(`${CASES} is not there`);
  const outcome = (file: string): string => {
    const { stdout, stderr } = goshawk([
      'model',
      'import',
      join(CASES, file),
      '--output',
      `case-${file}.model`,
      '--features',
      CASE_FEATURES.join(','),
    ]);
    return stdout + stderr;
  };
  for (const file of ['bom.txt', 'crlf.txt', 'xbom.json', 'v5.onnx'])
    assert.match(outcome(file), /300 rows checked/, file);
  for (const file of ['linear_full.txt', 'linear_nan.txt'])
    assert.match(outcome(file), /linear models in its leaves/, file);
  assert.match(outcome('multi.json'), /predicts 2 labels at once/);
  assert.match(outcome('m999.json'), /With -999 taken for a missing value every row fits/);
});

const RUN = `
import sys, numpy as np, onnxruntime as ort
folder, columns = sys.argv[1], int(sys.argv[2])
rows = np.fromfile(f'{folder}/rows.bin').reshape(-1, columns)
run = ort.InferenceSession(f'{folder}/{sys.argv[3]}', providers=['CPUExecutionProvider'])
run.run(None, {'features': rows})[0].astype(np.float64).tofile(f'{folder}/scores.bin')
`;

test('M8 a model of ours says in onnxruntime what it says here', async (t) => {
  const random = createRandom(3, 1);
  const builder = createTableBuilder(STANDARD);
  const vector = new Float64Array(STANDARD.size);
  for (let row = 0; row < 4000; row++) {
    for (let i = 0; i < STANDARD.size; i++)
      vector[i] = random.next() < 0.1 ? Number.NaN : random.next() * 100;
    const fraud = vector[placeIn(STANDARD, 'amount')] > 80 || random.next() < 0.02;
    builder.add(
      { id: `t${row}`, accountId: 'a', occurredAtMs: row, amountMinor: 1, currency: 'EUR', type: 'payment' },
      vector,
      fraud,
    );
  }
  const table = builder.finish();
  for (const kind of ['forest', 'boosting'] as const) {
    await t.test(kind, async () => {
      const { model } = await trainModel(table, {
        source: 'history',
        features: HANDBOOK_FEATURES,
        seed: 1,
        trainer: { kind, trees: 30 },
        fraudWeight: 1,
        createdAtMs: 0,
      });
      writeFileSync(join(folder, `${kind}.model`), serializeModel(model));
      const made = goshawk(['model', 'export', `${kind}.model`, '--output', `own-${kind}.onnx`]);
      assert.equal(made.status, 0, made.stderr);
      const columns = HANDBOOK_FEATURES.length;
      const rows = new Float64Array(table.rows * columns);
      for (let row = 0; row < table.rows; row++) {
        for (const [k, name] of HANDBOOK_FEATURES.entries())
          rows[row * columns + k] = table.vectors[row * STANDARD.size + placeIn(STANDARD, name)];
      }
      writeFileSync(join(folder, 'rows.bin'), new Uint8Array(rows.buffer));
      runPython(RUN, [folder, String(columns), `own-${kind}.onnx`]);
      const bytes = readFileSync(join(folder, 'scores.bin'));
      const scores = new Float64Array(bytes.buffer, bytes.byteOffset, table.rows);
      let worst = 0;
      for (let row = 0; row < table.rows; row++)
        worst = Math.max(worst, Math.abs(scores[row] - scoreOf(model, table.vectors, row)));
      assert.ok(worst < 1e-6, `${worst}`);
    });
  }
  const card = goshawk(['model', 'show', 'boosting.model']);
  assert.match(card.stdout, /# Model boosting-.*sha256 [0-9a-f]{64}.*- amount\n/s);
});

function scoreOf(model: Model, vectors: Float64Array, row: number): number {
  const vote = predictMean(model.ensemble, vectors, row * STANDARD.size);
  return calibrate(model.calibration, uncalibrated(model.info.kind, vote));
}
