import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardNumberIn, cardTokens, keyCheck, REFUSE_CARDS, withoutCards } from './card-policy.ts';
import { parseLabel, parseVerdict } from './label.ts';
import { canonicalContent, parseTransaction } from './transaction.ts';

const NOW = Date.UTC(2026, 10, 27);
const VISA = '4012888888881881';
const KEY = Buffer.alloc(32, 7);
const TOKENS = cardTokens(KEY);
const transaction = (fields: object): object => ({
  id: 't1',
  accountId: 'a1',
  occurredAt: '2026-11-26T15:00:00Z',
  amountMinor: 1234,
  currency: 'EUR',
  type: 'purchase',
  ...fields,
});
const identifiers = (text: string): object => ({
  id: text,
  accountId: text,
  deviceId: text,
  counterpartyId: text,
  merchant: { id: text },
});
const token = withoutCards(VISA, 'identifier', TOKENS) ?? '';

test('T5 the same card is the same token however it is written, in every process that has the key', () => {
  // Pinned: tokens are compared with those of years ago.
  assert.equal(token, '401288xxxxxx1881~maqyh7s55rl5b2n5gwdx');
  for (const text of [
    '4012 8888 8888 1881',
    '4012-8888-8888-1881',
    `;${VISA}=29121010000000000000?`,
    '\uff14012888888881881',
  ]) {
    assert.equal(withoutCards(text, 'identifier', TOKENS), token, text);
  }
  assert.equal(withoutCards(token, 'identifier', TOKENS), token, 'a token stays as it is');
  assert.equal(withoutCards(`card:${VISA}/7`, 'identifier', TOKENS), `card:${token}/7`);
  assert.notEqual(withoutCards('4012888888881881', 'identifier', cardTokens(Buffer.alloc(32, 8))), token);
  assert.notEqual(keyCheck(KEY), keyCheck(Buffer.alloc(32, 8)));
  assert.throws(() => cardTokens(Buffer.alloc(31)), RangeError);
});

test('T5 cards with the same first and last digits have tokens of their own', () => {
  const tokens = new Set<string>();
  let cards = 0;
  for (let i = 0; i < 20_000; i++) {
    const number = `401288${String(i).padStart(6, '0')}1881`;
    const kept = withoutCards(number, 'identifier', TOKENS) ?? '';
    if (kept === number) continue;
    cards++;
    tokens.add(kept);
  }
  assert.equal(cards, 2000);
  assert.equal(tokens.size, cards);
});

test('T5 a token stands for a card number in every identifier of a transaction, and names are masked', () => {
  const names = { city: VISA, counterpartyName: `to ${VISA}` };
  const parsed = parseTransaction(transaction({ ...identifiers(VISA), ...names }), NOW, undefined, TOKENS);
  assert.ok(parsed.ok && parsed.wasChanged);
  const { id, accountId, deviceId, counterpartyId, merchant, city, counterpartyName } = parsed.value;
  assert.deepEqual([id, accountId, deviceId, counterpartyId, merchant?.id], new Array(5).fill(token));
  assert.deepEqual([city, counterpartyName], ['401288xxxxxx1881', 'to 401288xxxxxx1881']);
  const spaced = parseTransaction(
    transaction({ ...identifiers('4012 8888 8888 1881'), ...names }),
    NOW,
    undefined,
    TOKENS,
  );
  assert.ok(spaced.ok);
  assert.equal(
    canonicalContent(spaced.value),
    canonicalContent(parsed.value),
    'sent again in another form it is the same',
  );
  const others = parseTransaction(transaction({ ip: '4012:8888:8888:1881::' }), NOW, undefined, TOKENS);
  assert.ok(others.ok && !others.wasChanged);
  assert.equal(others.value.ip, '4012:8888:8888:1881::');
  const long = parseTransaction(
    transaction({ accountId: `${'x'.repeat(112)}${VISA}` }),
    NOW,
    undefined,
    TOKENS,
  );
  assert.ok(!long.ok && /too long with the token/.test(long.problems[0].message));
});

test('T5 a token stands for a card number in labels and verdicts', () => {
  const verdict = { transactionId: VISA, fraud: true, fraudType: `stolen ${VISA}` };
  const parsed = parseVerdict(verdict, NOW, TOKENS);
  assert.ok(parsed.ok && parsed.wasChanged);
  assert.deepEqual([parsed.value.transactionId, parsed.value.fraudType], [token, 'stolen 401288xxxxxx1881']);
  const keys = {
    accountId: VISA,
    occurredAt: '2026-11-26T15:00:00Z',
    merchantId: VISA,
    deviceId: VISA,
    counterpartyId: VISA,
  };
  const label = parseLabel({ ...verdict, ...keys }, NOW, TOKENS);
  assert.ok(label.ok && label.wasChanged);
  assert.ok(!JSON.stringify(label.value).includes(VISA.slice(4, 14)));
  assert.ok(!parseLabel({ ...verdict, ...keys, ip: VISA }, NOW, TOKENS).ok);
});

test('T5 where card numbers are refused, nothing that holds one comes in, and nothing of it is said', () => {
  for (const field of ['id', 'accountId', 'deviceId', 'counterpartyId', 'city', 'counterpartyName']) {
    for (const text of [VISA, '4012 8888 8888 1881', `card:${VISA}`]) {
      const parsed = parseTransaction(transaction({ [field]: text }), NOW, undefined, REFUSE_CARDS);
      assert.ok(!parsed.ok && parsed.problems[0].pointer === `/${field}`, field);
      assert.match(parsed.problems[0].message, /holds a card number; send a token or a masked number/);
    }
  }
  assert.ok(!parseTransaction(transaction({ accountId: VISA }), NOW).ok, 'which is so where nothing is said');
  assert.ok(parseTransaction(transaction({ accountId: '411111******1111' }), NOW).ok);
});

test('T5 no problem of a transaction repeats a card number, whatever field it was sent in', () => {
  const odd = {
    currency: VISA, type: VISA, channel: `x ${VISA}`, country: VISA, ip: `:${VISA}`, occurredAt: VISA, amountMinor: Number(`${VISA}123`),
    [VISA]: 1, location: { lat: Number(VISA), [`a${VISA}`]: VISA }, merchant: { id: 7, mcc: VISA, [VISA]: VISA }, cardNumber: VISA,
    note: `${'x'.repeat(50)}${VISA}`,
  }; // biome-ignore format: a list
  const parsed = parseTransaction(transaction(odd), NOW, undefined, TOKENS);
  assert.ok(!parsed.ok);
  assert.ok(parsed.problems.length > 12);
  assert.ok(
    !/\d{7}/.test(JSON.stringify(parsed.problems).replaceAll('10000000000000', '')),
    JSON.stringify(parsed.problems),
  );
});

test('T8 a security code, a PIN or a track is refused in every record, and its value is not repeated', () => {
  for (const fields of [
    { cvv: '87654' },
    { merchant: { id: 'm', PINBlock: '87654' } },
    { Track_2: ['87654'] },
    { securityCode: 87654 },
  ]) {
    const parsed = parseTransaction(transaction(fields), NOW, undefined, TOKENS);
    assert.ok(!parsed.ok);
    assert.match(parsed.problems[0].message, /none of them may be kept/);
    assert.ok(!JSON.stringify(parsed.problems).includes('87654'));
  }
  const label = parseVerdict({ transactionId: 't', fraud: true, cvc: '87654' }, NOW, TOKENS);
  assert.ok(!label.ok && /none of them may be kept/.test(label.problems[0].message));
});

test('a card number in a value of any shape is found, as a key too', () => {
  assert.equal(cardNumberIn({ a: [{ b: `x${VISA}` }] }), '/a/0/b');
  assert.equal(cardNumberIn({ a: { [VISA]: 1 } }), '/a/401288xxxxxx1881');
  assert.equal(cardNumberIn({ a: 0.5234567890123456, b: ['x'] }), undefined);
});
