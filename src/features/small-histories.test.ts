// What features say of small histories that can be worked out by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historiesOf, type Label } from '../domain/label.ts';
import type { Transaction } from '../domain/transaction.ts';

import { createFeatureState } from './feature-state.ts';
import { applyLabel } from './labels.ts';
import { STANDARD } from './standard.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);

const payment = (day: number, major: number, more: Partial<Transaction> = {}): Transaction => ({
  id: `t${day}-${major}`,
  accountId: 'a',
  occurredAtMs: START_MS + day * DAY_MS,
  amountMinor: Math.round(major * 100),
  currency: 'EUR',
  type: 'payment',
  merchant: { id: 'shop' },
  ...more,
});

const labelOf = (transaction: Transaction, fraud: boolean): Label => ({
  transactionId: transaction.id,
  fraud,
  source: 'import',
  labelledAtMs: 0,
  ...historiesOf(transaction),
});

function watch() {
  const state = createFeatureState();
  const vector = new Float64Array(STANDARD.size);
  return {
    state,
    see(transaction: Transaction): (name: string) => number {
      STANDARD.observe(state, transaction, vector);
      const seen = vector.slice();
      return (name) => seen[STANDARD.place(name) ?? -1];
    },
  };
}

test('F1 amounts are compared with what the account usually pays, and unusual ones are counted', () => {
  const { see } = watch();
  const first = see(payment(0, 10));
  assert.ok(Number.isNaN(first('amount_to_account_usual')));
  assert.ok(Number.isNaN(first('account_unusual_count_7d')));
  for (let day = 1; day < 10; day++) see(payment(day, 10));
  const large = see(payment(10, 40));
  // The geometric mean of ln(1 + amount) of ten payments of 10 is 10.
  assert.ok(Math.abs(large('amount_to_account_usual') - 4) < 1e-9);
  assert.equal(large('amount_to_account_max_30d'), 4);
  assert.equal(large('account_unusual_count_7d'), 1);
  const later = see(payment(18, 10));
  assert.equal(later('account_unusual_count_7d'), 0);
  assert.equal(later('account_unusual_count_30d'), 1);
  assert.equal(later('amount_to_account_max_30d'), 0.25);
  const muchLater = see(payment(45, 10));
  assert.equal(muchLater('account_unusual_count_30d'), 0);
  assert.equal(muchLater('amount_to_account_max_30d'), 1);
});

test('F1 a late payment is not compared with what came after it', () => {
  const { see } = watch();
  see(payment(0, 10));
  see(payment(5, 500));
  assert.equal(see(payment(2, 20))('amount_to_account_max_30d'), 2);
});

test('F1 known frauds at a merchant: when they began, how large they were, what was genuine since', () => {
  const { state, see } = watch();
  const paid = Array.from({ length: 20 }, (_, day) =>
    payment(day, day === 4 || day === 8 ? 30 : 10, { accountId: `a${day}` }),
  );
  for (const transaction of paid) see(transaction);
  const before = see(payment(20, 10));
  for (const name of ['merchant_days_since_first_known_fraud', 'merchant_fraud_amount_ratio'] as const)
    assert.ok(Number.isNaN(before(name)), name);
  for (const day of [4, 8]) applyLabel(state, labelOf(paid[day], true), undefined);
  const after = see(payment(21, 10));
  assert.equal(after('merchant_days_since_first_known_fraud'), 17);
  assert.equal(after('merchant_days_since_known_fraud'), 13);
  // Of days 9 to 14: what is younger than a week may turn out otherwise.
  assert.equal(after('merchant_genuine_since_known_fraud'), 6);
  const usual = Math.expm1((20 * Math.log1p(10) + 2 * Math.log1p(30) - Math.log1p(10)) / 21);
  assert.ok(Math.abs(after('merchant_fraud_amount_ratio') - 30 / usual) < 0.1);
  // A payment long after: the frauds are out of the window, then too old to be told.
  const old = see(payment(60, 10));
  assert.ok(Number.isNaN(old('merchant_days_since_first_known_fraud')));
  assert.equal(old('merchant_days_since_known_fraud'), 52);
  assert.ok(Number.isNaN(see(payment(99, 10))('merchant_days_since_known_fraud')));
});

test('F1 ages stop at ninety days: they tell of the entity, not of the installation', () => {
  const { see } = watch();
  const shared = { deviceId: 'd', ip: '192.0.2.1', counterpartyId: 'payee' };
  see(payment(0, 10, shared));
  const later = see(payment(300, 10, shared));
  for (const name of [
    'account_age_days',
    'merchant_age_days',
    'device_age_days',
    'ip_age_days',
    'counterparty_age_days',
  ] as const)
    assert.equal(later(name), 90, name);
});
