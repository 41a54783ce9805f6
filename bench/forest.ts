// The forest against scikit-learn's, on the same rows of the Fraud Detection Handbook and the same cores.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { HANDBOOK_FEATURES } from '../src/features/sets.ts';
import { createPredictor } from '../src/models/predictor.ts';
import { trainForest } from '../src/training/forest.ts';
import { needHandbook, runPython } from '../test/reference.ts';
import { handbookRows } from './handbook-rows.ts';
import { count, median, type Row } from './report.ts';

const ROUNDS = 3;

const BASELINE = `
import json, sys, time, numpy as np
from sklearn.ensemble import RandomForestClassifier
folder, width = sys.argv[1], int(sys.argv[2])
x = np.fromfile(folder + '/values', dtype='<f8').reshape(-1, width)
y = np.fromfile(folder + '/labels', dtype='u1')
fits = []
for seed in range(${ROUNDS}):
    model = RandomForestClassifier(n_estimators=100, n_jobs=-1, random_state=seed)
    t = time.perf_counter(); model.fit(x, y); fits.append(time.perf_counter() - t)
model.n_jobs = 1
singles = []
for i in range(200):
    row = x[i * 300:i * 300 + 1]
    t = time.perf_counter(); model.predict_proba(row); singles.append(time.perf_counter() - t)
print(json.dumps({'fit': sorted(fits)[len(fits) // 2], 'single': sorted(singles)[100]}))
`;

export async function benchForest(): Promise<Row[]> {
  needHandbook();
  const width = HANDBOOK_FEATURES.length;
  const { values, labels } = await handbookRows();
  const fits: number[] = [];
  // What scikit-learn does where it is told nothing else.
  const options = {
    trees: 100,
    fraudWeight: 1,
    featuresPerSplit: Math.floor(Math.sqrt(width)),
    minLeafRows: 1,
  };
  let forest = await trainForest(values, labels, width, { ...options, seed: 99 });
  for (let seed = 0; seed < ROUNDS; seed++) {
    const started = performance.now();
    forest = await trainForest(values, labels, width, { ...options, seed });
    fits.push((performance.now() - started) / 1000);
  }
  const predictor = createPredictor(forest.ensemble);
  const started = performance.now();
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum += predictor.mean(values, row * width);
  const singleMicros = ((performance.now() - started) * 1000) / labels.length;
  if (!(sum > 0)) throw new Error('the forest predicts nothing');

  const folder = mkdtempSync(join(tmpdir(), 'goshawk-bench-'));
  try {
    writeFileSync(join(folder, 'values'), values);
    writeFileSync(join(folder, 'labels'), labels);
    const reference = JSON.parse(runPython(BASELINE, [folder, String(width)])) as {
      fit: number;
      single: number;
    };
    const fit = median(fits);
    const singleBaseline = reference.single * 1e6;
    return [
      {
        what: `training 100 trees on ${count(labels.length)} handbook rows, ${availableParallelism()} threads`,
        figure: `${fit.toFixed(2)} s (${(reference.fit / fit).toFixed(1)}× as fast)`,
        baseline: `scikit-learn ${reference.fit.toFixed(2)} s`,
        goal: 'no slower; 4×',
      },
      {
        what: 'one row through that forest',
        figure: `${singleMicros.toFixed(1)} µs (${count(singleBaseline / singleMicros)}× as fast)`,
        baseline: `scikit-learn predict_proba ${count(singleBaseline)} µs`,
        goal: '≥ 300×',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
