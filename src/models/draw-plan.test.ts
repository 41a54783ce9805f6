import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { chanceAt, draw, drawPlan, meanRootBelow, placeOf } from './draw-plan.ts';
import { thresholdCurve } from './threshold-curve.ts';
import { DEFAULT_COSTS } from './thresholds.ts';

const ROWS = 50_000;

/** Calibrated scores of a stream in which fraud is rare: most are next to nothing, a few are high. */
function scored(seed: number) {
  const random = createRandom(seed, 1);
  const scores = Float64Array.from({ length: ROWS }, () => {
    const u = random.next();
    return u < 0.006 ? random.next() : 0.002 * random.next() ** 3;
  });
  const labels = Uint8Array.from(scores, (score) => (random.next() < score ? 1 : 0));
  return { scores, labels, curve: thresholdCurve(scores, labels, scores, DEFAULT_COSTS) };
}

const THRESHOLD = 0.5;
const below = (scores: Float64Array): number[] => [...scores].filter((score) => score < THRESHOLD);
const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

test('M21 the chance of a draw is above nothing, rises with the score, and comes to the part of the work that was asked for', () => {
  for (const seed of [1, 2, 3]) {
    const { scores, curve } = scored(seed);
    for (const share of [0.0001, 0.0004, 0.01, 0.05]) {
      const plan = drawPlan(curve, THRESHOLD, share, 'seed');
      let before = 0;
      for (const score of [0, 1e-9, 1e-4, 0.01, 0.2, THRESHOLD]) {
        const chance = chanceAt(plan, score);
        assert.ok(chance > 0 && chance <= 1 && chance >= before, `${chance} at ${score}`);
        assert.ok(chance >= share / 2, 'nothing that the model has no idea of counts for more than that');
        before = chance;
      }
      const drawn = mean(below(scores).map((score) => chanceAt(plan, score)));
      assert.ok(drawn <= share * 1.01 && drawn > share * 0.7, `${drawn} of ${share}`);
    }
  }
});

test('M21 the mean root of what lies below a threshold is told by the curve, and never too low', () => {
  for (const seed of [1, 2, 3]) {
    const { scores, curve } = scored(seed);
    const is = mean(below(scores).map(Math.sqrt));
    const told = meanRootBelow(curve, THRESHOLD);
    assert.ok(told >= 0.98 * is && told < 1.6 * is, `${told} for ${is}`);
  }
});

test('M21 a model without a curve draws whatever the score', () => {
  const plan = drawPlan(undefined, THRESHOLD, 0.01, 'seed');
  assert.deepEqual([chanceAt(plan, 0), chanceAt(plan, 0.4)], [0.01, 0.01]);
});

test('M21 whether a transaction is drawn follows from its id and the seed alone, evenly for ids of any form', () => {
  const plan = { seed: 'a secret', uniform: 0.05, perRoot: 0.5 };
  const random = createRandom(4, 1);
  const forms: readonly ((i: number) => string)[] = [
    (i) => `t${i}`,
    (i) => String(1_000_000_000 + i),
    (i) => `${i}-0000-0000`,
    (i) => `Überweisung ${i} 鍵`,
    () => random.next().toString(36),
  ];
  for (const form of forms) {
    const cells = new Uint32Array(100);
    let drawn = 0;
    const n = 100_000;
    for (let i = 0; i < n; i++) {
      const id = form(i);
      cells[Math.floor(placeOf(plan.seed, id) * 100)]++;
      const one = draw(plan, id, false, 0.01);
      assert.deepEqual(one, draw(plan, id, false, 0.01));
      if (one) drawn++;
    }
    const chi = cells.reduce((sum, cell) => sum + (cell - n / 100) ** 2 / (n / 100), 0);
    assert.ok(chi < 160, `${form(1)}: ${chi} of 99 degrees of freedom`);
    assert.ok(Math.abs(drawn / n - 0.1) < 0.004, `${form(1)}: ${drawn / n}`);
  }
  const of = (seed: string): string[] =>
    Array.from({ length: 5000 }, (_, i) => `t${i}`).filter((id) => draw({ ...plan, seed }, id, false, 0.01));
  assert.notDeepEqual(of('a secret'), of('another'), 'who does not know the secret cannot tell');
  const both = of('a secret').filter((id) => of('another').includes(id)).length;
  assert.ok(both > 20 && both < 85, `${both} in both of about 50`);
});

test('M21 what is flagged is looked at anyway; the part that is drawn whatever its score is told from the rest', () => {
  const plan = { seed: 's', uniform: 0.2, perRoot: 1 };
  assert.deepEqual(draw(plan, 'any', true, 0.9), { by: 'flagged', chance: 1 });
  const parts = { random: 0, uncertain: 0, not: 0 };
  for (let i = 0; i < 20_000; i++) {
    const one = draw(plan, `t${i}`, false, 0.09);
    if (one === undefined) parts.not++;
    else {
      assert.ok(one.by !== 'flagged' && Math.abs(one.chance - 0.5) < 1e-12);
      parts[one.by]++;
    }
  }
  assert.ok(Math.abs(parts.random / 20_000 - 0.2) < 0.01 && Math.abs(parts.uncertain / 20_000 - 0.3) < 0.01);
});
