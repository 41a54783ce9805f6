// The fields that requests are made of: texts of a kind, whole numbers that their columns hold. Every route builds its schemas
// of these; `request-edge.ts` lets no other in.
import { Type } from 'typebox';
import { parseIsoTime } from '../domain/iso-time.ts';
import { type TextKind, textProblem } from '../domain/text.ts';

const MAX_INT32 = 2 ** 31 - 1;
const MAX_TIME_CHARACTERS = 40;

export type TextOptions = {
  readonly description?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly default?: string;
  readonly examples?: string[];
};
export type NumberOptions = {
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
};

const text = (kind: TextFormat, minLength: number, maxLength: number, options: TextOptions) =>
  Type.String({ minLength, maxLength, format: kind, ...options });

/** What is compared and kept as a key: an id, a name of a list, a code. */
export const Identifier = (maxLength: number, options: TextOptions = {}) =>
  text('identifier', 1, maxLength, options);

/** One line for people: a name, a title. */
export const Line = (maxLength: number, options: TextOptions = {}) => text('line', 1, maxLength, options);

/** Several lines for people; may be empty. */
export const Prose = (maxLength: number, options: TextOptions = {}) => text('prose', 0, maxLength, options);

/** Several lines for people that say something. */
export const Said = (maxLength: number, options: TextOptions = {}) =>
  text('prose', 1, maxLength, { pattern: '\\S', ...options });

/** A password: whatever can be typed; it is never kept or shown. */
export const Secret = (maxLength: number) => text('secret', 1, maxLength, {});

export const Time = (options: TextOptions = {}) =>
  text('date-time', 1, MAX_TIME_CHARACTERS, { description: 'Such as 2026-11-23T15:00:00Z', ...options });

/** For columns of four bytes: versions and counts. */
export const Int32 = (options: NumberOptions = {}) =>
  Type.Integer({ minimum: 0, maximum: MAX_INT32, ...options });

/** For ids, cursors and amounts: columns of eight bytes, as far as a number of JSON is exact. */
export const SafeInteger = (options: NumberOptions = {}) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, ...options });

const CONTROL = /\p{Cc}/u;
const secretProblem = (value: string): string | undefined =>
  value.isWellFormed() && !CONTROL.test(value) ? undefined : 'must be valid text without control characters';
const timeProblem = (value: string): string | undefined =>
  parseIsoTime(value) === undefined
    ? 'must be a time like 2026-11-23T15:00:00Z (ISO 8601 with Z or an offset)'
    : undefined;

/** The formats of texts: each says what is wrong with a text. How short one may be is not theirs to say. */
export const TEXT_FORMATS = {
  identifier: (value) => (value === '' ? undefined : textProblem(value, 'identifier')),
  line: (value) => (value === '' ? undefined : textProblem(value, 'line')),
  prose: (value) => textProblem(value, 'prose'),
  secret: secretProblem,
  'date-time': timeProblem,
} as const satisfies Readonly<Record<TextKind | string, (value: string) => string | undefined>>;

export type TextFormat = keyof typeof TEXT_FORMATS;

export const isTextFormat = (name: unknown): name is TextFormat =>
  typeof name === 'string' && Object.hasOwn(TEXT_FORMATS, name);

/** Teaches the validator of schemas these formats. */
export function addTextFormats(validator: {
  addFormat(name: string, format: { type: 'string'; validate(text: string): boolean }): unknown;
}): void {
  for (const [name, problemOf] of Object.entries(TEXT_FORMATS)) {
    validator.addFormat(name, { type: 'string', validate: (text) => problemOf(text) === undefined });
  }
}
