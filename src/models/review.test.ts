// Drift, the gate and who decides for whom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { countParts, kolmogorovSmirnov, quantileEdges, stabilityIndex } from './drift.ts';
import { gateOf } from './gate.ts';
import type { Scorer } from './model.ts';
import { type Review, reviewModel, SCORE_STEPS, stepOf, stepStart } from './review.ts';
import { scorerFor } from './serving.ts';

test('M10 samples of one distribution lie close together, others apart; what is missing counts', () => {
  const random = createRandom(1, 1);
  const sample = (count: number, shift: number, missing: number): Float64Array =>
    Float64Array.from({ length: count }, () =>
      random.next() < missing ? Number.NaN : random.next() + random.next() + shift,
    );
  const before = sample(5000, 0, 0.1);
  const edges = quantileEdges(before, 10);
  assert.equal(edges.length, 9);
  const counts = countParts(before, edges);
  assert.equal(counts.length, 11);
  assert.ok(Math.abs(counts[0] - 450) < 60 && Math.abs(counts[10] - 500) < 80, counts.join());
  const same = countParts(sample(3000, 0, 0.1), edges);
  assert.ok(stabilityIndex(counts, same) < 0.02);
  assert.ok(kolmogorovSmirnov(counts, same).probability > 0.01);
  const moved = countParts(sample(3000, 0.5, 0.1), edges);
  assert.ok(stabilityIndex(counts, moved) > 0.25);
  assert.ok(kolmogorovSmirnov(counts, moved).probability < 1e-6);
  assert.ok(stabilityIndex(counts, countParts(sample(3000, 0, 0.5), edges)) > 0.25);
  assert.deepEqual(quantileEdges(new Float64Array(100).fill(3), 10), [3]);
});

test('M10 the two-sample test raises as many alarms on stable data as it says', () => {
  const random = createRandom(2, 1);
  const edges = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
  const draw = (): Float64Array =>
    countParts(
      Float64Array.from({ length: 400 }, () => random.next()),
      edges,
    );
  let alarms = 0;
  for (let round = 0; round < 2000; round++) {
    if (kolmogorovSmirnov(draw(), draw()).probability < 0.01) alarms++;
  }
  assert.ok(alarms <= 30, `${alarms} of 2000 at 1 %`);
});

test('steps of the score keep its order and find their own start again', () => {
  for (let step = 1; step < SCORE_STEPS; step++) {
    assert.equal(stepOf(stepStart(step) * (1 + 1e-12) + 1e-15), step);
  }
  assert.equal(stepOf(0), 0);
  assert.equal(stepOf(1), SCORE_STEPS - 1);
});

const review = (more: Partial<Review>): Review => ({
  version: 'm',
  rows: 10_000,
  frauds: 100,
  auc: 0.9,
  averagePrecision: 0.7,
  brierScore: 0.002,
  calibrationError: 0.001,
  flagged: 75,
  precision: 0.8,
  recall: 0.6,
  genuine: new Array<number>(SCORE_STEPS).fill(40),
  fraud: new Array<number>(SCORE_STEPS).fill(1),
  fraudAmountMinor: new Array<number>(SCORE_STEPS).fill(100),
  reliability: [],
  explanationError: 1e-12,
  scoreMicros: 10,
  ...more,
});

test('M9 the gate opens for an equal, and names what is wrong with any other', () => {
  const champion = review({});
  const failing = (more: Partial<Review>): string[] =>
    gateOf(review(more), champion)
      .filter(({ passed }) => !passed)
      .map(({ name }) => name);
  assert.deepEqual(failing({}), []);
  assert.deepEqual(failing({ frauds: 5 }), ['labels']);
  assert.deepEqual(failing({ averagePrecision: 0.6 }), ['quality']);
  assert.deepEqual(failing({ averagePrecision: Number.NaN }), ['quality']);
  assert.deepEqual(failing({ calibrationError: 0.1 }), ['calibration']);
  assert.deepEqual(failing({ explanationError: 0.1 }), ['explanation']);
  assert.deepEqual(failing({ scoreMicros: 5000 }), ['latency']);
  assert.deepEqual(failing({ flagged: 151 }), ['alerts']);
});

test('of no labelled transactions, nothing is known', async () => {
  const info = { version: 'm', thresholds: { review: 0.5, decline: 0.9 } };
  const found = await reviewModel({ info } as Scorer, [], async () => undefined);
  for (const name of [
    'auc',
    'averagePrecision',
    'precision',
    'recall',
    'brierScore',
    'calibrationError',
    'scoreMicros',
  ] as const)
    assert.ok(Number.isNaN(found[name]), name);
});

test('M9 a challenger decides for its share of the accounts, always the same ones', () => {
  const named = (version: string) => ({ info: { version } }) as Scorer;
  const champion = named('champion');
  const serving = { champion, challenger: { scorer: named('challenger'), share: 0.2 } };
  const accounts = Array.from({ length: 20_000 }, (_, i) => `account-${i}`);
  const chosen = accounts.filter((account) => scorerFor(serving, account) !== champion);
  assert.ok(Math.abs(chosen.length / accounts.length - 0.2) < 0.02, `${chosen.length}`);
  for (const account of chosen.slice(0, 100)) {
    assert.notEqual(
      scorerFor({ ...serving, challenger: { ...serving.challenger, share: 0.3 } }, account),
      champion,
    );
  }
  assert.equal(scorerFor({ champion }, 'account-1'), champion);
});
