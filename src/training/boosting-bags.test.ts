import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { predictMean } from '../models/ensemble.ts';
import { type Boosted, trainBoosting } from './boosting.ts';
import { trainBags } from './boosting-bags.ts';

const ROWS = 1500;
const COLUMNS = 4;
const random = createRandom(3, 1);
const values = Float64Array.from({ length: ROWS * COLUMNS }, () => random.normal());
const labels = Uint8Array.from({ length: ROWS }, (_, row) =>
  values[row * COLUMNS] + random.normal() > 1.5 ? 1 : 0,
);
// Models end after different numbers of trees.
const OPTIONS = {
  trees: 80,
  seed: 5,
  fraudWeight: 1,
  learningRate: 0.3,
  folds: 2,
  earlyStopping: { share: 0.2, patience: 3 },
  threads: 1,
};

test('M1 bags say the mean of their models, in service and out of fold, whatever their numbers of trees', async () => {
  const bags = 3;
  const bagged = await trainBags(values, labels, COLUMNS, { ...OPTIONS, bags });
  const alone: Boosted[] = [];
  for (let bag = 0; bag < bags; bag++)
    alone.push(await trainBoosting(values, labels, COLUMNS, { ...OPTIONS, seed: OPTIONS.seed * 100 + bag }));
  assert.equal(
    bagged.trees,
    alone.reduce((sum, { trees }) => sum + trees, 0),
  );
  assert.ok(new Set(alone.map(({ trees }) => trees)).size > 1);
  for (let row = 0; row < ROWS; row++) {
    const mean =
      alone.reduce((sum, { ensemble }) => sum + predictMean(ensemble, values, row * COLUMNS), 0) / bags;
    assert.ok(Math.abs(predictMean(bagged.ensemble, values, row * COLUMNS) - mean) < 1e-9);
    const unseen = alone.reduce((sum, { outOfFold }) => sum + (outOfFold?.[row] ?? Number.NaN), 0) / bags;
    assert.ok(Math.abs((bagged.outOfFold?.[row] ?? Number.NaN) - unseen) < 1e-9);
  }
  const again = await trainBags(values, labels, COLUMNS, { ...OPTIONS, bags, threads: 2 });
  assert.deepEqual(again.ensemble.nodes, bagged.ensemble.nodes);
});
