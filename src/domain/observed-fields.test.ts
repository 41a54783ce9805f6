import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAttributes } from './attributes.ts';
import { REFUSE_CARDS } from './card-policy.ts';
import { type DataModel, type FieldType, NO_DATA_MODEL } from './data-model.ts';
import { fieldReader } from './fields.ts';
import {
  absentShare,
  adviceOf,
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
  const { fields, records } = observed(rows);
  assert.equal(records, 60);
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
  assert.deepEqual([all.records, a.seen, a.since], [2010, 1250, 10]);
  assert.deepEqual([a.firstSeenMs, a.lastSeenMs], [T0, T0 + 5999]);
  assert.equal(absentShare([{ field: a, records: all.records }]), 1 - 1250 / 2000);
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

/** Kinds of values as banks send them: what is guessed, and a word of what is advised. */
const KINDS: readonly (readonly [string, FieldType, string | undefined, (i: number) => string | number | boolean])[] = [
  ['numbers', 'number', undefined, (i) => i / 7],
  ['whole numbers', 'number', undefined, (i) => i],
  ['epoch milliseconds', 'number', undefined, (i) => 1_700_000_000_000 + i],
  ['numbers in quotes', 'text', 'as numbers', (i) => `${i}.5`],
  ['numbers in quotes with a comma', 'text', 'as numbers', (i) => `${i},50`],
  ['numbers in quotes with groups', 'text', 'as numbers', (i) => `1,${100 + i}.25`],
  ['negative numbers in quotes', 'text', 'as numbers', (i) => `-${i}.1e-3`],
  ['few numbers in quotes', 'category', 'as numbers', (i) => `${i % 4}`],
  ['times in UTC', 'time', undefined, (i) => `2026-01-02T03:${10 + (i % 50)}:00Z`],
  ['times with an offset', 'time', undefined, (i) => `2026-01-02T03:${10 + (i % 50)}:00.5+05:30`],
  ['days', 'time', undefined, (i) => `20${10 + i}-05-01`],
  ['times without a zone', 'text', 'no moment', (i) => `2026-01-02T03:${10 + i}:00`],
  ['times of tables', 'text', 'no moment', (i) => `2026-01-02 03:${10 + i}:00.123`],
  ['days of people', 'text', 'no moment', (i) => `${1 + (i % 28)}.11.20${10 + i}`],
  ['days of Americans', 'text', 'no moment', (i) => `11/${1 + (i % 28)}/20${10 + i} 9:05 PM`],
  ['times of a day', 'text', 'no moment', (i) => `9:${10 + i}`],
  ['e-mail addresses', 'email', undefined, (i) => `P.${i}+bank@Example.com`],
  ['e-mail addresses of other scripts', 'email', undefined, (i) => `иван${i}@пример.рф`],
  ['phones', 'phone', undefined, (i) => `+44 (0)20 7946-09${10 + i}`],
  ['phones without a country', 'id', undefined, (i) => `01712345${100 + i}`],
  ['IBANs', 'id', undefined, (i) => (i % 2 ? 'DE89370400440532013000' : 'NO9386011117947')],
  ['IBANs in groups', 'id', undefined, (i) => (i % 2 ? 'DE89 3704 0044 0532 0130 00' : 'gb82 west 1234 5698 7654 32')],
  ['addresses of hosts', 'ip', undefined, (i) => (i % 2 ? `203.0.113.${i}` : `2001:db8::${i}`)],
  ['numbers of customers', 'id', undefined, (i) => `${700_100 + i}`],
  ['ids that begin with noughts', 'id', undefined, (i) => `00${100 + i}`],
  ['UUIDs', 'id', undefined, (i) => `0b6ff14c-6d4e-4a6e-9d26-${String(100_000_000_000 + i)}`],
  ['ids in other digits', 'id', undefined, (i) => `ع${String(700 + i).replaceAll(/\d/g, (d) => '٠١٢٣٤٥٦٧٨٩'[+d])}`],
  ['words', 'category', undefined, (i) => ['gold', 'silver'][i % 2]],
  ['words of other scripts', 'category', undefined, (i) => ['золото', '東京', 'ذهب', 'हिन्दी', 'Zürich'][i % 5]],
  ['words with signs', 'category', undefined, (i) => ['St. Gallen', 'R&D', 'Val-d’Or'][i % 3]],
  ['booleans', 'boolean', undefined, (i) => i % 2 === 0],
  ['booleans in words', 'category', 'true and false', (i) => ['true', 'False'][i % 2]],
  ['yes and no', 'category', 'true and false', (i) => ['Y', 'N'][i % 2]],
  ['ja and nein', 'category', 'true and false', (i) => ['ja', 'nein'][i % 2]],
  ['sentences', 'text', undefined, (i) => `a remark, number ${i}, unlike any other`],
  ['sentences of other scripts', 'text', undefined, (i) => `これは${i}番目の、ほかと違う 文章です`],
]; // biome-ignore format: a table

test('Y74: of each kind of value that banks send a type is guessed that takes it, and what would be better is said', () => {
  for (const [kind, type, advice, valueAt] of KINDS) {
    const values = Array.from({ length: 40 }, (_, i) => valueAt(i));
    const field = observed(values.map((value) => ({ value }))).fields.get('value');
    assert.ok(field, kind);
    assert.equal(guessOf(field), type, kind);
    const said = adviceOf(field);
    assert.ok(advice === undefined ? said === undefined : said?.includes(advice), `${kind}: ${said}`);
    const own = ownDataOf({
      ...NO_DATA_MODEL,
      fields: [{ name: 'value', type: guessOf(field), description: '', personal: false }],
    });
    for (const value of values) {
      const problems: Parameters<typeof fieldReader>[2] = [];
      readAttributes(fieldReader({ value }, '', problems, REFUSE_CARDS), own);
      assert.deepEqual(problems, [], `${kind}: ${value}`);
    }
  }
});

test('Y74: what would be refused once a field is declared is said before', () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ score: i < 97 ? i / 3 : 'unknown' }));
  const field = observed(rows).fields.get('score');
  assert.ok(field);
  assert.equal(guessOf(field), 'number');
  assert.equal(adviceOf(field), '3 of the 100 that were looked at would be refused as a number.');

  const mixed = Array.from({ length: 60 }, (_, i) => ({
    score: i % 9 === 0 ? 'n/a' : i,
    is: i % 9 !== 0 || 'unknown',
  }));
  const { fields } = observed(mixed);
  const told = [...fields.values()].map((one) => [guessOf(one), adviceOf(one)]);
  assert.deepEqual(told, [
    ['number', '7 of the 60 that were looked at would be refused as a number.'],
    ['boolean', '7 of the 60 that were looked at would be refused as yes or no.'],
  ]);
});
