import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moneyValue } from './attribute-values.ts';
import { shippedMoney } from './base-amount.ts';
import { cardTokens } from './card-policy.ts';
import {
  customerEventFromJson,
  customerEventToJson,
  eventContent,
  keyOfEvent,
  readCustomerEvent,
} from './customer-event.ts';
import { NO_DATA_MODEL } from './data-model.ts';
import type { Bounds } from './read-transaction.ts';

const NOW_MS = Date.UTC(2026, 10, 28, 12);
const EVENT = { id: 'e1', kind: 'login', occurredAt: '2026-11-28T11:00:00Z', accountId: 'a1' };

const read = (value: unknown, bounds: Partial<Bounds> = {}) =>
  readCustomerEvent(value, { nowMs: NOW_MS, ...bounds });
const problemsOf = (value: unknown, bounds: Partial<Bounds> = {}): string[] => {
  const parsed = read(value, bounds);
  assert.ok(!parsed.ok, JSON.stringify(parsed));
  return parsed.problems.map(({ pointer, message }) => `${pointer} ${message}`);
};

test('Y30: an event has id, kind, time and whom it is about; everything else may be absent', () => {
  const least = read(EVENT);
  assert.deepEqual(least, {
    ok: true,
    value: { id: 'e1', kind: 'login', occurredAtMs: Date.UTC(2026, 10, 28, 11), accountId: 'a1' },
    wasChanged: false,
  });
  const whole = read({
    ...EVENT,
    kind: 'payee_added',
    occurredAt: '2026-11-28T12:00:00+01:00',
    accountId: 'de89 3704 0044 0532 0130 00',
    deviceId: ' d1 ',
    ip: '::ffff:203.0.113.7',
    counterpartyId: 'Payee@Example.com',
    country: 'DE',
    attributes: { customer: { id: 'c9' }, attempt: 3 },
  });
  assert.ok(whole.ok);
  assert.deepEqual(whole.value, {
    id: 'e1',
    kind: 'payee_added',
    occurredAtMs: Date.UTC(2026, 10, 28, 11),
    utcOffsetMinutes: 60,
    accountId: 'DE89370400440532013000',
    deviceId: 'd1',
    ip: '203.0.113.7',
    counterpartyId: 'payee@example.com',
    country: 'DE',
    attributes: { attempt: 3, 'customer.id': 'c9' },
  });
  assert.ok(whole.wasChanged);
  const { accountId: _, ...nobody } = EVENT;
  assert.match(problemsOf(nobody)[0], /^\/accountId The event is about nobody/);
  assert.match(problemsOf({ ...nobody, attributes: {} })[0], /about nobody/);
  assert.ok(read({ ...nobody, attributes: { customerId: 'c9' } }).ok);
});

test('T2 Y30: every problem of an event is listed with its place, unknown fields and kinds among them', () => {
  const problems = problemsOf({
    id: '',
    kind: 'logout',
    occurredAt: '2026-12-28T11:00:00Z',
    ip: '300.1.1.1',
    country: 'ZZ',
    amountMinor: 5,
    cvv: '123',
  });
  assert.deepEqual(
    problems.map((text) => text.split(' ')[0]),
    ['/id', '/kind', '/occurredAt', '/ip', '/country', '/amountMinor', '/cvv'],
  );
  assert.match(problems[1], /must be one of login, failed_login, .*declared in the data model/);
  assert.ok(problems.every((text) => !text.includes('123')));
  assert.match(problemsOf([])[0], /must be a JSON object/);
});

test('Y30: kinds of the data model are kinds', () => {
  const dataModel = { ...NO_DATA_MODEL, events: [{ name: 'logout', description: 'Logged out' }] };
  assert.ok(read({ ...EVENT, kind: 'logout' }, { dataModel }).ok);
  assert.match(problemsOf({ ...EVENT, kind: 'log out' }, { dataModel })[0], /limit_raised, logout\./);
});

test('T5: a card number in an event is a token or refused', () => {
  const card = '4111111111111111';
  assert.match(problemsOf({ ...EVENT, accountId: card })[0], /holds a card number/);
  const parsed = read({ ...EVENT, accountId: card }, { cards: cardTokens(Buffer.alloc(32, 1)) });
  assert.ok(parsed.ok && parsed.wasChanged);
  assert.match(parsed.value.accountId ?? '', /^411111x+1111~/);
});

test('T13: the local time of an event is that of its offset, else of the time zone of the desk', () => {
  const offsetAt = () => 120;
  const placed = read(EVENT, { offsetAt });
  assert.ok(placed.ok && placed.wasChanged);
  assert.equal(placed.value.utcOffsetMinutes, 120);
  const stated = read({ ...EVENT, occurredAt: '2026-11-28T12:00:00+01:00' }, { offsetAt });
  assert.ok(stated.ok && !stated.wasChanged);
  assert.equal(stated.value.utcOffsetMinutes, 60);
});

test('an event written as JSON reads back the same, and equal content is equal whatever its order', () => {
  const parsed = read({
    ...EVENT,
    occurredAt: '2026-11-28T12:00:00.123+01:00',
    attributes: { b: true, a: 'x' },
  });
  assert.ok(parsed.ok);
  const event = parsed.value;
  assert.deepEqual(customerEventFromJson(customerEventToJson(event)), event);
  const other = { ...event, attributes: { a: 'x', b: true }, utcOffsetMinutes: 0 };
  assert.equal(eventContent(other), eventContent(event));
  for (const more of [
    { kind: 'failed_login' },
    { accountId: 'a2' },
    { attributes: { a: 'x' } },
    { ip: '1.1.1.1' },
  ])
    assert.notEqual(eventContent({ ...event, ...more }), eventContent(event));
});

test('Y33: an event is keyed by its account, else by the first own field that identifies, else by its id', () => {
  const field = { description: '', personal: true };
  const data = {
    ...NO_DATA_MODEL,
    fields: [
      { ...field, name: 'segment', type: 'category' },
      { ...field, name: 'customerId', type: 'id' },
    ],
  } as const;
  const event = { id: 'e', kind: 'login', occurredAtMs: 0, attributes: { segment: 'gold', customerId: 'c' } };
  assert.equal(keyOfEvent({ ...event, accountId: 'a' }, data), 'a');
  assert.equal(keyOfEvent(event, data), 'c');
  assert.equal(keyOfEvent({ ...event, attributes: { segment: 'gold' } }, data), 'e');
  assert.equal(keyOfEvent(event), 'e');
});

const MONEY = {
  ...NO_DATA_MODEL,
  fields: [
    { name: 'limit.from', type: 'money', description: '', personal: false },
    { name: 'limit.to', type: 'money', description: '', personal: false },
  ],
} as const;
const RAISED = { ...EVENT, kind: 'limit_raised', attributes: { limit: { from: 100_000, to: 250_000 } } };

test('Y77: money of an event has a currency; without one it is refused, saying so', () => {
  const bounds = { dataModel: MONEY };
  assert.deepEqual(problemsOf(RAISED, bounds), [
    '/attributes/limit.from limit.from is money, and the event does not say of which currency: send currency, like "EUR".',
    '/attributes/limit.to limit.to is money, and the event does not say of which currency: send currency, like "EUR".',
  ]);
  assert.ok(read(RAISED).ok, 'a field that nobody declared is taken as it is');
  assert.ok(read(EVENT, bounds).ok, 'an event without money needs none');
  const said = read({ ...RAISED, currency: 'JPY' }, bounds);
  assert.ok(said.ok);
  assert.equal(said.value.currency, 'JPY');
  assert.deepEqual(customerEventFromJson(customerEventToJson(said.value)), said.value);
  for (const currency of ['yen', 'XXX', 'ZZZ', '', null, 5])
    assert.match(problemsOf({ ...RAISED, currency }, bounds)[0], /^\/currency currency /, String(currency));
});

test('Y77: it is converted by the rate of its day where it comes in, and what is in the base currency is not', () => {
  const bounds = { dataModel: MONEY, money: shippedMoney('EUR') };
  const euros = read({ ...RAISED, currency: 'EUR' }, bounds);
  assert.ok(euros.ok && euros.value.base === undefined && !('base' in euros.value));
  assert.equal(moneyValue(250_000, euros.value), 2500);
  const dollars = read({ ...RAISED, currency: 'USD' }, bounds);
  assert.ok(dollars.ok && dollars.value.base && dollars.wasChanged);
  const { rate, currency } = dollars.value.base;
  assert.equal(currency, 'EUR');
  assert.equal(moneyValue(250_000, dollars.value), 2500 * rate);
  const yen = read({ ...RAISED, currency: 'JPY' }, bounds);
  assert.ok(yen.ok && yen.value.base);
  assert.equal(moneyValue(250_000, yen.value), 250_000 * yen.value.base.rate, 'yen have no smaller unit');
  assert.deepEqual(customerEventFromJson(customerEventToJson(dollars.value)), dollars.value);
  assert.match(
    problemsOf({ ...RAISED, currency: 'USD', base: { rate: 9 } }, bounds)[0],
    /worked out by the desk/,
  );
  const noRates = {
    ...bounds,
    money: { ...bounds.money, rates: { ...bounds.money.rates, byCurrency: new Map() } },
  };
  assert.match(
    problemsOf({ ...RAISED, currency: 'USD' }, noRates)[0],
    /^\/currency There is no exchange rate from USD to EUR/,
  );
});

test('Y77: the currency is content, and what is made of it is not', () => {
  const contentOf = (value: unknown, bounds: Partial<Bounds> = {}): string => {
    const parsed = read(value, bounds);
    assert.ok(parsed.ok);
    return eventContent(parsed.value);
  };
  const dollars = { ...RAISED, currency: 'USD' };
  assert.notEqual(contentOf(dollars), contentOf(RAISED));
  assert.equal(contentOf(dollars), contentOf(dollars, { money: shippedMoney('EUR') }));
});
