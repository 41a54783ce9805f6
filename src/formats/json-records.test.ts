import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { badByteText } from '../domain/utf8.ts';
import { jsonRecords } from './json-records.ts';

async function piecesOf(bytes: Buffer, size: number, maxBytes = 100): Promise<string[]> {
  const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  const found: string[] = [];
  for await (const piece of jsonRecords(Readable.from(cut), maxBytes)) {
    if (piece.kind === 'too-long') found.push(`${piece.index} too long`);
    else if (piece.kind === 'bad-bytes') found.push(`${piece.index} ${badByteText(piece.badByte)}`);
    else if (piece.kind === 'broken') found.push(`${piece.index} ${piece.problem.slice(0, 12)}`);
    else found.push(`${piece.index} ${piece.text}`);
  }
  return found;
}

test('T9 pieces of NDJSON and of arrays are texts, wherever bytes are cut; a byte order mark may come first', async () => {
  const values = ['{"a":"Müller"}', '{"b":["😀\\"","]"]}', '"\u00a0"', '1'];
  const expected = values.map((value, i) => `${i + 1} ${value}`);
  for (const mark of ['', '\ufeff', ' \n\ufeff ']) {
    for (const text of [`${mark}${values.join('\r\n\n')}\n`, `${mark}[ ${values.join(' ,\n')} ]`]) {
      const bytes = Buffer.from(text);
      for (let size = 1; size <= bytes.length; size++) {
        assert.deepEqual(await piecesOf(bytes, size), expected, `${JSON.stringify(text)} by ${size}`);
      }
    }
  }
});

test('T9 a piece that is not UTF-8 says where in it, and the others are read', async () => {
  const lines = Buffer.concat([
    Buffer.from('{"a":1}\n'),
    Buffer.from('{"name":"Müller"}\n', 'latin1'),
    Buffer.from('{"a":"ü"}'),
  ]);
  const expected = ['1 {"a":1}', '2 not UTF-8: byte 0xFC at line 1, column 11 (offset 10)', '3 {"a":"ü"}'];
  const list = Buffer.from(`[${lines.toString('latin1').replaceAll('\n', ',')}]`, 'latin1');
  for (let size = 1; size < lines.length; size++) {
    assert.deepEqual(await piecesOf(lines, size), expected);
    assert.deepEqual(await piecesOf(list, size), expected);
  }
  assert.deepEqual(await piecesOf(Buffer.from([0xef, 0xbb]), 1), [
    '1 not UTF-8: byte 0xEF at line 1, column 1 (offset 0)',
  ]);
});

test('I1 all of a stream is read: what follows an array, and what is cut off is told, wherever bytes are cut', async () => {
  for (const [text, expected] of [
    ['[{"a":1}]\n[{"b":2},{"c":3}]', ['1 {"a":1}', '2 {"b":2}', '3 {"c":3}']],
    ['[{"a":1}]\n{"b":2}\n{"c":3}', ['1 {"a":1}', '2 {"b":2}', '3 {"c":3}']],
    ['[{"a":1}] {"b":2}', ['1 {"a":1}', '2 {"b":2}']],
    ['[{"a":1}]]', ['1 {"a":1}', '2 ]']],
    ['[{"a":1}],', ['1 {"a":1}', '2 ,']],
    ['[{"a":1},{"b":2}', ['1 {"a":1}', '2 {"b":2}', '3 The array do']],
    ['[{"a":1},{"b":', ['1 {"a":1}', '2 {"b":', '3 The array do']],
    ['[{"a":1},', ['1 {"a":1}', '2 The array do']],
    ['[', ['1 The array do']],
    ['[{"a":1},]', ['1 {"a":1}', '2 Nothing stan']],
    ['[,{"a":1}]', ['1 Nothing stan', '2 {"a":1}']],
    ['[{"a":1},,{"b":2}]', ['1 {"a":1}', '2 Nothing stan', '3 {"b":2}']],
    ['[]', []],
    [' [ ] ', []],
    ['[] []', []],
    ['', []],
    [' \n ', []],
    ['{"a":1}\r{"b":2}\r\n{"c":3}', ['1 {"a":1}', '2 {"b":2}', '3 {"c":3}']],
    ['{"a":"x\u2028y\u0085z"}\n{"b":2}', ['1 {"a":"x\u2028y\u0085z"}', '2 {"b":2}']],
    ['{\n  "a": 1,\n  "b": [1,\n2]\n}\n', ['1 {\n  "a": 1,\n  "b": [1,\n2]\n}']],
    ['{"a":\n{"b":2}\n', ['1 {"a":', '2 {"b":2}']],
    ['{"a":1', ['1 {"a":1']],
    ['{"a":1}\n[{"b":2}]', ['1 {"a":1}', '2 [{"b":2}]']],
  ] as const) {
    const bytes = Buffer.from(text);
    for (let size = 1; size <= Math.max(bytes.length, 1); size++)
      assert.deepEqual(await piecesOf(bytes, size), expected, `${JSON.stringify(text)} by ${size}`);
  }
});

test('I1 a first line that is broken and long costs itself, and none that follows', async () => {
  const lines = [`{"a":"${'x'.repeat(60)}`, ...Array.from({ length: 9 }, (_, i) => `{"b":${i}}`)];
  const found = await piecesOf(Buffer.from(lines.join('\n')), 7);
  assert.equal(found.length, 10);
  assert.deepEqual(
    found.slice(1),
    lines.slice(1).map((line, i) => `${i + 2} ${line}`),
  );
});

test('whatever comes, no piece is longer than allowed, and nothing throws', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 50 }),
      async (bytes, size) => {
        for (const start of ['', '[', '{"a":[']) {
          for (const piece of await piecesOf(Buffer.concat([Buffer.from(start), bytes]), size, 20)) {
            assert.ok(Buffer.byteLength(piece) <= 80);
          }
        }
      },
    ),
  );
});
