import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSplitChooser, type Split } from './chosen-split.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);

function chosen(times: readonly (readonly [number, boolean])[], asked: Partial<Split> = {}, folds = 1) {
  const chooser = createSplitChooser();
  for (const [days, fraud] of times) chooser.add(START + days * DAY_MS, fraud);
  return chooser.choose(asked, folds);
}

const evenly = (count: number, days: number): (readonly [number, boolean])[] =>
  Array.from({ length: count }, (_, i) => [(i * days) / count, i % 10 === 0] as const);

test('Y70: where no dates are said the first 70 of 100 rows are trained on, whole days in a table of weeks', () => {
  assert.deepEqual(chosen(evenly(1000, 100)), {
    trainFromMs: START,
    trainUntilMs: START + 70 * DAY_MS,
    testUntilMs: START + 99.9 * DAY_MS + 1,
    delayDays: 7,
  });
});

test('Y70: a table of two days is divided within a day, with no delay', () => {
  const split = chosen(evenly(1000, 2));
  assert.equal(split?.delayDays, 0);
  assert.equal(split?.trainUntilMs, START + 1.4 * DAY_MS);
});

test('Y70: both sides have frauds, also where most of them come late', () => {
  const split = chosen([
    ...evenly(90, 1).map(([at]) => [at, false] as const),
    ...evenly(10, 1).map(([at]) => [1 + at, true] as const),
    [1.95, false],
  ]);
  assert.ok(split && split.trainUntilMs > START + DAY_MS && split.trainUntilMs < START + 2 * DAY_MS);
});

test('Y70: what is asked for stands, and several folds leave room for each other', () => {
  const asked = { trainUntilMs: START + 30 * DAY_MS, delayDays: 1 };
  const split = chosen(evenly(1000, 100), asked);
  assert.deepEqual({ ...split, ...asked }, split);
  const first = chosen(evenly(1000, 100), {}, 4);
  assert.ok(first);
  const length = first.testUntilMs - first.trainUntilMs - first.delayDays * DAY_MS;
  assert.ok(first.testUntilMs + 3 * length <= START + 100 * DAY_MS + 4);
});

test('Y70: where nothing divides the rows there is no split', () => {
  assert.equal(chosen([]), undefined);
  assert.equal(
    chosen([
      [0, false],
      [1, false],
    ]),
    undefined,
  );
  assert.equal(
    chosen([
      [0, false],
      [1, true],
      [1, true],
    ]),
    undefined,
  );
});
