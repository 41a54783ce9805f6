import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asDeclared, recordAsDeclared } from './as-declared.ts';
import { type Attributes, NO_DATA_MODEL } from './data-model.ts';
import { NO_OWN_DATA, ownDataOf } from './own-data.ts';

const field = (
  name: string,
  type: 'id' | 'email' | 'number' | 'money' | 'time' | 'category' | 'place' | 'boolean',
  more = {},
) => ({
  name,
  type,
  description: name,
  personal: false,
  ...more,
});
const own = ownDataOf({
  ...NO_DATA_MODEL,
  fields: [
    field('customerId', 'id'),
    field('contact.email', 'email'),
    field('score', 'number', { minimum: 0, maximum: 1 }),
    field('fee', 'money'),
    field('since', 'time'),
    field('segment', 'category', { values: ['gold'] }),
    field('isNew', 'boolean'),
    field('home', 'place'),
  ],
});

test('Y45: what came in before a field was declared is read in the form that it has by now; what would be refused is missing', () => {
  const came = {
    customerId: 'K\u0065\u0301 1',
    'contact.email': 'Ann@Example.COM',
    score: 0.5,
    fee: 120,
    since: '2026-03-01',
    segment: 'gold',
    isNew: true,
    'home.lat': 48.1,
    'home.lon': 11.5,
    other: 'as it was',
  };
  const read = asDeclared(came, own);
  assert.deepEqual(read, {
    ...came,
    customerId: 'K\u00e9 1',
    'contact.email': 'ann@example.com',
    since: '2026-03-01T00:00:00.000Z',
  });
  assert.equal(asDeclared(read, own), read, 'once in its form it stays the same');
  const wrong = {
    'contact.email': 'nobody',
    score: 1.5,
    fee: 1.5,
    since: 'soon',
    segment: 'lead',
    isNew: 'yes',
    'home.lat': 48.1,
    other: 2,
  };
  assert.deepEqual(asDeclared(wrong, own), { other: 2 });
  assert.deepEqual(asDeclared({ 'home.lat': 480, 'home.lon': 11 }, own), {});
  assert.deepEqual(asDeclared({ score: '0.5', customerId: 7 }, own), {});
});

test('Y45: a record of which nothing is declared is the same record', () => {
  const record = { id: 't', attributes: { 'contact.email': 'Ann@Example.COM' } };
  assert.equal(recordAsDeclared(record, NO_OWN_DATA), record);
  const bare: { readonly id: string; readonly attributes?: Attributes } = { id: 't' };
  assert.equal(recordAsDeclared(bare, own), bare);
  assert.deepEqual(recordAsDeclared(record, own), {
    id: 't',
    attributes: { 'contact.email': 'ann@example.com' },
  });
});
