import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocument } from './check-document.ts';
import { compileCatalogue } from './compile.ts';
import { STANDARD } from './standard.ts';

const FORMAT = 'goshawk-catalogue-1';
const FIELD = { name: 'customerId', type: 'id', description: 'The customer' };
const ENTITY = { name: 'customer', description: 'A customer', key: ['customerId'] };
const COUNT = {
  kind: 'aggregate',
  name: 'paid',
  description: 'Payments of the customer',
  entity: 'customer',
  measure: 'count',
  window: '24h',
};
const EXPRESSION = {
  kind: 'expression',
  name: 'twice',
  description: 'Twice',
  expression: 'transaction.amount * 2.0',
};

const documentWith = (feature: object, data: object = {}): unknown => ({
  format: FORMAT,
  data: { fields: [FIELD], entities: [ENTITY], ...data },
  features: [feature],
});

function problemsOf(json: unknown): string[] {
  const read = readDocument(json);
  return read.ok ? [] : read.problems.map(({ pointer, message }) => `${pointer} ${message}`);
}

test('Y5: what is wrong with a document is told with its place and what to do', () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [[], /^ An object is expected/],
    [{ format: 'goshawk-catalogue-9' }, /^\/format .*goshawk-catalogue-1/],
    [{ format: FORMAT, more: 1 }, /^\/more .*known/],
    [{ format: FORMAT, standard: ['amount', 'nothing'] }, /^\/standard\/1 .*no feature of the program/],
    [documentWith(COUNT, { fields: [{ ...FIELD, type: 'money?' }] }), /^\/data\/fields\/0\/type /],
    [documentWith(COUNT, { fields: [FIELD, FIELD] }), /^\/data\/fields\/1\/name .*twice/],
    [
      documentWith(COUNT, { fields: [FIELD, { ...FIELD, name: 'customerId.x' }] }),
      /^\/data\/fields\/0\/name .*within/,
    ],
    [documentWith(COUNT, { fields: [{ ...FIELD, name: '1st' }] }), /^\/data\/fields\/0\/name /],
    [
      documentWith(COUNT, { entities: [{ ...ENTITY, name: 'account' }] }),
      /^\/data\/entities\/0\/name .*of the program/,
    ],
    [
      documentWith(COUNT, { entities: [{ ...ENTITY, key: ['nobody'] }] }),
      /^\/data\/entities\/0\/key\/0 nobody/,
    ],
    [
      documentWith(COUNT, { events: [{ name: 'login', description: 'x' }] }),
      /^\/data\/events\/0\/name login/,
    ],
    [documentWith({ ...COUNT, entity: 'nobody' }), /^\/features\/0\/entity .*data\.entities/],
    [documentWith({ ...COUNT, window: '0h' }), /^\/features\/0\/window .*span of time/],
    [documentWith({ ...COUNT, window: '91d' }), /^\/features\/0\/window .*90 days/],
    [documentWith({ ...COUNT, window: undefined }), /^\/features\/0\/window count needs a window/],
    [documentWith({ ...COUNT, of: 'amount' }), /^\/features\/0\/of /],
    [documentWith({ ...COUNT, measure: 'sum' }), /^\/features\/0\/of .*needs of/],
    [
      documentWith({ ...COUNT, measure: 'sum', of: 'customerId' }),
      /^\/features\/0\/of customerId is a field of id/,
    ],
    [
      documentWith({ ...COUNT, measure: 'sum', of: 'nothing' }),
      /^\/features\/0\/of There is no field nothing/,
    ],
    [
      documentWith({ ...COUNT, where: 'transaction.nothing > 1.0' }),
      /^\/features\/0\/where There is no nothing/,
    ],
    [documentWith({ ...COUNT, where: 'transaction.amount > "x"' }), /^\/features\/0\/where no such overload/],
    [documentWith({ ...COUNT, where: 'transaction.amount' }), /^\/features\/0\/where .*true or false/],
    [
      documentWith({ ...COUNT, where: 'transaction.city.matches("a")' }),
      /^\/features\/0\/where .*not offered/,
    ],
    [documentWith({ ...COUNT, where: 'features.amount > 1.0' }), /^\/features\/0\/where /],
    [documentWith({ ...COUNT, upTo: 65 }), /^\/features\/0\/upTo /],
    [documentWith({ ...COUNT, upTo: 8 }), /^\/features\/0\/upTo count has no upTo/],
    [documentWith({ ...COUNT, events: ['dance'] }), /^\/features\/0\/events\/0 .*dance/],
    [documentWith({ ...COUNT, name: 'amount' }), /^\/features\/0\/name .*of the program/],
    [documentWith({ ...COUNT, name: 'a b' }), /^\/features\/0\/name /],
    [
      documentWith({ ...COUNT, expression: '1.0' }),
      /^\/features\/0\/expression .*aggregate has no expression/,
    ],
    [
      documentWith({ ...COUNT, sentence: '{count(value, "payment")' }),
      /^\/features\/0\/sentence .*not closed/,
    ],
    [documentWith({ ...COUNT, sentence: '{value > 1.0}' }), /^\/features\/0\/sentence .*true or false/],
    [
      documentWith({ ...EXPRESSION, expression: 'transaction.amount * 2' }),
      /^\/features\/0\/expression .*decimal point/,
    ],
    [
      documentWith({ ...EXPRESSION, expression: 'features.twice + 1.0' }),
      /^\/features\/0\/expression twice uses itself/,
    ],
    [documentWith({ ...EXPRESSION, expression: '"text"' }), /^\/features\/0\/expression .*text/],
  ];
  for (const [json, expected] of cases) {
    const problems = problemsOf(json);
    assert.match(problems[0] ?? 'none', expected, JSON.stringify(json));
  }
});

test('Y5: features that use each other in a circle are told, each with the way', () => {
  const other = { ...EXPRESSION, name: 'other', expression: 'features.twice' };
  const twice = { ...EXPRESSION, expression: 'features.other' };
  const problems = problemsOf({ format: FORMAT, features: [twice, other] });
  assert.match(problems[0], /^\/features\/0\/expression twice uses itself by way of other;/);
});

test('Y5: more than 400 own features are refused, those that fields are by themselves counted', () => {
  const fields = Array.from({ length: 300 }, (_, i) => ({
    name: `v${i}`,
    type: 'number',
    description: 'A number',
  }));
  const features = Array.from({ length: 101 }, (_, i) => ({ ...EXPRESSION, name: `e${i}` }));
  assert.match(
    problemsOf({ format: FORMAT, data: { fields }, features })[0],
    /^\/features There are 401 own features/,
  );
});

test('Y6: a document of the program’s features alone is the catalogue of before, with its hash', () => {
  const read = readDocument({ format: FORMAT });
  assert.ok(read.ok);
  const catalogue = compileCatalogue(read.document);
  assert.equal(catalogue.hash, STANDARD.hash);
  assert.deepEqual(
    catalogue.features.map(({ name }) => name),
    STANDARD.features.map(({ name }) => name),
  );
});

test('Y7: numbers, money, booleans and categories are features by themselves, unless they are not to be', () => {
  const fields = [
    { name: 'risk.score', type: 'number', description: 'Score of the device.' },
    { name: 'fee', type: 'money', description: 'Fee' },
    { name: 'present', type: 'boolean', description: 'Whether the card was there' },
    { name: 'customer.segment', type: 'category', description: 'Segment' },
    { name: 'hidden', type: 'number', description: 'Hidden', feature: false },
    { name: 'remark', type: 'text', description: 'Remark' },
  ];
  const read = readDocument({ format: FORMAT, standard: 'none', data: { fields } });
  assert.ok(read.ok);
  const catalogue = compileCatalogue(read.document);
  assert.deepEqual(
    catalogue.features.map(({ name }) => name),
    ['risk_score', 'fee', 'present', 'customer_segment'],
  );
  const out = new Float64Array(catalogue.size);
  const transaction = {
    id: 't',
    accountId: 'a',
    occurredAtMs: 1_790_000_000_000,
    amountMinor: 1000,
    currency: 'EUR',
    type: 'purchase',
    attributes: { 'risk.score': 0.25, fee: 150, present: true, 'customer.segment': 'gold' },
  } as const;
  catalogue.observe(catalogue.createState(), transaction, out);
  assert.deepEqual([...out], [0.25, 1.5, 1, Number.NaN]);
  assert.equal(catalogue.categories[0].of(transaction), 'gold');
  assert.equal(
    catalogue.features[0].say(0.25, () => Number.NaN, 'EUR'),
    'Score of the device: 0.25',
  );
  catalogue.observe(catalogue.createState(), { ...transaction, attributes: undefined }, out);
  assert.ok(out.every(Number.isNaN));
});

test('Y8: a feature has the same hash whatever is said of it, and another when it means something else', () => {
  const hashOf = (feature: object): string => {
    const read = readDocument(documentWith(feature));
    assert.ok(read.ok);
    return compileCatalogue(read.document).features.at(-1)?.hash ?? '';
  };
  const hash = hashOf(COUNT);
  assert.equal(hashOf({ ...COUNT, description: 'Otherwise', sentence: 'Otherwise' }), hash);
  assert.notEqual(hashOf({ ...COUNT, window: '25h' }), hash);
  assert.notEqual(hashOf({ ...COUNT, where: 'transaction.amount > 1.0' }), hash);
});
