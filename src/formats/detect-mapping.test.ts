// What is found of a table by its names and first rows, and what is asked because it could be read in two ways.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectMapping } from './detect-mapping.ts';
import { looksOf } from './detect-values.ts';

const detect = (header: readonly string[], rows: readonly (readonly string[])[]) =>
  detectMapping(
    header.map((name, at) => ({ name, looks: looksOf(rows.map((row) => row[at] ?? '')) })),
    rows.length,
    'EUR',
  );
/** A table of one column beside an account. */
const column = (name: string, cells: readonly string[]) => {
  const { mapping, questions } = detect(
    ['account', name],
    cells.map((cell, i) => [`a${i % 2}`, cell]),
  );
  return { fields: mapping.fields as Record<string, unknown>, label: mapping.label, questions };
};
const asked = (cells: readonly string[], name = 'amount') =>
  column(name, cells).questions.find(({ pointer }) => pointer === '/fields/amountMinor')?.text;

test('J1 the mark before a fraction is read where the amounts show it', () => {
  const amount = (cells: readonly string[]) => column('amount', cells).fields.amountMinor;
  assert.deepEqual(amount(['1.20', '15.00']), { column: 'amount', factor: 'currency' });
  assert.deepEqual(amount(['1,20', '15,00']), { column: 'amount', factor: 'currency', decimal: ',' });
  assert.deepEqual(amount(['1.234,20', '15,00']), { column: 'amount', factor: 'currency', decimal: ',' });
  assert.deepEqual(amount(['1,234.20', '15.00']), { column: 'amount', factor: 'currency', decimal: '.' });
  assert.deepEqual(amount(['1.234.567', '1,5']), { column: 'amount', factor: 'currency', decimal: ',' });
});

test('J2 a number that could be a thousand times as much, two marks in one column and whole numbers are asked', () => {
  assert.match(asked(['1.234', '2.345']) ?? '', /Which mark.*thousand times/);
  assert.match(asked(['1.20', '1,20']) ?? '', /Which mark.*Some have one mark/);
  assert.match(asked(['12', '1500']) ?? '', /whole numbers alone/);
  assert.equal(asked(['12', '1500'], 'amount_cents'), undefined);
  assert.equal(asked([]), undefined);
});

test('J2 the order of day and month is read where a day is above twelve, else asked; whose clocks is asked where no zone stands', () => {
  const time = (cells: readonly string[]) => {
    const { fields, questions } = column('date', cells);
    return [
      fields.occurredAt,
      questions
        .filter(({ pointer }) => pointer.startsWith('/fields/occurredAt'))
        .map(({ pointer }) => pointer),
    ];
  };
  const zone = ['/fields/occurredAt/zone'];
  assert.deepEqual(time(['01.02.2026', '13.02.2026']), [{ column: 'date', time: 'day_month_year' }, zone]);
  assert.deepEqual(time(['01/02/2026', '02/13/2026']), [{ column: 'date', time: 'month_day_year' }, zone]);
  assert.deepEqual(time(['2026-02-01 10:00', '2026-02-13 10:00']), [
    { column: 'date', time: 'year_month_day' },
    zone,
  ]);
  assert.deepEqual(time(['01/02/2026', '03/04/2026']), [undefined, ['/fields/occurredAt']]);
  assert.deepEqual(
    time(['13/02/2026', '02/13/2026']),
    [undefined, ['/fields/occurredAt']],
    'it contradicts itself',
  );
  assert.deepEqual(time(['2026-02-01T10:00:00Z', '2026-02-01T11:00:00+01:00']), [{ column: 'date' }, []]);
  assert.deepEqual(time(['1772324764', '1772325206']), [{ column: 'date', time: 'epoch_seconds' }, []]);
  assert.deepEqual(time(['1', '2']), [undefined, ['/fields/occurredAt']]);
});

test('J1 J2 a label is read by words that are known, and asked otherwise', () => {
  assert.deepEqual(column('Betrug', ['ja', 'nein']).label, {
    column: 'Betrug',
    fraudValue: 'ja',
    genuineValue: 'nein',
  });
  assert.deepEqual(column('class', ['0', '0']).label, {
    column: 'class',
    fraudValue: '1',
    genuineValue: '0',
  });
  const { label, questions } = column('fraud', ['A', 'B', 'A']);
  assert.equal(label, undefined);
  const [question] = questions.filter(({ pointer }) => pointer === '/label');
  assert.deepEqual(question.choices[1], {
    value: { column: 'fraud', fraudValue: 'B', genuineValue: 'A' },
    text: 'B means fraud',
  });
});

test('J1 J11 what is left is a field of one’s own with its type; card numbers and security codes are shown nowhere', () => {
  const rows = Array.from({ length: 40 }, (_, i) => [
    `t-${i}`, '4111111111111111', '123', ['gold', 'basic'][i % 2], `${i}.5`, '', `${i}`, `x${i}@example.com`,
  ]); // biome-ignore format: a table
  const found = detect(['txn', 'Karte 2', 'cvv', 'Segment', 'score', 'leer', 'Unnamed: 0', 'Mail'], rows);
  assert.deepEqual(found.mapping.attributes, {
    txn: { column: 'txn', type: 'id' },
    Segment: { column: 'Segment', type: 'category' },
    score: { column: 'score', type: 'number' },
    Mail: { column: 'Mail', type: 'email' },
  });
  const { accountId } = found.mapping.fields as Record<string, unknown>;
  assert.deepEqual(
    accountId,
    { column: 'Karte 2' },
    'card numbers that come again are whose payments these are',
  );
  assert.ok(!JSON.stringify(found).includes('4111111111111111'));
  assert.deepEqual(found.columns[2].samples, []);
  assert.match(found.notes.join(' '), /cvv holds what may not be kept/);
});

test('J2 a word for a type that nobody knows is asked, each by itself', () => {
  const { mapping, questions } = detect(
    ['account', 'type'],
    [
      ['a', 'CASH_OUT'],
      ['a', 'Überweisung'],
      ['b', 'Sonstiges'],
    ],
  );
  assert.deepEqual((mapping.fields as Record<string, unknown>).type, {
    column: 'type',
    values: { CASH_OUT: 'withdrawal', Überweisung: 'transfer' },
  });
  assert.ok(questions.some(({ pointer }) => pointer === '/fields/type/values/Sonstiges'));
});
