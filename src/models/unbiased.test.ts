import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { type LookedAt, unbiasedQuality } from './unbiased.ts';

const flagged = (isFraud: boolean, toldBy: LookedAt['toldBy'] = 'analyst', score = 0.8): LookedAt => ({
  isFlagged: true,
  score,
  chance: 1,
  toldBy,
  isFraud,
});
const sample = (chance: number, isFraud: boolean, toldBy: LookedAt['toldBy'] = 'analyst'): LookedAt => ({
  isFlagged: false,
  score: chance,
  chance,
  toldBy,
  isFraud,
});
const times = (n: number, row: LookedAt): LookedAt[] => Array.from({ length: n }, () => row);

test('M23 each verdict counts for as many decisions as it stands for', () => {
  const rows = [
    ...times(60, flagged(true)),
    ...times(40, flagged(false)),
    ...times(98, sample(0.001, false)),
    ...times(2, sample(0.1, true)),
    ...times(3, sample(0.5, true)),
  ];
  const { precision, recall, missed, flagged: asked, samples } = unbiasedQuality(rows, 0);
  assert.equal(precision?.value, 0.6);
  assert.ok(Math.abs((missed?.value ?? 0) - 26) < 1e-9);
  assert.ok(Math.abs((recall?.value ?? 0) - 60 / 86) < 1e-9);
  assert.deepEqual(asked, { asked: 100, known: 100, frauds: 60 });
  assert.deepEqual(samples, { asked: 103, known: 103, frauds: 5 });
  assert.equal(unbiasedQuality(rows, 200).missed?.value, 200, 'what is known to be missed is the least');
});

test('M23 where nobody gave a verdict nothing is told, and never taken as genuine', () => {
  const nothing = unbiasedQuality([], 0);
  assert.deepEqual([nothing.precision, nothing.recall, nothing.missed], [undefined, undefined, undefined]);
  const waiting = unbiasedQuality(
    [...times(50, flagged(true)), ...times(9, sample(0.01, false, 'nobody'))],
    0,
  );
  assert.equal(waiting.precision?.value, 1);
  assert.equal(waiting.recall, undefined);
  const reported = unbiasedQuality(
    [...times(5, flagged(true, 'others')), ...times(9, flagged(false, 'nobody'))],
    0,
  );
  assert.equal(reported.precision, undefined, 'chargebacks come for frauds alone');
});

test('M23 verdicts stand for those of like scores that nobody came to, and what others told counts for itself', () => {
  const rows = [
    ...times(30, flagged(true, 'others')),
    ...times(15, flagged(true)),
    ...times(15, flagged(false)),
    ...times(40, flagged(true, 'nobody')),
  ];
  const { precision } = unbiasedQuality(rows, 0);
  assert.ok(Math.abs((precision?.value ?? 0) - 0.65) < 1e-9, 'thirty, and half of the other seventy');
  assert.ok(precision && precision.low > 0.4 && precision.high < 0.85);
});

test('M23 estimates are right on average though not all is looked at, and frauds are reported that nobody asked about', () => {
  const random = createRandom(9, 1);
  const sums = { precision: 0, missed: 0, truth: 0 };
  const runs = 300;
  for (let run = 0; run < runs; run++) {
    const told = (isFraud: boolean): LookedAt['toldBy'] => {
      if (isFraud && random.next() < 0.4) return 'others';
      return random.next() < 0.7 ? 'analyst' : 'nobody';
    };
    const rows: LookedAt[] = [];
    for (let i = 0; i < 400; i++) {
      const isFraud = random.next() < 0.6;
      rows.push(flagged(isFraud, told(isFraud), random.next()));
    }
    for (let i = 0; i < 20_000; i++) {
      const score = random.next() ** 4;
      const isFraud = random.next() < 0.05 * score;
      if (isFraud) sums.truth++;
      const chance = 0.02 + 0.1 * Math.sqrt(score);
      if (random.next() < chance) rows.push({ ...sample(chance, isFraud, told(isFraud)), score });
    }
    const { precision, missed } = unbiasedQuality(rows, 0);
    sums.precision += precision?.value ?? 0;
    sums.missed += missed?.value ?? 0;
  }
  assert.ok(Math.abs(sums.precision / runs - 0.6) < 0.01, String(sums.precision / runs));
  assert.ok(Math.abs(sums.missed / sums.truth - 1) < 0.06, `${sums.missed} of ${sums.truth}`);
});
