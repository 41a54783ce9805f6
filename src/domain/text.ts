// What a text from outside may hold: three kinds of text, and why one of a kind may not come in.

/**
 * An `identifier` is compared and kept as a key, so two that look alike are to be alike: nothing in it is invisible. A `line`
 * is for people (a name, a city): joiners and variation selectors of its script may stand where they join something. `prose`
 * may also have several lines and tabs, and may be blank.
 */
export type TextKind = 'identifier' | 'line' | 'prose';

const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;
const SPACE = 0x20;

const CONTROL = /\p{Cc}/u;
const CONTROL_IN_PROSE = /(?!\r\n|[\n\t])\p{Cc}/u;
const LONE_SURROGATE = /\p{Cs}/u;
const NONCHARACTER = /\p{Noncharacter_Code_Point}/u;
const SEPARATOR = /[\u2028\u2029]/u;
/** Format characters, and whatever else is shown as nothing: fillers, tags, soft hyphens, marks that turn the direction. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
/**
 * In names a joiner (U+200C, U+200D) may follow a character that is seen, and a variation selector too: Persian, Hindi,
 * Mongolian and emoji need them. One alone, or several in a row, joins nothing and only hides.
 */
const INVISIBLE_IN_LINE =
  /(?<![[\p{L}\p{M}\p{N}\p{P}\p{S}]--\p{Default_Ignorable_Code_Point}]\p{Variation_Selector}?)[\u200c\u200d]|(?<![[\p{L}\p{M}\p{N}\p{P}\p{S}]--\p{Default_Ignorable_Code_Point}])\p{Variation_Selector}|[[\p{Cf}\p{Default_Ignorable_Code_Point}]--[\u200c\u200d\p{Variation_Selector}]]/v;
/** Flags of England, Scotland and Wales: the only tags that are seen. */
const FLAG_OF_TAGS = /\p{RGI_Emoji_Tag_Sequence}/gv;
/** What decoders write for bytes that they could not read: names that differed there are one name with it. */
const REPLACEMENT = /\ufffd/u;

/** Most texts are: then there is nothing to look for in them. */
function isPrintableAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < FIRST_PRINTABLE || code > LAST_PRINTABLE) return false;
  }
  return true;
}

/** Why a text may not come in, as what follows the name of its field ("must not be blank"); undefined where it may. */
export function textProblem(text: string, kind: TextKind): string | undefined {
  if (isPrintableAscii(text)) {
    const seen = text.length > 0 && text.charCodeAt(0) !== SPACE;
    return seen || kind === 'prose' || text.trim() !== '' ? undefined : 'must not be blank';
  }
  const controlAt = text.search(kind === 'prose' ? CONTROL_IN_PROSE : CONTROL);
  if (controlAt >= 0) return `must not contain control characters (${place(text, controlAt)})`;
  const surrogateAt = text.search(LONE_SURROGATE);
  if (surrogateAt >= 0) return `is not valid Unicode text (a lone surrogate, ${place(text, surrogateAt)})`;
  const noncharacterAt = text.search(NONCHARACTER);
  if (noncharacterAt >= 0) return `must not contain noncharacters (${place(text, noncharacterAt)})`;
  const separatorAt = text.search(SEPARATOR);
  if (separatorAt >= 0) return `must not contain line or paragraph separators (${place(text, separatorAt)})`;
  const invisibleAt = kind === 'identifier' ? text.search(INVISIBLE) : invisibleInLine(text);
  if (invisibleAt >= 0) return `must not contain invisible characters (${place(text, invisibleAt)})`;
  if (kind === 'identifier') {
    const replacedAt = text.search(REPLACEMENT);
    if (replacedAt >= 0)
      return `must not contain what stands for bytes that could not be read (${place(text, replacedAt)})`;
  }
  return kind !== 'prose' && text.trim() === '' ? 'must not be blank' : undefined;
}

function invisibleInLine(text: string): number {
  return text.replace(FLAG_OF_TAGS, (flag) => '.'.repeat(flag.length)).search(INVISIBLE_IN_LINE);
}

/** The character by its code point and its place, counted from one: what is meant is often not to be seen. */
function place(text: string, index: number): string {
  const codePoint = (text.codePointAt(index) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `U+${codePoint} at character ${[...text.slice(0, index)].length + 1}`;
}
