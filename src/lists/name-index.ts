// Listed names by their words: of a name that is asked for, the listed words that fit its words are found first, then the names
// that have enough of them. Which names these are depends on the two names alone, never on how many others are listed.

import { isBusiness } from './common-words.ts';
import { type GrowingInts, growingInts } from './growing-array.ts';
import { comparedBy, type FitMemo, type NameFit, nameFit, spansOf } from './name-fit.ts';
import { type NameWord, nameWords } from './name-words.ts';
import { createWideMap, type WideMap } from './wide-map.ts';
import { abjadKey, foldedWord, LEAST_ALIKE, soundKey, togetherFit, wordSimilarity } from './word-fit.ts';

export type ListedName = {
  /** Of the entry it belongs to, as its list names it. */
  readonly uid: string;
  readonly name: string;
  /** An alias that its list says is too common, or too vague, to find a party by alone. */
  readonly isWeak?: boolean;
  /** The imported list it is of, where that is known. */
  readonly source?: string;
};

export type NameMatch = {
  /** Of a weak alias at most WEAK_AT_MOST. */
  readonly score: number;
  readonly match: ListedName;
  /** Which parts of the two names fit how. */
  readonly fit: NameFit;
  /** There were more names like it than could be looked at in time: one that was not may fit better. */
  readonly isCut: boolean;
};

export type NameIndex = {
  readonly size: number;
  /** The best fit, or undefined where nothing comes near. */
  best(name: string): NameMatch | undefined;
};

export type NameIndexBuilder = { add(name: ListedName): void; finish(): NameIndex };

export type NameIndexOptions = {
  /** A clock; without one every candidate is looked at, however long it takes. */
  readonly elapsedMs?: () => number;
  readonly limitMs?: number;
};

/** A weak alias alone stops nobody where .92 is asked for; who lowers that finds it. */
export const WEAK_AT_MOST = 0.9;
const LIMIT_MS = 10;
/** Names looked at between two looks at the clock. */
const AT_ONCE = 16;
/** Words of the one are counted with the weight of the other's: by so much a bound may be too low. */
const SLACK = 0.05;
/** A name that has less of what was asked for, and is had less of by it, cannot fit. */
const LEAST_SHARE = 0.55;
const BUCKETS = 1 << 18;
const LEAST_TOGETHER = 3;
const NONE = -1;

/** What two names can fit at most, of which the one asked for has so much: what both have besides is against it. */
const atMostOf = (has: number, asks: number, listed: number): number =>
  has / (has + Math.max(0, Math.min(asks, listed) - has));

/** Names by the sounds of their words, so that one of tens of thousands is found by comparing a few. */
export function createNameIndex(listed: readonly ListedName[], options?: NameIndexOptions): NameIndex {
  const builder = nameIndexBuilder(options);
  for (const name of listed) builder.add(name);
  return builder.finish();
}

/** What words are looked up by, the surest first: of two that fit, one key at least is the same. */
function keysOf({ text, kind, script }: NameWord): string[] {
  if (kind === 'number') return [`#${text}`];
  const folded = `f${foldedWord(text)}`;
  if (text.length <= 4)
    return script === 'abjad' || text.length === 4 ? [folded, `a${abjadKey(text)}`] : [folded];
  return [
    folded,
    `s${soundKey(text)}`,
    `a${abjadKey(text)}`,
    `=${text.slice(0, 4)}`,
    ...(text.length >= 6 ? [`$${text.slice(-4)}`] : []),
  ];
}

/** Whether a listed word that was found by a key is near enough to have its names looked at. Too many may be, none too few. */
function isNear(key: string, asked: NameWord, listed: NameWord): boolean {
  const [a, b] = [asked.text, listed.text];
  if (a === b || key[0] === 'f') return true;
  const how = comparedBy(asked.script, listed.script);
  if (how !== 'letters') return how === 'abjad' && key[0] === 'a';
  const [short, long] = a.length < b.length ? [a.length, b.length] : [b.length, a.length];
  if (short <= 4) return false;
  const isBySound = key[0] === 's' || key[0] === 'a';
  return short >= 0.6 * long && wordSimilarity(a, b) > (isBySound ? 0.58 : LEAST_ALIKE);
}

/** A place for words written together, by their consonants. */
function bucketOf(text: string): number {
  let hash = 0x811c9dc5;
  let before = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === before || IS_SOFT[code] === 1) continue;
    before = code;
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & (BUCKETS - 1);
}
const IS_SOFT = new Uint8Array(128);
for (const letter of 'aeiouwyh') IS_SOFT[letter.charCodeAt(0)] = 1;

/** Lists of numbers by number, each as a chain through one array. */
type Chains = { readonly heads: GrowingInts; readonly next: GrowingInts; readonly values: GrowingInts };

const createChains = (): Chains => ({ heads: growingInts(), next: growingInts(), values: growingInts() });

function chain({ heads, next, values }: Chains, at: number, value: number): void {
  while (heads.length <= at) heads.push(NONE);
  values.push(value);
  heads.set(at, next.push(heads.get(at)));
}

type Parts = {
  readonly names: ListedName[];
  /** Of each name; equal words are one object. */
  readonly words: (readonly NameWord[])[];
  readonly weights: number[];
  readonly vocabulary: NameWord[];
  readonly byKey: WideMap<string, number[]>;
  /** Names by the number of a word, and by the sound of words written together. */
  readonly withWord: Chains;
  readonly together: Chains;
};

/**
 * What a name is looked up by: letters and forms are too many for that, and so is what companies do, but of names that say
 * nothing else.
 */
function lookedUp(words: readonly NameWord[]): readonly NameWord[] {
  const names = words.filter(({ kind }) => kind === 'word' || kind === 'common' || kind === 'number');
  const telling = names.filter(({ text }) => !isBusiness(text));
  return telling.length > 0 ? telling : names;
}

const weightOf = (words: readonly NameWord[]): number =>
  lookedUp(words).reduce((sum, { weight }) => sum + weight, 0);

/** An index that is made name by name, so that whoever makes it can do something else in between. */
export function nameIndexBuilder(options: NameIndexOptions = {}): NameIndexBuilder {
  const parts: Parts = {
    names: [],
    words: [],
    weights: [],
    vocabulary: [],
    byKey: createWideMap(),
    withWord: createChains(),
    together: createChains(),
  };
  const known = createWideMap<string, number>();
  const forms = createWideMap<string, number>();
  let size = 0;
  const intern = (word: NameWord): number => {
    const key = `${word.text} ${word.kind}${word.script === 'letters' ? '' : word.script}`;
    let id = known.get(key);
    if (id === undefined) {
      id = parts.vocabulary.push(word) - 1;
      known.set(key, id);
      for (const own of new Set(keysOf(word))) {
        const list = parts.byKey.get(own);
        if (list) list.push(id);
        else parts.byKey.set(own, [id]);
      }
    }
    return id;
  };
  return {
    add(name) {
      const ids = nameWords(name.name).map(intern);
      const own = ids.map((id) => parts.vocabulary[id]);
      const form = ids.join(' ');
      const same = forms.get(form);
      if (same !== undefined) {
        // The same words in the same order: one of them stands for both, and is weak where both are.
        if (isBefore(name, parts.names[same])) parts.names[same] = name;
        size++;
        return;
      }
      const i = parts.names.push(name) - 1;
      forms.set(form, i);
      size++;
      parts.words.push(own);
      parts.weights.push(weightOf(own));
      const telling = new Set(lookedUp(own));
      for (const id of new Set(ids)) if (telling.has(parts.vocabulary[id])) chain(parts.withWord, id, i);
      for (const { text, size } of spansOf(own))
        if (size > 1 && text.length >= LEAST_TOGETHER) chain(parts.together, bucketOf(text), i);
    },
    finish: () => indexOf(parts, size, options),
  };
}

/** Names that may fit what is asked, those that may fit best first, and how well each can at most. */
type Candidates = { readonly ids: number[]; readonly atMost: Float64Array };

/** Finds candidates for one question after another. */
function candidatesIn({ names, weights, vocabulary, byKey, withWord, together }: Parts) {
  /** How much of what is asked for a name has; zero between two questions. */
  const has = new Float32Array(names.length);
  /** The part of the question that was added last. */
  const addedFor = new Int16Array(names.length);

  return (asked: readonly NameWord[], askedSpans: ReturnType<typeof spansOf>): Candidates => {
    const seen: number[] = [];
    const telling = new Set(lookedUp(asked));
    let part = 0;
    const add = ({ heads, next, values }: Chains, at: number, weight: number): void => {
      if (at >= heads.length) return;
      for (let link = heads.get(at); link !== NONE; link = next.get(link)) {
        const i = values.get(link);
        if (has[i] === 0) seen.push(i);
        if (addedFor[i] === part && has[i] > 0) continue;
        addedFor[i] = part;
        has[i] += weight;
      }
    };
    for (const span of askedSpans) {
      part++;
      const single = span.size === 1 ? asked[Math.log2(span.mask)] : undefined;
      const word: NameWord = single ?? {
        text: span.text,
        kind: 'word',
        weight: span.weight,
        script: span.script,
      };
      if (span.size > 1 ? span.text.length < LEAST_TOGETHER : single && !telling.has(single)) continue;
      const looked = new Set<number>();
      for (const key of keysOf(word))
        for (const id of byKey.get(key) ?? []) {
          if (looked.has(id)) continue;
          looked.add(id);
          const other = vocabulary[id];
          const fits = single
            ? isNear(key, word, other)
            : togetherFit(word.text, other.text, comparedBy(word.script, other.script)) > 0;
          if (fits) add(withWord, id, span.weight);
        }
      // Where the listed name writes it apart.
      const isAcronym =
        !single && asked.every(({ kind }, i) => !(span.mask & (1 << i)) || kind === 'initial');
      if (isAcronym || single?.kind === 'word' || single?.kind === 'common') {
        part++;
        add(together, bucketOf(span.text), span.weight);
      }
    }
    const asks = weightOf(asked);
    const ids = seen.filter((i) => has[i] >= LEAST_SHARE * Math.min(asks, weights[i]));
    const bounds = new Float64Array(ids.length);
    for (const [at, i] of ids.entries()) bounds[at] = atMostOf(has[i], asks, weights[i]);
    for (const i of seen) has[i] = 0;
    const order = Int32Array.from(ids.keys()).sort((a, b) => bounds[b] - bounds[a] || ids[a] - ids[b]);
    return {
      ids: Array.from(order, (at) => ids[at]),
      atMost: Float64Array.from(order, (at) => bounds[at]),
    };
  };
}

function indexOf(parts: Parts, size: number, { elapsedMs, limitMs = LIMIT_MS }: NameIndexOptions): NameIndex {
  const { names, words } = parts;
  const candidatesFor = candidatesIn(parts);
  return {
    size,
    best(name) {
      const asked = nameWords(name);
      if (asked.length === 0) return undefined;
      const started = elapsedMs?.() ?? 0;
      const askedSpans = spansOf(asked);
      const { ids, atMost } = candidatesFor(asked, askedSpans);
      const memo: FitMemo = new Map();
      let found: { readonly at: number; readonly fit: NameFit; readonly score: number } | undefined;
      let isCut = false;
      for (const [count, i] of ids.entries()) {
        if (found && atMost[count] + SLACK < found.score) break;
        if (elapsedMs && count % AT_ONCE === AT_ONCE - 1 && elapsedMs() - started > limitMs) {
          isCut = true;
          break;
        }
        const fit = nameFit(asked, words[i], askedSpans, spansOf(words[i]), memo);
        const score = names[i].isWeak ? Math.min(WEAK_AT_MOST, fit.score) : fit.score;
        if (
          !found ||
          score > found.score ||
          (score === found.score && isBefore(names[i], names[found.at], fit.score, found.fit.score))
        )
          found = { at: i, fit, score };
      }
      if (!found || found.score === 0) return undefined;
      return { score: found.score, match: names[found.at], fit: found.fit, isCut };
    },
  };
}

/** Of names that count as much, the one told does not depend on their order: one that is not weak, then the one that fits better. */
function isBefore(a: ListedName, b: ListedName, fitOfA = 0, fitOfB = 0): boolean {
  if ((a.isWeak === true) !== (b.isWeak === true)) return b.isWeak === true;
  if (fitOfA !== fitOfB) return fitOfA > fitOfB;
  if (a.name !== b.name) return a.name < b.name;
  return a.uid === b.uid ? (a.source ?? '') < (b.source ?? '') : a.uid < b.uid;
}
