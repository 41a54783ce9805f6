// Words and signs of other languages in an expression that cannot be read: what to write instead.
import { type Fix, type Token, tokensOf } from './fix.ts';

export type Foreign = {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly fix?: Fix;
};

/** What stands for what; undefined where it takes more than another word. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['or', '||'],
  ['and', '&&'],
  ['not', '!'],
  ['in', 'in'],
  ['true', 'true'],
  ['false', 'false'],
  ['is', '=='],
  ['=', '=='],
  ['===', '=='],
  ['!==', '!='],
  ['<>', '!='],
  ['≠', '!='],
  ['≥', '>='],
  ['≤', '<='],
  ['&', '&&'],
  ['|', '||'],
]);
const IN_WORDS: ReadonlyMap<string, string> = new Map([
  ['like', 'There is no "like"; write transaction.city.contains("…"), startsWith() or endsWith().'],
  ['between', 'There is no "between"; write both bounds: x >= 1.0 && x <= 2.0.'],
]);
const QUOTES = /^[“”„‟«»‘’‚‛]$/u;

function foreignAt(
  expression: string,
  tokens: readonly Token[],
  i: number,
  inList: boolean,
): Foreign | undefined {
  const { text, start, end } = tokens[i];
  const [before, after] = [tokens[i - 1], tokens[i + 1]];
  const written = (message: string, instead?: string, until = end, from = start): Foreign => ({
    start: from,
    end: until,
    message,
    ...(instead !== undefined && { fix: { start: from, end: until, text: instead } }),
  });
  if (before?.text === '.' && /^\w/.test(text)) return undefined;
  const small = text.toLowerCase();
  const instead = INSTEAD.get(small);
  if (instead !== undefined && instead !== text) {
    const negates = small === 'is' && after?.text.toLowerCase() === 'not';
    if (negates) return written('Write != instead of "is not".', '!=', after.end);
    const then = instead === '!' && after?.start === end + 1 ? after.start : end;
    // "not" before a comparison would only negate its left side.
    if (instead === '!' && after?.text !== '(') return written('Write !(…) instead of "not".');
    return written(`Write ${instead} instead of ${text}.`, instead, then);
  }
  const more = IN_WORDS.get(small);
  if (more !== undefined) return written(more);
  if (QUOTES.test(text)) {
    const closing = tokens.findIndex((token, at) => at > i && QUOTES.test(token.text));
    const message = `Write straight quotes, "…", instead of ${text}.`;
    if (closing < 0) return written(message);
    const inside = expression.slice(end, tokens[closing].start);
    return written(message, JSON.stringify(inside), tokens[closing].end);
  }
  if (/^\d[\d_]*_/.test(text)) {
    const plain = text.replaceAll('_', '');
    return written(`Write numbers without signs between their digits: ${plain}.`, plain);
  }
  const touches = before?.end === start && after?.start === end;
  if (text === ',' && !inList && touches && /^\d+$/.test(before.text) && /^\d+$/.test(after.text)) {
    const plain = `${before.text}.${after.text}`;
    return written(`Write decimals with a point: ${plain}.`, plain, after.end, before.start);
  }
  if (text === '.' && before?.end !== start && after?.start === end && /^\d/.test(after.text)) {
    return written(`Write a digit before the point: 0.${after.text}.`, `0.${after.text}`, after.end);
  }
  const ends = after === undefined || /^(?:\)|&&|\|\||[<>=!]=?)$/.test(after.text);
  if (text === '%' && before && /^\d/.test(before.text) && ends) {
    return written(
      'There are no percentages; write the share: 0.05 instead of 5%.',
      undefined,
      end,
      before.start,
    );
  }
  return undefined;
}

/** The foreign word that the parser most probably stopped at, `at` a character. */
export function foreignWord(expression: string, at: number): Foreign | undefined {
  const tokens = tokensOf(expression);
  const opened: boolean[] = [];
  const found: Foreign[] = [];
  for (const [i, { text }] of tokens.entries()) {
    if (text === '[' || text === '{') opened.push(true);
    // In the arguments of a call a comma is no decimal one.
    if (text === '(')
      opened.push(
        /^\w+$/.test(tokens[i - 1]?.text ?? '') && !/^(?:in|and|or|not)$/i.test(tokens[i - 1].text),
      );
    if (text === ')' || text === ']' || text === '}') opened.pop();
    const foreign = foreignAt(expression, tokens, i, opened.at(-1) === true);
    if (foreign) found.push(foreign);
  }
  return found.findLast(({ start }) => start <= at);
}
