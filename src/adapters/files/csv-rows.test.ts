// What becomes of the rows of a CSV: nothing shifts, nothing is guessed, and a bad row costs itself.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { InputRow } from './csv-rows.ts';
import { parseMapping } from './mapping.ts';
import { orderedRows } from './ordered-rows.ts';
import { openTransactions } from './read-transactions.ts';

const FIELDS = {
  id: { column: 'id' },
  accountId: { column: 'card' },
  occurredAt: { column: 'when' },
  amountMinor: { column: 'amount', factor: 100 },
  currency: { constant: 'EUR' },
  type: { constant: 'purchase' },
  'merchant.id': { column: 'merchant' },
};
const HEAD = 'id,card,when,amount,merchant,is_fraud';
const row = (
  id: number,
  more: { amount?: string; merchant?: string; label?: string; when?: string } = {},
): string =>
  `t${id},c1,${more.when ?? '2026-08-01T00:00:00Z'},${more.amount ?? '12.50'},${more.merchant ?? 'shop'},${more.label ?? '0'}`;

async function read(
  text: string,
  label: object = { column: 'is_fraud', fraudValue: '1' },
): Promise<InputRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-rows-'));
  try {
    const file = join(folder, 'rows.csv');
    writeFileSync(file, text);
    const input = await openTransactions(file, parseMapping({ fields: FIELDS, label }, 'm'), {
      nowMs: Date.UTC(2026, 10, 1),
    });
    const rows: InputRow[] = [];
    for await (const batch of orderedRows(input, 'rows.csv')) rows.push(...batch);
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const lines = (...rows: string[]): string => [HEAD, ...rows, ''].join('\n');
const saidOf = (one: InputRow): string => (one.ok ? 'ok' : `${one.line}: ${one.problems[0].message}`);

test('I3 a row with a cell more or less is refused: nobody knows which value is which column’s', async () => {
  const rows = await read(
    lines('t1,c1,2026-08-01T00:00:00Z,1,234.50,shop,1', row(2), 't3,c1,2026-08-01T00:00:00Z,1'),
  );
  assert.deepEqual(rows.filter(({ ok }) => !ok).map(saidOf), [
    '2: The line has 7 cells, the first line 6.',
    '4: The line has 4 cells, the first line 6.',
  ]);
  assert.equal(rows.filter(({ ok }) => ok).length, 1);
});

test('I3 a stray quote costs its row, and lines are told as the file has them', async () => {
  const rows = await read(
    lines(
      row(1),
      '"Issue "Witho",c1,2026-08-01T00:00:00Z,1,s,0',
      '',
      row(2, { merchant: 'Joe"s 24" Grill' }),
      row(3, { amount: 'x' }),
    ),
  );
  assert.deepEqual(
    rows.filter((one) => !one.ok).map(({ line }) => line),
    [3, 6],
  );
  assert.equal(rows.filter((one) => one.ok).length, 2);
});

test('I5 a label means what the mapping says: anything else is told, and an empty one is unknown', async () => {
  const labels = ['1', ' 1', '0', '', 'True', '1.0', 'NaN'];
  const rows = await read(lines(...labels.map((label, i) => row(i, { label }))));
  assert.deepEqual(
    rows.filter((one) => one.ok).map((one) => one.ok && one.fraud),
    [true, true, false, undefined],
  );
  assert.deepEqual(
    rows.filter((one) => !one.ok).map(({ line }) => line),
    [6, 7, 8],
  );
  const [refused] = rows.filter((one) => !one.ok);
  assert.match(
    saidOf(refused),
    /is_fraud is "True"; it means fraud as 1, genuine as 0, and nothing as an empty cell/,
  );
  const declared = {
    column: 'is_fraud',
    fraudValue: ['Y', 'chargeback'],
    genuineValue: 'N',
    unknownValue: ['', 'pending'],
  };
  const words = await read(
    lines(...['Y', 'chargeback', 'N', 'pending'].map((label, i) => row(i, { label }))),
    declared,
  );
  assert.deepEqual(
    words.map((one) => one.ok && one.fraud),
    [true, true, false, undefined],
  );
});

test('I5 amounts are decimal numbers, and nothing of them is rounded away', async () => {
  const amounts = ['57.16', '1.005', '12.345', '0x10', '1e3', '12.50', '12.500', '-1', '1 000', '7'];
  const rows = await read(lines(...amounts.map((amount, i) => row(i, { amount }))));
  const taken = rows.flatMap((one) => (one.ok ? [one.transaction.amountMinor] : []));
  assert.deepEqual(taken, [5716, 1250, 1250, 700]);
  assert.equal(rows.filter(({ ok }) => !ok).length, 6);
});

test('I5 a mapping that holds a key which nobody knows is refused with the nearest one', () => {
  for (const [mapping, said] of [
    [{ fields: FIELDS, lable: {} }, /lable is not known; did you mean label\?/],
    [{ fields: { ...FIELDS, id: { colunm: 'id' } } }, /needs a "column"/],
    [
      { fields: { ...FIELDS, id: { column: 'id', factr: 2 } } },
      /fields\.id\.factr is not known; did you mean factor\?/,
    ],
    [
      { fields: FIELDS, label: { column: 'x', fraudvalue: '1' } },
      /label\.fraudvalue is not known; did you mean fraudValue\?/,
    ],
    [
      { fields: FIELDS, label: { column: 'x', fraudValue: 'F' } },
      /genuineValue must say which values mean genuine/,
    ],
    [{ fields: FIELDS, delimiter: ';;' }, /delimiter is ";;"; it must be one character/],
  ] as const)
    assert.throws(() => parseMapping(mapping, 'm'), said);
});

test('I4 rows come in the order of time, whichever way the file has them', async () => {
  const days = ['2026-08-03', '2026-08-01', '2026-08-02'];
  const rows = await read(lines(...days.map((day, i) => row(i, { when: `${day}T00:00:00Z` }))));
  assert.deepEqual(
    rows.map((one) => one.ok && one.transaction.id),
    ['t1', 't2', 't0'],
  );
});

test('T10 amounts of several currencies have the digits of each', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-rows-'));
  try {
    const file = join(folder, 'rows.csv');
    const amounts = ['48.03,EUR', '4803,JPY', '4803.5,JPY', '1.234,KWD', '5,XYZ'];
    const rows = amounts.map((amount, i) => `t${i},c1,2026-08-0${i + 1}T00:00:00Z,${amount}`);
    writeFileSync(file, `${['id,card,when,amount,money', ...rows].join('\n')}\n`);
    const fields = {
      ...FIELDS,
      'merchant.id': { constant: 'shop' },
      amountMinor: { column: 'amount', factor: 'currency' },
      currency: { column: 'money' },
    };
    const input = await openTransactions(file, parseMapping({ fields }, 'm'), {
      nowMs: Date.UTC(2026, 10, 1),
    });
    const read: InputRow[] = [];
    for await (const batch of input.batches()) read.push(...batch);
    assert.deepEqual(
      read.map((one) => (one.ok ? one.transaction.amountMinor : one.problems[0].message.slice(0, 23))),
      [4803, 4803, 'amountMinor must be a f', 1234, 'currency is "XYZ"; it m'],
    );
    assert.throws(
      () => parseMapping({ fields: { ...fields, 'location.lat': { column: 'x', factor: 'currency' } } }, 'm'),
      /for amounts only/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('I3 a column that the file has twice is not taken for the first of them', async () => {
  await assert.rejects(
    read(`id,card,when,amount,merchant,is_fraud,card\n${row(1)},c2\n`),
    /two columns "card" \(the 2\. and the 7\.\)/,
  );
});
