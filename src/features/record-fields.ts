// The fields of a record by their names: what expressions, keys and measures can ask for.
import {
  booleanValue,
  isTextType,
  moneyValue,
  numberValue,
  textValue,
  timeValue,
} from '../domain/attribute-values.ts';
import type { DataModel, FieldDefinition, FieldType } from '../domain/data-model.ts';
import type { FeatureRecord } from './feature-record.ts';
import { keyHash } from './key-set.ts';
import { DAY, HOUR } from './units.ts';

export type TextOf = (record: FeatureRecord) => string;
export type NumberOf = (record: FeatureRecord) => number;

/** What a transaction says in texts, by the names that rules use; an empty text where it does not. */
export const TEXT_FIELDS: Readonly<Record<string, TextOf>> = {
  accountId: ({ said }) => said.accountId ?? '',
  type: ({ said }) => said.type ?? '',
  channel: ({ said }) => said.channel ?? '',
  currency: ({ said }) => said.currency ?? '',
  country: ({ said }) => said.country ?? '',
  city: ({ said }) => said.city ?? '',
  deviceId: ({ said }) => said.deviceId ?? '',
  ip: ({ said }) => said.ip ?? '',
  counterpartyId: ({ said }) => said.counterpartyId ?? '',
  counterpartyName: ({ said }) => said.counterpartyName ?? '',
  relation: ({ said }) => said.relatesTo?.kind ?? '',
  'merchant.id': ({ said }) => said.merchant?.id ?? '',
  'merchant.name': ({ said }) => said.merchant?.name ?? '',
  'merchant.mcc': ({ said }) => said.merchant?.mcc ?? '',
};

export const NUMBER_FIELDS: Readonly<Record<string, NumberOf>> = {
  amount: ({ amount }) => amount,
  'location.lat': ({ said }) => said.location?.lat ?? Number.NaN,
  'location.lon': ({ said }) => said.location?.lon ?? Number.NaN,
};

/** Whole numbers, of the clock where the payment was made. */
export const WHOLE_FIELDS: Readonly<Record<string, NumberOf>> = {
  hour: ({ localTime }) => Math.floor(localTime / HOUR) % 24,
  // 1970-01-01 was a Thursday.
  dayOfWeek: ({ localTime }) => (Math.floor(localTime / DAY) + 3) % 7,
};

/** What an expression sees of an own field: a text, or a number. A place is two of them. */
export const attributeText =
  (name: string): TextOf =>
  ({ attributes }) =>
    textValue(attributes[name]);

export function attributeNumber(name: string, type: FieldType): NumberOf {
  if (type === 'time') return ({ attributes }) => timeValue(attributes[name]);
  if (type === 'boolean') return ({ attributes }) => booleanValue(attributes[name]);
  if (type === 'money') return ({ attributes, said }) => moneyValue(attributes[name], said);
  return ({ attributes }) => numberValue(attributes[name]);
}

const DOMAIN = '.domain';

/** What stands behind the @ of an address. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

const OWN = 'attributes.';
/** Whether a name says that it is one's own field. */
const saysOwn = (name: string): boolean => name.startsWith(OWN);
const withoutOwn = (name: string): string => (saysOwn(name) ? name.slice(OWN.length) : name);

const ownField = (data: DataModel, name: string): FieldDefinition | undefined =>
  data.fields.find((field) => field.name === name);

/** A field that tells one from another: of the transaction, of one's own, or the domain of an own e-mail address. */
export function textOf(data: DataModel, named: string): TextOf | undefined {
  if (Object.hasOwn(TEXT_FIELDS, named)) return TEXT_FIELDS[named];
  const name = withoutOwn(named);
  const own = ownField(data, name);
  if (own) return isTextType(own.type) ? attributeText(name) : undefined;
  const address = name.endsWith(DOMAIN) ? ownField(data, name.slice(0, -DOMAIN.length)) : undefined;
  if (address?.type !== 'email') return undefined;
  const whole = attributeText(address.name);
  return (record) => domainOf(whole(record));
}

/** A field that holds a number: of the transaction or of one's own. */
export function numberOf(data: DataModel, named: string): NumberOf | undefined {
  if (Object.hasOwn(NUMBER_FIELDS, named)) return NUMBER_FIELDS[named];
  if (Object.hasOwn(WHOLE_FIELDS, named)) return WHOLE_FIELDS[named];
  const name = withoutOwn(named);
  const own = ownField(data, name);
  return own && !isTextType(own.type) && own.type !== 'place' ? attributeNumber(name, own.type) : undefined;
}

export type PlaceOf = { readonly lat: NumberOf; readonly lon: NumberOf };

export function placeOf(data: DataModel, named: string): PlaceOf | undefined {
  const name = withoutOwn(named);
  if (named !== 'location' && ownField(data, name)?.type !== 'place') return undefined;
  const part = (which: string): NumberOf =>
    NUMBER_FIELDS[`${named}.${which}`] ?? attributeNumber(`${name}.${which}`, 'number');
  return { lat: part('lat'), lon: part('lon') };
}

/** Two letters fit into their own hash. */
function countryHash(country: string): number {
  return country.length < 2 ? 0 : country.charCodeAt(0) * 256 + country.charCodeAt(1);
}

/** By data model and name: features of several entities that tell the same field apart hash it once a record. */
const hashes = new WeakMap<DataModel, Map<string, NumberOf | undefined>>();

/** The hash of a field in a set of keys; 0 where it is not said. */
export function hashOf(data: DataModel, name: string): NumberOf | undefined {
  const known = hashes.get(data) ?? new Map<string, NumberOf | undefined>();
  hashes.set(data, known);
  if (!known.has(name)) known.set(name, makeHash(data, name));
  return known.get(name);
}

function makeHash(data: DataModel, name: string): NumberOf | undefined {
  if (name === 'accountId') return ({ accountHash }) => accountHash;
  const text = textOf(data, name);
  if (!text) return undefined;
  if (name === 'country') return (record) => countryHash(text(record));
  let hashed = 0;
  let hash = 0;
  return (record) => {
    if (hashed !== 0 && record.filling === hashed) return hash;
    const value = text(record);
    hashed = record.filling;
    hash = value === '' ? 0 : keyHash(value);
    return hash;
  };
}

/** No identifier has it. */
export const KEY_SEPARATOR = '\u0000';
/** A longer one names no entity. */
const MAX_KEY = 512;

export type KeyOf = (record: FeatureRecord) => string | undefined;

/** What names an entity; undefined where the record does not say all of it. */
export function keyOf(data: DataModel, fields: readonly string[]): KeyOf | undefined {
  const texts = fields.map((name) => textOf(data, name));
  const [first, second] = texts;
  if (!first || texts.includes(undefined) || texts.length > 2) return undefined;
  const one = (value: string): string | undefined =>
    value === '' || value.length > MAX_KEY ? undefined : value;
  if (!second) return (record) => one(first(record));
  return (record) => {
    const left = one(first(record));
    if (left === undefined) return undefined;
    const right = one(second(record));
    return right === undefined ? undefined : left + KEY_SEPARATOR + right;
  };
}
