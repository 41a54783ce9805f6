import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FittedCategory } from '../features/catalogue.ts';
import { fitEncoding } from './encoding.ts';

const DAY_MS = 86_400_000;
const ROWS = 1000;

/** Every row of the second half of `values` is fraud in the second half of the rows. */
function encoded(values: number, isOwn: boolean): Float64Array {
  const category: FittedCategory = {
    name: 'shop',
    slot: 0,
    prior: 10,
    delayed: false,
    ...(isOwn && { isOwn }),
    of: () => undefined,
  };
  const keys = Array.from({ length: ROWS }, (_, row) => `s${row % values}`);
  const labels = Uint8Array.from({ length: ROWS }, (_, row) =>
    row >= ROWS / 2 && row % values >= values / 2 ? 1 : 0,
  );
  const times = Float64Array.from({ length: ROWS }, (_, row) => (row * 20 * DAY_MS) / ROWS);
  return fitEncoding([category], { shop: keys }, labels, times).encoded.shop;
}

test('Y53: an own category of many values is known by what came before a row, so that later frauds say nothing of earlier rows', () => {
  const many = encoded(111, true);
  assert.ok(Number.isNaN(many[50]), 'nothing could be known yet');
  assert.equal(many[333], many[389], 'no fraud was known of either kind of value');
  assert.ok(many[990] > many[890]);
});

test('Y53: one of few values, and those of the program, are known out of fold', () => {
  for (const values of [encoded(11, true), encoded(111, false)]) {
    assert.ok(!Number.isNaN(values[0]));
    assert.ok(values[109] > values[0]);
  }
});
