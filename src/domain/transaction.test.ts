import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hundredths, LARGEST_MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR } from './amount.ts';
import { CURRENCY_CODES, currencyDigits } from './currency.ts';
import { type DataModel, NO_DATA_MODEL } from './data-model.ts';
import { historiesOf, type Label, labelToJson, parseLabel, parseVerdict } from './label.ts';
import { ownDataOf } from './own-data.ts';
import { canonicalContent, parseTransaction, transactionToJson } from './transaction.ts';

const NOW = Date.UTC(2026, 10, 23, 16);
const SMALLEST = {
  id: 't1',
  accountId: 'a1',
  occurredAt: '2026-11-23T15:00:00Z',
  amountMinor: 1234,
  currency: 'EUR',
  type: 'purchase',
};
const FULL = {
  ...SMALLEST,
  channel: 'ecommerce',
  merchant: { id: 'm1', name: 'Shop', mcc: '5411' },
  country: 'DE',
  city: 'Berlin',
  location: { lat: 52.5, lon: 13.4 },
  deviceId: 'd1',
  ip: '2001:db8::1',
  counterpartyId: 'a2',
};

function problemsOf(value: unknown): string[] {
  const parsed = parseTransaction(value, NOW);
  return parsed.ok ? [] : parsed.problems.map((problem) => problem.pointer);
}

test('T1 the smallest valid transaction is accepted, and so is the fullest', () => {
  for (const input of [SMALLEST, FULL]) {
    const parsed = parseTransaction(input, NOW);
    assert.ok(parsed.ok);
    const text = JSON.stringify(transactionToJson(parsed.value));
    assert.deepEqual(JSON.parse(text), { ...input, occurredAt: '2026-11-23T15:00:00.000Z' });
  }
});

test('T2 every problem is listed with its JSON pointer', () => {
  const bad = {
    id: '',
    accountId: 7,
    occurredAt: 'yesterday',
    amountMinor: 1.5,
    currency: 'ZZZ',
    type: 'gift',
    merchant: { id: 'm', mcc: '12' },
    location: { lat: 91, lon: Number.NaN },
  };
  assert.deepEqual(problemsOf(bad).sort(), [
    '/accountId',
    '/amountMinor',
    '/currency',
    '/id',
    '/location/lat',
    '/location/lon',
    '/merchant/mcc',
    '/occurredAt',
    '/type',
  ]);
});

test('T2 of very many problems the first are listed, and that there are more', () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, 1]));
  const parsed = parseTransaction({ ...many, merchant: { ...many, id: 7 } }, NOW);
  assert.ok(!parsed.ok);
  assert.equal(parsed.problems.length, 51);
  assert.ok(JSON.stringify(parsed.problems).length < 50_000);
  assert.equal(parsed.problems.at(-1)?.message, 'There are more problems than these 50.');
  assert.ok(problemsOf({ ...many, ...SMALLEST, amountMinor: -1 }).includes('/amountMinor'));
});

test('T3 unknown fields are reported, not dropped', () => {
  assert.deepEqual(problemsOf({ ...SMALLEST, ammount: 1, merchant: { id: 'm', 'a/b': 1 } }), [
    '/merchant/a~1b',
    '/ammount',
  ]);
});

test('T4 what a number, a time, a text may be has bounds', () => {
  for (const amountMinor of [2 ** 53, -1, Number.NaN, Number.POSITIVE_INFINITY, '12', null]) {
    assert.deepEqual(problemsOf({ ...SMALLEST, amountMinor }), ['/amountMinor'], String(amountMinor));
  }
  for (const occurredAt of [
    '1969-01-01T00:00:00Z',
    '2030-01-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-11-23',
  ]) {
    assert.deepEqual(problemsOf({ ...SMALLEST, occurredAt }), ['/occurredAt'], occurredAt);
  }
  const long = parseTransaction({ ...SMALLEST, id: 'x'.repeat(1_000_000) }, NOW);
  assert.ok(!long.ok && long.problems[0].message.length < 200);
  assert.deepEqual(problemsOf({ ...SMALLEST, id: 'a\u0000b' }), ['/id']);
  assert.deepEqual(problemsOf({ ...SMALLEST, id: '\ud800' }), ['/id']);
});

test('T7 an amount is bounded by what the bank says, and hundredths of any are whole and safe', () => {
  const amount = (amountMinor: number, max?: number): string[] => {
    const parsed = parseTransaction({ ...SMALLEST, amountMinor }, NOW, max);
    return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
  };
  assert.deepEqual(amount(MAX_AMOUNT_MINOR), []);
  assert.deepEqual(amount(MAX_AMOUNT_MINOR + 1), [
    'amountMinor is 10000000000001; it must be from 0 to 10000000000000.',
  ]);
  assert.deepEqual(amount(500, 500), []);
  assert.deepEqual(amount(501, 500), ['amountMinor is 501; it must be from 0 to 500.']);
  assert.deepEqual(amount(LARGEST_MAX_AMOUNT_MINOR, LARGEST_MAX_AMOUNT_MINOR), []);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      fc.constantFrom(...CURRENCY_CODES),
      (minor, currency) => {
        const found = hundredths(minor, currency);
        assert.ok(Number.isSafeInteger(found));
        const digits = BigInt(currencyDigits(currency));
        const [more, less] = [
          10n ** (digits > 2n ? 0n : 2n - digits),
          10n ** (digits > 2n ? digits - 2n : 0n),
        ];
        const exact = (BigInt(minor) * more * 2n + less) / (2n * less);
        assert.equal(BigInt(found), exact > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(found) : exact);
        if (minor <= LARGEST_MAX_AMOUNT_MINOR) assert.equal(BigInt(found), exact);
      },
    ),
    { numRuns: 5000 },
  );
  assert.equal(hundredths(Number.MAX_SAFE_INTEGER, 'JPY'), Number.MAX_SAFE_INTEGER);
});

test('T5 a full card number is refused as an account id', () => {
  assert.deepEqual(problemsOf({ ...SMALLEST, accountId: '4111111111111111' }), ['/accountId']);
  assert.deepEqual(problemsOf({ ...SMALLEST, accountId: '411111******1111' }), []);
});

test('the order of fields does not change the content', () => {
  const reversed = Object.fromEntries(Object.entries(FULL).reverse());
  const [a, b] = [parseTransaction(FULL, NOW), parseTransaction(reversed, NOW)];
  assert.ok(a.ok && b.ok);
  assert.equal(canonicalContent(a.value), canonicalContent(b.value));
});

test('parsing never throws, whatever comes', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      parseTransaction(value, NOW);
      parseVerdict(value, NOW);
    }),
    { numRuns: 2000, examples: [[[{ toString: 0 }]], [{ ...SMALLEST, amountMinor: { toString: 0 } }]] },
  );
});

test('Y19: a label carries what own entities are keyed by, and is read with it', () => {
  const model: DataModel = {
    ...NO_DATA_MODEL,
    fields: [
      { name: 'customer.id', type: 'id', description: '', personal: true },
      { name: 'vip', type: 'boolean', description: '', personal: false },
    ],
    entities: [
      { name: 'customer', description: '', key: ['customer.id'] },
      { name: 'place', description: '', key: ['country', 'merchant.mcc'] },
      { name: 'pair', description: '', key: ['accountId', 'customer.email'] },
      { name: 'domain', description: '', key: ['attributes.contact.email.domain'] },
    ],
  };
  const { keyFields } = ownDataOf(model);
  assert.deepEqual(keyFields, [
    'attributes.contact.email.domain',
    'country',
    'customer.email',
    'customer.id',
    'merchant.mcc',
  ]);
  const parsed = parseTransaction(
    { ...FULL, attributes: { customer: { id: 'c7' }, vip: true, 'contact.email': 'a@b.example' } },
    NOW,
  );
  assert.ok(parsed.ok);
  const keys = historiesOf(parsed.value, keyFields);
  assert.deepEqual(keys.attributes, {
    'attributes.contact.email.domain': 'b.example', country: 'DE', 'customer.id': 'c7', 'merchant.mcc': '5411',
  }); // biome-ignore format: a table
  assert.equal(historiesOf(parsed.value).attributes, undefined);
  const label: Label = { transactionId: 't1', fraud: true, source: 'import', labelledAtMs: NOW, ...keys };
  const again = parseLabel(JSON.parse(JSON.stringify(labelToJson(label))), NOW);
  assert.ok(again.ok);
  assert.deepEqual(again.value, label);
  const bad = parseLabel({ ...labelToJson(label), attributes: { 'a-b': 'x', c: 7 } }, NOW);
  assert.ok(!bad.ok);
  assert.deepEqual(
    bad.problems.map(({ pointer }) => pointer),
    ['/attributes/a-b', '/attributes/c'],
  );
});
