import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wilsonInterval } from './wilson.ts';

/** Of statsmodels: proportion_confint(hits, of, method='wilson'). */
const KNOWN = [
  [6, 11, 0.2801, 0.7873],
  [0, 10, 0, 0.2775],
  [10, 10, 0.7225, 1],
  [840, 1000, 0.816, 0.8614],
] as const;

test('U4 the interval of a share is that of Wilson, within nothing and all', () => {
  for (const [hits, of, low, high] of KNOWN) {
    const found = wilsonInterval(hits, of);
    assert.ok(Math.abs(found.low - low) < 5e-4, `${hits} of ${of}: from ${found.low}`);
    assert.ok(Math.abs(found.high - high) < 5e-4, `${hits} of ${of}: to ${found.high}`);
  }
  assert.deepEqual(wilsonInterval(0, 0), { low: 0, high: 1 });
});

test('U4 the interval holds the truth about as often as it says', () => {
  // All outcomes of 40 draws at 30 %, each with its chance.
  const [of, truth] = [40, 0.3];
  let chance = (1 - truth) ** of;
  let held = 0;
  for (let hits = 0; hits <= of; hits++) {
    const { low, high } = wilsonInterval(hits, of);
    if (low <= truth && truth <= high) held += chance;
    chance *= ((of - hits) / (hits + 1)) * (truth / (1 - truth));
  }
  assert.ok(held > 0.93 && held < 0.97, String(held));
});
