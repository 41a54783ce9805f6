import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createLatencyWindow } from '../engine/latency-window.ts';
import type { Engine } from '../engine/process-batch.ts';
import { STANDARD } from '../features/standard.ts';
import { createBoundary } from '../ports/boundary.ts';
import type { Log } from '../ports/stream/log.ts';
import { startEmbeddedProbes } from './embedded-probes.ts';

/** Probes of a road whose figures the test sets. */
function probed(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const road = { nowMs: 1_000_000, end: 0, pending: 0, decided: 0, committed: 0, trouble: '' };
  const probes = startEmbeddedProbes({
    engine: {
      state: STANDARD.createState(),
      inService: {
        catalogue: STANDARD,
        ruleset: { errors: new Map(), rules: [] },
        serving: { champion: { failures: { count: 0, last: undefined } } },
      },
    } as unknown as Engine,
    log: {
      endOffset: () => road.end,
      get pending() {
        return road.pending;
      },
      lastAppendMs: 1,
    } as unknown as Log,
    clock: { nowMs: () => road.nowMs },
    measurements: {
      decision: createLatencyWindow(),
      engine: createLatencyWindow(),
      append: createLatencyWindow(),
      commit: createLatencyWindow(),
      lastCommitAtMs: road.nowMs,
    },
    backlog: () => road.end - road.committed + road.pending,
    reached: () => ({ decided: road.decided, committed: road.committed }),
    trouble: () => road.trouble || undefined,
    boundary: createBoundary(() => road.nowMs, assert.fail),
    query: async () => [],
  });
  return { road, probes };
}

test('A13 a part of the desk that makes no progress while work waits is down, with since when and why', async (t) => {
  const { road, probes } = probed(t);
  const pass = async (seconds: number): Promise<void> => {
    for (let passed = 0; passed < seconds; passed += 2) {
      road.nowMs += 2000;
      t.mock.timers.tick(2000);
      await new Promise((done) => setImmediate(done));
    }
  };
  const part = (name: string) => {
    const found = probes.health(road.nowMs, 0).find((each) => each.name === name);
    assert.ok(found);
    return found;
  };
  await pass(60);
  for (const name of ['log', 'engine', 'database']) assert.notEqual(part(name).status, 'down');
  // Decided, and not committed: the database does not take it.
  Object.assign(road, { end: 40, decided: 30, trouble: 'commit: out of memory' });
  await pass(4);
  const sinceMs = road.nowMs - 2000;
  await pass(12);
  assert.equal(part('database').status, 'degraded');
  await pass(24);
  for (const name of ['engine', 'database']) {
    assert.equal(part(name).status, 'down', name);
    assert.equal(part(name).trouble?.sinceMs, sinceMs);
    assert.match(part(name).trouble?.why ?? '', /: commit: out of memory$/);
  }
  assert.equal(part('log').status, 'up');
  // It goes on, one record a look: slow as that is, it is no standstill.
  road.trouble = '';
  for (let i = 0; i < 20; i++) {
    road.committed++;
    await pass(2);
  }
  assert.equal(part('engine').status, 'up');
  assert.equal(part('engine').trouble, undefined);
  // What comes in is not appended.
  Object.assign(road, { committed: 40, decided: 40, pending: 3 });
  await pass(40);
  assert.equal(part('log').status, 'down');
  probes.stop();
});
