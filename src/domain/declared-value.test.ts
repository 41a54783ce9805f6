import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardTokens } from './card-policy.ts';
import {
  type Attributes,
  type DataModel,
  type FieldDefinition,
  type FieldType,
  NO_DATA_MODEL,
} from './data-model.ts';
import { emailForm, phoneForm } from './declared-value.ts';
import { attributeSeenAs, ownDataOf, undeclaredIn } from './own-data.ts';
import { readTransaction } from './read-transaction.ts';
import { canonicalContent, transactionFromJson, transactionToJson } from './transaction.ts';

const NOW = Date.UTC(2026, 10, 23, 16);
const SMALLEST = {
  id: 't1',
  accountId: 'a1',
  occurredAt: '2026-11-23T15:00:00Z',
  amountMinor: 1234,
  currency: 'EUR',
  type: 'purchase',
};
const field = (name: string, type: FieldType, more: Partial<FieldDefinition> = {}): FieldDefinition => ({
  name,
  type,
  description: name,
  personal: false,
  ...more,
});
const MODEL: DataModel = {
  ...NO_DATA_MODEL,
  fields: [
    field('risk.deviceScore', 'number', { minimum: 0, maximum: 1 }),
    field('balance', 'money'),
    field('vip', 'boolean'),
    field('customer.since', 'time'),
    field('customer.id', 'id', { personal: true }),
    field('customer.email', 'email', { personal: true }),
    field('customer.phone', 'phone', { personal: true }),
    field('customer.birthplace', 'text', { personal: true }),
    field('sessionIp', 'ip'),
    field('home', 'place'),
    field('customer.segment', 'category', { values: ['gold', 'silver'] }),
  ],
  types: [{ name: 'crypto_buy', description: 'Coins are bought' }],
  channels: [{ name: 'kiosk', description: 'At a kiosk' }],
};

const read = (attributes: unknown, rest: object = {}, dataModel: DataModel = MODEL) =>
  readTransaction(
    { ...SMALLEST, attributes, ...rest },
    { nowMs: NOW, dataModel, cards: cardTokens(new Uint8Array(32)) },
  );

function kept(attributes: unknown): Attributes {
  const result = read(attributes);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value.attributes ?? {};
}

function problem(attributes: unknown): string {
  const result = read(attributes);
  assert.ok(!result.ok, JSON.stringify(attributes));
  assert.equal(result.problems.length, 1, JSON.stringify(result.problems));
  return `${result.problems[0].pointer} ${result.problems[0].message}`;
}

test('Y11: a declared field is kept in the one form of its type', () => {
  const forms = {
    customer: {
      since: '2019-05-01T02:00:00+02:00',
      id: '  DE89 3704 0044 0532 0130 00 ',
      email: ' Ann.B+x@BÜCHER.example ',
      phone: '+44 (0)20 7946-0958',
      segment: 'gold',
    },
    sessionIp: '::ffff:203.0.113.7',
    home: { lat: 52.5, lon: -0 },
    vip: true,
    balance: -1200,
    'risk.deviceScore': 1,
  };
  const found = kept(forms);
  assert.deepEqual(found, {
    balance: -1200,
    'customer.email': 'ann.b+x@xn--bcher-kva.example',
    'customer.id': 'DE89370400440532013000',
    'customer.phone': '+442079460958',
    'customer.segment': 'gold',
    'customer.since': '2019-05-01T00:00:00.000Z',
    'home.lat': 52.5,
    'home.lon': 0,
    'risk.deviceScore': 1,
    sessionIp: '203.0.113.7',
    vip: true,
  });
  assert.deepEqual(kept(found), found, 'what was read is read the same again');
  assert.equal(kept({ 'customer.since': '2019-05-01' })['customer.since'], '2019-05-01T00:00:00.000Z');
});

test('Y11: what does not fit its definition is told with its place, and what it must be', () => {
  const cases: readonly [unknown, RegExp][] = [
    [{ risk: { deviceScore: 1.5 } }, /^\/attributes\/risk\/deviceScore .*from 0 to 1/],
    [{ risk: { deviceScore: '0.5' } }, /finite number, not "0\.5"/],
    [{ balance: 1.5 }, /^\/attributes\/balance .*whole number/],
    [{ vip: 'yes' }, /true or false, not "yes"/],
    [{ vip: 1 }, /true or false, not 1/],
    [{ 'customer.since': 'yesterday' }, /^\/attributes\/customer\.since .*a time like .*a day like/],
    [{ customer: { since: '2019-02-30' } }, /a time like/],
    [{ customer: { id: 7 } }, /^\/attributes\/customer\/id .*must be a string/],
    [{ customer: { id: 'x'.repeat(129) } }, /128 are allowed/],
    [{ customer: { id: 'a\u200bb' } }, /invisible/],
    [{ customer: { email: 'ann' } }, /^\/attributes\/customer\/email .*e-mail address like/],
    [{ customer: { phone: '020 7946 0958' } }, /telephone number with its country/],
    [{ sessionIp: '300.1.1.1' }, /^\/attributes\/sessionIp /],
    [{ home: { lat: 91, lon: 0 } }, /^\/attributes\/home\/lat .*from -90 to 90/],
    [{ home: { lat: 9 } }, /^\/attributes\/home home\.lon is missing/],
    [{ customer: { segment: 'bronze' } }, /"bronze"; allowed are gold, silver/],
    [{ customer: { segment: 3 } }, /must be a string, not 3/],
    [{ balance: 4111111111111111 }, /card number; send it as a text/],
  ];
  for (const [attributes, expected] of cases) assert.match(problem(attributes), expected);
});

test('Y11: an e-mail address has one form, and none where it is none', () => {
  assert.equal(emailForm('A@EXAMPLE.com'), 'a@example.com');
  assert.equal(emailForm('jose\u0301@x.org'), emailForm('jos\u00e9@x.org'));
  for (const bad of [
    '',
    '@x.org',
    'a@',
    'a b@x.org',
    'a@@x.org',
    'a@x.org.',
    'a@x/y',
    `${'a'.repeat(65)}@x.org`,
  ]) {
    assert.equal(emailForm(bad), undefined, bad);
  }
  assert.equal(phoneForm('+1 (212) 555-0100'), '+12125550100');
  for (const bad of ['', '+12', '0044 20', '+1234567890123456', '+44 abc 1234567']) {
    assert.equal(phoneForm(bad), undefined, bad);
  }
});

test('Y12: types and channels of the data model are taken, others are refused with those that there are', () => {
  const taken = read(undefined, { type: 'crypto_buy', channel: 'kiosk' });
  assert.ok(taken.ok);
  assert.deepEqual([taken.value.type, taken.value.channel], ['crypto_buy', 'kiosk']);
  const refused = read(undefined, { type: 'crypto_sell' });
  assert.ok(!refused.ok && refused.problems[0].message.includes('payment, crypto_buy'));
  assert.ok(!read(undefined, { type: 'crypto_buy' }, NO_DATA_MODEL).ok);
});

test('Y13: a transaction may say which one it takes back, completes or returns', () => {
  const relatesTo = { transactionId: 't0', kind: 'refund' };
  const [plain, related, other] = [
    read(undefined),
    read(undefined, { relatesTo }),
    read(undefined, { relatesTo: { ...relatesTo, kind: 'return' } }),
  ];
  assert.ok(plain.ok && related.ok && other.ok);
  assert.deepEqual(related.value.relatesTo, relatesTo);
  const contents = [plain, related, other].map(({ value }) => canonicalContent(value));
  assert.equal(new Set(contents).size, 3);
  const again = transactionFromJson(JSON.parse(JSON.stringify(transactionToJson(related.value))));
  assert.equal(canonicalContent(again), contents[1]);
  for (const [bad, pointer] of [
    [{ transactionId: 't1', kind: 'refund' }, '/relatesTo/transactionId'],
    [{ transactionId: 't0', kind: 'gift' }, '/relatesTo/kind'],
    [{ kind: 'refund' }, '/relatesTo/transactionId'],
    [{ ...relatesTo, amount: 1 }, '/relatesTo/amount'],
    ['t0', '/relatesTo'],
  ] as const) {
    const refused = read(undefined, { relatesTo: bad });
    assert.ok(!refused.ok && refused.problems[0].pointer === pointer, JSON.stringify(bad));
  }
});

test('Y14: what nobody declared is taken and told, and at the root of a transaction refused with where it belongs', () => {
  const own = ownDataOf(MODEL);
  const found = kept({ vip: true, home: { lat: 1, lon: 2 }, colour: 'red', a: { b: 1 } });
  assert.deepEqual(undeclaredIn(found, own, 10), ['a.b', 'colour']);
  assert.deepEqual(undeclaredIn(found, own, 1), ['a.b']);
  assert.deepEqual(undeclaredIn(undefined, own, 10), []);
  const refused = read(undefined, { colour: 'red' });
  assert.ok(!refused.ok && /own belong into attributes\.$/.test(refused.problems[0].message));
});

test('Y15: whoever may not see identifiers sees what is no personal field, and tokens for those that name somebody', () => {
  const own = ownDataOf(MODEL);
  assert.equal(attributeSeenAs('vip', own), 'whole');
  assert.equal(attributeSeenAs('home.lat', own), 'whole');
  assert.equal(attributeSeenAs('customer.email', own), 'token');
  assert.equal(attributeSeenAs('customer.birthplace', own), 'hidden');
  assert.equal(attributeSeenAs('colour', own), 'hidden');
});
