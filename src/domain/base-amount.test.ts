import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseCurrency, baseHundredths, baseMinor, inBase, type Money, shippedMoney } from './base-amount.ts';
import { CURRENCY_CODES, currencyProblem } from './currency.ts';
import { dayOf, exchangeRates } from './exchange-rates.ts';
import { readTransaction } from './read-transaction.ts';
import { SHIPPED_RATES_DATE } from './shipped-rates.ts';
import { canonicalContent, type Transaction, transactionFromJson, transactionToJson } from './transaction.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const day = (text: string): number => dayOf(Date.parse(text));
const RATES = exchangeRates([
  { currency: 'USD', day: day('2026-11-20'), perEuro: 1.25 },
  { currency: 'USD', day: day('2026-11-26'), perEuro: 1.2 },
  { currency: 'JPY', day: day('2026-11-24'), perEuro: 160 },
  { currency: 'KWD', day: day('2026-11-26'), perEuro: 0.4 },
]);
const EUROS: Money = { baseCurrency: 'EUR', rates: RATES };

const paid = (amountMinor: number, currency: string, more: Partial<Transaction> = {}): Transaction => ({
  id: 't',
  accountId: 'a',
  occurredAtMs: NOW,
  amountMinor,
  currency,
  type: 'payment',
  ...more,
});

function converted(transaction: Transaction, money = EUROS): Transaction {
  const found = inBase(transaction, money);
  assert.ok(found.ok, JSON.stringify(found));
  return found.value;
}

test('T12 an amount is converted by the digits of both currencies and the last rate known on its day', () => {
  assert.deepEqual(converted(paid(12_000, 'USD')).base, {
    amountMinor: 10_000,
    currency: 'EUR',
    rate: 1 / 1.2,
    rateDate: '2026-11-26',
    source: 'imported',
  });
  assert.equal(baseMinor(converted(paid(16_000, 'JPY'))), 10_000);
  assert.equal(baseMinor(converted(paid(4000, 'KWD'))), 1000);
  // On the days before, the rate of those days.
  const before = converted(paid(12_500, 'USD', { occurredAtMs: Date.parse('2026-11-25T23:59:59Z') }));
  assert.deepEqual([before.base?.amountMinor, before.base?.rateDate], [10_000, '2026-11-20']);
  // Before the first one that is known, the first: nothing is added as it stands.
  const early = converted(paid(12_500, 'USD', { occurredAtMs: Date.parse('2019-01-01') }));
  assert.deepEqual([early.base?.amountMinor, early.base?.rateDate], [10_000, '2026-11-20']);
});

test('T12 two currencies that are not the euro have the rate of the older of their days', () => {
  const dollars: Money = { baseCurrency: 'USD', rates: RATES };
  const { base } = converted(paid(16_000, 'JPY'), dollars);
  assert.deepEqual(base, {
    amountMinor: 12_000,
    currency: 'USD',
    rate: 1.2 / 160,
    rateDate: '2026-11-24',
    source: 'imported',
  });
});

test('T12 what is in the base currency stays as it is; what the scheme billed wins', () => {
  const own = paid(100, 'EUR');
  assert.equal(converted(own), own);
  assert.deepEqual([baseMinor(own), baseCurrency(own), baseHundredths(own)], [100, 'EUR', 100]);
  const billed = converted(paid(12_000, 'USD', { billing: { amountMinor: 10_150, currency: 'EUR' } }));
  assert.deepEqual(billed.base, {
    amountMinor: 10_150,
    currency: 'EUR',
    rate: 1,
    rateDate: '2026-11-27',
    source: 'billing',
  });
  const elsewhere = converted(paid(100, 'EUR', { billing: { amountMinor: 240, currency: 'USD' } }));
  assert.deepEqual([elsewhere.base?.amountMinor, elsewhere.base?.rate], [200, 1 / 1.2]);
  // Once is enough.
  assert.equal(converted(billed, { baseCurrency: 'USD', rates: RATES }), billed);
});

test('T12 a currency that never had a rate is refused with what to do, and so is what cannot be counted', () => {
  for (const [transaction, pointer, said] of [
    [paid(1, 'ZRN'), '/currency', /no exchange rate from ZRN to EUR.*goshawk rates import/],
    [paid(1, 'EUR', { billing: { amountMinor: 1, currency: 'ZRN' } }), '/billing/currency', /ZRN/],
  ] as const) {
    const found = inBase(transaction, EUROS);
    assert.ok(!found.ok);
    assert.equal(found.problems[0].pointer, pointer);
    assert.match(found.problems[0].message, said);
  }
  const rials = inBase(paid(10 ** 13, 'EUR'), shippedMoney('IRR'));
  assert.ok(!rials.ok && /more than can be counted in IRR/.test(rials.problems[0].message));
});

test('T12 the table that ships knows a rate of every currency that payments are made in, but for units of account', () => {
  const current = CURRENCY_CODES.filter((code) => currencyProblem(code, NOW) === undefined);
  const without = current.filter((code) => !inBase(paid(100, code), shippedMoney()).ok);
  // Units of account, and no money that a payment arrives in.
  assert.deepEqual(without, ['BOV', 'CLF', 'COU', 'UYI', 'UYW', 'XAD']);
  const { base } = converted(paid(113_607, 'USD'), shippedMoney());
  assert.deepEqual(
    [base?.amountMinor, base?.rateDate, base?.source],
    [100_000, SHIPPED_RATES_DATE, 'shipped'],
  );
  // What was fixed by law is exact.
  assert.equal(
    converted(paid(195_583, 'DEM', { occurredAtMs: Date.UTC(2001, 5, 1) }), shippedMoney()).base?.amountMinor,
    100_000,
  );
});

test('T12 an imported rate takes the place of the shipped one of its currency', () => {
  assert.equal(converted(paid(12_000, 'USD')).base?.source, 'imported');
  assert.equal(converted(paid(12_000, 'GBP')).base?.source, 'shipped');
});

test('T12 whoever sends a transaction says what was billed, and not what the desk makes of it', () => {
  const { occurredAtMs: _, ...body } = paid(12_000, 'USD');
  const json = { ...body, occurredAt: '2026-11-27T12:00:00Z' };
  const bounds = { nowMs: NOW, money: EUROS };
  const read = readTransaction({ ...json, billing: { amountMinor: 10_150, currency: 'EUR' } }, bounds);
  assert.ok(read.ok && read.value.base?.source === 'billing' && read.wasChanged);
  const unchanged = readTransaction({ ...json, currency: 'EUR' }, bounds);
  assert.ok(unchanged.ok && unchanged.value.base === undefined && !unchanged.wasChanged);
  for (const [more, pointer] of [
    [{ base: { amountMinor: 1, currency: 'EUR' } }, '/base'],
    [{ base: undefined }, '/base'],
    [{ billing: { amountMinor: -1, currency: 'EUR' } }, '/billing/amountMinor'],
    [{ billing: { amountMinor: 1 } }, '/billing/currency'],
    [{ billing: { amountMinor: 1, currency: 'eur' } }, '/billing/currency'],
    [{ billing: { amountMinor: 1, currency: 'EUR', rate: 2 } }, '/billing/rate'],
    [{ billing: 7 }, '/billing'],
  ] as const) {
    const refused = readTransaction({ ...json, ...more }, bounds);
    assert.ok(!refused.ok, JSON.stringify(more));
    assert.deepEqual(
      refused.problems.map((problem) => problem.pointer),
      [pointer],
    );
  }
});

test('T12 the base amount is kept with the transaction and is no part of its content; what was billed is', () => {
  const transaction = converted(paid(12_000, 'USD'));
  assert.deepEqual(
    transactionFromJson(JSON.parse(JSON.stringify(transactionToJson(transaction)))).base,
    transaction.base,
  );
  assert.equal(canonicalContent(transaction), canonicalContent(paid(12_000, 'USD')));
  const billed = paid(12_000, 'USD', { billing: { amountMinor: 1, currency: 'EUR' } });
  assert.notEqual(canonicalContent(billed), canonicalContent(paid(12_000, 'USD')));
  assert.notEqual(canonicalContent({ ...billed, counterpartyName: 'x' }), canonicalContent(billed));
});
