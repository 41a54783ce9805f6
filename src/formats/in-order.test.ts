import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inOrder, OutOfOrderError } from './in-order.ts';

type Row = { readonly at: number | undefined; readonly n: number };

async function ordered(times: readonly (number | undefined)[], most: number, size: number): Promise<Row[]> {
  async function* batches(): AsyncGenerator<Row[]> {
    const rows = times.map((at, n) => ({ at, n }));
    for (let i = 0; i < rows.length; i += size) yield rows.slice(i, i + size);
  }
  const rows: Row[] = [];
  for await (const batch of inOrder(batches(), ({ at }) => at, most)) rows.push(...batch);
  return rows;
}

test('I4 rows come in the order of time, those of one time as they stood, and none is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(20), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      async (times, size) => {
        const rows = await ordered(times, 60, size);
        const expected = times.map((at, n) => ({ at, n })).sort((a, b) => a.at - b.at || a.n - b.n);
        assert.deepEqual(rows, expected);
      },
    ),
  );
  // What has no time is given, too.
  assert.equal((await ordered([3, undefined, 1], 5, 2)).length, 3);
});

test('I4 rows that are further out of order than is held are told, and which one', async () => {
  const late = [...Array.from({ length: 50 }, (_, i) => i + 10), 1];
  await assert.rejects(
    ordered(late, 10, 5),
    (error) => error instanceof OutOfOrderError && error.row.n === 50,
  );
  assert.equal((await ordered(late, 60, 5))[0].at, 1);
});
