import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DataModel, NO_DATA_MODEL } from './data-model.ts';
import {
  absentShare,
  createFieldObserver,
  guessOf,
  MAX_OBSERVED_FIELDS,
  together,
} from './observed-fields.ts';
import { NO_OWN_DATA, ownDataOf } from './own-data.ts';

const T0 = Date.UTC(2026, 10, 1);

function observed(rows: readonly Record<string, string | number | boolean>[]) {
  const observer = createFieldObserver();
  rows.forEach((row, i) => void observer.look(row, NO_OWN_DATA, T0 + i));
  const taken = observer.take();
  assert.ok(taken);
  return taken;
}

test('Y16: a type is guessed of what arrives', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    score: i / 7,
    vip: i % 2 === 0,
    opened: `20${10 + (i % 15)}-05-01`,
    mail: `p${i}@example.com`,
    phone: `+4420794609${10 + i}`,
    ip: `203.0.113.${i}`,
    session: `s-${i}-9f`,
    segment: ['gold', 'silver', 'bronze'][i % 3],
    code: `A${i % 5}`,
    customerId: `c${i % 2}`,
    remark: `a long remark number ${i}, unlike any other`,
    mixed: i % 2 === 0 ? 'a' : i,
  }));
  const { fields, transactions } = observed(rows);
  assert.equal(transactions, 60);
  const guesses = Object.fromEntries([...fields].map(([name, field]) => [name, guessOf(field)]));
  assert.deepEqual(guesses, {
    score: 'number', vip: 'boolean', opened: 'time', mail: 'email', phone: 'phone', ip: 'ip', session: 'id', segment: 'category',
    code: 'category', customerId: 'id', remark: 'text', mixed: 'text',
  }); // biome-ignore format: a table
});

test('Y16: examples tell the kind of a value and not whose it is', () => {
  const rows = [
    {
      mail: 'annabel@longname.example',
      id: '4111111111111111',
      name: 'Annabel Longname',
      income: 51_234,
      ip: '203.0.113.9',
    },
  ];
  const { fields } = observed(rows);
  const examples = [...fields.values()].flatMap((field) => field.examples);
  for (const text of examples) {
    assert.ok(!/annabel|longname|411111111|51234|203\.0\.113/i.test(text), text);
  }
  assert.deepEqual(fields.get('income')?.examples, ['51000']);
});

test('Y16: how often, since when, and how often not is counted, and sums are those of all that came', () => {
  const observer = createFieldObserver();
  for (let i = 0; i < 10; i++) observer.look(undefined, NO_OWN_DATA, T0);
  for (let i = 0; i < 1000; i++) observer.look(i % 4 === 0 ? { a: 1 } : { b: 'x' }, NO_OWN_DATA, T0 + i);
  const first = observer.take();
  assert.equal(observer.take(), undefined);
  for (let i = 0; i < 1000; i++) observer.look({ a: 2 }, NO_OWN_DATA, T0 + 5000 + i);
  const second = observer.take();
  assert.ok(first && second);
  const all = together(first, second);
  const a = all.fields.get('a');
  assert.ok(a);
  assert.deepEqual([all.transactions, a.seen, a.since], [2010, 1250, 10]);
  assert.deepEqual([a.firstSeenMs, a.lastSeenMs], [T0, T0 + 5999]);
  assert.equal(absentShare(a, all.transactions), 1 - 1250 / 2000);
  assert.deepEqual(all.fields.get('b')?.since, 11);
});

test('Y16: what is declared is not watched, and names are bounded', () => {
  const model: DataModel = {
    ...NO_DATA_MODEL,
    fields: [{ name: 'a', type: 'number', description: '', personal: false }],
  };
  const observer = createFieldObserver();
  observer.look({ a: 1, b: 2 }, ownDataOf(model), T0);
  for (let i = 0; i < 3000; i++) observer.look({ [`f${i}`]: i }, NO_OWN_DATA, T0);
  const taken = observer.take();
  assert.ok(taken && !taken.fields.has('a') && taken.fields.has('b'));
  assert.equal(taken.fields.size, MAX_OBSERVED_FIELDS);
  assert.equal(together(taken, observed([{ late: 1 }])).fields.size, MAX_OBSERVED_FIELDS);
});
