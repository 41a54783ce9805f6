import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { badByteText } from '../domain/utf8.ts';
import { splitJson } from './split-json.ts';

async function piecesOf(bytes: Buffer, size: number, maxBytes = 100): Promise<string[]> {
  const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  const found: string[] = [];
  for await (const piece of splitJson(Readable.from(cut), maxBytes)) {
    if ('tooLong' in piece) found.push(`${piece.index} too long`);
    else if ('missing' in piece) found.push(`${piece.index} no ${piece.missing}`);
    else if ('badByte' in piece) found.push(`${piece.index} ${badByteText(piece.badByte)}`);
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

test('A17 nothing is dropped: what follows an array, a missing element and a missing end are pieces', async () => {
  for (const [text, ...expected] of [
    ['[{"a":1}]\n[{"b":2},{"c":3}]', '1 {"a":1}', '2 {"b":2}', '3 {"c":3}'],
    ['[{"a":1}]\n{"b":2}', '1 {"a":1}', '2 {"b":2}'],
    ['[{"a":1}]]', '1 {"a":1}', '2 ]'],
    ['[{"a":1}],{"b":2}', '1 {"a":1}', '2 ,{"b":2}'],
    ['{"a":1}\n[2]', '1 {"a":1}', '2 [2]'],
    ['[{"a":1},{"b":2}', '1 {"a":1}', '2 {"b":2}', '3 no end of array'],
    ['[{"a":1},{"b":', '1 {"a":1}', '2 {"b":', '3 no end of array'],
    ['[', '1 no end of array'],
    ['[{"a":1},]', '1 {"a":1}', '2 no element'],
    ['[,{"a":1}]', '1 no element', '2 {"a":1}'],
    ['[ ]'],
  ] as const) {
    for (let size = 1; size <= text.length; size++) {
      assert.deepEqual(await piecesOf(Buffer.from(text), size), expected, `${text} by ${size}`);
    }
  }
});

test('A17 an object on several lines is one, and a line that is cut costs itself', async () => {
  const pretty = JSON.stringify({ a: 'x{', b: { c: [1, 2] } }, null, 2);
  for (const end of ['\n', '\r\n']) {
    const text = pretty.replaceAll('\n', end);
    for (let size = 1; size <= text.length; size++) {
      assert.deepEqual(await piecesOf(Buffer.from(`${text}${end}{"d":1}`), size), [`1 ${text}`, '2 {"d":1}']);
    }
  }
  const cut = '{"a":1\n{"b":"2\n{"c":3}\n';
  for (let size = 1; size <= cut.length; size++) {
    assert.deepEqual(await piecesOf(Buffer.from(cut), size), ['1 {"a":1', '2 {"b":"2', '3 {"c":3}']);
  }
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
