// Reasons equal those of the Python library shap on the same forest.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRandom } from '../src/domain/random.ts';
import {
  type Ensemble,
  featureOf,
  isLeaf,
  leftOf,
  missingGoesLeft,
  nodeValue,
  predictMean,
} from '../src/models/ensemble.ts';
import { createExplainer } from '../src/models/explain.ts';
import { trainForest } from '../src/training/forest.ts';
import { runPython } from './reference.ts';

const ROWS = 3000;
const COLUMNS = 9;
const EXPLAINED = 200;

const SHAP = `
import json, sys, numpy as np, shap
given = json.load(open(sys.argv[1]))
rows = np.array(given['rows'], dtype=float)
trees = [{key: np.array(value) for key, value in tree.items()} for tree in given['trees']]
explainer = shap.TreeExplainer({'trees': trees}, feature_perturbation='tree_path_dependent')
print(json.dumps({'values': np.asarray(explainer.shap_values(rows)).reshape(len(rows), -1).tolist(),
                  'base': float(np.ravel(explainer.expected_value)[0])}))
`;

/** A tree in the arrays that shap reads; values are divided by the number of trees, since shap adds them up. */
function shapTree(ensemble: Ensemble, root: number, end: number) {
  const nodes = Array.from({ length: end - root }, (_, i) => root + i);
  const inner = <T>(give: (node: number) => T, leaf: T): T[] =>
    nodes.map((node) => (isLeaf(ensemble, node) ? leaf : give(node)));
  return {
    children_left: inner((node) => leftOf(ensemble, node) - root, -1),
    children_right: inner((node) => leftOf(ensemble, node) + 1 - root, -1),
    children_default: inner(
      (node) => leftOf(ensemble, node) - root + (missingGoesLeft(ensemble, node) ? 0 : 1),
      -1,
    ),
    features: inner((node) => featureOf(ensemble, node), -2),
    thresholds: inner((node) => nodeValue(ensemble, node), -2),
    values: nodes.map((node) => [
      isLeaf(ensemble, node) ? nodeValue(ensemble, node) / ensemble.roots.length : 0,
    ]),
    node_sample_weight: nodes.map((node) => ensemble.cover[node]),
  };
}

for (const maxDepth of [9, 4])
  test(`M3 contributions of trees of depth ${maxDepth} equal those of Python shap to 1e-6, and add up to the score`, async () => {
    const random = createRandom(5, 1);
    const values = Float64Array.from({ length: ROWS * COLUMNS }, () => random.normal());
    const labels = Uint8Array.from({ length: ROWS }, (_, row) =>
      values[row * COLUMNS] + values[row * COLUMNS + 1] * values[row * COLUMNS + 2] + random.normal() > 2
        ? 1
        : 0,
    );
    const { ensemble } = await trainForest(values, labels, COLUMNS, {
      trees: 20,
      seed: 1,
      fraudWeight: 3,
      maxDepth,
      maxLeaves: 48,
    });
    const rows = Array.from({ length: EXPLAINED }, (_, row) =>
      Array.from(values.subarray(row * COLUMNS, (row + 1) * COLUMNS)),
    );
    const trees = Array.from(ensemble.roots, (root, i) =>
      shapTree(ensemble, root, ensemble.roots[i + 1] ?? ensemble.cover.length),
    );
    const folder = mkdtempSync(join(tmpdir(), 'goshawk-shap-'));
    try {
      const file = join(folder, 'forest.json');
      writeFileSync(file, JSON.stringify({ rows, trees }));
      const reference = JSON.parse(runPython(SHAP, [file])) as { values: number[][]; base: number };
      const explainer = createExplainer(ensemble);
      assert.ok(
        Math.abs(explainer.base - reference.base) < 1e-6,
        `base ${explainer.base}, shap ${reference.base}`,
      );
      const out = new Float64Array(COLUMNS);
      for (let row = 0; row < EXPLAINED; row++) {
        explainer.contributions(values, row * COLUMNS, out);
        for (let k = 0; k < COLUMNS; k++) {
          assert.ok(Math.abs(out[k] - reference.values[row][k]) < 1e-6, `row ${row} feature ${k}`);
        }
        const sum = out.reduce((total, value) => total + value, explainer.base);
        assert.ok(Math.abs(sum - predictMean(ensemble, values, row * COLUMNS)) < 1e-9);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
