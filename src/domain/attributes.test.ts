import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardTokens } from './card-policy.ts';
import type { Attributes } from './data-model.ts';
import { canonicalContent, parseTransaction, transactionFromJson, transactionToJson } from './transaction.ts';

const NOW = Date.UTC(2026, 10, 23, 16);
const SMALLEST = {
  id: 't1',
  accountId: 'a1',
  occurredAt: '2026-11-23T15:00:00Z',
  amountMinor: 1234,
  currency: 'EUR',
  type: 'purchase',
};
const TOKENS = cardTokens(new Uint8Array(32));

const parsed = (attributes: unknown) => parseTransaction({ ...SMALLEST, attributes }, NOW, undefined, TOKENS);

function problemsOf(attributes: unknown): string[] {
  const result = parsed(attributes);
  return result.ok ? [] : result.problems.map(({ pointer, message }) => `${pointer} ${message}`);
}

function attributesOf(attributes: unknown): Attributes | undefined {
  const result = parsed(attributes);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value.attributes;
}

test('Y10: own fields are objects or dotted names, and one flat form of both', () => {
  const nested = { customer: { segment: 'gold', since: { year: 2019 } }, 'risk.score': 0.5, vip: false };
  const dotted = {
    vip: false,
    'risk.score': 0.5,
    'customer.since.year': 2019,
    'customer.segment': 'gold',
  };
  assert.deepEqual(attributesOf(nested), dotted);
  assert.deepEqual(Object.keys(attributesOf(nested) ?? {}), Object.keys(attributesOf(dotted) ?? {}));
  const [a, b] = [parsed(nested), parsed(dotted)];
  assert.ok(a.ok && b.ok);
  assert.equal(canonicalContent(a.value), canonicalContent(b.value));
  assert.ok(a.wasChanged && !b.wasChanged);
  const again = transactionFromJson(JSON.parse(JSON.stringify(transactionToJson(a.value))));
  assert.equal(canonicalContent(again), canonicalContent(a.value));
});

test('Y10: null is not stated, and nothing stated is no attributes', () => {
  assert.deepEqual(attributesOf({ a: null, b: 1 }), { b: 1 });
  assert.equal(attributesOf({}), undefined);
  assert.equal(attributesOf({ a: null, b: { c: null } }), undefined);
  const [with_, without] = [parsed({}), parseTransaction(SMALLEST, NOW)];
  assert.ok(with_.ok && without.ok);
  assert.equal(canonicalContent(with_.value), canonicalContent(without.value));
});

test('Y10: what an own field may be called and hold is bounded, and each problem has its place', () => {
  assert.match(
    problemsOf({ tags: ['a'] })[0],
    /^\/attributes\/tags tags must be a text, a number.* a list of 1/,
  );
  assert.match(problemsOf({ customer: { segment: 'a' }, 'customer.segment': 'b' })[0], /stated twice/);
  assert.match(
    problemsOf({ customer: 'c7', 'customer.segment': 'b' })[0],
    /^\/attributes\/customer .*a value here/,
  );
  for (const name of ['1a', 'a-b', 'a..b', 'a.b.c.d.e', '', 'x'.repeat(65), 'größe', 'constructor', 'a.']) {
    assert.equal(problemsOf({ [name]: 1 }).length, 1, name);
  }
  assert.match(problemsOf({ a: { b: { c: { d: { e: 1 } } } } })[0], /^\/attributes\/a\/b\/c\/d\/e /);
  assert.match(problemsOf({ note: 'x'.repeat(1001) })[0], /1001 characters; 1000/);
  assert.match(problemsOf({ note: 'a\u0000b' })[0], /control characters/);
  assert.match(problemsOf({ score: Number.POSITIVE_INFINITY })[0], /finite/);
  const many = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`f${i}`, i]));
  assert.match(problemsOf(many)[0], /more than 500 attributes/);
  assert.equal(problemsOf(many).length, 1);
});

test('T5: in an attribute a card number is a token or a mask, and never a number or a name', () => {
  const card = '4111111111111111';
  assert.match(String(attributesOf({ cardNumber: card })?.cardNumber), /^411111x{6}1111~[a-z2-7]{20}$/);
  assert.match(String(attributesOf({ customer: { id: card } })?.['customer.id']), /~/);
  assert.equal(attributesOf({ remark: `paid with ${card}` })?.remark, 'paid with 411111xxxxxx1111');
  assert.match(problemsOf({ remark: Number(card) })[0], /card number; send it as a text/);
  const named = problemsOf({ [`c${card}`]: 1 });
  assert.equal(named.length, 1);
  assert.ok(!named[0].includes(card), named[0]);
  const refused = parseTransaction({ ...SMALLEST, attributes: { remark: card } }, NOW);
  assert.ok(!refused.ok && refused.problems[0].pointer === '/attributes/remark');
});

test('T8: a sensitive field is refused among attributes at any depth', () => {
  for (const attributes of [
    { cvv: '123' },
    { card: { cvv2: '123' } },
    { 'payment.pinBlock': 'x' },
    { card: { pin: 1 } },
  ]) {
    assert.match(problemsOf(attributes)[0], /PCI DSS/, JSON.stringify(attributes));
  }
});

test('T5: a card number in what a transaction relates to makes it read otherwise than it came', () => {
  const relatesTo = { transactionId: '4111111111111111', kind: 'refund' };
  const result = parseTransaction({ ...SMALLEST, relatesTo }, NOW, undefined, TOKENS);
  assert.ok(result.ok && result.wasChanged);
  assert.match(result.value.relatesTo?.transactionId ?? '', /~/);
});
