// Whether a password can be one: long enough, and not what is tried first. It is read as a guesser would: as common words, walks
// over the keyboard, repetitions, dates; what is left has to be enough.
import { readFileSync } from 'node:fs';
import { MAX_PASSWORD } from '../../protocol/sign-in.ts';

const MIN_LENGTH = 12;
/** A guesser's work, as bits. Three or four words that do not belong together are beyond it. */
const ENOUGH_BITS = 28;
const LONGEST_WORD = 20;
const WALK_BITS = 3;
const LETTER_BITS = 4;
const DIGIT_BITS = 3.3;
const DIGITS_BITS_MOST = 10;
const MARK_BITS = 2;
const AGAIN_BITS = 1;
const SINGLE_WORD_BITS = 3;

/** What a guesser knows of this program, and what nobody has to guess at a bank. */
const KNOWN_HERE = [
  'goshawk',
  'fraud',
  'frauddesk',
  'desk',
  'bank',
  'banking',
  'admin',
  'administrator',
  'analyst',
  'secret',
  'secure',
  'security',
  'login',
  'passphrase',
  'passwort',
  'kennwort',
  'contraseña',
  'пароль',
];
const SPELT = new Map(
  Object.entries({
    '4': 'a',
    '@': 'a',
    '3': 'e',
    '1': 'i',
    '!': 'i',
    '0': 'o',
    $: 's',
    '5': 's',
    '7': 't',
    '+': 't',
  }),
);
/** As everybody knows it from a drawing: with whatever stands between its words. */
const FAMOUS = 'correcthorsebatterystaple';
const ROWS = ['`1234567890-=', ' qwertyuiop[]\\', " asdfghjkl;'", ' zxcvbnm,./'];
const SHIFTED = new Map(
  [...'~!@#$%^&*()_+{}|:"<>?'].map((key, i) => [key, [..."`1234567890-=[]\\;',./"][i]]),
);
const CYRILLIC_ROWS = ['', ' йцукенгшщзхъ', ' фывапролджэ', ' ячсмитьбю'];
const PLACES = new Map(
  [ROWS, CYRILLIC_ROWS].flatMap((rows) =>
    rows.flatMap((row, y) => [...row].map((key, x) => [key, { x: x + y * 0.4, y }] as const)),
  ),
);

let ranks: ReadonlyMap<string, number> | undefined;
/** Read when the first password is chosen. */
function commonWords(): ReadonlyMap<string, number> {
  ranks ??= new Map(
    readFileSync(new URL('./common-words.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((word, i) => [word, i + 1]),
  );
  return ranks;
}

/** Whether a key follows another as fingers walk: the same, a neighbour, or the next letter or digit. */
function follows(before: string, key: string): boolean {
  const step = (key.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0);
  if (Math.abs(step) <= 1) return true;
  if (before + key === '90' || before + key === '09') return true;
  const [from, to] = [before, key].map((one) => PLACES.get(SHIFTED.get(one) ?? one));
  return (
    from !== undefined && to !== undefined && Math.abs(from.x - to.x) <= 1.2 && Math.abs(from.y - to.y) <= 1
  );
}

const plain = (text: string): string => [...text].map((letter) => SPELT.get(letter) ?? letter).join('');

function bitsOfOne(key: string): number {
  if (/\p{N}/u.test(key)) return DIGIT_BITS;
  return /\p{L}/u.test(key) ? LETTER_BITS : MARK_BITS;
}

/** The least work that it takes to guess a password, of the ways that are known: every cut into pieces is looked at. */
function bitsOf(password: string, own: ReadonlySet<string>): number {
  const keys = [...password.toLowerCase()];
  const words = commonWords();
  const least = [0, ...keys.map(() => Number.POSITIVE_INFINITY)];
  for (let start = 0; start < keys.length; start++) {
    const offer = (end: number, bits: number): void => {
      least[end] = Math.min(least[end], least[start] + bits);
    };
    offer(start + 1, bitsOfOne(keys[start]));
    let isWalk = true;
    let areDigits = true;
    for (let end = start + 1; end <= keys.length; end++) {
      const length = end - start;
      if (length > 1) isWalk &&= follows(keys[end - 2], keys[end - 1]);
      areDigits &&= /\p{N}/u.test(keys[end - 1]);
      if (length >= 3 && isWalk) offer(end, WALK_BITS);
      if (areDigits) offer(end, Math.min(DIGITS_BITS_MOST, DIGIT_BITS * length));
      if (length < 3) continue;
      const piece = keys.slice(start, end).join('');
      if (start >= length && keys.slice(0, start).join('').includes(piece)) offer(end, AGAIN_BITS);
      if (length > LONGEST_WORD && !own.has(piece)) continue;
      for (const spelling of new Set([piece, plain(piece), [...plain(piece)].reverse().join('')])) {
        if (own.has(spelling)) offer(end, AGAIN_BITS);
        const rank = words.get(spelling);
        if (rank !== undefined) offer(end, Math.max(SINGLE_WORD_BITS, Math.log2(rank)));
      }
    }
  }
  return least[keys.length];
}

/** What is wrong with a new password, or undefined (NIST SP 800-63B: length, and nothing that is guessed first). */
export function passwordProblem(
  password: string,
  person: { readonly id: string; readonly name: string },
): string | undefined {
  const given = password.normalize('NFKC');
  const length = [...password].length;
  if (!password.isWellFormed()) return 'A password must be valid Unicode text.';
  if (length < MIN_LENGTH) return `A password needs at least ${MIN_LENGTH} characters.`;
  if (length > MAX_PASSWORD) return `A password has at most ${MAX_PASSWORD} characters.`;
  const [before] = person.id.split('@');
  if (before.length > 3 && given.toLowerCase().includes(before)) {
    return 'The password must not contain the name you sign in with.';
  }
  if (new Set(given).size < 5) return 'The password repeats too few characters.';
  const parts = `${person.id} ${person.name}`.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const own = new Set([...KNOWN_HERE, person.id, ...parts].filter((part) => part.length >= 3));
  const isFamous = given.toLowerCase().replaceAll(/[^a-z]/g, '') === FAMOUS;
  if (isFamous || bitsOf(given, own) < ENOUGH_BITS) {
    return 'This password is one of those that are guessed first: a common word, a name, a date or a walk over the keyboard, however it ends. Take a few words that do not belong together.';
  }
  return undefined;
}
