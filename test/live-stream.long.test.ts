// The default preset: on hours of live stream after its training the first model keeps flagging the right ones.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastSeenMs } from '../src/features/history-codec.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createScorer } from '../src/models/model.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { createPresetSimulator } from '../src/training/simulated-past.ts';

const END_MS = Date.UTC(2026, 4, 6, 8);
const RATE = 20;
const HALF_HOURS = 6;

test('the first model flags as much after three hours as after half an hour, and finds most frauds', async () => {
  const state = STANDARD.createState();
  const { account } = state;
  const model = await trainFirstModel(state, { preset: 'default', seed: 5, endMs: END_MS, liveRate: RATE });
  const scorer = createScorer(model, STANDARD);
  const simulator = createPresetSimulator('default', {
    seed: 5,
    rate: RATE,
    startMs: END_MS,
    accounts: account.size,
    lastSeenMs: (accountId) => lastSeenMs(account, accountId),
    idPrefix: 'live-',
  });
  const vector = new Float64Array(STANDARD.size);
  let frauds = 0;
  let caught = 0;
  for (let half = 1; half <= HALF_HOURS; half++) {
    let flagged = 0;
    const rows = RATE * 1800;
    for (let row = 0; row < rows; row++) {
      const { transaction, fraudType } = simulator.next();
      STANDARD.observe(state, transaction, vector);
      const isFlagged = scorer.score(transaction, vector) >= model.info.thresholds.review;
      if (isFlagged) flagged++;
      if (fraudType === undefined) continue;
      frauds++;
      if (isFlagged) caught++;
    }
    const share = flagged / rows;
    assert.ok(share > 0.003 && share < 0.035, `half hour ${half}: ${(100 * share).toFixed(1)} % flagged`);
  }
  assert.ok(caught / frauds > 0.6, `${caught} of ${frauds} frauds were flagged`);
});
