import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoTime } from './iso-time.ts';
import { createRandom } from './random.ts';

test('isoTime writes every time as Date does', () => {
  const random = createRandom(1);
  const times = [
    0, -1, 1, 86_399_999, 86_400_000, -62_135_596_800_000, 253_402_300_799_999, 253_402_300_800_000,
  ];
  for (let i = 0; i < 20_000; i++) times.push(Math.floor((random.next() - 0.4) * 4e12));
  for (let i = 0; i < 2000; i++) times.push(1_790_000_000_000 + i);
  for (let i = 0; i < 2000; i++) times.push((random.next() - 0.4) * 4e12);
  for (const ms of times) assert.equal(isoTime(ms), new Date(ms).toISOString());
  assert.throws(() => isoTime(Number.NaN), RangeError);
  assert.throws(() => isoTime(1e18), RangeError);
});
