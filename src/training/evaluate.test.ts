import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featuresOfSet } from '../features/sets.ts';
import { STANDARD } from '../features/standard.ts';
import { evaluate, type LabelledTransaction, NothingToMeasureError } from './evaluate.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);

async function* rows(
  count: number,
  fraudOf: (i: number) => boolean | undefined,
): AsyncGenerator<LabelledTransaction[]> {
  yield Array.from({ length: count }, (_, i) => ({
    transaction: {
      id: `t${i}`,
      accountId: `a${i}`,
      occurredAtMs: START + (i * 30 * DAY_MS) / count,
      amountMinor: 1000 + (i % 50),
      currency: 'EUR',
      type: 'purchase' as const,
    },
    fraud: fraudOf(i),
  }));
}
const options = {
  catalogue: STANDARD,
  features: featuresOfSet('all', STANDARD),
  folds: [{ trainFromMs: START, trainUntilMs: START + 14 * DAY_MS, testUntilMs: START + 28 * DAY_MS }],
  delayDays: 1,
  seeds: [1],
  trainer: { kind: 'forest', trees: 2, maxLeaves: 8, maxDepth: 4, minLeafRows: 2 },
  fraudWeight: 5,
} as const;

test('I5 where nothing can be measured it says so before anything is trained', async () => {
  for (const [fraudOf, said] of [
    [() => undefined, /training from 2026-01-01 on has 0 labelled rows, 0 of them fraud/],
    [() => false, /0 of them fraud/],
    [(i: number) => (i < 200 ? i % 10 === 0 : undefined), /test from 2026-01-16 on has 0 labelled rows/],
  ] as const)
    await assert.rejects(evaluate(rows(600, fraudOf), options), (error: Error) => {
      assert.ok(error instanceof NothingToMeasureError);
      assert.match(error.message, said);
      return true;
    });
});

test('I5 what has no label is part of histories, and nothing is learnt from it or measured by it', async () => {
  const [all] = await evaluate(
    rows(600, (i) => i % 10 === 0),
    options,
  );
  const [half] = await evaluate(
    rows(600, (i) => (i % 2 === 0 ? i % 10 === 0 : undefined)),
    options,
  );
  assert.equal(half.train.rows * 2, all.train.rows);
  assert.equal(half.train.frauds, all.train.frauds);
});
