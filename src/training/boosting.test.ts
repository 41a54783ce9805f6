import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { predictMean } from '../models/ensemble.ts';
import { createExplainer } from '../models/explain.ts';
import { rocAuc } from '../models/metrics.ts';
import { createPredictor } from '../models/predictor.ts';
import { trainBoosting } from './boosting.ts';

const ROWS = 3000;
const COLUMNS = 6;

/** Fraud depends on the sum of two columns, on a third one when it is missing, and on nothing else. */
function sample(seed: number) {
  const random = createRandom(seed, 1);
  const values = Float64Array.from({ length: ROWS * COLUMNS }, () =>
    random.next() < 0.1 ? Number.NaN : random.normal(),
  );
  const labels = Uint8Array.from({ length: ROWS }, (_, row) => {
    const [a, b, c] = values.subarray(row * COLUMNS, row * COLUMNS + 3);
    const risk = (a || 0) + (b || 0) + (Number.isNaN(c) ? 1.5 : 0);
    return risk + 0.3 * random.normal() > 2 ? 1 : 0;
  });
  return { values, labels };
}
const { values, labels } = sample(1);
const later = sample(2);
const OPTIONS = { trees: 60, seed: 7, fraudWeight: 1, learningRate: 0.2, minChildWeight: 0.1 };

const margins = (ensemble: Parameters<typeof predictMean>[0], from: Float64Array): Float64Array =>
  Float64Array.from({ length: from.length / COLUMNS }, (_, row) =>
    predictMean(ensemble, from, row * COLUMNS),
  );

test('M1 the same seed gives the same boosted model on any number of threads', async () => {
  const bytes = async (threads: number, seed: number): Promise<string> => {
    const sampled = { ...OPTIONS, seed, threads, rowShare: 0.6, columnShare: 0.5, folds: 3 };
    const { ensemble, outOfFold } = await trainBoosting(values, labels, COLUMNS, sampled);
    const texts = [ensemble.nodes, ensemble.cover, outOfFold ?? new Float64Array(0)].map((array) =>
      Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64'),
    );
    return texts.join();
  };
  const one = await bytes(1, 7);
  assert.equal(await bytes(2, 7), one);
  // Of four models one is grown by a team of three.
  assert.equal(await bytes(3, 7), one);
  assert.equal(await bytes(4, 7), one);
  assert.notEqual(await bytes(1, 8), one);
});

test('boosting learns, uses what is missing, and its mean is the log-odds of the rows', async () => {
  const { ensemble, trees } = await trainBoosting(values, labels, COLUMNS, OPTIONS);
  assert.equal(trees, 60);
  const scores = margins(ensemble, later.values);
  assert.ok(rocAuc(scores, later.labels) > 0.95, String(rocAuc(scores, later.labels)));
  // The gradient of the loss is zero at a fitted base: predicted and actual frauds agree.
  const expected = margins(ensemble, values).reduce((sum, m) => sum + 1 / (1 + Math.exp(-m)), 0);
  const actual = labels.reduce((sum, label) => sum + label, 0);
  assert.ok(Math.abs(expected / actual - 1) < 0.05, `${expected} for ${actual}`);
  const row = new Float64Array(COLUMNS);
  const present = predictMean(ensemble, row, 0);
  row[2] = Number.NaN;
  assert.ok(predictMean(ensemble, row, 0) > present + 1);
});

test('M3 contributions of a boosted model add up to its log-odds, whatever the row', async () => {
  const { ensemble } = await trainBoosting(values, labels, COLUMNS, OPTIONS);
  const explainer = createExplainer(ensemble);
  const out = new Float64Array(COLUMNS);
  const edge = Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -0, 5);
  const rows = [...Array.from({ length: 200 }, (_, row) => later.values.subarray(row * COLUMNS)), edge];
  for (const row of rows) {
    explainer.contributions(row, 0, out);
    const sum = out.reduce((total, value) => total + value, explainer.base);
    const margin = predictMean(ensemble, row, 0);
    assert.ok(Number.isFinite(margin) && Math.abs(sum - margin) < 1e-9);
  }
});

test('M7 a score may be held to rise or to fall with a column', async () => {
  const monotone = [1, -1, 0, 0, 0, 0] as const;
  const { ensemble } = await trainBoosting(values, labels, COLUMNS, { ...OPTIONS, monotone });
  const random = createRandom(3);
  for (let i = 0; i < 500; i++) {
    const row = Float64Array.from({ length: COLUMNS }, () => 2 * random.normal());
    const before = predictMean(ensemble, row, 0);
    row[0] += 2 * random.next();
    const raised = predictMean(ensemble, row, 0);
    assert.ok(raised >= before - 1e-12);
    row[1] += 2 * random.next();
    assert.ok(predictMean(ensemble, row, 0) <= raised + 1e-12);
  }
});

test('trees end where later rows gain nothing from more of them', async () => {
  const { trees, ensemble } = await trainBoosting(values, labels, COLUMNS, {
    ...OPTIONS,
    trees: 2000,
    learningRate: 0.5,
    earlyStopping: { share: 0.2, patience: 10 },
  });
  assert.ok(trees > 3 && trees < 500, `${trees} trees`);
  assert.equal(ensemble.roots.length, trees);
});

test('leaves, depth and L2 penalty keep to their bounds; one class alone teaches nothing', async () => {
  const { ensemble } = await trainBoosting(values, labels, COLUMNS, {
    ...OPTIONS,
    maxDepth: 20,
    maxLeaves: 5,
  });
  assert.ok(ensemble.cover.length <= 60 * 9);
  const held = await trainBoosting(values, labels, COLUMNS, { ...OPTIONS, lambda: 1e6 });
  const spread = margins(held.ensemble, later.values);
  assert.ok(Math.max(...spread) - Math.min(...spread) < 0.2);
  await assert.rejects(trainBoosting(values, new Uint8Array(ROWS), COLUMNS, OPTIONS), /both classes/);
});

test('M13 categories are split by sets: one split parts what no limit could, and unknown ones are missing', async () => {
  const random = createRandom(11);
  const risky = Array.from({ length: 50 }, () => random.next() < 0.4);
  const rows = 6000;
  const table = new Float64Array(rows * 2);
  const fraud = Uint8Array.from({ length: rows }, (_, row) => {
    const category = row < 50 ? row : random.below(50);
    const missing = random.next() < 0.1;
    table[2 * row] = missing ? Number.NaN : category;
    table[2 * row + 1] = random.normal();
    return random.next() < (missing ? 0.6 : risky[category] ? 0.7 : 0.02) ? 1 : 0;
  });
  const stump = {
    trees: 1,
    seed: 1,
    fraudWeight: 1,
    learningRate: 1,
    maxDepth: 1,
    rowShare: 1,
    categorical: [0],
  };
  const { ensemble } = await trainBoosting(table, fraud, 2, stump);
  const scoreOf = (category: number): number => predictMean(ensemble, Float64Array.of(category, 0), 0);
  const high = scoreOf(risky.indexOf(true));
  const low = scoreOf(risky.indexOf(false));
  assert.ok(high > low + 2, `${high} and ${low}`);
  risky.forEach((isRisky, category) => {
    assert.equal(scoreOf(category), isRisky ? high : low, `category ${category}`);
  });
  for (const unknown of [Number.NaN, 64, -1, 2.5, Number.POSITIVE_INFINITY])
    assert.equal(scoreOf(unknown), high);

  const many = { ...OPTIONS, seed: 3, categorical: [0], rowShare: 0.7, folds: 2 };
  const models = [];
  for (const threads of [1, 2, 4]) models.push(await trainBoosting(table, fraud, 2, { ...many, threads }));
  const [one, ...others] = models;
  for (const other of others) {
    assert.deepEqual(other.ensemble.nodes, one.ensemble.nodes);
    assert.deepEqual(other.outOfFold, one.outOfFold);
  }
  assert.ok(rocAuc(one.outOfFold ?? new Float64Array(0), fraud) > 0.88);
  const explainer = createExplainer(one.ensemble);
  const predictor = createPredictor(one.ensemble);
  const means = predictor.means(table, rows);
  const out = new Float64Array(2);
  for (let row = 0; row < 300; row++) {
    const margin = predictMean(one.ensemble, table, 2 * row);
    explainer.contributions(table, 2 * row, out);
    assert.ok(Math.abs(out[0] + out[1] + explainer.base - margin) < 1e-9);
    assert.equal(predictor.mean(table, 2 * row), margin);
    assert.equal(means[row], margin);
  }
});
