// The past of a simulated installation: what it is made of, and that it is the same each time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPresetSimulator, type PastTransaction, simulatedPast } from './simulated-past.ts';

const END_MS = Date.UTC(2026, 5, 1, 9);
const past = simulatedPast({ preset: 'default', seed: 2, endMs: END_MS, liveRate: 200 });

test('M15 the past ends at the start with the live stream itself, told the same each time, with when each fraud is known', () => {
  const [one, other] = [past.transactions(), past.transactions()];
  for (let i = 0; i < 2000; i++) assert.deepEqual(one.next(), other.next());
  const counts = { days: 0, newcomers: 0, running: 0 };
  let before = 0;
  const simulator = createPresetSimulator('default', { seed: 2, rate: 200, startMs: past.runningFromMs });
  for (const { transaction, fraudType, label, stretch } of past.transactions()) {
    const at = transaction.occurredAtMs;
    assert.ok(at >= before && at < END_MS);
    before = at;
    counts[stretch]++;
    assert.equal(label?.fraudType, fraudType);
    if (label) assert.ok(label.knownAtMs > at);
    if (stretch !== 'running') continue;
    if (counts.running > 2000) break;
    const { id: _, ...same } = simulator.next().transaction;
    const { id: __, ...rest }: PastTransaction['transaction'] = transaction;
    assert.deepEqual(rest, same);
  }
  assert.ok(counts.days > 50_000 && counts.newcomers > 30_000, JSON.stringify(counts));
  assert.ok(Math.abs((END_MS - past.runningFromMs) / 1000 - 450_000 / 200) < 1);
});

test('the classic preset has weeks alone', () => {
  const classic = simulatedPast({ preset: 'classic', seed: 2, endMs: END_MS, liveRate: 20 });
  assert.equal(classic.runningFromMs, END_MS);
  const stretches = new Set(Array.from(classic.transactions(), ({ stretch }) => stretch));
  assert.deepEqual([...stretches], ['days']);
});
