// How well two words fit: spellings, sounds, abbreviations.
import { isBusiness } from './common-words.ts';
import type { Script } from './name-words.ts';

/** Words that fit less do not fit. */
export const FITS = 0.8;

export type HowWordsFit =
  | 'same'
  | 'spelled alike'
  | 'sounds alike'
  | 'abbreviated'
  | 'initial'
  | 'written together';

export type WordFit = { readonly fit: number; readonly how: HowWordsFit };

/**
 * What stays of a word when its vowels go and letters that sound alike become one: spellings of the same name in Latin
 * letters (Qaddafi, Gadhafi, Kadafi) mostly share it.
 */
export function soundKey(word: string): string {
  const alike = word
    .replaceAll(/ph/g, 'f')
    .replaceAll(/sch|sh|ch|cz|ts|tz|zh/g, 's')
    .replaceAll(/gh|kh|ck|q|c|g|x/g, 'k')
    .replaceAll(/dh|th/g, 't')
    .replaceAll(/[dt]/g, 't')
    .replaceAll(/[wvbp]/g, 'f')
    .replaceAll(/z|j/g, 's')
    .replaceAll(/(.)\1+/g, '$1');
  const [first] = alike;
  const rest = alike.slice(1).replaceAll(/[aeiouyh]/g, '');
  const start = 'aeiouyh'.includes(first) ? 'a' : first;
  return (start + rest).replaceAll(/(.)\1+/g, '$1').slice(0, 6);
}

/**
 * The consonants of a word as Arabic and Hebrew write it, and as it is written in Latin letters: what stands for long vowels there
 * goes, and what one language spells one way and one another becomes one (Sharqawi, Charkaoui; Gamal, Jamal).
 */
export function abjadKey(word: string): string {
  return word
    .replaceAll(/(.)\1+/g, '$1')
    .replaceAll(/sch|sh|ch/g, '$')
    .replaceAll(/gh|kh|ck|[qcgjxk]/g, 'k')
    .replaceAll('dh', 'd')
    .replaceAll('th', 't')
    .replaceAll(/ph|v/g, 'f')
    .replaceAll('p', 'b')
    .replaceAll(/[aeiouwy]/g, '')
    .replace(/(?<=.)h$/, '')
    .replaceAll(/(.)\1+/g, '$1');
}

/** One form of what is only spelled differently: Udai and Uday, Ann and Anne, Jaroslav and Yaroslav. */
export function foldedWord(word: string): string {
  const folded = word
    .replaceAll('ph', 'f')
    .replaceAll(/ck|q/g, 'k')
    .replace(/^j(?=[aeou]...)/, 'y')
    .replaceAll('y', 'i')
    .replaceAll('w', 'v')
    .replace(/of+$/, 'ov')
    .replaceAll(/(.)\1+/g, '$1');
  return folded.length >= 3 ? folded.replace(/(?<=[^aeiou])[eh]$|(?<=a)h$/, '') : folded;
}

/** Jaro–Winkler similarity of two words (Winkler 1990), 0 to 1. */
export function wordSimilarity(a: string, b: string): number {
  if (a === b) return 1;
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const usedB = new Uint8Array(b.length);
  const matchedA: number[] = [];
  for (let i = 0; i < a.length; i++) {
    const end = Math.min(b.length, i + reach + 1);
    for (let j = Math.max(0, i - reach); j < end; j++) {
      if (usedB[j] || a.charCodeAt(i) !== b.charCodeAt(j)) continue;
      usedB[j] = 1;
      matchedA.push(i);
      break;
    }
  }
  const matches = matchedA.length;
  if (matches === 0) return 0;
  let swapped = 0;
  let at = 0;
  for (let j = 0; j < b.length; j++) {
    if (!usedB[j]) continue;
    if (a.charCodeAt(matchedA[at++]) !== b.charCodeAt(j)) swapped++;
  }
  const jaro = (matches / a.length + matches / b.length + (matches - swapped / 2) / matches) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < a.length && a[prefix] === b[prefix]) prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}

const isNumber = (text: string): boolean => /^\d/.test(text);
/** A sound of so few letters is shared by too many words. */
const LEAST_SOUND = 3;
const ONE_SYLLABLE = /^[^aeiouy]*[aeiouy]+[^aeiouy]*$/;
/** Long enough for a sound of few letters: Mohammed, Muhamad. */
const LONG = 5;
/** Spellings of a word are about as long as one another. */
const SAME_LENGTH = 0.7;
/** Of a shorter word each letter tells it from another word. */
const SHORT = 4;
/** Of words written together, that are not the same letter by letter. */
const LEAST_TOGETHER = 6;
const SAME: WordFit = { fit: 1, how: 'same' };
const NOT: WordFit = { fit: 0, how: 'spelled alike' };
const SPELLED: WordFit = { fit: 0.98, how: 'spelled alike' };
const SAME_CONSONANTS: WordFit = { fit: 0.96, how: 'sounds alike' };
/** The less alike they look, the less they have to be the same. */
const sounds = (alike: number): WordFit => ({ fit: 0.82 + 0.14 * alike, how: 'sounds alike' });
/** One letter of six is a slip in one word of a name, and another name in two. */
const STRICTER = 1.4;
/** Spellings that are less alike do not fit. */
export const LEAST_ALIKE = 1 - (1 - FITS) / STRICTER;
const ABBREVIATED: WordFit = { fit: 0.9, how: 'abbreviated' };
const SWAPPED: WordFit = { fit: 0.9, how: 'spelled alike' };

const areSwapped = (a: string, b: string): boolean =>
  a.length === b.length && a[0] === b[0] && [...a].sort().join('') === [...b].sort().join('');

/** Whether the letters of the one stand in the other, in their order, the first first. */
function isWithin(short: string, long: string): boolean {
  let at = 0;
  for (const letter of long) if (letter === short[at]) at++;
  return at === short.length && short[0] === long[0];
}

/** Of what companies do, any letters of it that begin as it does: comm, grp, intl, engr. A name has no such short form. */
function isAbbreviation(short: string, long: string): boolean {
  return short.length >= 3 && long.length >= short.length + 2 && isBusiness(long) && isWithin(short, long);
}

/** What words are compared by. */
type Forms = { readonly folded: string; readonly sound: string; readonly consonants: string };

const MAX_REMEMBERED = 20_000;
let remembered = new Map<string, Forms>();

function formsOf(word: string): Forms {
  let forms = remembered.get(word);
  if (!forms) {
    // The words of names come again and again.
    if (remembered.size === MAX_REMEMBERED) remembered = new Map();
    forms = { folded: foldedWord(word), sound: soundKey(word), consonants: abjadKey(word) };
    remembered.set(word, forms);
  }
  return forms;
}

/** Where a word comes from a script without vowels they are compared without; of syllables each is another. */
export type Compared = Script;

/** What a word begins with, as far as spellings of one agree on it. */
const abjadStart = (word: string): string =>
  /^[aeiouy]/.test(word) ? 'a' : /^[wh]/.test(word) ? word[0] : abjadKey(word)[0];

/** How well two words fit; below `FITS` is 0. */
export function wordFit(a: string, b: string, how: Compared = 'letters'): WordFit {
  if (a === b) return SAME;
  if (isNumber(a) || isNumber(b) || a.length === 1 || b.length === 1) return NOT;
  const [ownA, ownB] = [formsOf(a), formsOf(b)];
  if (ownA.folded === ownB.folded) return SPELLED;
  const sameConsonants = ownA.consonants.length >= 2 && ownA.consonants === ownB.consonants;
  if (how === 'abjad') return sameConsonants ? SAME_CONSONANTS : NOT;
  if (how === 'syllable') return NOT;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length <= SHORT || (short.length === SHORT + 1 && ONE_SYLLABLE.test(short))) {
    if (isAbbreviation(short, long)) return ABBREVIATED;
    return short.length === SHORT && areSwapped(a, b) ? SWAPPED : NOT;
  }
  const alike = wordSimilarity(a, b);
  if (alike < 0.95 && ownA.sound === ownB.sound) {
    const isLikeEnough = ownA.sound.length >= LEAST_SOUND ? alike > 0.65 : short.length > LONG && alike > 0.7;
    if (isLikeEnough) return sounds(alike);
  }
  const [startA, startB] = [abjadStart(a), abjadStart(b)];
  const isLong = ownA.consonants.length >= LEAST_SOUND;
  if (
    sameConsonants &&
    startA === startB &&
    short.length > (isLong ? SHORT : LONG) &&
    alike > (isLong ? 0.58 : 0.68)
  )
    return sounds(alike);
  // The Winkler prefix makes much of a common beginning.
  if (short.length < SAME_LENGTH * long.length) return isAbbreviation(short, long) ? ABBREVIATED : NOT;
  const fit = 1 - STRICTER * (1 - alike);
  return fit >= FITS ? { fit, how: 'spelled alike' } : NOT;
}

/** Words written together are the same letters, but for a spelling: a word more, or one that sounds alike, is none. */
export function togetherFit(a: string, b: string, how: Compared): number {
  if (a === b) return 1;
  if (how === 'abjad') return abjadKey(a) === abjadKey(b) ? 0.96 : 0;
  if (Math.abs(a.length - b.length) > 1 || Math.min(a.length, b.length) < LEAST_TOGETHER) return 0;
  if (isNumber(a) || isNumber(b)) return 0;
  const alike = wordSimilarity(a, b);
  if (alike >= 0.94) return alike;
  return alike > 0.8 && formsOf(a).folded === formsOf(b).folded ? 0.98 : 0;
}
