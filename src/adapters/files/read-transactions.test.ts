import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { loadMapping, type Mapping, parseMapping } from './mapping.ts';
import { type InputRow, openTransactions } from './read-transactions.ts';

const NOW = Date.UTC(2026, 10, 23);
const folder = mkdtempSync(join(tmpdir(), 'goshawk-files-'));
after(() => rmSync(folder, { recursive: true }));

const HEADER = 'transaction_id,tx_datetime,customer_id,terminal_id,tx_amount,tx_fraud';
const LINES = [
  '0,2018-04-01T00:00:31Z,596,3156,57.16,0',
  '1,2018-04-01T00:02:10Z,4961,3412,81.51,1',
  'bad,not a time,1,2,3.00,0',
];

async function read(name: string, content: string | Uint8Array, mapping?: Mapping): Promise<InputRow[]> {
  const file = join(folder, name);
  writeFileSync(file, content);
  const rows: InputRow[] = [];
  for await (const batch of (await openTransactions(file, mapping, { nowMs: NOW })).batches())
    rows.push(...batch);
  return rows;
}

test('CSV is read by a mapping, plain or gzip, with or without a byte order mark; bad rows name their line', async () => {
  const handbook = await loadMapping('handbook');
  const text = [HEADER, ...LINES].join('\n');
  const rows = await read('a.csv', text, handbook);
  assert.equal(rows.length, 3);
  assert.ok(rows[0].ok && rows[1].ok && !rows[2].ok);
  assert.deepEqual(
    [rows[0].transaction.amountMinor, rows[0].transaction.merchant?.id, rows[0].fraud, rows[1].fraud],
    [5716, '3156', false, true],
  );
  assert.equal(rows[2].line, 4);
  assert.equal(rows[2].problems[0].pointer, '/occurredAt');
  assert.deepEqual(await read('a.csv.gz', gzipSync(text), handbook), rows);
  assert.deepEqual(await read('b.csv', `\ufeff${text}`, handbook), rows);
  assert.deepEqual(await read('c.csv', text.replaceAll('\n', '\r\n'), handbook), rows);
});

test('NDJSON carries canonical transactions, each with its label if it has one', async () => {
  const transaction = {
    id: 't',
    accountId: 'a',
    occurredAt: '2026-01-01T00:00:00Z',
    amountMinor: 1,
    currency: 'EUR',
    type: 'purchase',
  };
  const lines = [
    JSON.stringify(transaction),
    '',
    JSON.stringify({ ...transaction, fraud: true }),
    JSON.stringify({ ...transaction, fraud: 'yes' }),
    '{"id":',
    '[1]',
  ];
  const rows = await read('a.ndjson', lines.join('\n'));
  assert.deepEqual(
    rows.map((row) => [row.line, row.ok && row.fraud]),
    [
      [1, undefined],
      [3, true],
      [4, false],
      [5, false],
      [6, false],
    ],
  );
});

test('A1 a file that cannot be used says why and what to do', async () => {
  const handbook = await loadMapping('handbook');
  const cut = gzipSync([HEADER, ...LINES].join('\n')).subarray(0, 80);
  await assert.rejects(read('cut.csv.gz', cut, handbook), /cut off.*Fetch the file again/);
  await assert.rejects(read('no.csv.gz', 'not gzip', handbook), /not a sound gzip file/);
  await assert.rejects(
    read('short.csv', 'transaction_id,customer_id\n1,2', handbook),
    /has no column "tx_datetime"; it has transaction_id, customer_id/,
  );
  await assert.rejects(read('empty.csv', '', handbook), /is empty/);
  await assert.rejects(read('plain.csv', HEADER), /needs --mapping/);
  await assert.rejects(
    openTransactions(join(folder, 'absent.csv'), handbook, { nowMs: NOW }),
    /no such file/,
  );
  await assert.rejects(
    loadMapping(join(folder, 'absent.json')),
    /neither a preset \(handbook\) nor a readable/,
  );
  await assert.rejects(loadMapping('constructor'), /neither a preset/);
});

test('a mapping lists all that is wrong with it', () => {
  const wrong = { fields: { id: {}, colour: { column: 'x' }, occurredAt: { column: 't', time: 'moon' } } };
  assert.throws(
    () => parseMapping(wrong, 'm.json'),
    (error: Error) => {
      for (const part of [
        'fields.id needs',
        'fields.colour is not',
        '"moon"',
        'fields.accountId is required',
      ])
        assert.ok(error.message.includes(part), `${part} in ${error.message}`);
      return true;
    },
  );
});
