// Raw input as it may be kept and shown: without card numbers, and without what sensitive fields hold. It may be anything, and
// is most often what could not be read.
import { replaceWithin } from './card-number.ts';
import { type CardPolicy, REFUSE_CARDS, standInOf } from './card-policy.ts';
import { isSensitiveField } from './sensitive-fields.ts';

const REMOVED = '[removed]';
/**
 * A name of a field and the sign after it: JSON, also inside a text of JSON, forms, XML. Neither a word nor a run of
 * backslashes is tried from its middle: what nobody could read may be long, and must not be gone through again from each character.
 */
const NAMED =
  /(?<!\\)\\*["']([^"'\\\r\n]{2,120})\\*["']\s*[:=]|(?<![\p{L}\p{N}_$.-])([\p{L}_$][\p{L}\p{N}_$.-]{1,119})(?:\s*[:=]|[^<>]{0,60}>)/gu;
const ESCAPED = /(?<!\\)\\+u00([2-7][0-9a-f])/gi;
const LETTER_OR_DIGIT = /[0-9A-Za-z_]/;
/** What a cut text may still hold of a value that begins in it. */
const MOST_READ = 8;

/** What may be kept of raw input, at most `limit` characters of it; cards are tokens where the policy has some. */
export function keptOf(raw: string, limit: number, cards: CardPolicy = REFUSE_CARDS): string {
  const read = raw.slice(0, limit * MOST_READ).replaceAll('\u0000', '\ufffd');
  return replaceWithin(withoutSensitive(read), limit, standInOf(cards));
}

/** The first bytes of raw input as text, as they may be kept. */
export function keptOfBytes(bytes: Uint8Array | null, limit: number, cards?: CardPolicy): string {
  if (bytes === null) return '';
  return keptOf(new TextDecoder().decode(bytes.subarray(0, limit * MOST_READ)), limit, cards);
}

function withoutSensitive(raw: string): string {
  // A name may be written with escapes: "cv\u0076".
  const text = raw.replaceAll(ESCAPED, (whole, code: string) => {
    const character = String.fromCharCode(Number.parseInt(code, 16));
    return LETTER_OR_DIGIT.test(character) ? character : whole;
  });
  let result = '';
  let at = 0;
  for (const match of text.matchAll(NAMED)) {
    if (match.index < at || !isSensitiveField(match[1] ?? match[2])) continue;
    const from = match.index + match[0].length;
    const to = endOfValue(text, from, match[0].endsWith('>'));
    result += text.slice(at, from) + REMOVED;
    at = to;
  }
  return at === 0 ? raw : result + text.slice(at);
}

/** Where the value ends that begins at `from`; the end of the text where that cannot be seen. */
function endOfValue(text: string, from: number, isXml: boolean): number {
  if (isXml) return orEnd(text.indexOf('<', from), text);
  let start = from;
  while (start < text.length && /\s/.test(text[start])) start++;
  const opening = /^\\{0,16}["'`]/.exec(text.slice(start, start + 17))?.[0];
  if (opening !== undefined) return endOfQuoted(text, start, opening);
  if (text[start] === '{' || text[start] === '[') return endOfNested(text, start);
  const end = text.slice(start).search(/[,}\]&;<\s"']/);
  return end < 0 ? text.length : start + end;
}

const orEnd = (index: number, text: string): number => (index < 0 ? text.length : index);

/** A quotation mark with as many backslashes as the first one ends the value. */
function endOfQuoted(text: string, start: number, opening: string): number {
  const quote = opening[opening.length - 1];
  for (let at = start + opening.length; at < text.length; at++) {
    if (text[at] !== quote) continue;
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes++;
    if (backslashes <= opening.length - 1) return at + 1;
  }
  return text.length;
}

function endOfNested(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const sign = text[at];
    if (sign === '"') at = endOfQuoted(text, at, '"');
    else {
      if (sign === '{' || sign === '[') depth++;
      if ((sign === '}' || sign === ']') && --depth === 0) return at + 1;
      at++;
    }
  }
  return text.length;
}
