import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { predictMean } from '../models/ensemble.ts';
import { rocAuc } from '../models/metrics.ts';
import { trainForest } from './forest.ts';

const ROWS = 2000;
const COLUMNS = 6;

function sample(seed: number) {
  const random = createRandom(seed, 1);
  const values = Float64Array.from({ length: ROWS * COLUMNS }, () =>
    random.next() < 0.05 ? Number.NaN : random.normal(),
  );
  const labels = Uint8Array.from({ length: ROWS }, (_, row) =>
    (values[row * COLUMNS] || 0) + (values[row * COLUMNS + 1] || 0) + 0.5 * random.normal() > 1.5 ? 1 : 0,
  );
  return { values, labels };
}

test('M1 the same seed gives the same forest on any number of threads', async () => {
  const { values, labels } = sample(1);
  const nodes = async (threads: number, seed: number): Promise<string> => {
    const options = { trees: 12, seed, fraudWeight: 2, threads, outOfBag: true };
    const { ensemble, outOfBag } = await trainForest(values, labels, COLUMNS, options);
    return Buffer.from(ensemble.nodes).toString('base64') + Buffer.from(outOfBag ?? []).toString('base64');
  };
  const one = await nodes(1, 7);
  assert.equal(await nodes(2, 7), one);
  assert.equal(await nodes(3, 7), one);
  assert.notEqual(await nodes(1, 8), one);
});

test('a forest learns, keeps to its bounds, and copes with missing and extreme values', async () => {
  const { values, labels } = sample(2);
  const { ensemble } = await trainForest(values, labels, COLUMNS, {
    trees: 20,
    seed: 1,
    fraudWeight: 1,
    maxLeaves: 16,
  });
  const later = sample(3);
  const scores = Float64Array.from(later.labels, (_, row) =>
    predictMean(ensemble, later.values, row * COLUMNS),
  );
  assert.ok(rocAuc(scores, later.labels) > 0.9);
  assert.ok(scores.every((score) => score >= 0 && score <= 1));
  // 16 leaves make at most 31 nodes a tree.
  assert.ok(ensemble.cover.length <= 20 * 31);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -0]) {
    const score = predictMean(ensemble, new Float64Array(COLUMNS).fill(value), 0);
    assert.ok(score >= 0 && score <= 1, `${value} gives ${score}`);
  }
});

test('one class alone teaches nothing, and that is said', async () => {
  const options = { trees: 1, seed: 1, fraudWeight: 1 };
  await assert.rejects(trainForest(new Float64Array(40), new Uint8Array(10), 4, options));
});
