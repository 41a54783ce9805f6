import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLatencyWindow, NOTHING_MEASURED, slowestOf } from './latency-window.ts';

test('a window sums up the last minute to five percent, and nothing where nothing was measured', () => {
  const window = createLatencyWindow();
  assert.deepEqual(window.summary(1000), NOTHING_MEASURED);
  for (let ms = 1; ms <= 100; ms++) window.add(ms, 1000);
  const { p50, p99, count } = window.summary(1000);
  assert.equal(count, 100);
  assert.ok(p50 && p50 >= 50 && p50 < 50 * 1.05, `p50 ${p50}`);
  assert.ok(p99 && p99 >= 99 && p99 < 99 * 1.05, `p99 ${p99}`);
  assert.deepEqual(window.summary(62_000), NOTHING_MEASURED);
});

test('several processes are as slow as the slowest of them that measured something', () => {
  assert.deepEqual(slowestOf([]), NOTHING_MEASURED);
  assert.deepEqual(
    slowestOf([{ p50: 1, p99: 9, count: 5 }, NOTHING_MEASURED, { p50: 2, p99: 3, count: 7 }]),
    { p50: 2, p99: 9, count: 12 },
  );
});
