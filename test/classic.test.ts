// The classic preset: its thirteen features are computed live, and its forest is as good there as held out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STANDARD } from '../src/features/standard.ts';
import { ratesOf } from '../src/models/metrics.ts';
import { createScorer, parseModel, serializeModel } from '../src/models/model.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { createPresetSimulator } from '../src/training/simulated-past.ts';

const END_MS = Date.UTC(2026, 2, 4, 9, 30);
const PER_HOUR = 4000;

test('M2 M6 the classic model keeps its quality on the live stream at every hour of the day', async () => {
  const state = STANDARD.createState();
  const model = await trainFirstModel(state, { preset: 'classic', seed: 11, endMs: END_MS, liveRate: 20 });
  const { heldOut, thresholds, features } = model.info;
  assert.equal(features.length, 13);
  assert.ok(heldOut);
  assert.ok(heldOut.accuracy >= 0.996, `held out: accuracy ${heldOut.accuracy}`);
  assert.ok(heldOut.precision >= 0.95, `held out: precision ${heldOut.precision}`);
  assert.ok(heldOut.recall >= 0.98, `held out: recall ${heldOut.recall}`);

  const text = serializeModel(model);
  const scorer = createScorer(parseModel(text, 'classic.model'), STANDARD);
  const original = createScorer(model, STANDARD);
  const simulator = createPresetSimulator('classic', {
    seed: 12,
    rate: PER_HOUR / 3600,
    startMs: END_MS,
    accounts: state.account.size,
    idPrefix: 'live-',
  });
  const vector = new Float64Array(STANDARD.size);
  const hours = Array.from({ length: 24 }, () => ({
    truePositives: 0,
    falsePositives: 0,
    trueNegatives: 0,
    falseNegatives: 0,
  }));
  for (;;) {
    const { transaction, fraudType } = simulator.next();
    if (transaction.occurredAtMs >= END_MS + 86_400_000) break;
    STANDARD.observe(state, transaction, vector);
    const score = scorer.score(transaction, vector);
    assert.equal(score, original.score(transaction, vector));
    const hour = hours[new Date(transaction.occurredAtMs).getUTCHours()];
    const flagged = score >= thresholds.review;
    if (fraudType !== undefined) flagged ? hour.truePositives++ : hour.falseNegatives++;
    else flagged ? hour.falsePositives++ : hour.trueNegatives++;
  }
  hours.forEach((confusion, hour) => {
    const { accuracy, precision, recall } = ratesOf(confusion);
    const said = `${hour} h: accuracy ${accuracy.toFixed(4)}, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`;
    assert.ok(accuracy >= 0.996 && precision >= 0.95 && recall >= 0.98, said);
  });

  const damaged = text.replace(/"nodes":"..../, '"nodes":"AAAA');
  assert.throws(() => parseModel(damaged, 'm.model'), /checksum does not match.*Restore the file/);
  assert.throws(() => parseModel(text.slice(0, 5000), 'm.model'), /checksum does not match/);
  assert.throws(() => parseModel('garbage', 'm.model'), /does not start with a model header/);
});
