import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { badUtf8, decodeUtf8, exactDecoder, fileText, NotUtf8Error, utf8Pieces } from './utf8.ts';

/** What the platform's decoder says, by trying every length: the first byte that no continuation can save. */
function badOffset(bytes: Uint8Array): number | undefined {
  const reads = (end: number, stream: boolean): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream });
      return true;
    } catch {
      return false;
    }
  };
  if (reads(bytes.length, false)) return undefined;
  let whole = 0;
  for (let end = 0; end <= bytes.length && reads(end, true); end++) if (reads(end, false)) whole = end;
  return whole;
}

/** Pieces of texts and of what is nearly one. */
const bytes = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom(
        [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf0, 0x9f], [0x0a], [0xef, 0xbb, 0xbf], [0xe0, 0x80],
      ).map((list) => Uint8Array.from(list)), // biome-ignore format: a list
    ),
    { maxLength: 8 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

test('T9 bytes that are not UTF-8 are found where the first of them stands, whole or in pieces', () => {
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(12), { maxLength: 6 }), (all, cuts) => {
      const bad = badUtf8(all);
      assert.equal(bad?.offset, badOffset(all));
      const pieces = utf8Pieces('It');
      let text = '';
      let found: unknown;
      try {
        let at = 0;
        for (const cut of [...cuts, all.length]) {
          const piece = Uint8Array.from(all.subarray(at, at + cut));
          text += pieces.add(piece);
          piece.fill(0);
          at += cut;
        }
        pieces.end();
      } catch (error) {
        found = error;
      }
      if (bad === undefined) {
        assert.equal(text, Buffer.from(all).toString());
        assert.equal(exactDecoder().decode(all), text);
      } else {
        assert.ok(found instanceof NotUtf8Error);
        assert.deepEqual(found.bad, bad);
      }
    }),
    { numRuns: 5000 },
  );
});

test('T9 a refusal names line and column as an editor counts them', () => {
  const latin1 = Buffer.concat([Buffer.from('id,name\n1,Größe '), Buffer.from('Müller', 'latin1')]);
  assert.deepEqual(badUtf8(latin1), { byte: 0xfc, offset: 19, line: 2, column: 10 });
  assert.throws(() => decodeUtf8(latin1, 'The file'), {
    message: 'The file is not UTF-8: byte 0xFC at line 2, column 10 (offset 19). Send or save it as UTF-8.',
  });
});

test('T9 a byte order mark belongs to a text, and not to the text of a file', () => {
  assert.equal(decodeUtf8(Buffer.from('\ufeffa'), 'It'), '\ufeffa');
  assert.equal(fileText(Buffer.from('\ufeff\ufeffa'), 'It'), '\ufeffa');
});
