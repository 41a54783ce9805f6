// The digits of a text as somebody reads them: of any script, through characters that are not seen, and through the ways in
// which a text is written inside another one (percent signs, JSON, XML). What stands between two digits is told, too.

/** What stands before a digit: nothing that is seen, what people put between groups of digits, other signs, or a text. */
export const GAP = { none: 0, blank: 1, sign: 2, text: 3 } as const;
export type Gap = (typeof GAP)[keyof typeof GAP];

/** Digits with their places; the arrays have the same length. */
export type Digits = {
  readonly values: number[];
  readonly starts: number[];
  readonly ends: number[];
  /** Before each digit. */
  readonly gaps: Gap[];
};

/** More signs than this between two digits are a text. */
const MAX_SIGNS = 3;
const ZERO = 0x30;
const NINE = 0x39;
const DECIMAL = /\p{Nd}/u;
const LETTER = /[\p{L}\p{N}]/u;
/** Marks too, since they stand on what is before them; and what decoders write for bytes of another encoding. */
const UNSEEN = /[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\ufffd]|(?![\t\n\r])\p{Cc}/u;
const BETWEEN_GROUPS = /[\p{Zs}\p{Pd}\t./\\_\u00b7\u2022\u2027\u2044\u2212\u2215\u30fb]/u;
const NAMED_BLANKS =
  /^(?:nbsp|ensp|emsp|thinsp|hairsp|numsp|puncsp|ndash|mdash|hyphen|dash|minus|middot|sol|period)$/i;
const WRITTEN_INSIDE =
  /(?<percent>(?:%(?:25)*[0-9a-f]{2})+)|\\{1,16}u(?<unicode>[0-9a-f]{4}|\{[0-9a-f]{1,6}\})|\\{1,16}x(?<hex>[0-9a-f]{2})|\\{1,16}(?<short>[nrtbfv])|&(?:amp;)*#(?<decimal>\d{1,7});|&(?:amp;)*#x(?<hexadecimal>[0-9a-f]{1,6});|&(?:amp;)*(?<name>[a-z]{3,8});/iy;

/** The value of a decimal digit of any script, or of one that is written small, raised or in a circle; −1 for all else. */
function digitOf(codePoint: number): number {
  if (codePoint >= ZERO && codePoint <= NINE) return codePoint - ZERO;
  if (codePoint < 0x80) return -1;
  const character = String.fromCodePoint(codePoint);
  if (!DECIMAL.test(character)) {
    const folded = character.normalize('NFKC');
    return folded.length === 1 && folded >= '0' && folded <= '9' ? Number(folded) : -1;
  }
  // The digits of a script follow each other, and those of two scripts that do are whole tens.
  let before = 0;
  while (DECIMAL.test(String.fromCodePoint(codePoint - before - 1))) before++;
  return before % 10;
}

/** Reads the digits of a text; `written` also reads through the ways of writing it inside another text. */
export function digitsOf(text: string, written: boolean): Digits {
  const digits: Digits = { values: [], starts: [], ends: [], gaps: [] };
  let gap: Gap = GAP.text;
  let signs = 0;

  function see(codePoint: number, start: number, end: number): void {
    const value = digitOf(codePoint);
    if (value >= 0) {
      digits.values.push(value);
      digits.starts.push(start);
      digits.ends.push(end);
      digits.gaps.push(gap);
      gap = GAP.none;
      signs = 0;
      return;
    }
    if (gap === GAP.text) return;
    const seen = String.fromCodePoint(codePoint);
    if (UNSEEN.test(seen)) return;
    // Wide and narrow forms are the sign itself.
    const character = codePoint > 0x7f ? seen.normalize('NFKC') : seen;
    if (++signs > MAX_SIGNS || LETTER.test(character)) gap = GAP.text;
    else if (gap !== GAP.sign && BETWEEN_GROUPS.test(character)) gap = GAP.blank;
    else gap = GAP.sign;
  }

  for (let at = 0; at < text.length; ) {
    const unit = text.charCodeAt(at);
    if (written && (unit === 0x25 || unit === 0x5c || unit === 0x26)) {
      WRITTEN_INSIDE.lastIndex = at;
      const match = WRITTEN_INSIDE.exec(text);
      if (match) {
        at += seeWritten(match, at, see);
        continue;
      }
    }
    const codePoint = text.codePointAt(at) ?? 0;
    const width = codePoint > 0xffff ? 2 : 1;
    see(codePoint, at, at + width);
    at += width;
  }
  return digits;
}

/** Sees what is written at `at`, and gives how long that is. */
function seeWritten(
  match: RegExpExecArray,
  at: number,
  see: (codePoint: number, start: number, end: number) => void,
): number {
  const [whole] = match;
  const { percent, unicode, hex, short, decimal, hexadecimal } = match.groups ?? {};
  const end = at + whole.length;
  if (percent !== undefined) seePercent(percent, at, see);
  else if (short !== undefined) see(short === 't' ? 0x09 : 0x0a, at, end);
  else if (decimal !== undefined) see(Math.min(Number(decimal), 0x10ffff), at, end);
  else {
    const code = unicode?.replace('{', '') ?? hex ?? hexadecimal;
    if (code !== undefined) see(Math.min(Number.parseInt(code, 16), 0x10ffff), at, end);
    else see(NAMED_BLANKS.test(match.groups?.name ?? '') ? 0x20 : 0x22, at, end);
  }
  return whole.length;
}

/** Percent signs carry the bytes of UTF-8. */
function seePercent(
  percent: string,
  at: number,
  see: (codePoint: number, start: number, end: number) => void,
): void {
  const bytes = [...percent.matchAll(/%(?:25)*([0-9a-f]{2})/gi)];
  for (let i = 0; i < bytes.length; ) {
    const lead = Number.parseInt(bytes[i][1], 16);
    const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    const part = bytes.slice(i, i + length);
    const last = part[part.length - 1];
    let codePoint = length === 1 ? lead : lead & (0xff >> (length + 1));
    for (const byte of part.slice(1)) codePoint = (codePoint << 6) | (Number.parseInt(byte[1], 16) & 0x3f);
    see(Math.min(codePoint, 0x10ffff), at + bytes[i].index, at + last.index + last[0].length);
    i += part.length;
  }
}
