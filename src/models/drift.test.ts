// Drift of a column: whether it has moved, and which way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { AGE_FEATURES } from '../features/sets.ts';
import { STANDARD } from '../features/standard.ts';
import { driftOf, hasRisen, spreadOf } from './drift.ts';

const random = createRandom(5);
const ages = (mean: number, missing = 0.1): Float64Array =>
  Float64Array.from({ length: 4000 }, () =>
    random.next() < missing ? Number.NaN : random.exponential(mean),
  );

test('M10 ages that grow with the installation are told from ages that fell, whatever is missing', () => {
  const before = spreadOf(ages(3));
  assert.equal(driftOf('account_age_days', before, ages(3)).alarm, false);
  assert.ok(driftOf('account_age_days', before, ages(9)).alarm);
  assert.ok(hasRisen(before, ages(9)));
  assert.ok(hasRisen(before, ages(9, 0.6)));
  assert.ok(driftOf('account_age_days', before, ages(0.5)).alarm);
  assert.equal(hasRisen(before, ages(0.5)), false);
});

test('M10 what is called an age is a feature of the program', () => {
  for (const name of AGE_FEATURES) assert.notEqual(STANDARD.place(name), undefined, name);
});
