// Name screening: how well a name fits one of many, whatever its script, spelling or order of words.
import anyAscii from 'any-ascii';
import { createWideMap, type WideMap } from './wide-map.ts';

export type ListedName = {
  /** Of the entry it belongs to, as its list names it. */
  readonly uid: string;
  readonly name: string;
};

export type NameMatch = { readonly score: number; readonly match: ListedName };

export type NameIndex = {
  readonly size: number;
  /** The best fit, or undefined where nothing comes near. */
  best(name: string): NameMatch | undefined;
};

const MAX_NAME = 200;
const MAX_TOKENS = 12;
/** Words that say what kind of party it is, not which. */
const EMPTY_WORDS = new Set(
  'mr mrs ms dr prof sir haji sheikh the of and de la al el bin ibn abu ltd limited llc inc corp corporation co company gmbh ag sa spa plc ooo oao jsc pjsc'.split(
    ' ',
  ),
);
/** Words that fit at least this well count. */
const WORD_FITS = 0.8;
/** Candidates that are compared word by word. */
const MAX_CANDIDATES = 150;

/** The words of a name in plain letters: any script, no accents, no signs, without words that every name may carry. */
export function nameWords(name: string): string[] {
  const plain = anyAscii(name.slice(0, MAX_NAME).normalize('NFKC'))
    .toLowerCase()
    .replaceAll(/[''`]/g, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const telling = plain.filter((word) => word.length > 1 && !EMPTY_WORDS.has(word));
  return (telling.length > 0 ? telling : plain).slice(0, MAX_TOKENS);
}

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
  return (start + rest).replaceAll(/(.)\1+/g, '$1').slice(0, 5);
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

/**
 * How well two names fit, 0 to 1: each word of the shorter one with its best word of the other, whatever the order; words
 * that the longer one has besides cost a little. One word alone says less than a name.
 */
export function nameSimilarity(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const taken = new Uint8Array(long.length);
  let sum = 0;
  let weight = 0;
  for (const word of short) {
    let best = 0;
    let bestAt = -1;
    for (let j = 0; j < long.length; j++) {
      if (taken[j]) continue;
      let fit = wordSimilarity(word, long[j]);
      // Spelled differently, sounding alike.
      if (fit < 0.95 && fit > 0.6 && soundKey(word) === soundKey(long[j])) fit = Math.max(fit, 0.93);
      if (fit > best) {
        best = fit;
        bestAt = j;
      }
    }
    if (bestAt >= 0 && best >= WORD_FITS) taken[bestAt] = 1;
    const size = Math.min(word.length, 8);
    sum += size * (best >= WORD_FITS ? best : best / 2);
    weight += size;
  }
  const fits = sum / weight;
  const left = long.length - short.length;
  const alone = short.length === 1 && long.length > 1 ? 0.85 : 1;
  return fits * alone * (1 - Math.min(0.2, 0.03 * left));
}

export type NameIndexBuilder = { add(name: ListedName): void; finish(): NameIndex };

/** Names by the sounds of their words, so that one of tens of thousands is found by comparing a few. */
export function createNameIndex(listed: readonly ListedName[]): NameIndex {
  const builder = nameIndexBuilder();
  for (const name of listed) builder.add(name);
  return builder.finish();
}

/** An index that is made name by name, so that whoever makes it can do something else in between. */
export function nameIndexBuilder(): NameIndexBuilder {
  const names: ListedName[] = [];
  const words: string[][] = [];
  const byKey = createWideMap<string, number[]>();
  const byExact = createWideMap<string, number>();
  return {
    add(name) {
      const own = nameWords(name.name);
      const i = names.push(name) - 1;
      words.push(own);
      byExact.set([...own].sort().join(' '), i);
      for (const key of new Set(own.flatMap((word) => [soundKey(word), `=${word.slice(0, 4)}`]))) {
        const list = byKey.get(key);
        if (list) list.push(i);
        else byKey.set(key, [i]);
      }
    },
    finish: () => indexOf(names, words, byKey, byExact),
  };
}

function indexOf(
  names: readonly ListedName[],
  words: readonly (readonly string[])[],
  byKey: WideMap<string, number[]>,
  byExact: WideMap<string, number>,
): NameIndex {
  /** How many keys a name shares with the one that is asked for; zero between two questions. */
  const shared = new Uint8Array(names.length);
  return {
    size: names.length,
    best(name) {
      const own = nameWords(name);
      if (own.length === 0) return undefined;
      const exact = byExact.get([...own].sort().join(' '));
      if (exact !== undefined) return { score: 1, match: names[exact] };
      const seen: number[] = [];
      let most = 0;
      for (const word of own) {
        for (const key of [soundKey(word), `=${word.slice(0, 4)}`]) {
          for (const i of byKey.get(key) ?? []) {
            if (shared[i] === 0) seen.push(i);
            if (shared[i] < 255) shared[i]++;
            if (shared[i] > most) most = shared[i];
          }
        }
      }
      let found: NameMatch | undefined;
      let compared = 0;
      // Those that share most come first; beyond a bound the others are left.
      for (let level = most; level > 0 && compared < MAX_CANDIDATES; level--) {
        for (const i of seen) {
          if (shared[i] !== level || compared >= MAX_CANDIDATES) continue;
          compared++;
          const score = nameSimilarity(own, words[i]);
          if (!found || score > found.score) found = { score, match: names[i] };
        }
      }
      for (const i of seen) shared[i] = 0;
      return found;
    },
  };
}
