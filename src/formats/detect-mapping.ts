// A mapping proposed for a table: what is sure stands in it, and what could be read in two ways is a question with its answers.
import { attributeNameOf } from '../domain/attribute-names.ts';
import { MAX_ATTRIBUTES } from '../domain/attributes.ts';
import { maskCardNumbers } from '../domain/card-number.ts';
import type { FieldType } from '../domain/data-model.ts';
import type { Choice, DetectedColumn, Detection, Question } from '../domain/file-detection.ts';
import { stepText, withValueAt } from '../domain/json-place.ts';
import { TRANSACTION_TYPES } from '../domain/own-data.ts';
import { isSensitiveField } from '../domain/sensitive-fields.ts';
import {
  type ColumnFound,
  candidatesOf,
  meantBy,
  type RoleFound,
  rolesOf,
  squeezed,
} from './detect-columns.ts';
import { amountQuestion, labelMeaning, timeMeaning } from './detect-meanings.ts';
import { type ColumnLooks, nearlyAll } from './detect-values.ts';

const MOST_VALUES_ASKED = 20;
const MAX_CATEGORY = 100;
const SAMPLES = 3;
const SAMPLE_CHARACTERS = 60;
const COMMON_CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'PLN', 'SEK', 'JPY', 'INR', 'BRL'];
const SAYS_ID =
  /(?:^|[._ -]|(?<=[a-z0-9]))(?:id|ids|uuid|ref|reference|iban|hash|token|no|nr|number|nummer)$/i;

/** What a column holds as a field of one's own. */
export function typeOf(name: string, looks: ColumnLooks): FieldType {
  const { filled, different, values } = looks;
  if (filled === 0) return 'text';
  if ([...values.keys()].every((value) => /^(true|false)$/i.test(value)) && different <= 2) return 'boolean';
  if (nearlyAll(looks, looks.emails)) return 'email';
  if (nearlyAll(looks, looks.addresses)) return 'ip';
  if (nearlyAll(looks, looks.isoTimes)) return 'time';
  if (nearlyAll(looks, looks.cards) || (looks.names > 0 && looks.whole === filled)) return 'id';
  if (looks.numbers === filled && !(SAYS_ID.test(name) && looks.whole === filled)) return 'number';
  if (SAYS_ID.test(name)) return 'id';
  if (different <= MAX_CATEGORY && different <= filled / 2) return 'category';
  const isToken = [...values.keys()].every(
    (value) => /\d/.test(value) && !/\s/.test(value) && value.length <= 64,
  );
  return isToken ? 'id' : 'text';
}

const samplesOf = (name: string, { values }: ColumnLooks): string[] =>
  isSensitiveField(name)
    ? []
    : [...values.keys()].slice(0, SAMPLES).map((value) => maskCardNumbers(value, SAMPLE_CHARACTERS));

/** A column that numbers the rows, as tables write it that were read and written again. */
const numbersRows = (name: string, { whole, different, filled }: ColumnLooks): boolean =>
  /^(unnamed(: ?\d+)?|index|)$/i.test(name.trim()) && whole === filled && different === filled;

/** The columns that are left are fields of one's own, each with what it holds. */
function attributesOf(
  columns: readonly ColumnFound[],
  taken: ReadonlySet<number>,
): { readonly named: Record<string, unknown>; readonly names: readonly string[]; readonly notes: string[] } {
  const named: Record<string, unknown> = {};
  const names: string[] = [];
  const used = new Set<string>();
  const notes: string[] = [];
  const left: string[] = [];
  for (const [at, { name, looks }] of columns.entries()) {
    if (isSensitiveField(name)) {
      names.push('');
      notes.push(
        `Column ${name} holds what may not be kept (a security code, a PIN or a track): it is left out.`,
      );
      continue;
    }
    const attribute = attributeNameOf(name, at, used);
    used.add(attribute);
    names.push(attribute);
    if (taken.has(at)) continue;
    if (looks.filled === 0 || numbersRows(name, looks)) left.push(name || `column ${at + 1}`);
    else if (Object.keys(named).length < MAX_ATTRIBUTES) named[attribute] = sourceOf(name, looks);
    else left.push(name);
  }
  if (left.length > 0)
    notes.push(`Left out, since there is nothing in it or it numbers rows: ${left.slice(0, 10).join(', ')}.`);
  return { named, names, notes };
}

function sourceOf(name: string, looks: ColumnLooks): Record<string, unknown> {
  const type = typeOf(name, looks);
  const { point, comma, either } = looks.marks;
  if (type !== 'number' || point + comma + either === 0) return { column: name, type };
  // Read by what the column itself shows; where it shows nothing it stays a text, since it could be a thousand times more.
  if (point > 0 && comma === 0) return { column: name, type, ...(looks.grouped > 0 && { decimal: '.' }) };
  if (comma > 0 && point === 0) return { column: name, type, decimal: ',' };
  return { column: name, type: 'text' };
}

function currencyQuestion(base: string): Question {
  const codes = [base, ...COMMON_CURRENCIES.filter((code) => code !== base)];
  return {
    pointer: '/fields/currency',
    text: 'In which currency are the amounts? No column says it.',
    choices: codes.map((code) => ({ value: { constant: code }, text: code })),
    takes: 'currency',
  };
}

const typeChoices: readonly Choice[] = TRANSACTION_TYPES.map((type) => ({
  value: { constant: type },
  text: type,
}));

/** What words of a column mean; each that is not known is asked. */
function typesOf(
  name: string,
  { values, different }: ColumnLooks,
): { readonly source: unknown; readonly questions: Question[] } | undefined {
  if (different > MOST_VALUES_ASKED) return undefined;
  const meant: Record<string, string> = {};
  const questions: Question[] = [];
  for (const value of values.keys()) {
    const type = meantBy('type', value);
    if (type !== undefined) meant[value] = type;
    else {
      questions.push({
        pointer: `/fields/type/values/${stepText(value)}`,
        text: `What kind of payment is ${maskCardNumbers(value, SAMPLE_CHARACTERS)} in column ${name}?`,
        choices: TRANSACTION_TYPES.map((type) => ({ value: type, text: type })),
      });
    }
  }
  return { source: { column: name, values: meant }, questions };
}

/** Of a column whose every word is known; else it is a field of one's own. */
function channelsOf(name: string, { values }: ColumnLooks): unknown {
  const meant = [...values.keys()].map((value) => [value, meantBy('channel', value)]);
  return meant.every(([, channel]) => channel !== undefined)
    ? { column: name, values: Object.fromEntries(meant) }
    : undefined;
}

function currenciesOf(name: string, { values }: ColumnLooks): unknown {
  const written = [...values.keys()].filter((value) => value !== value.toUpperCase());
  return {
    column: name,
    ...(written.length > 0 && {
      values: Object.fromEntries(written.map((value) => [value, value.toUpperCase()])),
    }),
  };
}

/** Which columns could be the account, where none is surely: those whose values come again. */
function accountQuestion(columns: readonly ColumnFound[], taken: ReadonlySet<number>): Question {
  const could = columns.flatMap(({ name, looks }, at) =>
    !taken.has(at) &&
    looks.different > 1 &&
    looks.different < looks.filled &&
    looks.marks.point + looks.marks.comma === 0
      ? [name]
      : [],
  );
  return {
    pointer: '/fields/accountId',
    text: 'Whose payments are these? Histories are kept of what stands in this column.',
    choices: [
      ...could.slice(0, 40).map((column) => ({ value: { column }, text: column })),
      { value: null, text: 'No column: each row stands for itself' },
    ],
  };
}

type Draft = {
  fields: Record<string, unknown>;
  label: unknown;
  readonly questions: Question[];
  readonly notes: string[];
  readonly taken: Set<number>;
};

/** How a column is read in its place; nothing where that is asked, or it is none after all. */
function meaningOf(role: RoleFound['role'], { name, looks }: ColumnFound, draft: Draft): unknown {
  const { questions, notes } = draft;
  switch (role) {
    case 'occurredAt': {
      const { source, question } = timeMeaning(name, looks);
      if (question) questions.push(question);
      return source;
    }
    case 'amountMinor': {
      const { source, question, note } = amountQuestion(name, looks);
      if (question) questions.push(question);
      if (note !== undefined) notes.push(note);
      return source;
    }
    case 'currency':
      return currenciesOf(name, looks);
    case 'type': {
      const types = typesOf(name, looks);
      if (types) questions.push(...types.questions);
      return types?.source;
    }
    case 'channel':
      return channelsOf(name, looks);
    case 'label': {
      const { label, question } = labelMeaning(name, looks);
      if (question) questions.push(question);
      return label;
    }
    default:
      return { column: name };
  }
}

/** Of these a column that is asked about is no field of one's own. */
const ASKED: ReadonlySet<string> = new Set(['occurredAt', 'amountMinor', 'label']);

function place({ role, at }: RoleFound, column: ColumnFound, draft: Draft): void {
  const source = meaningOf(role, column, draft);
  if (source === undefined && !ASKED.has(role)) return;
  draft.taken.add(at);
  if (role === 'label') draft.label = source;
  else if (source !== undefined) draft.fields[role] = source;
}

function notFound(
  role: 'occurredAt' | 'amountMinor',
  columns: readonly ColumnFound[],
  taken: ReadonlySet<number>,
): string {
  const left = columns.filter((_, at) => !taken.has(at)).map(({ name }) => name);
  const what = role === 'occurredAt' ? 'when a payment was made' : 'how much was paid';
  return `No column was found that says ${what}; choose it among ${left.slice(0, 20).join(', ')}.`;
}

/** What a table is, by its columns and what is in the first `rows` rows; `baseCurrency` is offered first where the file says none. */
export function detectMapping(
  columns: readonly ColumnFound[],
  rows: number,
  baseCurrency: string,
): Detection {
  const roles = rolesOf(columns);
  const draft: Draft = { fields: {}, label: undefined, questions: [], notes: [], taken: new Set() };
  const { fields, questions, notes, taken } = draft;
  for (const found of roles) place(found, columns[found.at], draft);
  const isAsked = (pointer: string): boolean => questions.some((one) => one.pointer === pointer);
  for (const role of ['occurredAt', 'amountMinor'] as const) {
    if (!(role in fields) && !isAsked(`/fields/${role}`)) notes.push(notFound(role, columns, taken));
  }
  if (!('currency' in fields)) questions.push(currencyQuestion(baseCurrency));
  if (!('type' in fields))
    questions.push({
      pointer: '/fields/type',
      text: 'What kind of payments are these? No column says it.',
      choices: typeChoices,
    });
  if (!('accountId' in fields)) questions.push(accountQuestion(columns, taken));
  if (!('id' in fields))
    notes.push('No column tells one payment from another: each is known by the file’s name and its line.');
  const attributes = attributesOf(columns, taken);
  const mapping = withValueAt(
    { fields, ...(Object.keys(attributes.named).length > 0 && { attributes: attributes.named }) },
    '/label',
    draft.label,
  );
  return {
    rows,
    columns: columns.map((column, at) => columnTold(column, at, attributes.names[at], roles, columns)),
    mapping,
    questions,
    notes: [...notes, ...attributes.notes],
  };
}

function columnTold(
  { name, looks }: ColumnFound,
  at: number,
  attribute: string,
  roles: readonly RoleFound[],
  all: readonly ColumnFound[],
): DetectedColumn {
  const found = roles.find((one) => one.at === at);
  const other = found ?? candidatesOf([all[at]])[0];
  const { filled, empty, different } = looks;
  const told = {
    name,
    filled,
    empty,
    different,
    samples: samplesOf(name, looks),
    attribute,
    type: typeOf(name, looks),
  };
  if (found) return { ...told, confidence: found.confidence, why: found.why };
  const why =
    other && squeezed(name) !== ''
      ? `could be ${other.role} as well`
      : 'no field of a transaction is called so';
  return { ...told, confidence: 0, why };
}
