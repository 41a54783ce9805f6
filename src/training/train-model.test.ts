import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import { STANDARD } from '../features/standard.ts';
import { splitsBySet } from '../models/ensemble.ts';
import { writeOnnx } from '../models/exchange/write-onnx.ts';
import { createScorer, type Model, parseModel, serializeModel } from '../models/model.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { createFeatureReplay } from './feature-replay.ts';
import { smallModel } from './small-model.ts';
import { scoreTable } from './train-model.ts';
import { createTableBuilder } from './training-table.ts';

/** Scores are the same, and contributions add up to them, on vectors of whatever numbers. */
function sameScores(model: Model, text: string): void {
  const [a, b] = [createScorer(model, STANDARD), createScorer(parseModel(text, 'm'), STANDARD)];
  const { transaction } = createSimulator({ seed: 4, rate: 1, startMs: Date.UTC(2026, 1, 1) }).next();
  const random = createRandom(5);
  for (let i = 0; i < 200; i++) {
    const vector = Float64Array.from({ length: STANDARD.size }, () =>
      random.next() < 0.2 ? Number.NaN : 50 * random.normal(),
    );
    assert.equal(a.score(transaction, vector), b.score(transaction, vector));
    // Contributions add up to the vote.
    const sum = a.contributions(vector).reduce((total, value) => total + value, a.baseVote);
    assert.ok(Math.abs(sum - a.vote(vector)) < 1e-9);
  }
}

test('M2 a saved model loads to the same scores; a damaged or foreign one is refused with what to do', async () => {
  const model = await smallModel({ kind: 'forest', trees: 10 });
  const text = serializeModel(model);
  sameScores(model, text);
  for (const damaged of ['', 'nothing', text.slice(0, -20), text.replace('"seed":1', '"seed":2')]) {
    assert.throws(() => parseModel(damaged, 'm'), /m is not a usable model.*Restore the file/);
  }
  const foreign = { ...model, info: { ...model.info, catalogueHash: 'other' } };
  assert.throws(
    () => parseModel(serializeModel(foreign), 'm'),
    /trained on feature catalogue other.*Train a model/,
  );
});

test('M13 a model that splits categories by sets is saved with their levels, and scores tables and single rows alike', async () => {
  const model = await smallModel({ kind: 'boosting', trees: 30, folds: 2, sets: ['mcc', 'country', 'type'] });
  assert.deepEqual(Object.keys(model.levels ?? {}).sort(), ['country', 'mcc', 'type']);
  const { ensemble } = model;
  assert.ok(ensemble.cover.some((_, node) => splitsBySet(ensemble, node)));
  sameScores(model, serializeModel(model));
  assert.throws(() => writeOnnx(model), /splits categories by sets.*without --sets/);

  const simulator = createSimulator({ seed: 8, rate: 0.05, startMs: Date.UTC(2026, 0, 5), fraudShare: 0.05 });
  const features = createFeatureReplay(STANDARD);
  const builder = createTableBuilder(STANDARD);
  const transactions: Transaction[] = [];
  for (let row = 0; row < 500; row++) {
    const { transaction } = simulator.next();
    transactions.push(transaction);
    builder.add(transaction, features.next(transaction, undefined), false);
  }
  const table = builder.finish();
  const scores = scoreTable(model, table);
  const scorer = createScorer(model, STANDARD);
  transactions.forEach((transaction, row) => {
    const vector = table.vectors.slice(row * STANDARD.size, (row + 1) * STANDARD.size);
    assert.equal(scorer.score(transaction, vector), scores[row]);
  });
});
