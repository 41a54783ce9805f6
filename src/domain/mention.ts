// Where a text names somebody: a value as a word of its own, as JSON and addresses of pages write it, and, where it is long, with
// blanks or hyphens between its characters, as people write account numbers. One expression for JavaScript and PostgreSQL.
import { ibanForm } from './iban.ts';

/** A shorter value is no name of anybody in prose. */
export const SHORTEST_MENTION = 5;
/** From here on people write it in groups. */
const GROUPED_FROM = 10;
const GROUPABLE = /^[A-Za-z0-9+]+$/;
const SPECIAL = /[\\^$.*+?()[\]{}|/-]/;
const LETTER = /^[A-Za-z]$/;

/** Whether capitals make no other value of it: two accounts may differ in nothing else. */
const isSameInCapitals = (value: string): boolean => value.includes('@') || ibanForm(value) === value;

const literally = (text: string, anyCase: boolean): readonly string[] =>
  [...text].map((sign) => {
    if (anyCase && LETTER.test(sign)) return `[${sign.toUpperCase()}${sign.toLowerCase()}]`;
    return SPECIAL.test(sign) ? `\\${sign}` : sign;
  });

function formsOf(value: string): readonly string[] {
  const anyCase = isSameInCapitals(value);
  const isGrouped = value.length >= GROUPED_FROM && GROUPABLE.test(value);
  const written = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
  return [
    ...new Set(written.map((text, i) => literally(text, anyCase).join(i === 0 && isGrouped ? '[ -]?' : ''))),
  ];
}

/**
 * An expression that finds any of these values; undefined where none is long enough to be looked for. What goes on after a hyphen, a
 * dot or the like is another value: acct-77 is not named by acct-77-1.
 */
export function mentionPattern(values: readonly string[]): string | undefined {
  const forms = values.filter(({ length }) => length >= SHORTEST_MENTION).flatMap(formsOf);
  if (forms.length === 0) return undefined;
  return `(?<![A-Za-z0-9])(?<![A-Za-z0-9][-_.])(?:${forms.join('|')})(?![-_.]?[A-Za-z0-9])`;
}

/** Puts something in the place of every mention. */
export const withoutMentions = (text: string, pattern: string, instead: string): string =>
  text.replaceAll(new RegExp(pattern, 'g'), () => instead);
