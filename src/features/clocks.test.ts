// Payments that come late, or with a stamp ahead: each figure is what it would be had all of them come in their order, as far as
// the payments up to its own time go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { historiesOf, type Label } from '../domain/label.ts';
import type { Transaction } from '../domain/transaction.ts';

import { createFeatureState } from './feature-state.ts';
import { applyLabel } from './labels.ts';
import { STANDARD } from './standard.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 27, 8);
const BERLIN = { lat: 52.52, lon: 13.4 };
const TOKYO = { lat: 35.68, lon: 139.77 };

const at = (hours: number, more: Partial<Transaction> = {}): Transaction => ({
  id: `t${hours}`,
  accountId: 'a',
  occurredAtMs: START_MS + hours * HOUR_MS,
  amountMinor: 1500,
  currency: 'EUR',
  type: 'purchase',
  merchant: { id: 'bakery' },
  deviceId: 'd',
  ip: '192.0.2.1',
  counterpartyId: 'p',
  country: 'DE',
  location: BERLIN,
  ...more,
});

function desk() {
  const state = createFeatureState();
  const vector = new Float64Array(STANDARD.size);
  const see = (transaction: Transaction): ((name: string) => number) => {
    STANDARD.observe(state, transaction, vector);
    const seen = vector.slice();
    return (name) => seen[STANDARD.place(name) ?? -1];
  };
  return { state, see };
}

/** Sums over everything an account ever did, and the country it mostly pays in: see docs. */
const OVER_ALL = new Set<string>([
  'amount_to_account_usual', 'account_unusual_count_7d', 'account_unusual_count_30d', 'amount_zscore',
  'merchant_amount_zscore', 'is_foreign_country',
]); // biome-ignore format: a list

test('F9 ten payments stamped nine hours ahead change nothing of those before their time', () => {
  const history = [-72, -20, -1].map((hours) => at(hours));
  const ahead = Array.from({ length: 10 }, (_, i) =>
    at(9 + i / 60, { id: `ahead-${i}`, location: TOKYO, country: 'JP', merchant: { id: 'bakery' } }),
  );
  const plain = desk();
  const disturbed = desk();
  for (const transaction of history) {
    plain.see(transaction);
    disturbed.see(transaction);
  }
  for (const transaction of ahead) disturbed.see(transaction);
  for (const hours of [0, 1, 2, 5, 8]) {
    const right = plain.see(at(hours));
    const said = disturbed.see(at(hours));
    for (const { name } of STANDARD.features)
      if (!OVER_ALL.has(name)) assert.equal(said(name), right(name), `${name}, ${hours} h`);
  }
});

test('F9 an hour late alone, a payment has the one before it in time as its last, and its place', () => {
  const { see } = desk();
  see(at(0));
  see(at(2, { location: TOKYO }));
  const late = see(at(1));
  assert.equal(late('account_seconds_since_last'), 3600);
  // Places are kept in single precision.
  assert.ok(late('distance_from_last_km') < 0.001 && late('speed_from_last_kmh') < 0.001);
  // The first of all, late: nothing was before it.
  const first = see(at(-3, { deviceId: 'new', merchant: { id: 'new' } }));
  for (const name of [
    'account_seconds_since_last',
    'distance_from_last_km',
    'is_new_device',
    'account_age_days',
  ] as const)
    assert.ok(Number.isNaN(first(name)), name);
});

test('F9 a merchant, device or payee that was only used later is new, and one used before as well is not', () => {
  const { see } = desk();
  see(at(-48, { merchant: { id: 'seen' }, deviceId: 'old' }));
  see(at(9, { merchant: { id: 'later' }, deviceId: 'later', counterpartyId: 'later', country: 'JP' }));
  see(at(9.1, { merchant: { id: 'seen' }, deviceId: 'old' }));
  const now = see(
    at(0, { merchant: { id: 'later' }, deviceId: 'later', counterpartyId: 'later', country: 'JP' }),
  );
  assert.deepEqual(
    (['is_unknown_merchant', 'is_new_device', 'is_new_counterparty', 'is_new_country'] as const).map(now),
    [1, 1, 1, 1],
  );
  const again = see(at(1, { merchant: { id: 'seen' }, deviceId: 'old' }));
  assert.deepEqual([again('is_unknown_merchant'), again('is_new_device')], [0, 0]);
  // later, seen; the payment at 9 h is not there yet.
  assert.equal(again('account_distinct_merchants_30d'), 2);
});

test('F9 one stamp ahead does not empty the windows of a device, an address or a payee', () => {
  const { see } = desk();
  for (const account of ['b', 'c']) see(at(-20, { accountId: account, id: account }));
  see(at(9, { id: 'ahead' }));
  const now = see(at(1, { accountId: 'e', id: 'e' }));
  assert.deepEqual(
    (['device_tx_count_24h', 'ip_tx_count_24h', 'counterparty_tx_count_24h'] as const).map(now),
    [3, 3, 3],
  );
  assert.equal(now('counterparty_amount_sum_24h'), 45);
  assert.equal(now('device_accounts_24h'), 3);
});

test('F9 in any order, what is last and how far it was is what the payments before say', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 23 * 60 }), { minLength: 2, maxLength: 4 }),
      fc.nat(),
      (minutes, pick) => {
        const { see } = desk();
        const places = minutes.map((_, i) => ({ lat: 10 * i, lon: 5 }));
        for (const [i, minute] of minutes.entries()) {
          const own = see(at(minute / 60, { id: `t${i}`, location: places[i] }));
          const earlier = minutes.slice(0, i).filter((one) => one < minute);
          const last = earlier.length === 0 ? Number.NaN : Math.max(...earlier);
          const since = own('account_seconds_since_last');
          assert.equal(since, earlier.length === 0 ? Number.NaN : (minute - last) * 60, `${minutes} ${pick}`);
          assert.equal(Number.isNaN(own('distance_from_last_km')), earlier.length === 0);
        }
      },
    ),
  );
});

test('F5 a fraud that is taken back leaves the one before it as the last', () => {
  const { state, see } = desk();
  const paid = [at(-240), at(-48), at(-24)];
  for (const transaction of paid) see(transaction);
  const label = (transaction: Transaction, fraud: boolean): Label => ({
    transactionId: transaction.id,
    fraud,
    source: 'import',
    labelledAtMs: 0,
    ...historiesOf(transaction),
  });
  applyLabel(state, label(paid[0], true), undefined);
  applyLabel(state, label(paid[2], true), undefined);
  assert.equal(see(at(0))('account_days_since_known_fraud'), 1);
  applyLabel(state, label(paid[2], false), true);
  const after = see(at(0, { id: 'after' }));
  assert.deepEqual(
    [after('account_days_since_known_fraud'), after('merchant_days_since_known_fraud')],
    [10, 10],
  );
  applyLabel(state, label(paid[0], false), true);
  assert.ok(Number.isNaN(see(at(0, { id: 'none' }))('account_days_since_known_fraud')));
});
