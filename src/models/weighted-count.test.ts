import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, type Random } from '../domain/random.ts';
import { gammaAtMost, gammaQuantile } from './gamma.ts';
import { atLeast, partOf, weightedCount } from './weighted-count.ts';

const near = (is: number, expected: number, within = 1e-3): void =>
  assert.ok(Math.abs(is - expected) <= within * Math.max(1, expected), `${is}, not ${expected}`);

test('M23 quantiles of the gamma distribution are those of its tables', () => {
  near(gammaQuantile(1, 0.975), 3.688879, 1e-6);
  near(gammaQuantile(0.5, 0.95) * 2, 3.841459, 1e-6);
  near(gammaQuantile(10, 0.025) * 2, 9.590777, 1e-6);
  near(gammaQuantile(50, 0.975) * 2, 129.5612, 1e-6);
  near(gammaQuantile(5000, 0.5), 4999.6667, 1e-6);
  for (const shape of [0.3, 1, 7, 300, 40_000])
    for (const p of [0.025, 0.5, 0.975]) near(gammaAtMost(shape, gammaQuantile(shape, p)), p, 1e-8);
});

test('M23 with weights of one an interval is that of a Poisson count, and of nothing found it has an end', () => {
  const ones = (n: number): number[] => Array.from({ length: n }, () => 1);
  for (const [n, low, high] of [
    [0, 0, 3.6889],
    [1, 0.0253, 5.5716],
    [10, 4.7954, 18.3904],
    [100, 81.3636, 121.6275],
  ] as const) {
    const { value, low: is, high: end } = weightedCount(ones(n), 1);
    assert.equal(value, n);
    near(is, low);
    near(end, high);
  }
  near(weightedCount([], 5000).high, 5000 * 3.6889);
});

test('M23 what is certain is the least that is said', () => {
  assert.deepEqual(atLeast({ value: 3, low: 1, high: 9 }, 5), { value: 5, low: 5, high: 9 });
  assert.deepEqual(atLeast({ value: 0, low: 0, high: 4 }, 5), { value: 5, low: 5, high: 5 });
});

test('M23 a share lies between nothing and all, and is exact where both numbers are', () => {
  const exact = (n: number) => ({ value: n, low: n, high: n });
  assert.deepEqual(partOf(exact(30), exact(10)), { value: 0.75, low: 0.75, high: 0.75 });
  assert.equal(partOf(exact(0), exact(0)), undefined);
  assert.deepEqual(partOf(weightedCount([], 1), weightedCount([], 1)), undefined);
  const none = partOf(weightedCount([], 1), weightedCount([1, 1, 1], 1));
  assert.ok(none && none.value === 0 && none.low === 0 && none.high < 0.95);
  const all = partOf(
    weightedCount(
      Array.from({ length: 40 }, () => 1),
      1,
    ),
    weightedCount([], 100),
  );
  assert.ok(all && all.value === 1 && all.high === 1 && all.low < 0.2, JSON.stringify(all));
  const few = partOf(weightedCount([1], 1), weightedCount([1], 1));
  assert.ok(few && few.value === 0.5 && few.low > 0 && few.low < 0.1 && few.high > 0.9 && few.high < 1);
});

const poisson = (random: Random, mean: number): number => {
  let n = -1;
  for (let left = mean; left > 0; n++) left -= random.exponential(1);
  return n;
};

test('M23 intervals hold the truth in at least 95 of 100 cases, of few and of unequal weights too', () => {
  const random = createRandom(1, 7);
  const cases = 2000;
  // Of frauds that are drawn with these chances, so many are expected to be there.
  for (const groups of [
    [{ chance: 0.001, there: 500 }],
    [
      { chance: 0.0002, there: 2000 },
      { chance: 0.01, there: 400 },
      { chance: 0.1, there: 50 },
    ],
    [
      { chance: 0.0002, there: 100 },
      { chance: 0.02, there: 1000 },
    ],
  ]) {
    const there = groups.reduce((sum, group) => sum + group.there, 0);
    const largest = Math.max(...groups.map(({ chance }) => 1 / chance));
    let held = 0;
    let heldShare = 0;
    let sum = 0;
    for (let i = 0; i < cases; i++) {
      const weights = groups.flatMap(({ chance, there: n }) =>
        Array.from({ length: poisson(random, n * chance) }, () => 1 / chance),
      );
      const caught = poisson(random, 3000);
      const missed = weightedCount(weights, largest);
      const share = partOf(
        weightedCount(
          Array.from({ length: caught }, () => 1),
          1,
        ),
        missed,
      );
      const truth = 3000 / (3000 + there);
      sum += missed.value;
      if (missed.low <= there && there <= missed.high) held++;
      if (share && share.low <= truth && truth <= share.high) heldShare++;
    }
    assert.ok(held >= 0.95 * cases && heldShare >= 0.95 * cases, `${held} and ${heldShare} of ${cases}`);
    near(sum / cases, there, 0.1);
  }
});
