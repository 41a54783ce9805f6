// How well two names fit, and which of their parts fit how: words in any order, written together or apart, left out or
// contradicted.
import { isBusiness } from './common-words.ts';
import type { NameWord, Script } from './name-words.ts';
import { FITS, type HowWordsFit, togetherFit, type WordFit, wordFit } from './word-fit.ts';

/** Words of the one name and of the other that fit. */
export type NamePart = {
  readonly asked: string;
  readonly listed: string;
  readonly how: HowWordsFit;
  readonly fit: number;
};

export type NameFit = {
  readonly score: number;
  readonly parts: readonly NamePart[];
  /** Words that only one of them has. */
  readonly askedOnly: readonly string[];
  readonly listedOnly: readonly string[];
};

/** Words next to each other, as one. */
export type Span = {
  readonly text: string;
  readonly mask: number;
  readonly weight: number;
  readonly script: Script;
  readonly size: number;
};

const MOST_TOGETHER = 4;
/** What one word alone says of a name that has more. */
const ALONE = 0.85;
/** Each word that one of them leaves out, and each that is a mere form or particle. */
const LEFT_OUT = 0.02;
/** Where one of them is a company by name and has words besides: names, or what companies do. */
const OTHER_KIND = 0.06;
const OTHER_KIND_COMMON = 0.03;

/** Every word, and words next to each other written together: forwards, and two of them backwards. */
export function spansOf(words: readonly NameWord[]): Span[] {
  const spans: Span[] = [];
  for (let from = 0; from < words.length; from++) {
    let text = '';
    let mask = 0;
    let weight = 0;
    let script: Script = 'letters';
    for (let to = from; to < words.length; to++) {
      const own = words[to];
      // An acronym is written with and without its points; a letter and a word are never one.
      if (to > from && (own.kind === 'initial') !== (words[from].kind === 'initial')) break;
      if (to - from >= MOST_TOGETHER && own.kind !== 'initial') break;
      text += own.text;
      mask |= 1 << to;
      weight += own.weight;
      if (own.script === 'abjad') script = 'abjad';
      spans.push({ text, mask, weight, script: to === from ? own.script : script, size: to - from + 1 });
    }
    const next = words[from + 1];
    if (next && words.length <= 3 && next.kind !== 'initial' && words[from].kind !== 'initial')
      spans.push({
        text: next.text + words[from].text,
        mask: (1 << from) | (1 << (from + 1)),
        weight: next.weight + words[from].weight,
        script: next.script === 'abjad' ? 'abjad' : words[from].script,
        size: 2,
      });
  }
  return spans;
}

type Pair = {
  readonly a: Span;
  readonly b: Span;
  readonly fit: number;
  readonly how: HowWordsFit;
  readonly gain: number;
};

/** Fits of words that were looked at, for the many names that share words. */
export type FitMemo = Map<string, WordFit>;

function remembered(a: string, b: string, how: Script, memo: FitMemo | undefined): WordFit {
  if (!memo) return wordFit(a, b, how);
  const key = `${a} ${b} ${how}`;
  let fit = memo.get(key);
  if (!fit) {
    fit = wordFit(a, b, how);
    memo.set(key, fit);
  }
  return fit;
}

/** By consonants where only one has no vowels, and to the letter where one is a syllable. */
export function comparedBy(a: Script, b: Script): Script {
  if (a === 'syllable' || b === 'syllable') return 'syllable';
  return a === b ? 'letters' : 'abjad';
}

function pairOf(a: Span, b: Span, memo: FitMemo | undefined): Pair | undefined {
  if (a.size > 1 && b.size > 1) return undefined;
  const how = comparedBy(a.script, b.script);
  const gain = a.weight + b.weight;
  if (a.size > 1 || b.size > 1) {
    const fit = togetherFit(a.text, b.text, how);
    return fit === 0 ? undefined : { a, b, fit, how: 'written together', gain: fit * gain };
  }
  const found = remembered(a.text, b.text, how, memo);
  return found.fit < FITS ? undefined : { a, b, ...found, gain: found.fit * gain };
}

/** Says which party it is; what a company does says it of too many. */
const tells = ({ kind, text }: NameWord): boolean =>
  kind === 'word' || kind === 'number' || (kind === 'common' && !isBusiness(text));
const sum = (words: readonly NameWord[]): number => words.reduce((total, { weight }) => total + weight, 0);

/** Pairs of initials with initials and with words that begin so, of what is left. */
function pairInitials(
  a: readonly NameWord[],
  b: readonly NameWord[],
  taken: { a: number; b: number },
): NamePart[] {
  const parts: NamePart[] = [];
  const pair = (i: number, j: number): void => {
    taken.a |= 1 << i;
    taken.b |= 1 << j;
    parts.push({
      asked: a[i].text,
      listed: b[j].text,
      how: 'initial',
      fit: a[i].text === b[j].text ? 1 : 0.92,
    });
  };
  for (const isBoth of [true, false])
    for (const [i, own] of a.entries()) {
      if (taken.a & (1 << i) || own.kind === 'form' || own.kind === 'particle') continue;
      const j = b.findIndex(
        (other, at) =>
          !(taken.b & (1 << at)) &&
          other.text[0] === own.text[0] &&
          (isBoth
            ? other.kind === 'initial' && own.kind === 'initial'
            : (other.kind === 'initial') !== (own.kind === 'initial') &&
              other.kind !== 'form' &&
              other.kind !== 'particle'),
      );
      if (j >= 0) pair(i, j);
    }
  return parts;
}

const bits = (mask: number): number => {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
};

/** How well the name that is asked for fits a listed one, 0 to 1; the other way round it is the same. */
export function nameFit(
  asked: readonly NameWord[],
  listed: readonly NameWord[],
  askedSpans = spansOf(asked),
  listedSpans = spansOf(listed),
  memo?: FitMemo,
): NameFit {
  const pairs: Pair[] = [];
  for (const a of askedSpans)
    for (const b of listedSpans) {
      const pair = pairOf(a, b, memo);
      if (pair) pairs.push(pair);
    }
  pairs.sort(
    (x, y) => y.gain - x.gain || y.fit - x.fit || bits(x.a.mask | x.b.mask) - bits(y.a.mask | y.b.mask),
  );
  const taken = { a: 0, b: 0 };
  const parts: NamePart[] = [];
  let fits = 0;
  let weight = 0;
  let telling = 0;
  let sameInitials = 0;
  for (const { a, b, fit, how } of pairs) {
    if (taken.a & a.mask || taken.b & b.mask) continue;
    taken.a |= a.mask;
    taken.b |= b.mask;
    parts.push({ asked: a.text, listed: b.text, how, fit });
    const own = (a.weight + b.weight) / 2;
    fits += fit * own;
    weight += own;
    const words = [
      ...asked.filter((_, i) => a.mask & (1 << i)),
      ...listed.filter((_, i) => b.mask & (1 << i)),
    ];
    if (words.every(({ kind }) => kind === 'initial')) sameInitials++;
    if (words.some(tells)) telling += tellingOf(asked, a.mask, listed, b.mask);
  }
  const initials = pairInitials(asked, listed, taken);
  for (const { fit } of initials) {
    fits += fit * 0.25;
    weight += 0.25;
  }
  parts.push(...initials);
  const askedLeft = asked.filter((_, i) => !(taken.a & (1 << i)));
  const listedLeft = listed.filter((_, i) => !(taken.b & (1 << i)));
  const score = scoreOf({
    fits,
    weight,
    telling,
    initials: initials.length + sameInitials,
    asked,
    listed,
    askedLeft,
    listedLeft,
    parts,
  });
  return {
    score,
    parts,
    askedOnly: askedLeft.map(({ text }) => text),
    listedOnly: listedLeft.map(({ text }) => text),
  };
}

/** How many words that tell fit there: on both sides, or on one where the other is an acronym. */
function tellingOf(asked: readonly NameWord[], a: number, listed: readonly NameWord[], b: number): number {
  const both = Math.min(countTelling(asked, a), countTelling(listed, b));
  if (both > 0) return both;
  const areInitials = (words: readonly NameWord[], mask: number): boolean =>
    words.every(({ kind }, i) => !(mask & (1 << i)) || kind === 'initial');
  return areInitials(asked, a) || areInitials(listed, b) ? 1 : 0;
}

const countTelling = (words: readonly NameWord[], mask: number): number =>
  words.filter((own, i) => mask & (1 << i) && tells(own)).length;

type Matched = {
  /** Sum of weight × fit, and of weight, of what fits. */
  readonly fits: number;
  readonly weight: number;
  /** Words that tell parties apart and fit. */
  readonly telling: number;
  readonly initials: number;
  readonly asked: readonly NameWord[];
  readonly listed: readonly NameWord[];
  readonly askedLeft: readonly NameWord[];
  readonly listedLeft: readonly NameWord[];
  readonly parts: readonly NamePart[];
};

/** Short or long, a word that is left out is a word. */
const leftOut = (words: readonly NameWord[]): number =>
  words.reduce((total, own) => total + (own.kind === 'word' ? Math.max(0.7, own.weight) : own.weight), 0);

function scoreOf({
  fits,
  weight,
  telling,
  initials,
  asked,
  listed,
  askedLeft,
  listedLeft,
  parts,
}: Matched): number {
  // Names of nothing but what companies do are told apart by all of it.
  if (weight === 0 || (telling === 0 && [...asked, ...listed].some(tells))) return 0;
  const inName = ({ kind }: NameWord): boolean => kind !== 'particle' && kind !== 'form';
  const [askedNames, listedNames] = [askedLeft.filter(inName), listedLeft.filter(inName)];
  // What both have and is not the same contradicts; what one has alone is left out by the other.
  const [askedWeight, listedWeight] = [sum(askedNames), sum(listedNames)];
  const isContradicted = askedNames.length > 0 && listedNames.length > 0;
  const syllables = sum([...askedNames, ...listedNames].filter(({ script }) => script === 'syllable'));
  // A syllable is never left out.
  const against = Math.max(
    isContradicted ? Math.max(0.25, Math.min(askedWeight, listedWeight)) : 0,
    syllables,
  );
  let score = fits / (weight + against);
  const left =
    Math.abs(leftOut(askedNames) - leftOut(listedNames)) +
    sum(askedLeft.filter((w) => !inName(w))) +
    sum(listedLeft.filter((w) => !inName(w)));
  score *= 1 - Math.min(0.25, LEFT_OUT * left);
  const differ = (kind: NameWord['kind'], words: readonly NameWord[]): boolean =>
    words.some((own) => own.kind === kind);
  if (differ('number', askedLeft) && differ('number', listedLeft)) score *= 0.6;
  const [askedForm, listedForm] = [differ('form', asked), differ('form', listed)];
  if (askedForm !== listedForm && left > 0.5)
    score -= differ('word', [...askedLeft, ...listedLeft]) ? OTHER_KIND : OTHER_KIND_COMMON;
  if (telling === 1) score *= aloneFactor(parts, askedNames, listedNames, initials, askedForm !== listedForm);
  return Math.max(0, Math.min(1, score));
}

/** One word alone says less than a name: the less, the shorter it is, and where the other has words or initials besides. */
function aloneFactor(
  parts: readonly NamePart[],
  askedLeft: readonly NameWord[],
  listedLeft: readonly NameWord[],
  initials: number,
  isFormMissing: boolean,
): number {
  const more = [...askedLeft, ...listedLeft];
  if (more.some(tells)) return ALONE;
  if (more.length > 0 && initials === 0) return ALONE + 0.03;
  if (initials > 0 || !isFormMissing) return 1;
  const longest = Math.max(...parts.map(({ listed }) => listed.length));
  return Math.min(0.98, 0.8 + 0.02 * longest);
}
