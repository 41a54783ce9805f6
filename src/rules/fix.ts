// A correction of an expression, and where its parts stand in it.

/** Writing `text` between two characters puts it right. */
export type Fix = { readonly start: number; readonly end: number; readonly text: string };
type Range = { readonly start: number; readonly end: number };

export const fixed = (expression: string, { start, end, text }: Fix): string =>
  expression.slice(0, start) + text + expression.slice(end);

/** The words, numbers, texts and signs that an expression is written in; comments and blanks are left out. */
const TOKEN =
  /\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|(?:\d[\w]*(?:\.\d\w*)?(?:(?<=[eE])[+-]\d+)?)|[A-Za-z_]\w*|<>|===|!==|[=!<>]=|&&|\|\||\S/gu;
export type Token = Range & { readonly text: string };

export function tokensOf(expression: string): Token[] {
  return [...expression.matchAll(TOKEN)]
    .filter(([text]) => !text.startsWith('//'))
    .map(({ 0: text, index }) => ({ text, start: index, end: index + text.length }));
}

/** A node's place with the parentheses that belong to it: the tree keeps none. */
export function withParentheses(tokens: readonly Token[], { start, end }: Range): Range {
  let first = tokens.findIndex((token) => token.start >= start);
  let last = tokens.findLastIndex((token) => token.end <= end);
  let open = 0;
  let unopened = 0;
  for (const { text } of tokens.slice(first, last + 1)) {
    if (text === '(') open++;
    else if (text === ')' && open > 0) open--;
    else if (text === ')') unopened++;
  }
  while (open > 0 && tokens[last + 1]?.text === ')') {
    last++;
    open--;
  }
  while (unopened > 0 && tokens[first - 1]?.text === '(') {
    first--;
    unopened--;
  }
  return { start: tokens[first]?.start ?? start, end: tokens[last]?.end ?? end };
}

/** As an editor counts: `line 1, column 24`. */
export function placeOf(expression: string, at: number): string {
  const lines = expression.slice(0, at).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
}
