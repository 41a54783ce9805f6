import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../domain/transaction.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { decodeWhole, encodeWhole } from './backfill-transaction.ts';

test('a transaction comes back from its bytes as it was, whatever is left out', () => {
  const simulator = createSimulator({ seed: 1, rate: 1, startMs: Date.UTC(2026, 0, 1) });
  const least: Transaction = {
    id: 'tx',
    accountId: 'Konto-Ä',
    occurredAtMs: -1,
    amountMinor: 0,
    currency: 'EUR',
    type: 'payment',
  };
  const transactions: Transaction[] = [
    least,
    { ...least, counterpartyId: 'c', counterpartyName: 'Łódź '.repeat(40), amountMinor: 2 ** 50 },
    { ...least, merchant: { id: 'm', mcc: '5411' }, location: { lat: -0.5, lon: 179.999 } },
    {
      ...least,
      utcOffsetMinutes: -210,
      billing: { amountMinor: 12, currency: 'USD' },
      base: { amountMinor: 11, currency: 'EUR', rate: 0.9, rateDate: '2026-01-02', source: 'billing' },
    },
    {
      ...least,
      type: 'crypto_buy',
      channel: 'kiosk',
      attributes: { 'customer.segment': 'Größe "L"', score: 0.25, vip: false },
      relatesTo: { transactionId: 't0', kind: 'reversal' },
    },
    ...Array.from({ length: 500 }, () => simulator.next().transaction),
  ];
  for (const transaction of transactions)
    assert.deepEqual(decodeWhole(encodeWhole(transaction), transaction.occurredAtMs), transaction);
});
