// Own columns of a file: which they are, what they hold, and what becomes of cells that do not fit.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cardTokens } from '../../domain/card-policy.ts';
import { type DataModel, NO_DATA_MODEL } from '../../domain/data-model.ts';
import type { InputRow } from './csv-rows.ts';
import { parseMapping } from './mapping.ts';
import { attributesOfFile, openTransactions } from './read-transactions.ts';

const FIELDS = {
  occurredAt: { column: 'Time', time: 'seconds_since', start: '2013-09-01T00:00:00Z' },
  amountMinor: { column: 'Amount', factor: 100 },
  currency: { constant: 'EUR' },
  type: { constant: 'purchase' },
};
const NOW = Date.UTC(2026, 10, 1);

async function read(lines: readonly string[], mapping: object, dataModel?: DataModel) {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-own-columns-'));
  try {
    const file = join(folder, 'rows.csv');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const parsed = parseMapping({ fields: FIELDS, ...mapping }, 'm');
    const cards = cardTokens(new Uint8Array(32));
    const input = await openTransactions(file, parsed, {
      nowMs: NOW,
      cards,
      ...(dataModel && { dataModel }),
    });
    const rows: InputRow[] = [];
    for await (const batch of input.batches()) rows.push(...batch);
    const fields = await attributesOfFile(file, parsed, dataModel);
    return { rows, types: Object.fromEntries(fields.map(({ name, type }) => [name, type])) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const attributesOf = (row: InputRow) => (row.ok ? row.transaction.attributes : row.problems);

test('Y17: every column that no field takes is an attribute, with a name that may be one and a type that the rows show', async () => {
  const { rows, types } = await read(
    [
      'Time,Amount,V1,"Größe (cm)",7day,customer.id,vip,colour,card no,,cvv,Class',
      '0,1.50,-1.3e-05,180,3,c-1,True,red,4111111111111111,x,123,0',
      '3600,2.00,2,,3,c-2,False,red,4111111111111111,y,123,1',
      '7200,2.00,NaN,171,3,c-3,,blue,5555555555554444,z,123,0',
      '7201,2.00,4,171,3,c-4,True,blue,5555555555554444,z,123,0',
    ],
    { attributes: 'rest', label: { column: 'Class' } },
  );
  assert.deepEqual(types, {
    V1: 'number', Gro_e_cm: 'number', c_7day: 'number', 'customer.id': 'text', vip: 'boolean', colour: 'category', card_no: 'category',
    column: 'text',
  }); // biome-ignore format: a table
  const [first, second] = rows;
  assert.ok(first.ok && second.ok);
  const { card_no: token, ...attributes } = first.transaction.attributes ?? {};
  assert.match(String(token), /^411111x{6}1111~/);
  assert.deepEqual(attributes, {
    V1: -1.3e-5, Gro_e_cm: 180, c_7day: 3, 'customer.id': 'c-1', vip: true, colour: 'red', column: 'x',
  }); // biome-ignore format: a table
  assert.equal(second.transaction.attributes?.Gro_e_cm, undefined, 'an empty cell says nothing');
  assert.equal(second.transaction.occurredAtMs, Date.UTC(2013, 8, 1, 1));
  assert.equal(second.fraud, true);
});

test('Y17: a row without id and account is known by its place in the file, and shares nothing with others', async () => {
  const { rows } = await read(['Time,Amount', '0,1', '1,2'], {});
  assert.deepEqual(
    rows.map((row) => row.ok && [row.transaction.id, row.transaction.accountId]),
    [
      ['rows.csv:2', 'rows.csv:2'],
      ['rows.csv:3', 'rows.csv:3'],
    ],
  );
  const mapped = await read(['Time,Amount,who', '0,1,'], {
    fields: { ...FIELDS, accountId: { column: 'who' } },
  });
  assert.ok(!mapped.rows[0].ok, 'where a column is to say it, an empty cell is a problem');
});

test('Y17: named columns have the type, factor and words that the mapping says', async () => {
  const { rows, types } = await read(
    ['Time,Amount,old,kind,opened,rest', '0,1,12.34,CASH_OUT,5,a', '0,1,12.345,DEBIT,6,b'],
    {
      attributes: {
        'balance.before': { column: 'old', type: 'money', factor: 100 },
        kind: { column: 'kind', type: 'category', values: { CASH_OUT: 'cash out' } },
        opened: { column: 'opened', time: 'days_since', start: '2020-01-01T00:00:00Z' },
        source: { constant: 'paysim' },
        '*': 'rest',
      },
    },
  );
  assert.deepEqual(types, {
    'balance.before': 'money', kind: 'category', opened: 'time', source: 'category', rest: 'text',
  }); // biome-ignore format: a table
  assert.deepEqual(attributesOf(rows[0]), {
    'balance.before': 1234, kind: 'cash out', opened: '2020-01-06T00:00:00.000Z', source: 'paysim', rest: 'a',
  }); // biome-ignore format: a table
  assert.ok(!rows[1].ok, 'nothing is rounded away');
  assert.equal(rows[1].problems[0].pointer, '/attributes/balance.before');
});

test('Y17: what the data model declares is held against it, and a cell that does not fit its column costs its row', async () => {
  const dataModel: DataModel = {
    ...NO_DATA_MODEL,
    fields: [{ name: 'score', type: 'number', description: '', personal: false, maximum: 1 }],
  };
  const lines = ['Time,Amount,score,n', '0,1,0.5,1', '0,1,1.5,2', '0,1,0.5,many', '0,1,0.5,4'];
  // Of four rows one is no number: what it holds is said in the mapping.
  const { rows } = await read(
    lines,
    { attributes: { n: { column: 'n', type: 'number' }, '*': 'rest' } },
    dataModel,
  );
  assert.deepEqual(
    rows.map((row) => (row.ok ? 'ok' : row.problems[0].pointer)),
    ['ok', '/attributes/score', '/attributes/n', 'ok'],
  );
});

test('I5 times are read as the mapping says: without seconds, as days, or counted since a time', async () => {
  const at = async (cell: string, source: object): Promise<string | number> => {
    const fields = { ...FIELDS, occurredAt: { column: 'when', ...source } };
    const { rows } = await read(['when,Amount', `${cell},1`], { fields });
    return rows[0].ok
      ? new Date(rows[0].transaction.occurredAtMs).toISOString()
      : rows[0].problems[0].pointer;
  };
  const start = '2020-01-31T00:00:00Z';
  assert.equal(await at('2026-09-01 09:22', { time: 'utc' }), '2026-09-01T09:22:00.000Z');
  assert.equal(await at('2026-09-01', { time: 'utc' }), '2026-09-01T00:00:00.000Z');
  assert.equal(await at('90', { time: 'minutes_since', start }), '2020-01-31T01:30:00.000Z');
  assert.equal(await at('1.5', { time: 'days_since', start }), '2020-02-01T12:00:00.000Z');
  assert.equal(await at('2', { time: 'days_since', start, factor: 30 }), '2020-03-31T00:00:00.000Z');
  assert.equal(await at('soon', { time: 'hours_since', start }), '/occurredAt');
});

test('I5 a mapping of own fields that cannot be is refused with the place and what to do', () => {
  for (const [mapping, said] of [
    [{ attributes: 'all' }, /attributes must be "rest"/],
    [{ attributes: { 'a-b': { column: 'x' } } }, /attributes\.a-b: .*is no name of an attribute/],
    [
      { attributes: { a: { column: 'x', type: 'integer' } } },
      /attributes\.a\.type is "integer"; it must be one of text, category/,
    ],
    [{ attributes: { a: { colum: 'x' } } }, /attributes\.a needs a "column"/],
    [{ attributes: { a: { column: 'x', tpye: 'text' } } }, /tpye is not known; did you mean type\?/],
    [{ attributes: { '*': 'others' } }, /attributes\.\* can be "rest"/],
    [{ atributes: 'rest' }, /atributes is not known; did you mean attributes\?/],
    [
      { fields: { ...FIELDS, V1: { column: 'V1' } } },
      /fields\.V1 is not a transaction field .*belong into attributes/,
    ],
    [
      { fields: { ...FIELDS, occurredAt: { column: 't', time: 'hours_since' } } },
      /start must say since when/,
    ],
    [
      { fields: { ...FIELDS, occurredAt: { column: 't', start: '2020-01-01T00:00:00Z' } } },
      /start is for times that count/,
    ],
    [
      { fields: { ...FIELDS, type: { column: 't', values: { a: 1 } } } },
      /type\.values must say what cells stand for/,
    ],
  ] as const)
    assert.throws(() => parseMapping({ fields: FIELDS, ...mapping }, 'm'), said);
});
