import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRestartPolicy } from './restart-policy.ts';
import { NO_RESTARTS, restartsEnv, restartsOf, restartsText } from './restarts.ts';

test('A12 RESTART1 What dies is started again later each time; five deaths soon after a start are a crash loop', () => {
  const policy = createRestartPolicy();
  const pauses = [1, 2, 3, 4, 5, 6].map(() => policy.died(500));
  assert.deepEqual(
    pauses.map(({ pauseMs, isLoop }) => [pauseMs, isLoop]),
    [
      [1000, false],
      [2000, false],
      [4000, false],
      [8000, false],
      [60_000, true],
      [60_000, true],
    ],
  );
  // What ran for a while had started well.
  assert.deepEqual(policy.died(60_000), { pauseMs: 1000, isLoop: false, deaths: 1 });
  assert.deepEqual(policy.died(10), { pauseMs: 2000, isLoop: false, deaths: 2 });
});

test('A12 AGAIN1 A process knows of those before it by its environment, and of nothing else that stands there', () => {
  const before = { count: 3, lastExit: 'exit code 1, goshawk: the disk is gone' };
  assert.deepEqual(restartsOf(restartsEnv(before, 1)), before);
  assert.match(restartsText(before), /3 times, the last time after: exit code 1/);
  for (const GOSHAWK_RESTARTS of ['', '-1', 'x', '1e99', '0']) {
    assert.deepEqual(restartsOf({ GOSHAWK_RESTARTS, GOSHAWK_LAST_EXIT: 'y' }), NO_RESTARTS);
  }
  assert.equal(restartsText(NO_RESTARTS), '');
});
