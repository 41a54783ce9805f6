import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CsvRecord, csvRecords } from './csv-records.ts';

async function read(bytes: Buffer, sizes = [bytes.length], maxBytes = 65_536): Promise<CsvRecord[]> {
  async function* pieces(): AsyncGenerator<Buffer> {
    let at = 0;
    for (let i = 0; at < bytes.length; i++) {
      const size = Math.max(1, sizes[i % sizes.length]);
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  const records: CsvRecord[] = [];
  for await (const record of csvRecords(pieces(), { maxBytes })) records.push(record);
  return records;
}
const cellsOf = async (text: string): Promise<unknown[]> =>
  (await read(Buffer.from(text))).map((record) =>
    record.kind === 'cells' ? [record.line, ...record.cells] : [record.line, record.kind],
  );

test('I3 records are read whole, whatever the line ends, quotes, delimiters and blank lines', async () => {
  assert.deepEqual(await cellsOf('\ufeffa,b\r\n"x,1","y ""z"""\r\n\r\n"two\nlines",\r3,4'), [
    [1, 'a', 'b'],
    [2, 'x,1', 'y "z"'],
    [4, 'two\nlines', ''],
    [6, '3', '4'],
  ]);
  assert.deepEqual(await cellsOf('a;b\n1,5;2\n'), [
    [1, 'a', 'b'],
    [2, '1,5', '2'],
  ]);
  assert.deepEqual(await cellsOf('a\tb\n1\t2'), [
    [1, 'a', 'b'],
    [2, '1', '2'],
  ]);
  // Within a cell that does not begin with one, a quote is a quote.
  assert.deepEqual(await cellsOf('n,m\nJoe"s 24" Grill,1\n'), [
    [1, 'n', 'm'],
    [2, 'Joe"s 24" Grill', '1'],
  ]);
  assert.deepEqual(await cellsOf('a\u2028b,c\n'), [[1, 'a\u2028b', 'c']]);
  assert.deepEqual(await cellsOf(''), []);
});

test('I3 a record that cannot be read costs itself, and says which line it began in', async () => {
  const [, bad, next] = await read(Buffer.from('a,b\n"Issue "Witho",1\n2,3\n'));
  assert.deepEqual([bad.line, bad.kind, next.line, next.kind], [2, 'broken', 3, 'cells']);
  const open = await read(Buffer.from('a,b\n"never closed,1\n2,3\n4,5\n'));
  assert.deepEqual(
    open.map(({ line, kind }) => [line, kind]),
    [
      [1, 'cells'],
      [2, 'broken'],
      [3, 'cells'],
      [4, 'cells'],
    ],
  );
  assert.match(open[1].kind === 'broken' ? open[1].problem : '', /opened and not closed/);
  const latin = await read(Buffer.from([0x61, 0x0a, 0x4d, 0xfc, 0x0a, 0x62]));
  assert.deepEqual(
    latin.map(({ line, kind }) => [line, kind]),
    [
      [1, 'cells'],
      [2, 'bad-bytes'],
      [3, 'cells'],
    ],
  );
  const long = await read(Buffer.from(`a\n${'x'.repeat(100)}\nb\n`), [7], 50);
  assert.deepEqual(
    long.map(({ line, kind }) => [line, kind]),
    [
      [1, 'cells'],
      [2, 'broken'],
      [3, 'cells'],
    ],
  );
});

test('I3 what is written as CSV reads back the same, however it is cut into pieces', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'ü', '"', ',', '\n', '\r', ' ', ';', '漢') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constant('k'), cell, cell), { minLength: 1, maxLength: 6 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      async (rows, end, sizes) => {
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = ['k,l,m', ...rows.map((row) => row.map(quoted).join(','))].join(end);
        const records = await read(Buffer.from(text), sizes);
        assert.deepEqual(
          records.slice(1).map((record) => (record.kind === 'cells' ? record.cells : record)),
          rows,
        );
      },
    ),
  );
});
