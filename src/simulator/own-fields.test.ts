import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes } from '../domain/data-model.ts';
import { createFieldObserver, guessOf } from '../domain/observed-fields.ts';
import { NO_OWN_DATA } from '../domain/own-data.ts';
import { readTransaction } from '../domain/read-transaction.ts';
import { transactionToJson } from '../domain/transaction.ts';
import { createAccountEvents } from './account-events.ts';
import { createOwnFields } from './own-fields.ts';
import { createSimulator, type SimulatedEvent } from './simulator.ts';

const START_MS = Date.UTC(2026, 0, 5);
const FRAUD_SHARE = 0.05;
const simulator = createSimulator({ seed: 1, rate: 0.5, startMs: START_MS, fraudShare: FRAUD_SHARE });
const payments: readonly SimulatedEvent[] = Array.from({ length: 30_000 }, () => simulator.next());
const own = createOwnFields(1);
const dressed = payments.map((payment) => ({ payment, attributes: own.ofPayment(payment) }));

const numberIn = (attributes: Attributes, name: string): number => Number(attributes[name] ?? Number.NaN);
const BY_THE_OWNER = ['app_scam', 'first_party_bust_out'];
const isByThief = ({ fraudType = '' }: SimulatedEvent): boolean =>
  fraudType !== '' && !BY_THE_OWNER.includes(fraudType);

test('Y76 own fields are valid as they stand, the same for the same seed and in whatever order they are asked for', () => {
  const [same, other] = [1, 2].map(createOwnFields);
  let different = 0;
  for (const { payment, attributes } of dressed.toReversed().slice(0, 5000)) {
    assert.deepEqual(same.ofPayment(payment), attributes);
    if (JSON.stringify(other.ofPayment(payment)) !== JSON.stringify(attributes)) different++;
    const transaction = { ...payment.transaction, attributes };
    const read = readTransaction(transactionToJson(transaction), { nowMs: transaction.occurredAtMs });
    assert.ok(read.ok, JSON.stringify(read));
    assert.deepEqual(read.value.attributes, attributes);
  }
  assert.ok(different > 2000);
});

test('Y16 what arrives looks like what it is, so that it can be adopted as it stands', () => {
  const { look, take } = createFieldObserver();
  const events = createAccountEvents({ seed: 1, startMs: START_MS, idPrefix: 'ev-' });
  for (const { payment, attributes } of dressed) {
    look(attributes, NO_OWN_DATA, START_MS);
    for (const event of events.before(payment))
      look(own.ofEvent(event, payment.transaction), NO_OWN_DATA, START_MS);
  }
  const looks = [...(take()?.fields.values() ?? [])].map((field) => [field.name, guessOf(field)]);
  assert.deepEqual(Object.fromEntries(looks), {
    customerId: 'id',
    'customer.segment': 'category',
    'customer.email': 'email',
    'risk.deviceScore': 'number',
    'session.durationSeconds': 'number',
    'session.platform': 'category',
    'session.remoteAccess': 'boolean',
  });
});

test('a customer has one account or several, one segment and one mailbox', () => {
  const accounts = new Map<unknown, Set<string>>();
  const segments = new Map<unknown, unknown>();
  const mailboxes = new Map<unknown, unknown>();
  for (const { payment, attributes } of dressed) {
    const { customerId } = attributes;
    const of = accounts.get(customerId) ?? new Set();
    accounts.set(customerId, of.add(payment.transaction.accountId));
    const segment = attributes['customer.segment'];
    assert.equal(segments.get(customerId) ?? segment, segment);
    segments.set(customerId, segment);
    const email = attributes['customer.email'];
    if (payment.fraudType !== undefined || email === undefined) continue;
    assert.equal(mailboxes.get(customerId) ?? email, email);
    mailboxes.set(customerId, email);
  }
  const sizes = [...accounts.values()].map(({ size }) => size);
  assert.ok(sizes.every((size) => size <= 3));
  for (const size of [1, 2, 3])
    assert.ok(sizes.filter((one) => one === size).length > 50, `${size} accounts`);
  assert.deepEqual([...new Set(segments.values())].sort(), ['business', 'private', 'retail']);
});

/** How often a value of the first is above one of the second: .5 says nothing. */
function areaUnder(first: readonly number[], second: readonly number[]): number {
  const both = [...first.map((value) => ({ value, is: 1 })), ...second.map((value) => ({ value, is: 0 }))];
  both.sort((a, b) => a.value - b.value || a.is - b.is);
  let below = 0;
  let above = 0;
  for (const { is } of both) {
    if (is === 0) below++;
    else above += below;
  }
  return above / (first.length * second.length);
}

test('a thief shows in what a bank knows, and never for certain', () => {
  const scores = (thief: boolean): number[] =>
    dressed
      .filter(({ payment }) => isByThief(payment) === thief)
      .map(({ attributes }) => numberIn(attributes, 'risk.deviceScore'))
      .filter((score) => !Number.isNaN(score));
  const area = areaUnder(scores(true), scores(false));
  assert.ok(area > 0.75 && area < 0.92, `device score: ${area.toFixed(3)}`);
  assert.ok(scores(true).every((score) => score >= 0 && score <= 1));

  const shareOf = (all: typeof dressed, holds: (attributes: Attributes) => boolean): number =>
    all.filter(({ attributes }) => holds(attributes)).length / all.length;
  const remote = (attributes: Attributes): boolean => attributes['session.remoteAccess'] === true;
  const known = dressed.filter(({ attributes }) => attributes['session.remoteAccess'] !== undefined);
  const scams = shareOf(
    known.filter(({ payment }) => payment.fraudType === 'app_scam'),
    remote,
  );
  assert.ok(scams > 0.15 && scams < 0.5, `remote access: ${scams}`);
  assert.ok(
    shareOf(
      known.filter(({ payment }) => payment.fraudType === undefined),
      remote,
    ) < 0.01,
  );

  const throwaway = ({ 'customer.email': email }: Attributes): boolean =>
    /minutemail|quickbox/.test(String(email ?? ''));
  const atShops = dressed.filter(({ attributes }) => attributes['customer.email'] !== undefined);
  const stolen = shareOf(
    atShops.filter(({ payment }) => isByThief(payment)),
    throwaway,
  );
  const genuine = shareOf(
    atShops.filter(({ payment }) => !isByThief(payment)),
    throwaway,
  );
  assert.ok(stolen > 0.25 && stolen < 0.7, `throwaway mailboxes of thieves: ${stolen}`);
  assert.ok(genuine > 0.002 && genuine < 0.06, `of customers: ${genuine}`);
});

test('payments at a till say who the customer is, and nothing of a session', () => {
  for (const { payment, attributes } of dressed) {
    const names = Object.keys(attributes);
    if (payment.transaction.deviceId === undefined)
      assert.deepEqual(names, ['customerId', 'customer.segment']);
    else assert.ok(numberIn(attributes, 'session.durationSeconds') >= 2);
  }
});

test('an account that no simulator counted has a customer as well', () => {
  const [one, other] = ['DE89370400440532013000', 'DE89370400440532013000'].map(
    (accountId) =>
      own.ofPayment({
        transaction: {
          id: 't',
          accountId,
          occurredAtMs: START_MS,
          amountMinor: 1,
          currency: 'EUR',
          type: 'purchase',
        },
        fraudType: undefined,
      }).customerId,
  );
  assert.match(String(one), /^cust-[0-9a-z]+$/);
  assert.equal(one, other);
});
