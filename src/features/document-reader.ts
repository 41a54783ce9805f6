// Reads the parts of a catalogue document from untrusted JSON: their form, not yet what they say together.
import { attributeNameProblem } from '../domain/attributes.ts';
import { REFUSE_CARDS } from '../domain/card-policy.ts';
import {
  type CodeDefinition,
  type DataModel,
  type EntityDefinition,
  FIELD_TYPES,
  type FieldDefinition,
  type FieldType,
} from '../domain/data-model.ts';
import { type FieldReader, fieldReader, isObject, shown, type TextBounds } from '../domain/fields.ts';
import type { Problem } from '../domain/problem.ts';

export const MAX_FIELDS = 500;
export const MAX_ENTITIES = 20;
export const MAX_CODES = 50;
const MAX_VALUES = 1000;

const NAME_FORM = 'a letter, then letters, digits and _, at most 64 characters';
const NAME: TextBounds = {
  kind: 'identifier',
  maxLength: 64,
  pattern: /^[A-Za-z][A-Za-z0-9_]{0,63}$/,
  hint: NAME_FORM,
};
const CODE: TextBounds = {
  ...NAME,
  pattern: /^[a-z][a-z0-9_]{0,63}$/,
  hint: NAME_FORM.replace('letters', 'small letters'),
};
const PATH: TextBounds = { kind: 'identifier', maxLength: 100 };
const WORDS: TextBounds = { kind: 'line', maxLength: 500 };
const VALUE: TextBounds = { kind: 'line', maxLength: 200 };

/** A part of a document that is read: where problems go, and where it is. */
export type Place = { readonly problems: Problem[]; readonly pointer: string };

export function report({ problems, pointer }: Place, message: string): undefined {
  problems.push({ pointer, message });
  return undefined;
}

export const below = ({ problems, pointer }: Place, name: string | number): Place => ({
  problems,
  pointer: `${pointer}/${name}`,
});

/** The object at a place, with only the fields that it can have. */
export function objectAt(value: unknown, place: Place, known: readonly string[]): FieldReader | undefined {
  if (!isObject(value)) return report(place, `An object is expected here, not ${shown(value)}.`);
  const reader = fieldReader(value, place.pointer, place.problems, REFUSE_CARDS);
  reader.onlyKnown(new Set(known));
  return reader;
}

/** The elements of a list at a place; none where it is absent. */
export function listAt<T>(
  value: unknown,
  place: Place,
  most: number,
  read: (value: unknown, place: Place) => T | undefined,
): T[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    report(place, `A list is expected here, not ${shown(value)}.`);
    return [];
  }
  if (value.length > most) {
    report(place, `There are ${value.length}; at most ${most} are possible.`);
    return [];
  }
  return value.flatMap((one, i) => read(one, below(place, i)) ?? []);
}

export function textAt(value: unknown, place: Place, bounds: TextBounds): string | undefined {
  const own: Problem[] = [];
  const text = fieldReader({ it: value }, '', own, REFUSE_CARDS).text('it', true, bounds);
  for (const { message } of own) report(place, message.replace(/^it\b/, 'This'));
  return text;
}

export const nameIn = (fields: FieldReader): string | undefined => fields.text('name', true, NAME);
export const wordsIn = (fields: FieldReader, name: string, required: boolean): string | undefined =>
  fields.text(name, required, WORDS);
export const pathIn = (fields: FieldReader, name: string, required: boolean): string | undefined =>
  fields.text(name, required, PATH);
export const pathsAt = (value: unknown, place: Place): string[] =>
  listAt(value, place, 2, (one, at) => textAt(one, at, PATH));
export const codesAt = (value: unknown, place: Place): string[] =>
  listAt(value, place, MAX_CODES, (one, at) => textAt(one, at, CODE));

const TYPES: ReadonlySet<FieldType> = new Set(FIELD_TYPES);
/** What tells people apart, where nobody says whether it does. */
const PERSONAL: ReadonlySet<FieldType> = new Set(['id', 'email', 'phone', 'place', 'ip']);

function readField(value: unknown, place: Place): FieldDefinition | undefined {
  const fields = objectAt(value, place, [
    'name', 'type', 'description', 'personal', 'minimum', 'maximum', 'values', 'feature',
  ]); // biome-ignore format: a list
  if (!fields) return undefined;
  const name = fields.text('name', true, PATH);
  const problem = name === undefined ? undefined : attributeNameProblem(name);
  if (problem !== undefined) fields.report('name', problem);
  const type = fields.choice('type', true, TYPES);
  const description = wordsIn(fields, 'description', true);
  const personal = fields.flag('personal', false);
  const minimum = fields.number('minimum', false, -Number.MAX_VALUE, Number.MAX_VALUE, false);
  const maximum = fields.number('maximum', false, -Number.MAX_VALUE, Number.MAX_VALUE, false);
  const values = fields.value('values');
  const allowed =
    values === undefined
      ? undefined
      : listAt(values, below(place, 'values'), MAX_VALUES, (one, at) => textAt(one, at, VALUE));
  const feature = fields.flag('feature', false);
  if (type !== undefined) checkBounds(fields, type, { minimum, maximum, allowed, feature });
  if (name === undefined || problem !== undefined || type === undefined || description === undefined)
    return undefined;
  return {
    name,
    type,
    description,
    personal: personal ?? PERSONAL.has(type),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(allowed !== undefined && { values: allowed }),
    ...(feature !== undefined && { feature }),
  };
}

type Bounds = {
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly allowed: readonly string[] | undefined;
  readonly feature: boolean | undefined;
};

export const IS_FEATURE: ReadonlySet<FieldType> = new Set(['number', 'money', 'boolean', 'category']);

function checkBounds(
  fields: FieldReader,
  type: FieldType,
  { minimum, maximum, allowed, feature }: Bounds,
): void {
  const isNumber = type === 'number' || type === 'money';
  if (!isNumber && minimum !== undefined) fields.report('minimum', 'Only numbers and money have bounds.');
  if (!isNumber && maximum !== undefined) fields.report('maximum', 'Only numbers and money have bounds.');
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    fields.report('maximum', `maximum ${maximum} is below minimum ${minimum}.`);
  if (allowed !== undefined && type !== 'category' && type !== 'text')
    fields.report('values', 'Only categories and texts have allowed values.');
  if (allowed?.length === 0) fields.report('values', 'No value is allowed; leave values out, or name some.');
  if (feature === true && !IS_FEATURE.has(type))
    fields.report(
      'feature',
      `A field of ${type} is no feature by itself; numbers, money, booleans and categories are.`,
    );
}

function readEntity(value: unknown, place: Place): EntityDefinition | undefined {
  const fields = objectAt(value, place, ['name', 'description', 'key']);
  if (!fields) return undefined;
  const name = nameIn(fields);
  const description = wordsIn(fields, 'description', true);
  const keys = fields.value('key');
  const key = pathsAt(typeof keys === 'string' ? [keys] : keys, below(place, 'key'));
  if (key.length === 0) fields.report('key', 'key names one field, or two: ["customerId"].');
  return name === undefined || description === undefined ? undefined : { name, description, key };
}

function readCode(value: unknown, place: Place): CodeDefinition | undefined {
  const fields = objectAt(value, place, ['name', 'description']);
  const name = fields?.text('name', true, CODE);
  const description = fields && wordsIn(fields, 'description', true);
  return name === undefined || description === undefined ? undefined : { name, description };
}

export function readData(value: unknown, place: Place): DataModel {
  const known = ['fields', 'entities', 'events', 'types', 'channels'] as const;
  const data = value === undefined ? fieldReader({}, '', [], REFUSE_CARDS) : objectAt(value, place, known);
  const list = <T>(
    name: (typeof known)[number],
    most: number,
    read: (value: unknown, place: Place) => T | undefined,
  ): T[] => listAt(data?.value(name), below(place, name), most, read);
  return {
    fields: list('fields', MAX_FIELDS, readField),
    entities: list('entities', MAX_ENTITIES, readEntity),
    events: list('events', MAX_CODES, readCode),
    types: list('types', MAX_CODES, readCode),
    channels: list('channels', MAX_CODES, readCode),
  };
}
