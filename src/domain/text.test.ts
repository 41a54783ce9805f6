import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type TextKind, textProblem } from './text.ts';

const KINDS: readonly TextKind[] = ['identifier', 'line', 'prose'];
const LAST_CODE_POINT = 0x10ffff;

/** Written anew from the Unicode classes, one character at a time: what the rule is held against. */
function mayStandAlone(character: string, kind: TextKind): boolean {
  if (kind === 'prose' && (character === '\n' || character === '\t')) return true;
  if (/[\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}]/u.test(character)) return false;
  if (/[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u.test(character)) return false;
  return kind !== 'identifier' || character !== '\ufffd';
}

test('T6 every code point, at the start, inside and at the end: nothing that is invisible gets into an identifier', () => {
  for (let codePoint = 0; codePoint <= LAST_CODE_POINT; codePoint++) {
    const character = String.fromCodePoint(codePoint);
    const joins = /\u200c|\u200d|\p{Variation_Selector}/u.test(character);
    for (const kind of KINDS) {
      const may = mayStandAlone(character, kind);
      const inside = may || (joins && kind !== 'identifier');
      const hex = `U+${codePoint.toString(16)} in ${kind}`;
      assert.equal(textProblem(`${character}a`, kind) === undefined, may, `${hex}, first`);
      assert.equal(textProblem(`a${character}b`, kind) === undefined, inside, `${hex}, inside`);
      assert.equal(textProblem(`a${character}`, kind) === undefined, inside, `${hex}, last`);
    }
  }
});

test('T6 texts of random characters are let in exactly when each of their characters may come in', () => {
  const unit = fc
    .integer({ min: 0, max: LAST_CODE_POINT })
    .map((codePoint) => String.fromCodePoint(codePoint));
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1, maxLength: 8 }), (characters) => {
      const text = characters.join('');
      const visible = [...text].every((character) => mayStandAlone(character, 'identifier'));
      assert.equal(textProblem(text, 'identifier') === undefined, visible && text.trim() !== '');
    }),
    { numRuns: 20_000 },
  );
});

test('T6 names of all scripts and emoji come in; what only hides does not', () => {
  const names = [
    'Müller & Söhne',
    'می\u200cخواهم',
    'क्\u200dष',
    'ශ්\u200dරී ලංකා',
    'ᠭ\u180bᠠ',
    '葛\u{e0100}飾区',
    '❤\ufe0f\u200d🔥 Bar',
    '👩🏽\u200d🔬',
    '1\ufe0f\u20e3',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} Pub',
    'İstanbul',
    'e\u0301',
    '🇩🇪',
  ];
  for (const name of names) assert.equal(textProblem(name, 'line'), undefined, name);
  const hidden = [
    '\ufeffa', 'a\ufeffb', 'a\u200bb', 'a\u00adb', 'a\u202eb', 'a\u2067b', 'a\u200fb', 'a\u2060b', '\u200da', 'a \u200d', 'a\u200d\u200db',
    'a\ufe0f\ufe0f', '\u3164', 'a\u034fb', 'a\u{e0041}\u{e0042}', '🏴\u{e0061}\u{e007f}', 'a\u2028b', 'a\nb', 'a\tb', 'a\u0085b', ' ', '\u00a0\u3000', '',
  ]; // biome-ignore format: a list
  for (const name of hidden) assert.notEqual(textProblem(name, 'line'), undefined, JSON.stringify(name));
});

test('T6 prose has lines and tabs, and no other control characters', () => {
  for (const text of ['one\ntwo\r\n\tthree', '', '\n', 'ж\nж\tж'])
    assert.equal(textProblem(text, 'prose'), undefined);
  for (const text of ['a\rb', 'a\r', 'a\u0000', 'ж\r\r\n', 'a\u000bb', 'a\u202e']) {
    assert.match(textProblem(text, 'prose') ?? '', /^must not contain/);
  }
});

test('T6 a refusal says which character, and where', () => {
  assert.equal(
    textProblem('😀\ufeffretry-1', 'identifier'),
    'must not contain invisible characters (U+FEFF at character 2)',
  );
  assert.equal(textProblem('a\u0000', 'line'), 'must not contain control characters (U+0000 at character 2)');
  assert.equal(
    textProblem('a\ud800b', 'line'),
    'is not valid Unicode text (a lone surrogate, U+D800 at character 2)',
  );
  assert.equal(textProblem('\u{1ffff}', 'prose'), 'must not contain noncharacters (U+1FFFF at character 1)');
  assert.equal(textProblem('  ', 'identifier'), 'must not be blank');
});
