import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredTransaction } from '../../ports/store.ts';
import { MAX_REPORTED, transactionsOf } from './report-case.ts';

/** A case of one alert with so many transactions, the newest first. */
const withFlagged = (count: number) => ({
  office: {
    cases: { alertIds: async () => [1] },
    alerts: {
      transactionIds: async (_: number, limit: number) =>
        Array.from({ length: Math.min(count, limit) }, (_, i) => String(count - i)),
    },
  },
  store: {
    transaction: async (id: string) =>
      ({ transaction: { id, occurredAtMs: Number(id) } }) as StoredTransaction,
  },
});

test('C3 an alert with more transactions than a report has room for is not cut to what it has room for', async () => {
  const all = await transactionsOf(1, withFlagged(MAX_REPORTED));
  assert.deepEqual(
    all.map(({ transaction }) => Number(transaction.id)),
    Array.from({ length: MAX_REPORTED }, (_, i) => i + 1),
  );
  assert.ok((await transactionsOf(1, withFlagged(MAX_REPORTED + 1))).length > MAX_REPORTED);
});
