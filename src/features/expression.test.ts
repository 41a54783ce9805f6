// Closures against the evaluator of the expression language, over random expressions and records.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { type DataModel, NO_DATA_MODEL } from '../domain/data-model.ts';
import type { Transaction } from '../domain/transaction.ts';
import { expressionsOf } from './expression-environment.ts';
import { RECORD_SIGNATURES } from './expression-functions.ts';
import { emptyRecord, fillRecord } from './feature-record.ts';

const field = (name: string, type: 'number' | 'text' | 'money' | 'boolean' | 'time') => ({
  name,
  type,
  description: name,
  personal: false,
});
const DATA: DataModel = {
  ...NO_DATA_MODEL,
  fields: [
    field('risk.score', 'number'),
    field('segment', 'text'),
    field('fee', 'money'),
    field('since', 'time'),
  ],
};
const SLOTS = new Map([
  ['one', 0],
  ['two', 1],
]);

const NUMBERS = [
  'transaction.amount',
  'transaction.attributes.risk.score',
  'features.one',
  'features.two',
  '2.5',
  '0.0',
  '-3.0',
];
const TEXTS = [
  'transaction.channel',
  'transaction.country',
  'transaction.attributes.segment',
  '"chip"',
  '"DE"',
  '""',
];

type Written = { readonly number: string; readonly text: string; readonly truth: string };
const { number, text, truth } = fc.letrec<Written>((tie) => ({
  number: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...NUMBERS),
    fc
      .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/'), tie('number'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc
      .tuple(fc.constantFrom('min', 'max'), tie('number'), tie('number'))
      .map(([f, a, b]) => `${f}(${a}, ${b})`),
    fc.tuple(fc.constantFrom('abs', 'floor', 'ln', 'log1p'), tie('number')).map(([f, a]) => `${f}(${a})`),
    fc.tuple(tie('truth'), tie('number'), tie('number')).map(([t, a, b]) => `(${t} ? ${a} : ${b})`),
    tie('number').map((a) => `(-${a})`),
  ),
  text: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...TEXTS),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
    fc.tuple(tie('truth'), tie('text'), tie('text')).map(([t, a, b]) => `(${t} ? ${a} : ${b})`),
  ),
  truth: fc.oneof(
    { depthSize: 'small' },
    fc
      .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number'))
      .map(([a, op, b]) => `${a} ${op} ${b}`),
    fc
      .tuple(tie('text'), fc.constantFrom('==', '!=', '<', '>='), tie('text'))
      .map(([a, op, b]) => `${a} ${op} ${b}`),
    fc
      .tuple(tie('text'), fc.constantFrom('startsWith', 'endsWith', 'contains'), tie('text'))
      .map(([a, f, b]) => `${a}.${f}(${b})`),
    tie('text').map((a) => `${a} in ["chip", "DE", "gold"]`),
    tie('text').map((a) => `size(${a}) > 3`),
    fc.constantFrom(
      'transaction.hour < 12',
      'transaction.dayOfWeek in [5, 6]',
      'transaction.hour % 5 == 2',
      'transaction.hour / 7 > 1',
    ),
    fc
      .tuple(tie('truth'), fc.constantFrom('&&', '||'), tie('truth'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('truth').map((a) => `!(${a})`),
  ),
}));

const record = fc.record({
  amountMinor: fc.nat(1_000_000),
  occurredAtMs: fc.integer({ min: 1_600_000_000_000, max: 1_800_000_000_000 }),
  channel: fc.constantFrom('chip', 'ecommerce', undefined),
  country: fc.constantFrom('DE', 'FR', undefined),
  score: fc.oneof(fc.double({ noNaN: true, min: -10, max: 10 }), fc.constant(undefined)),
  segment: fc.constantFrom('gold', 'söld😀', undefined),
  one: fc.oneof(fc.double({ noNaN: true, min: -5, max: 5 }), fc.constant(Number.NaN)),
});

const environment = new Environment({
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 4000, maxDepth: 200 },
})
  .registerVariable('transaction', 'map<string, dyn>')
  .registerVariable('features', 'map<string, double>');
for (const [signature, compute] of RECORD_SIGNATURES)
  environment.registerFunction(signature, compute as () => unknown, { async: false });

test('Y1 R8: closures give what the expression language gives, missing numbers too', () => {
  const expressions = expressionsOf(DATA, SLOTS);
  let compared = 0;
  fc.assert(
    fc.property(fc.oneof(number, truth, text), record, (expression, drawn) => {
      const read = expressions.read(expression);
      // Written deeper or longer than is taken.
      if (!read.ok)
        return void assert.match(
          read.message,
          /characters|nodes|depth|Exceeded/i,
          `${expression}: ${read.message}`,
        );
      const { amountMinor, occurredAtMs, channel, country, score, segment, one } = drawn;
      const transaction = {
        id: 't',
        accountId: 'a',
        occurredAtMs,
        amountMinor,
        currency: 'EUR',
        type: 'purchase',
        channel,
        country,
        attributes: {
          ...(score !== undefined && { 'risk.score': score }),
          ...(segment !== undefined && { segment }),
        },
      } as const satisfies Transaction;
      const seen = emptyRecord();
      fillRecord(seen, transaction);
      seen.values = Float64Array.of(one, 1.5);
      const at = new Date(occurredAtMs);
      const theirs: unknown = environment.evaluate(expression, {
        transaction: {
          amount: amountMinor / 100,
          channel: channel ?? '',
          country: country ?? '',
          hour: BigInt(at.getUTCHours()),
          dayOfWeek: BigInt((at.getUTCDay() + 6) % 7),
          attributes: { risk: { score: score ?? Number.NaN }, segment: segment ?? '' },
        },
        features: { one, two: 1.5 },
      });
      const ours = read.part.of(seen);
      assert.ok(
        Object.is(ours, theirs) || (ours === 0 && theirs === 0),
        `${expression}: ${ours} is not ${String(theirs)}`,
      );
      compared++;
    }),
    { numRuns: 1500 },
  );
  assert.ok(compared > 1000);
});

test('Y1: what is said is asked by has(); own money is in the base currency, and times are seconds', () => {
  const expressions = expressionsOf(DATA, SLOTS);
  const seen = emptyRecord();
  const givenBy = (expression: string, attributes: Transaction['attributes']): unknown => {
    const read = expressions.read(expression);
    if (!read.ok) assert.fail(read.message);
    const base = {
      amountMinor: 2000,
      currency: 'EUR',
      rate: 2,
      rateDate: '2026-01-01',
      source: 'imported',
    } as const;
    fillRecord(seen, {
      id: 't', accountId: 'a', occurredAtMs: 0, amountMinor: 1000, currency: 'USD', type: 'purchase', base, attributes,
    }); // biome-ignore format: one record
    return read.part.of(seen);
  };
  assert.equal(givenBy('has(transaction.attributes.segment)', {}), false);
  assert.equal(givenBy('has(transaction.attributes.segment)', { segment: 'x' }), true);
  assert.equal(givenBy('has(transaction.attributes.fee)', { fee: 1 }), true);
  assert.equal(givenBy('transaction.attributes.fee', { fee: 150 }), 3);
  assert.equal(givenBy('transaction.attributes.since', { since: '1970-01-02T00:00:00.000Z' }), 86_400);
  assert.equal(givenBy('transaction.attributes.since', { since: '1970-01-02' }), 86_400);
});
