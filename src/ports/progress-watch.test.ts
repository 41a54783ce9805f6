import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { watchProgress } from './progress-watch.ts';

const S = 1000;

test('A13 WATCH1 What stands still while work waits is slow, then down, with since when; what moves, or has nothing to do, is up', () => {
  const watch = watchProgress();
  const at = (second: number, position: number, waiting: number) => {
    watch.sample('a', { atMs: second * S, position, waiting });
    return watch.worst();
  };
  assert.equal(at(0, 5, 0).kind, 'up');
  // Nothing waits: standing still is no fault.
  assert.equal(at(100, 5, 0).kind, 'up');
  assert.equal(at(102, 5, 3).kind, 'up');
  assert.equal(at(111, 5, 4).kind, 'up');
  assert.deepEqual(at(112, 5, 4), { kind: 'slow', sinceMs: 102 * S, key: 'a' });
  assert.deepEqual(at(132, 5, 9), { kind: 'down', sinceMs: 102 * S, key: 'a' });
  // It moves, however little.
  assert.equal(at(134, 6, 800).kind, 'up');
  assert.equal(at(143, 6, 800).kind, 'up');
  assert.equal(at(144, 6, 800).kind, 'slow');
  // What waited is gone, though it did not move: somebody else had it.
  assert.equal(at(146, 6, 0).kind, 'up');
});

test('A13 WATCH2 The key that stands still for longest is the one that is shown, whatever the others do', () => {
  const watch = watchProgress();
  for (let second = 0; second <= 40; second += 2) {
    for (let partition = 0; partition < 6; partition++) {
      const position = partition === 4 ? 7 : second * 10;
      watch.sample(`decisions ${partition}`, { atMs: second * S, position, waiting: 1 + second });
    }
  }
  assert.deepEqual(watch.worst(), { kind: 'down', sinceMs: 0, key: 'decisions 4' });
  watch.forget('decisions 4');
  assert.equal(watch.worst().kind, 'up');
});

test('A13 a part that moves between any two looks is never down; one that never moves with work waiting always is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ passMs: fc.integer({ min: 1, max: 9999 }), waiting: fc.nat(1e6) }), {
        minLength: 2,
      }),
      (steps) => {
        const moves = watchProgress();
        const stands = watchProgress();
        let atMs = 0;
        for (const [i, { passMs, waiting }] of steps.entries()) {
          atMs += passMs;
          moves.sample('', { atMs, waiting, position: i });
          stands.sample('', { atMs, waiting: waiting + 1, position: 0 });
          assert.equal(moves.worst().kind, 'up');
        }
        const stoodMs = atMs - steps[0].passMs;
        assert.equal(stands.worst().kind, stoodMs < 10 * S ? 'up' : stoodMs < 30 * S ? 'slow' : 'down');
      },
    ),
  );
});
