// Own fields of a transaction as they come in: nested objects or dotted names, made flat; each a text, a number or a boolean.
import { findCardNumbers } from './card-number.ts';
import type { Attributes, AttributeValue } from './data-model.ts';
import { readDeclared } from './declared-value.ts';
import { type FieldReader, isObject, shown, type TextBounds } from './fields.ts';
import { NO_OWN_DATA, type OwnData } from './own-data.ts';
import { isSensitiveField, SENSITIVE_FIELD } from './sensitive-fields.ts';

export const MAX_ATTRIBUTES = 500;
export const MAX_ATTRIBUTE_NAME = 64;
export const MAX_ATTRIBUTE_TEXT = 1000;
/** Words of a name, and how deep objects may lie in one another. */
export const MAX_ATTRIBUTE_LEVELS = 4;
/** Of all attributes of a transaction as JSON: a record of a stream has room for them. */
export const MAX_ATTRIBUTES_BYTES = 32 * 1024;
export const ATTRIBUTE_NAME_FORM =
  'one to four words of letters, digits and _, each beginning with a letter, with dots between them, at most 64 characters';
const NAME = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,3}$/;
/** The last word of a name says that its value tells one from another: a token stands for a card number in it, not a mask. */
const IDENTIFIES =
  /(^|[._]|(?<=[a-z0-9]))(id|ids|ref|reference|number|no|nr|num|account|card|pan|iban|key|token|hash|customer|device|payer|payee)$/i;
const TEXT: TextBounds = { kind: 'line', maxLength: MAX_ATTRIBUTE_TEXT };
const IDENTIFIER: TextBounds = { ...TEXT, cardsAs: 'identifier' };
/** What a number, and all that stands around a value, takes at most; and what a character of a text does. */
const MOST_BYTES_BESIDE = 30;
const MOST_BYTES = 3;
/** The fewest digits of a card number. */
const SMALLEST_CARD = 1e12;

type NameFacts = { readonly problem: string | undefined; readonly bounds: TextBounds };

/** Names come again with every transaction; as many as one may have are looked at once. */
const facts = new Map<string, NameFacts>();
const MAX_FACTS = 5000;

/** Why an own field may not be called so, as a sentence; undefined where it may. */
export const attributeNameProblem = (name: string): string | undefined => factsOf(name).problem;

/** The bounds of an own field that may hold any text. */
export const textBoundsOf = (name: string): TextBounds => factsOf(name).bounds;

function factsOf(name: string): NameFacts {
  const known = facts.get(name);
  if (known) return known;
  const found = { problem: nameProblem(name), bounds: IDENTIFIES.test(name) ? IDENTIFIER : TEXT };
  if (facts.size < MAX_FACTS && name.length <= MAX_ATTRIBUTE_NAME) facts.set(name, found);
  return found;
}

function nameProblem(name: string): string | undefined {
  if (name.length > MAX_ATTRIBUTE_NAME || !NAME.test(name)) {
    return `${shown(name)} is no name of an attribute: ${ATTRIBUTE_NAME_FORM}.`;
  }
  if (isSensitiveField(name) || name.split('.').some(isSensitiveField)) return SENSITIVE_FIELD;
  if (findCardNumbers(name).length > 0) return 'The name of this attribute holds a card number.';
  // Whoever asks an object for it would be given what every object has.
  if (name in Object.prototype) return `${name} is a word of the language; call the attribute otherwise.`;
  return undefined;
}

/** What is read while one transaction's attributes are made flat. */
type Reading = {
  readonly own: OwnData;
  readonly found: Map<string, AttributeValue>;
  /** Names whose values were refused. */
  readonly refused: Set<string>;
  /** Names that hold others: what is an object here is no value there. */
  readonly parents: Set<string>;
  count: number;
};

/**
 * The own fields of a transaction, sorted by name, so that their order in the input says nothing; undefined where there are
 * none. What is declared is held against its definition, all else taken as it is.
 */
export function readAttributes(fields: FieldReader, own: OwnData = NO_OWN_DATA): Attributes | undefined {
  const reading: Reading = { own, found: new Map(), refused: new Set(), parents: new Set(), count: 0 };
  readLevel(fields, '', reading);
  for (const parent of reading.parents) {
    if (!reading.found.has(parent)) continue;
    fields.report(parent, `${parent} is a value here and an object there; it can be one of them.`);
  }
  if (own.fields.size > 0) reportHalfPlaces(fields, reading);
  if (reading.found.size > 0) return sorted(fields, reading.found);
  fields.wasChanged = true;
  return undefined;
}

function reportHalfPlaces(fields: FieldReader, { own, found, refused }: Reading): void {
  for (const name of found.keys()) {
    const declared = own.fields.get(name);
    if (declared?.kind !== 'place' || found.has(declared.other) || refused.has(declared.other)) continue;
    fields.report(declared.definition.name, `${declared.other} is missing; a place is lat and lon.`);
  }
}

function sorted(fields: FieldReader, found: ReadonlyMap<string, AttributeValue>): Attributes {
  const attributes: Record<string, AttributeValue> = {};
  let mostBytes = 0;
  for (const name of [...found.keys()].sort()) {
    const value = found.get(name);
    if (value === undefined) continue;
    attributes[name] = value;
    mostBytes +=
      name.length + MOST_BYTES_BESIDE + (typeof value === 'string' ? MOST_BYTES * value.length : 0);
  }
  // To measure exactly takes as long as all the rest; nearly all are far below.
  if (mostBytes > MAX_ATTRIBUTES_BYTES) {
    const bytes = Buffer.byteLength(JSON.stringify(attributes));
    if (bytes > MAX_ATTRIBUTES_BYTES) {
      fields.reportWhole(`All attributes together have ${bytes} bytes; ${MAX_ATTRIBUTES_BYTES} are allowed.`);
    }
  }
  return attributes;
}

function readLevel(fields: FieldReader, prefix: string, reading: Reading): void {
  for (const key of fields.names()) {
    if (reading.count >= MAX_ATTRIBUTES) {
      fields.report(key, `There are more than ${MAX_ATTRIBUTES} attributes; send the most important ones.`);
      return;
    }
    const value = fields.value(key);
    if (value === null || value === undefined) {
      // Not stated, as where it is left out.
      fields.wasChanged = true;
      continue;
    }
    const name = prefix === '' ? key : `${prefix}.${key}`;
    const { problem, bounds } = factsOf(name);
    if (problem !== undefined) {
      reading.count++;
      fields.report(key.slice(0, MAX_ATTRIBUTE_NAME), problem);
    } else if (isObject(value)) {
      const within = fields.within(key);
      if (within) readLevel(within, name, reading);
      fields.wasChanged = true;
    } else {
      reading.count++;
      readOne(fields, key, name, bounds, reading);
    }
  }
}

function readOne(fields: FieldReader, key: string, name: string, bounds: TextBounds, reading: Reading): void {
  const declared = reading.own.fields.get(name);
  const value = declared ? readDeclared(fields, key, declared, bounds) : readValue(fields, key, bounds);
  if (value === undefined) {
    reading.refused.add(name);
    return;
  }
  if (typeof value === 'number' && isCard(value)) {
    fields.report(key, `${key} is a card number; send it as a text, so that a token can stand for it.`);
    return;
  }
  if (reading.found.has(name)) fields.report(key, `${name} is stated twice; send it once.`);
  reading.found.set(name, value);
  for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
    reading.parents.add(name.slice(0, dot));
  }
}

function readValue(fields: FieldReader, key: string, bounds: TextBounds): AttributeValue | undefined {
  const value = fields.value(key);
  if (typeof value === 'string') return fields.text(key, false, bounds);
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'number') {
    return fields.report(
      key,
      `${key} must be a text, a number, true or false, or an object of these, not ${shown(value)}.`,
    );
  }
  return fields.number(key, false, -Number.MAX_VALUE, Number.MAX_VALUE, false);
}

const isCard = (value: number): boolean =>
  Math.abs(value) >= SMALLEST_CARD &&
  Number.isSafeInteger(value) &&
  findCardNumbers(String(Math.abs(value))).length > 0;
