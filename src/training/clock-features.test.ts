import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learnableFeatures } from './clock-features.ts';

const DAY_MS = 86_400_000;
const NAMES = ['amount', 'hour', 'is_night', 'day_of_week', 'is_weekend'];

test('Y73: hours are learnt from where training has each of them on two days, weekdays where it has a week', () => {
  const learnt = (days: number): readonly string[] => learnableFeatures(NAMES, 0, days * DAY_MS);
  assert.deepEqual(learnt(1), ['amount']);
  assert.deepEqual(learnt(2), ['amount', 'hour', 'is_night']);
  assert.deepEqual(learnt(7), NAMES);
});

test('Y73: where there is nothing but the clock it is learnt from', () => {
  assert.deepEqual(learnableFeatures(['hour'], 0, DAY_MS), ['hour']);
});
