import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { FEATURE_COUNT } from '../features/catalogue.ts';
import { FEATURE_SETS } from '../features/sets.ts';
import { createScorer, type Model, parseModel, serializeModel } from '../models/model.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { createFeatureReplay } from './feature-replay.ts';
import { trainModel } from './train-model.ts';
import { createTableBuilder } from './training-table.ts';

async function smallModel(): Promise<Model> {
  const simulator = createSimulator({ seed: 3, rate: 0.05, startMs: Date.UTC(2026, 0, 1), fraudShare: 0.05 });
  const features = createFeatureReplay();
  const builder = createTableBuilder();
  for (let row = 0; row < 3000; row++) {
    const { transaction, fraudType } = simulator.next();
    builder.add(transaction, features.next(transaction, undefined), fraudType !== undefined);
  }
  const { model } = await trainModel(builder.finish(), {
    source: 'simulation',
    features: FEATURE_SETS.all,
    seed: 1,
    trainer: { kind: 'forest', trees: 10 },
    fraudWeight: 1,
    createdAtMs: 0,
  });
  return model;
}

test('M2 a saved model loads to the same scores; a damaged or foreign one is refused with what to do', async () => {
  const model = await smallModel();
  const text = serializeModel(model);
  const [a, b] = [createScorer(model), createScorer(parseModel(text, 'm'))];
  const { transaction } = createSimulator({ seed: 4, rate: 1, startMs: Date.UTC(2026, 1, 1) }).next();
  const random = createRandom(5);
  for (let i = 0; i < 200; i++) {
    const vector = Float64Array.from({ length: FEATURE_COUNT }, () =>
      random.next() < 0.2 ? Number.NaN : 50 * random.normal(),
    );
    assert.equal(a.score(transaction, vector), b.score(transaction, vector));
    // Contributions add up to the vote.
    const sum = a.contributions(vector).reduce((total, value) => total + value, a.baseVote);
    assert.ok(Math.abs(sum - a.vote(vector)) < 1e-9);
  }
  for (const damaged of ['', 'nothing', text.slice(0, -20), text.replace('"seed":1', '"seed":2')]) {
    assert.throws(() => parseModel(damaged, 'm'), /m is not a usable model.*Restore the file/);
  }
  const foreign = { ...model, info: { ...model.info, catalogueHash: 'other' } };
  assert.throws(
    () => parseModel(serializeModel(foreign), 'm'),
    /trained on feature catalogue other.*Train a model/,
  );
});
