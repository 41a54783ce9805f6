import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { cardTokens } from '../../domain/card-policy.ts';
import { readCheckRows } from './check-rows.ts';
import type { InputRow } from './csv-rows.ts';
import { byteLines, utf8Bytes } from './file-bytes.ts';
import { loadMapping, type Mapping, parseMapping } from './mapping.ts';
import { loadModelFile } from './model-file.ts';
import { openTransactions } from './read-transactions.ts';

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

test('T5 T8 of a file no card number is kept, in rows that are read and in those that are not, and no security code', async () => {
  const mapping = await loadMapping('handbook');
  const cards = cardTokens(Buffer.alloc(32, 7));
  const header = `${HEADER},cvv,note`;
  const row = LINES[0].split(',');
  const card = '4012-8888-8888-1881';
  const withCard = row.map((cell, i) => (HEADER.split(',')[i] === 'customer_id' ? card : cell)).join(',');
  const file = join(folder, 'cards.csv');
  writeFileSync(
    file,
    [
      header,
      `${withCard},8765432,x`,
      `${withCard.replace('2018-04-01T00:00:31Z', 'never')},8765432,${card}`,
    ].join('\n'),
  );
  const rows: InputRow[] = [];
  for await (const batch of (await openTransactions(file, mapping, { nowMs: NOW, cards })).batches())
    rows.push(...batch);
  assert.ok(rows[0].ok && rows[0].transaction.accountId.startsWith('401288xxxxxx1881~'));
  assert.ok(!rows[1].ok && rows[1].raw.includes('401288xxxxxx1881~'), JSON.stringify(rows[1]));
  assert.ok(!/8765432|8888/.test(JSON.stringify(rows)), JSON.stringify(rows));
  const code = { ...mapping, fields: { ...mapping.fields, deviceId: { column: 'cvv' } } };
  const reading = (await openTransactions(file, code, { nowMs: NOW })).batches();
  await assert.rejects(reading.next(), /column "cvv": .*none of them may be kept/);
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

test('T9 a row of bytes that are not UTF-8 is refused with its place, and the others are read', async () => {
  const named: Mapping = {
    fields: {
      id: { column: 'id' }, accountId: { column: 'account' }, occurredAt: { constant: '2026-01-01T00:00:00Z' },
      amountMinor: { constant: 1 }, currency: { constant: 'EUR' }, type: { constant: 'purchase' },
    },
  }; // biome-ignore format: short
  const csv = 'id,account\n1,Größe\n2,"Mül\nler"\n3,ok\n';
  const asLatin1 = await read('latin1.csv', Buffer.from(csv, 'latin1'), named);
  assert.deepEqual(
    asLatin1.map((row) => (row.ok ? row.transaction.id : row.problems[0].message)),
    [
      'Line 2, column "account", character 3: byte 0xF6 is not UTF-8.',
      'Line 3, column "account", character 2: byte 0xFC is not UTF-8.',
      '3',
    ],
  );
  await assert.rejects(
    read('head.csv', Buffer.from('id,Größe\n', 'latin1'), named),
    /name of a column is not UTF-8/,
  );

  const line = (id: string, accountId: string): string =>
    JSON.stringify({
      id,
      accountId,
      occurredAt: '2026-01-01T00:00:00Z',
      amountMinor: 1,
      currency: 'EUR',
      type: 'purchase',
    });
  const ndjson = Buffer.concat([
    Buffer.from(`\ufeff${line('1', 'Müller')}\r\n`),
    Buffer.from(`${line('2', 'Müller')}\n`, 'latin1'),
    Buffer.from(line('3', 'ok')),
  ]);
  const rows = await read('latin1.ndjson', ndjson);
  assert.deepEqual(
    rows.map((row) => (row.ok ? row.transaction.accountId : row.problems[0].message)),
    ['Müller', 'Line 2, column 25: byte 0xFC is not UTF-8.', 'ok'],
  );
});

test('T9 a CSV file in UTF-16 says so by its byte order mark and is read as such', async () => {
  const handbook = await loadMapping('handbook');
  const text = [HEADER, ...LINES].join('\n').replaceAll('596', '😀');
  const utf8 = await read('utf8.csv', text, handbook);
  const little = Buffer.from(`\ufeff${text}`, 'utf16le');
  assert.deepEqual(await read('little.csv', little, handbook), utf8);
  assert.deepEqual(await read('big.csv', Buffer.from(little).swap16(), handbook), utf8);
  assert.ok(utf8[0].ok && utf8[0].transaction.accountId === '😀');
  const half = Buffer.from(`\ufeff${text.replace('😀', 'a\ud83d')}`, 'utf16le');
  await assert.rejects(
    read('half.csv', half, handbook),
    /is not UTF-16: half a character at line 2, column 25/,
  );
  await assert.rejects(
    read('odd.csv', little.subarray(0, -1), handbook),
    /is not UTF-16: half a character at line 4/,
  );
});

test('T9 mappings, models and rows to check by that are not UTF-8 are refused with their place', async () => {
  const file = join(folder, 'latin1');
  for (const load of [loadMapping, loadModelFile, readCheckRows]) {
    writeFileSync(file, Buffer.from('{\n "fields": "Größe"', 'latin1'));
    await assert.rejects(load(file), {
      name: 'InputError',
      message: `${file} is not UTF-8: byte 0xF6 at line 2, column 15 (offset 16). Send or save it as UTF-8.`,
    });
  }
});

test('T9 pieces of a file may end anywhere', async () => {
  const text = '\ufeffa😀\n\r\nbü';
  for (const bytes of [
    Buffer.from(text),
    Buffer.from(text, 'utf16le'),
    Buffer.from(text, 'utf16le').swap16(),
  ]) {
    for (let size = 1; size <= bytes.length; size++) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const lines: string[] = [];
      for await (const line of byteLines(utf8Bytes(Readable.from(pieces), 'f'), 100))
        lines.push(line.bytes.toString());
      assert.deepEqual(lines, ['a😀', '', 'bü'], `pieces of ${size}`);
    }
  }
  const long: boolean[] = [];
  for await (const { bytes, tooLong } of byteLines(
    Readable.from([Buffer.from('abc\nabcd\nab'), Buffer.from('cde')]),
    3,
  )) {
    assert.ok(bytes.length <= 4);
    long.push(tooLong);
  }
  assert.deepEqual(long, [false, true, true]);
});

test('A1 a file that cannot be used says why and what to do', async () => {
  const handbook = await loadMapping('handbook');
  const cut = gzipSync([HEADER, ...LINES].join('\n')).subarray(0, 80);
  await assert.rejects(read('cut.csv.gz', cut, handbook), /cut off.*Fetch the file again/);
  await assert.rejects(read('no.csv.gz', 'not gzip', handbook), /has no column/);
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
        'fields.amountMinor is required',
      ])
        assert.ok(error.message.includes(part), `${part} in ${error.message}`);
      return true;
    },
  );
});
