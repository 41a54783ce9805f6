import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../domain/transaction.ts';
import { checkedCatalogue } from './checked-catalogue.ts';
import { createFeatureCosts, TIMED_ONE_IN } from './feature-costs.ts';

test('Y29 what several features share is divided among them, and held-up threads count little', () => {
  let clock = 0;
  const costs = createFeatureCosts(4, () => clock);
  const pass = (micros: number, places: readonly number[]): void => {
    clock += micros / 1000;
    costs.lap(places);
  };
  costs.begin();
  pass(30, [0, 1, 2]);
  pass(5, [1]);
  costs.end();
  assert.deepEqual(
    [0, 1, 2, 3].map((place) => costs.meanMicros(place)?.toFixed(3)),
    ['10.000', '15.000', '10.000', undefined],
  );
  costs.begin();
  pass(50_000_000, [1]);
  costs.end();
  assert.ok((costs.meanMicros(1) ?? 0) < 100);
});

const DOCUMENT = {
  format: 'goshawk-catalogue-1',
  standard: ['amount', 'account_tx_count_1h'],
  data: {},
  features: [
    {
      name: 'payments_6h',
      kind: 'aggregate',
      description: 'Payments in six hours',
      unit: 'payments',
      missing: 'never missing',
      sentence: '{value} payments',
      entity: 'account',
      measure: 'count',
      window: '6h',
    },
    {
      name: 'twice',
      kind: 'expression',
      description: 'Twice as many',
      unit: 'payments',
      missing: 'never missing',
      sentence: '{value} payments',
      expression: 'features.payments_6h * 2.0',
    },
  ],
};
const payment = (i: number): Transaction => ({
  id: `t${i}`,
  accountId: 'a',
  occurredAtMs: Date.UTC(2026, 0, 1) + i * 60_000,
  amountMinor: 100,
  currency: 'EUR',
  type: 'purchase',
});

test('Y29 one transaction in so many is timed, feature by feature, and computed the same', () => {
  const [checked, plain] = [checkedCatalogue(DOCUMENT), checkedCatalogue(DOCUMENT)];
  assert.ok(checked.ok && plain.ok, JSON.stringify(checked));
  let clock = 0;
  const costs = checked.catalogue.costs(() => {
    clock += 0.001;
    return clock;
  });
  assert.equal(
    checked.catalogue.costs(() => 0),
    costs,
    'whoever asks later sees the same',
  );
  const states = [checked.catalogue.createState(), plain.catalogue.createState()];
  const vectors = states.map(() => new Float64Array(checked.catalogue.size));
  for (let i = 0; i < 3 * TIMED_ONE_IN; i++) {
    checked.catalogue.observe(states[0], payment(i), vectors[0]);
    plain.catalogue.observe(states[1], payment(i), vectors[1]);
    assert.deepEqual(vectors[0], vectors[1]);
  }
  for (const { name } of checked.catalogue.features)
    assert.ok((costs.meanMicros(checked.catalogue.place(name) ?? -1) ?? 0) > 0, name);
});

test('Y25 a feature that is off is not computed: what uses it has it missing, and its history goes on', () => {
  const [off, on] = [checkedCatalogue(DOCUMENT, ['payments_6h']), checkedCatalogue(DOCUMENT)];
  assert.ok(off.ok && on.ok);
  assert.equal(off.catalogue.hash, on.catalogue.hash);
  assert.deepEqual(
    off.catalogue.stores.map(({ id }) => id),
    on.catalogue.stores.map(({ id }) => id),
  );
  const state = off.catalogue.createState();
  const out = new Float64Array(off.catalogue.size);
  const valueFor = (name: string): number => out[off.catalogue.place(name) ?? -1];
  for (let i = 0; i < 5; i++) off.catalogue.observe(state, payment(i), out);
  assert.ok(Number.isNaN(valueFor('payments_6h')) && Number.isNaN(valueFor('twice')));
  assert.equal(valueFor('amount'), 1);
  on.catalogue.observe(state, payment(5), out);
  assert.deepEqual([valueFor('payments_6h'), valueFor('twice')], [6, 12], 'as if it had never been off');
});
