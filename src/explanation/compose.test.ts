import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONCEPTS, type Concept, conceptSentence, isProgramConcept } from '../domain/concept.ts';
import { createRandom } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import { placeIn } from '../features/place-in.ts';
import { STANDARD } from '../features/standard.ts';
import { conceptPlan, TOLD_OF_PROGRAM } from './clauses.ts';
import { explainByConcept, MAX_SENTENCES } from './compose.ts';
import { plainMissing } from './plain-missing.ts';
import { usualHeadline } from './usual.ts';

const TRANSFER: Transaction = {
  id: 't', accountId: 'a', occurredAtMs: Date.UTC(2026, 0, 1), amountMinor: 357_600, currency: 'EUR', type: 'transfer',
  channel: 'mobile_app', country: 'DE', deviceId: 'd', ip: '203.0.113.9', counterpartyId: 'p',
}; // biome-ignore format: short
const PURCHASE: Transaction = {
  id: 't', accountId: 'a', occurredAtMs: Date.UTC(2026, 0, 1), amountMinor: 2_000, currency: 'EUR', type: 'purchase',
  channel: 'ecommerce', country: 'DE',
}; // biome-ignore format: short

type Numbers = Readonly<Record<string, number>>;
function arrayOf(numbers: Numbers, otherwise: number): Float64Array {
  const array = new Float64Array(STANDARD.size).fill(otherwise);
  for (const [name, value] of Object.entries(numbers)) array[placeIn(STANDARD, name)] = value;
  return array;
}
const explained = (transaction: Transaction, values: Numbers, moved: Numbers, isApproved = false) =>
  explainByConcept(STANDARD, arrayOf(values, Number.NaN), arrayOf(moved, 0), transaction, isApproved);
const sentences = (concepts: readonly Concept[]): string[] =>
  concepts.flatMap(({ concept, told }) => (told ? [conceptSentence(concept, told)] : []));

const KNOWN = {
  amount: 3576,
  is_high_amount: 1,
  account_age_days: 90,
  amount_to_account_usual: 14.02,
  is_new_counterparty: 1,
  counterparty_age_days: 0.08,
};

test('X1: every feature of the program is of one of its concepts, and a clause of that concept tells of it', () => {
  for (const { name, concept } of STANDARD.features) {
    assert.ok(isProgramConcept(concept), name);
    assert.ok(TOLD_OF_PROGRAM.has(name), `no clause tells of ${name}`);
  }
  const plan = conceptPlan(STANDARD);
  plan.makers.forEach((makers, number) => {
    for (const { slots } of makers)
      for (const slot of slots)
        assert.equal(plan.ofSlot[slot], number, `${STANDARD.features[slot].name} is told by another concept`);
  });
  assert.deepEqual(
    [...CONCEPTS].filter((name) => !plan.names.includes(name)),
    ['your own'],
  );
});

test('X3 X4: one sentence for each concept, of its strongest members, beside what is usual; one thing is said once', () => {
  const values = { ...KNOWN, device_age_days: 0, is_night: 1, hour: 3, day_of_week: 6 };
  const moved = {
    amount: 1,
    amount_to_account_usual: 2,
    is_new_counterparty: 1,
    counterparty_age_days: 0.5,
    is_night: 0.25,
  };
  assert.deepEqual(sentences(explained(TRANSFER, values, moved)), [
    '€3,576 to a payee never paid before: 14 × the account’s usual €255.06',
    'First paid by anybody 115 minutes ago',
    'Made at night, between 3:00 and 4:00, on a Sunday',
  ]);
  // Where the payee is stronger, its sentence says that it is new, and the amount's does not.
  assert.deepEqual(sentences(explained(TRANSFER, values, { ...moved, is_new_counterparty: 5 })), [
    'A payee that the account has never paid before; first paid by anybody 115 minutes ago',
    '€3,576 to this payee: 14 × the account’s usual €255.06',
    'Made at night, between 3:00 and 4:00, on a Sunday',
  ]);
});

test('X3: at most five sentences, of what raised the score; those that are told come first, with the others behind them', () => {
  const random = createRandom(7);
  for (let round = 0; round < 200; round++) {
    const vector = Float64Array.from({ length: STANDARD.size }, () =>
      random.next() < 0.2 ? Number.NaN : Math.floor(40 * random.next()),
    );
    const contributions = Float64Array.from({ length: STANDARD.size }, () => random.normal());
    const concepts = explainByConcept(
      STANDARD,
      vector,
      contributions,
      round % 2 === 0 ? TRANSFER : PURCHASE,
      false,
    );
    const told = concepts.filter((one) => one.told);
    assert.ok(told.length >= 1 && told.length <= MAX_SENTENCES);
    assert.deepEqual(concepts.slice(0, told.length), told);
    for (const [i, { contribution }] of told.entries())
      assert.ok(contribution > 0 && (i === 0 || contribution <= told[i - 1].contribution));
    assert.equal(new Set(concepts.map(({ concept }) => concept)).size, concepts.length);
    assert.equal(new Set(sentences(concepts)).size, told.length, 'no sentence twice');
  }
});

test('X5: what cannot apply to a transaction is not said; what it could have said and did not is said in plain words', () => {
  const moved = { is_unknown_merchant: 3, merchant_encoded: 2, is_new_counterparty: 0.5 };
  assert.deepEqual(sentences(explained(TRANSFER, { is_new_counterparty: 1 }, moved)), [
    'A payee that the account has never paid before',
  ]);
  assert.deepEqual(
    sentences(explained(PURCHASE, {}, { ...moved, is_new_device: 1, is_new_counterparty: 9 })),
    ['The purchase does not say at which merchant', 'The purchase does not say which device was used'],
  );
  const feature = (name: string) => STANDARD.features[placeIn(STANDARD, name)];
  assert.deepEqual(
    [
      plainMissing(feature('is_unknown_merchant'), TRANSFER),
      plainMissing(feature('is_unknown_merchant'), PURCHASE),
      plainMissing(feature('is_new_device'), TRANSFER),
      plainMissing(feature('account_days_since_known_fraud'), TRANSFER),
    ],
    [
      'Unknown merchant: does not apply to this transfer',
      'Unknown merchant: the purchase does not say at which merchant',
      'New device: not known without a device id or history',
      'Account days since known fraud: none in 90 days',
    ],
  );
});

test('X6: an approval says what was usual, and what was not', () => {
  const usual = {
    account_age_days: 90,
    amount_to_account_usual: 1.1,
    is_new_device: 0,
    is_foreign_country: 0,
  };
  const headline = (transaction: Transaction, values: Numbers): string =>
    usualHeadline(STANDARD, arrayOf(values, Number.NaN), transaction);
  assert.equal(
    headline(PURCHASE, { ...usual, is_unknown_merchant: 0 }),
    'Usual: amount, merchant and device as on most days of this account',
  );
  assert.equal(
    headline(TRANSFER, { ...usual, is_new_counterparty: 1 }),
    'Usual: amount, device and country as on most days of this account; a payee not paid before',
  );
  assert.equal(
    headline(TRANSFER, { account_age_days: 3, is_new_device: 1 }),
    'Little risk in spite of another device',
  );
  assert.match(headline(TRANSFER, {}), /^Little risk: the first payment of this account here/);
});
