import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CARD_ISSUERS } from './card-issuers.ts';
import { findCardNumbers, maskCardNumbers, mayHoldCardNumber, shownOfCard } from './card-number.ts';
import { createRandom } from './random.ts';

const VISA = '4012888888881881';
const AMEX = '378282246310005';

function withCheckDigit(digits: string): string {
  const odd = [...digits].reverse().map((digit, i) => (i % 2 === 0 ? Number(digit) * 2 : Number(digit)));
  const sum = odd.reduce((total, value) => total + (value > 9 ? value - 9 : value), 0);
  return digits + String((10 - (sum % 10)) % 10);
}

/** Any card of any issuer in the table. */
const card = fc
  .record({
    issuer: fc.constantFrom(...CARD_ISSUERS),
    range: fc.nat(),
    within: fc.nat(),
    length: fc.nat(),
    rest: fc.array(fc.nat(9), { minLength: 19, maxLength: 19 }),
  })
  .map(({ issuer, range, within, length, rest }) => {
    const [from, to] = issuer.ranges[range % issuer.ranges.length];
    const prefix = String(from + (within % (to - from + 1)));
    const wanted = issuer.lengths[length % issuer.lengths.length];
    return withCheckDigit((prefix + rest.join('')).slice(0, wanted - 1));
  });

const numbersIn = (text: string): string[] => findCardNumbers(text).map(({ number }) => number);
const zero = (codePoint: number) => (digits: string) =>
  digits.replaceAll(/\d/g, (digit) => String.fromCodePoint(codePoint + Number(digit)));
const fours = (digits: string, separator: string): string =>
  digits.replaceAll(/(\d{4})(?=\d)/g, `$1${separator}`);
const hex = (text: string): string => (text.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
const each = (write: (digit: string) => string) => (digits: string) => digits.replaceAll(/\d/g, write);

test('T5 every card of every issuer is found, alone and among other words', () => {
  fc.assert(
    fc.property(card, (number) => {
      assert.deepEqual(numbersIn(number), [number]);
      assert.deepEqual(numbersIn(`card ${number}.`), [number]);
      assert.deepEqual(numbersIn(`PAN${number}EUR`), [number]);
      assert.deepEqual(numbersIn(JSON.stringify({ accountId: number, amountMinor: 1234 })), [number]);
    }),
    { numRuns: 3000, seed: 5 },
  );
});

test('T5 a card is found with anything between its digits that people or programs put there', () => {
  const between = fc.constantFrom('', '', ' ', '-', '.', '/', '_', '\u00a0', '\u2009', '\u202f', '\u2013', '\u2212', '\u200b', '\ufeff', '\u00ad', ' - ', '\uff0d', '\uff0f'); // biome-ignore format: a list
  fc.assert(
    fc.property(
      card.filter((number) => number.length > 13),
      fc.array(between, { minLength: 18, maxLength: 18 }),
      (number, gaps) => {
        // A single dot may be that of a decimal number.
        const written = [...number].map((digit, i) => (i === 0 ? '' : gaps[i - 1]) + digit).join('');
        assert.deepEqual(numbersIn(`x${written}x`), [number], written);
      },
    ),
    { numRuns: 3000, seed: 6 },
  );
});

test('T5 a card is found however its digits are written', () => {
  const ways: readonly ((digits: string) => string)[] = [
    (digits) => fours(digits, ' '), (digits) => fours(digits, ','), (digits) => fours(digits, '\n'), (digits) => fours(digits, '+'),
    (digits) => [...digits].join(','), (digits) => [...digits].join(' | '), (digits) => Number(digits).toLocaleString('en'), (digits) => digits.replaceAll(/(\d\d)(?=\d)/g, '$1!'),
    (digits) => fours(digits, '💳'), (digits) => fours(digits, ')('), (digits) => fours(digits, '%20'), (digits) => fours(digits, '\\u00a0'), (digits) => fours(digits, '\\t'), (digits) => fours(digits, '&nbsp;'),
    (digits) => fours(digits, '","'), (digits) => `card:${digits}`, (digits) => `pan=${digits};`, (digits) => `000${digits}`,
    (digits) => `https://shop.example/pay?pan=${digits}&x=1`, (digits) => `${digits[0]}.${digits.slice(1)}E15`,
    zero(0xff10), zero(0x0660), zero(0x0966), zero(0x09e6), zero(0x1d7ce), zero(0x1d7f6), zero(0x1fbf0),
    each((digit) => `%3${digit}`), each((digit) => `%253${digit}`), each((digit) => encodeURIComponent(zero(0xff10)(digit))),
    each((digit) => `\\u${hex(digit)}`), each((digit) => `\\\\u${hex(digit)}`), each((digit) => `&#${48 + Number(digit)};`), each((digit) => `&#x3${digit};`),
    each((digit) => `${digit}\u0000`), each((digit) => `${digit}\ufe0f\u20e3`), each((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]),
    (digits) => `;${digits}=29121010000012345678?`, (digits) => `%B${digits}^DOE/JANE^29121010000000000000?`, (digits) => `5713${digits}D29122010000012345F`,
  ]; // biome-ignore format: a list
  for (const digits of [
    VISA,
    '5555555555554444',
    '2223003122003222',
    '6011111111111117',
    '3530111333300000',
  ]) {
    for (const way of ways) {
      const text = way(digits);
      assert.deepEqual(numbersIn(text), [digits], text);
      assert.ok(!maskCardNumbers(text).includes(digits.slice(0, 8)), text);
      assert.ok(maskCardNumbers(text).includes(shownOfCard(digits)), text);
      assert.equal(
        maskCardNumbers(maskCardNumbers(text)),
        maskCardNumbers(text),
        'what is masked stays as it is',
      );
    }
  }
});

test('T5 with the number on a track goes all that stands on it', () => {
  const shown = shownOfCard(VISA);
  assert.equal(maskCardNumbers(`a ;${VISA}=29121010000012345678? b`), `a ${shown} b`);
  assert.equal(maskCardNumbers(`%B${VISA}^DOE/JANE^29121010000000000000?`), shown);
  assert.equal(maskCardNumbers(`${VISA}D29122010000012345F`), shown);
  assert.equal(maskCardNumbers(`${VISA}=2912`), shown);
});

test('T5 a masked card keeps its first six and last four digits, and the rest of the text stays', () => {
  assert.equal(
    maskCardNumbers(`a ${AMEX} b 4012-8888-8888-1881, 7`),
    'a 378282xxxxx0005 b 401288xxxxxx1881, 7',
  );
  assert.equal(maskCardNumbers('nothing'), 'nothing');
  // Where a text is cut, no number is cut in two.
  const text = `${'x'.repeat(90)}${VISA}${'y'.repeat(50)}`;
  for (let limit = 85; limit < 115; limit++) {
    assert.ok(!/\d{7}/.test(maskCardNumbers(text, limit)), String(limit));
    assert.ok(maskCardNumbers(text, limit).length <= limit + 16);
  }
});

test('T5 what has digits like a card and is none stays as it is', () => {
  for (const text of [
    'DE89370400440532013000', 'DE89 3704 0044 0532 0130 00', 'GB33BUKB20201555555555', 'FR14 2004 1010 0505 0001 3M02 606',
    '1700000000000', '1764230400000', '2026-11-27T08:00:00.000Z', '20261127080000123456', '+4915123456789', '+44 20 7946 0958',
    '411111xxxxxx1111', '411111******1111', '4111 11** **** 1111', '401288xxxxxx1881~mfrggzdfmztwq2lk',
    '2001:db8:4012:8888::1', '4012:8888:8888:1881::', '4012:8888:8888:1881:0:0:0:1', '192.168.100.200', '{"lat":51.50735091234567,"lon":-0.12775829999999}', '40128888', '4012 8888 8888',
    '4012888888881882', '0000000000000000', '1354100140049550',
  ]) {
    assert.deepEqual(numbersIn(text), [], text);
  } // biome-ignore format: a list
});

/** Of twenty thousand identifiers of a kind, how many are taken for a card. */
function taken(
  make: (digits: (n: number) => string, letters: (n: number, of: string) => string) => string,
): number {
  const random = createRandom(2026);
  const letters = (n: number, of: string): string =>
    Array.from({ length: n }, () => of[random.below(of.length)]).join('');
  let count = 0;
  for (let i = 0; i < 20_000; i++)
    if (findCardNumbers(make((n) => letters(n, '0123456789'), letters)).length > 0) count++;
  return count;
}

test('T5 how often an identifier of another kind is taken for a card is known', () => {
  const ofTwentyThousand = {
    'sixteen random digits': taken((digits) => digits(16)),
    'thirteen random digits': taken((digits) => digits(13)),
    'at most twelve random digits': taken((digits) => digits(12)),
    'order numbers by date': taken((digits) => `ORD-2026${digits(4)}-${digits(8)}`),
    'milliseconds since 1970': taken((digits) => `1${digits(12)}`),
    'hexadecimal, 32': taken((_, letters) => letters(32, '0123456789abcdef')),
    'hexadecimal, 24': taken((_, letters) => letters(24, '0123456789abcdef')),
    'base 36, 20': taken((_, letters) => letters(20, '0123456789abcdefghijklmnopqrstuvwxyz')),
    UUID: taken((_, letters) => [8, 4, 4, 4, 12].map((n) => letters(n, '0123456789abcdef')).join('-')),
  };
  // One in twenty of what is all digits and as long as a card: every tenth fits its check digit, every second a range.
  assert.deepEqual(ofTwentyThousand, {
    'sixteen random digits': 1020,
    'thirteen random digits': 181,
    'at most twelve random digits': 0,
    'order numbers by date': 0,
    'milliseconds since 1970': 0,
    'hexadecimal, 32': 3,
    'hexadecimal, 24': 6,
    'base 36, 20': 0,
    UUID: 0,
  });
});

test('most texts are told to hold no card by their length or by their digits', () => {
  assert.equal(mayHoldCardNumber('4012'), false);
  assert.equal(mayHoldCardNumber('a text of many letters and only 12 digits: 1234567890'), false);
  assert.equal(mayHoldCardNumber(VISA), true);
});
