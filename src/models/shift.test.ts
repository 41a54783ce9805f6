import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, type Random } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import { STANDARD } from '../features/standard.ts';
import { spreadOf } from './drift.ts';
import { labelDelayShift, unseenShares, unseenShifts, volumeOf, volumeShift, wholeHours } from './shift.ts';

const HOUR_MS = 3_600_000;
const DAYS = 28;

/** Moments of `days` days from `fromDay` on: busy at noon, some days busier than others. */
function moments(random: Random, fromDay: number, days: number, factor = 1): Float64Array {
  const times: number[] = [];
  for (let day = fromDay; day < fromDay + days; day++) {
    const busy = factor * Math.exp(0.1 * random.normal());
    for (let hour = 0; hour < 24; hour++) {
      const mean = busy * (60 + 50 * Math.sin(((hour - 6) / 24) * 2 * Math.PI));
      const count = Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
      for (let i = 0; i < count; i++) times.push((day * 24 + hour + random.next()) * HOUR_MS);
    }
  }
  return Float64Array.from(times);
}

test('M10 volume raises no alarm in a stable month looked at every hour, and does when it halves or doubles', () => {
  let alarms = 0;
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = createRandom(seed);
    const before = volumeOf(moments(random, 0, DAYS));
    assert.ok(before);
    const hours = [...wholeHours(moments(random, DAYS, 31))];
    for (let end = 24; end <= hours.length; end++) {
      const shift = volumeShift(before, new Map(hours.slice(end - 24, end)));
      assert.ok(shift.now !== undefined && shift.before !== undefined && shift.probability !== undefined);
      if (shift.alarm) alarms++;
    }
    for (const factor of [0.5, 2]) {
      const { alarm } = volumeShift(before, wholeHours(moments(random, DAYS, 1, factor)));
      assert.ok(alarm, `factor ${factor}`);
    }
  }
  assert.equal(alarms, 0);
});

test('M10 what is not known raises no alarm and says so', () => {
  assert.equal(volumeOf(moments(createRandom(1), 0, 1)), undefined);
  assert.deepEqual(volumeShift(undefined, new Map([[5, 100]])), {
    name: 'volume',
    unit: 'per hour',
    before: undefined,
    now: 100,
    probability: undefined,
    alarm: false,
  });
  assert.equal(labelDelayShift(undefined, new Float64Array(500)).alarm, false);
  assert.equal(labelDelayShift(undefined, new Float64Array(500)).now, 0);
  assert.equal(labelDelayShift(spreadOf(new Float64Array(500)), new Float64Array(5)).now, undefined);
});

test('M10 labels that come later than they used to raise an alarm, others do not', () => {
  const random = createRandom(6);
  const delays = (count: number, days: number): Float64Array =>
    Float64Array.from({ length: count }, () => days * 24 * HOUR_MS * random.exponential(1));
  const before = spreadOf(delays(2000, 7));
  let alarms = 0;
  for (let round = 0; round < 500; round++) if (labelDelayShift(before, delays(400, 7)).alarm) alarms++;
  assert.equal(alarms, 0);
  assert.ok(labelDelayShift(before, delays(400, 14)).alarm);
});

test('M10 categories that nobody saw in training raise an alarm when they are more than usual', () => {
  const random = createRandom(7);
  const keys = (count: number, unseen: number): string[] =>
    Array.from({ length: count }, (_, i) => (random.next() < unseen ? `new-${i}` : `m${random.below(50)}`));
  const merchants = keys(10_000, 0.02);
  const none = merchants.map(() => undefined);
  const known = new Set(merchants);
  const knows = (_: string, key: string): boolean => known.has(key);
  const before = unseenShares(
    { type: none, channel: none, country: none, mcc: none, merchant: merchants },
    merchants.length,
    knows,
  );
  assert.ok(before && Math.abs(before.merchant - 0.02) < 0.01);
  assert.equal(before.country, 0);
  const rows = (unseen: number): Transaction[] =>
    keys(2000, unseen).map((id) => ({ merchant: { id }, type: 'purchase' }) as Transaction);
  const alarms = (unseen: number): string[] =>
    unseenShifts(
      before,
      rows(unseen),
      STANDARD.categories,
      (category, key) => category === 'type' || knows(category, key),
    )
      .filter(({ alarm }) => alarm)
      .map(({ name }) => name);
  assert.deepEqual(alarms(0.02), []);
  assert.deepEqual(alarms(0.15), ['unseen merchant']);
});
