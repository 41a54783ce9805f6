import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../domain/transaction.ts';
import { STANDARD } from '../features/standard.ts';
import { comparison, SUBJECTS } from './comparison.ts';
import { sumWords } from './facts.ts';

const TRANSFER = { type: 'transfer' } as Transaction;
const sum = sumWords('EUR');

test('X4: what is told is compared with what is usual for the account and for payments of its type and channel, where that is known', () => {
  const amount = { feature: 'amount', account: { low: 8, high: 95 }, peers: { low: 4, high: 1200 } };
  assert.equal(
    comparison([amount], TRANSFER, sum),
    'Amount: €8 to €95 is usual for this account, €4 to €1,200 for transfers by this channel',
  );
  const unknown = { feature: 'is_new_device', account: { low: 0, high: 1 }, peers: null };
  const pace = { feature: 'account_tx_count_24h', account: null, peers: { low: 1, high: 1 } };
  assert.equal(
    comparison([unknown, pace, amount], TRANSFER, sum),
    'Payments within 24 hours: 1 for transfers by this channel',
  );
  assert.equal(comparison([unknown, { ...amount, account: null, peers: null }], TRANSFER, sum), undefined);
  for (const name of SUBJECTS.keys()) assert.ok(STANDARD.place(name) !== undefined, name);
});
