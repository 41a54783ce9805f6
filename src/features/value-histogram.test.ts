import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TurnedOut, valueHistogram } from './value-histogram.ts';

const unlabelled = (length: number): TurnedOut[] => Array.from({ length }, () => 'unlabelled');

test('Y60 few values are a bin each, with how each turned out', () => {
  const bins = valueHistogram([2, 1, Number.NaN, 2], ['fraud', 'genuine', 'fraud', 'unlabelled']);
  assert.deepEqual(bins, [
    { from: 1, to: 1, fraud: 0, genuine: 1, unlabelled: 0 },
    { from: 2, to: 2, fraud: 1, genuine: 0, unlabelled: 1 },
  ]);
  assert.deepEqual(valueHistogram([Number.NaN], ['fraud']), []);
});

test('Y60 every value that is known is in one bin, also of a long tail and far outside', () => {
  const tails = [
    Array.from({ length: 2000 }, (_, i) => Math.exp(i / 150)),
    Array.from({ length: 2000 }, (_, i) => i - 1000),
    [...Array.from({ length: 2000 }, () => 0), ...Array.from({ length: 17 }, (_, i) => 1000 + i)],
    [...Array.from({ length: 5000 }, () => 0), ...Array.from({ length: 17 }, (_, i) => 1000 + i)],
  ];
  for (const values of tails) {
    const bins = valueHistogram(values, unlabelled(values.length));
    assert.ok(bins.length >= 1 && bins.length <= 24, String(bins.length));
    assert.equal(
      bins.reduce((sum, bin) => sum + bin.unlabelled, 0),
      values.length,
    );
    assert.ok(bins.every((bin, i) => bin.from <= bin.to && (i === 0 || bins[i - 1].to <= bin.from)));
  }
});
