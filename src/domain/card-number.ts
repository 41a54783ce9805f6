// Card numbers in any text: found however they are written, and masked to their first six and last four digits.
import { type Digits, digitsOf, GAP } from './card-digits.ts';
import { type CardIssuer, issuerOf } from './card-issuers.ts';
import { isWithinIban } from './iban.ts';

export type CardNumber = {
  /** Where it stands in the text; with all of it, where it is the track of a magnetic stripe. */
  readonly start: number;
  readonly end: number;
  /** Its digits and nothing else. */
  readonly number: string;
  readonly issuer: string;
};

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
const ZERO = 0x30;
const NINE = 0x39;
const LAST_ASCII = 0x7f;
/** How far beyond a limit a card number may reach that begins before it, however it is written. */
const LONGEST_WRITTEN = 600;

/**
 * Whether a text has enough digits to hold a card number. Nearly all have not: this is asked of every text of every
 * transaction, and allocates nothing.
 */
export function mayHoldCardNumber(text: string): boolean {
  if (text.length < MIN_DIGITS) return false;
  let possible = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code >= ZERO && code <= NINE) || code > LAST_ASCII) {
      if (++possible === MIN_DIGITS) return true;
    }
  }
  return false;
}

/** Every card number of a text, in its order; none overlaps another. */
export function findCardNumbers(text: string): readonly CardNumber[] {
  if (!mayHoldCardNumber(text)) return [];
  const candidates = candidatesIn(text, digitsOf(text, false));
  // A percent sign may also be the first letter of a track, so the text is read both ways.
  if (/[%\\&]/.test(text)) candidates.push(...candidatesIn(text, digitsOf(text, true)));
  if (candidates.length === 0) return [];
  candidates.sort((a, b) => a.doubt - b.doubt || a.start - b.start || b.end - a.end);
  const found: CardNumber[] = [];
  const taken = new Uint8Array(text.length);
  for (const { start, end, number, issuer } of candidates) {
    if (taken.subarray(start, end).includes(1) || isSomethingElse(text, start, end)) continue;
    const whole = trackAround(text, start, end);
    found.push({ ...whole, number, issuer });
    taken.fill(1, whole.start, whole.end);
  }
  return found.sort((a, b) => a.start - b.start);
}

/** First six and last four digits: what may be shown of a card number (PCI DSS 3.4.1). */
export function shownOfCard(number: string): string {
  return number.slice(0, 6) + 'x'.repeat(number.length - 10) + number.slice(-4);
}

/** The text with `replaced` in place of each of its card numbers; the same text where it holds none. */
export function replaceCardNumbers(text: string, replaced: (number: string) => string): string {
  const found = findCardNumbers(text);
  if (found.length === 0) return text;
  let result = '';
  let at = 0;
  for (const { start, end, number } of found) {
    result += text.slice(at, start) + replaced(number);
    at = end;
  }
  return result + text.slice(at);
}

/**
 * The text with every card number masked. With a `limit` no more than so many characters of it are read, and a number that
 * begins before the limit is not cut in two.
 */
export function maskCardNumbers(text: string, limit = Number.POSITIVE_INFINITY): string {
  return replaceWithin(text, limit, shownOfCard);
}

/** The same with something else in place of each. */
export function replaceWithin(text: string, limit: number, replaced: (number: string) => string): string {
  if (text.length <= limit) return replaceCardNumbers(text, replaced);
  let result = '';
  let at = 0;
  for (const { start, end, number } of findCardNumbers(text.slice(0, limit + LONGEST_WRITTEN))) {
    if (start >= limit) break;
    result += text.slice(at, start) + replaced(number);
    at = end;
  }
  return result + text.slice(at, Math.max(at, limit));
}

type Candidate = CardNumber & {
  /** Of two that overlap the one with less doubt counts. */
  readonly doubt: number;
};

function candidatesIn(text: string, digits: Digits): Candidate[] {
  const { gaps, values } = digits;
  const candidates: Candidate[] = [];
  for (let from = 0; from < values.length; ) {
    let to = from + 1;
    while (to < values.length && gaps[to] !== GAP.text) to++;
    if (to - from >= MIN_DIGITS) addCandidates(text, digits, from, to, candidates);
    from = to;
  }
  return candidates;
}

/** Looks at the digits from `from` up to `to`, between which no text stands: cards begin and end where a group does. */
function addCandidates(text: string, all: Digits, from: number, to: number, candidates: Candidate[]): void {
  const values = Uint8Array.from(all.values.slice(from, to));
  const starts: number[] = [];
  for (let i = from; i < to; i++) if (i === from || all.gaps[i] !== GAP.none) starts.push(i - from);
  const add = (start: number, end: number, issuer: CardIssuer, doubt: number): void => {
    candidates.push({
      start: all.starts[from + start],
      end: all.ends[from + end - 1],
      number: values.subarray(start, end).join(''),
      issuer: issuer.name,
      doubt,
    });
  };
  for (const [g, groupStart] of starts.entries()) {
    let start = groupStart;
    const groupEnd = starts[g + 1] ?? values.length;
    // Fields of a fixed width are filled up with zeros, and no card number begins with one.
    while (start < groupEnd && values[start] === 0) start++;
    for (let last = g; last < starts.length; last++) {
      const end = starts[last + 1] ?? values.length;
      if (end - start > MAX_DIGITS) break;
      if (end - start < MIN_DIGITS) continue;
      const issuer = issuerOf(values, start, end);
      if (!issuer) continue;
      const sizes = starts.slice(g, last + 1).map((at, i) => (starts[g + i + 1] ?? values.length) - at);
      const doubt = doubtOf(text, all, from, start, end, sizes);
      if (doubt !== undefined) add(start, end, issuer, doubt);
    }
    if (groupEnd - groupStart > MIN_DIGITS && beginsExpiry(text, all.ends[from + groupEnd - 1])) {
      // On a chip the track stands behind its length, without anything between.
      for (let length = MAX_DIGITS; length >= MIN_DIGITS; length--) {
        const begin = groupEnd - length;
        const issuer = begin > groupStart ? issuerOf(values, begin, groupEnd) : undefined;
        if (issuer) add(begin, groupEnd, issuer, 3);
      }
    }
  }
}

/** How doubtful it is that groups of these sizes are one number; undefined where they are not. */
function doubtOf(
  text: string,
  { starts, ends, gaps }: Digits,
  from: number,
  start: number,
  end: number,
  sizes: readonly number[],
): number | undefined {
  const first = from + start;
  const isShort = end - start === MIN_DIGITS;
  // Thirteen digits after a plus are a telephone number.
  if (isShort && text[starts[first] - 1] === '+') return undefined;
  if (sizes.length === 1) return 0;
  const printed = isPrinted(sizes);
  if (isShort && !printed) return undefined;
  let separator: string | undefined;
  let isBlank = true;
  let isSame = true;
  for (let i = first + 1; i < from + end; i++) {
    if (gaps[i] === GAP.none) continue;
    const between = text.slice(ends[i - 1], starts[i]);
    separator ??= between;
    if (between !== separator) isSame = false;
    if (gaps[i] !== GAP.blank) isBlank = false;
  }
  if (sizes.length === 2 && separator === '.' && isDecimal(text, starts[first], ends[from + end - 1])) {
    return undefined;
  }
  if (isSame && (printed || (!isShort && isEven(sizes)))) return 1;
  return isBlank ? 2 : undefined;
}

/** How numbers stand on cards: in fours, or 4-6-5, 4-6-4, 4-3-3-3, 6-13, 8-8. */
function isPrinted(sizes: readonly number[]): boolean {
  const text = sizes.join('-');
  return /^4(?:-4){2,3}(?:-[1-4])?$|^4-6-[45]$|^4-3-3-3$|^6-1[03]$|^8-8$/.test(text);
}

/** Groups of one size, such as those of thousands; the first or the last may be shorter. */
function isEven(sizes: readonly number[]): boolean {
  const size = Math.max(...sizes);
  return sizes.every((one, i) => one === size || i === 0 || i === sizes.length - 1);
}

/** A number with decimals as JSON and CSV have it, a latitude for example; with an exponent it may be a whole one. */
function isDecimal(text: string, start: number, end: number): boolean {
  return (
    /[:[,=]\s*-?$/.test(text.slice(Math.max(0, start - 4), start)) &&
    /^\s*(?:[,}\]\r\n]|$)/.test(text.slice(end, end + 4))
  );
}

/** After the number on a track stands a sign, then when the card ends. */
const beginsExpiry = (text: string, at: number): boolean =>
  /^[=D]\d\d(?:0[1-9]|1[0-2])/i.test(text.slice(at, at + 5));

const TRACK_2 = /(?:=|D|%3D)\d{4,32}(?:F|\?[0-9:;<=>?]?)?/iy;
const TRACK_1 = /(?:\^|%5E)[^^?\r\n"]{2,60}(?:\^|%5E)[^?\r\n"]{0,60}(?:\?[0-9]?)?/iy;

/** With the number on a track goes all that stands on it: that may not be kept at all. */
function trackAround(
  text: string,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } {
  for (const [track, sentinel] of [
    [TRACK_2, /(?:;|%3B)$/i],
    [TRACK_1, /(?:%(?:25)?)?B$/i],
  ] as const) {
    track.lastIndex = end;
    const match = track.exec(text);
    if (!match) continue;
    const before = sentinel.exec(text.slice(Math.max(0, start - 4), start));
    return { start: start - (before?.[0].length ?? 0), end: end + match[0].length };
  }
  return { start, end };
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const IPV6 = /[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}/gi;
const HASH = /[0-9a-f]{32,}/gi;
const MIN_HASH_LETTERS = 5;
const LONGEST_ELSE = 200;

/** Digits of an IBAN, a UUID, a hash or an IPv6 address. */
function isSomethingElse(text: string, start: number, end: number): boolean {
  const from = Math.max(0, start - LONGEST_ELSE);
  const near = text.slice(from, end + LONGEST_ELSE);
  const holds = (match: RegExpExecArray): boolean =>
    from + match.index <= start && end <= from + match.index + match[0].length;
  for (const match of near.matchAll(UUID)) if (holds(match)) return true;
  for (const match of near.matchAll(IPV6)) {
    const [address] = match;
    if (holds(match) && (address.includes('::') || address.split(':').length === 8)) return true;
  }
  for (const match of near.matchAll(HASH)) {
    if (holds(match) && match[0].replaceAll(/\d/g, '').length >= MIN_HASH_LETTERS) return true;
  }
  return isWithinIban(near, start - from, end - from);
}
