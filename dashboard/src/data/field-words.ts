// Types of fields, in words.
import { FIELD_TYPES, type FieldType } from '../../../src/domain/data-model.ts';

export const TYPE_WORDS: Readonly<Record<FieldType, string>> = {
  text: 'a text',
  category: 'a category',
  number: 'a number',
  money: 'money',
  boolean: 'yes or no',
  time: 'a time',
  id: 'an identifier',
  email: 'an e-mail address',
  phone: 'a phone number',
  place: 'a place',
  ip: 'an IP address',
};

const ABOUT: Readonly<Partial<Record<FieldType, string>>> = {
  category: 'few values; a feature by itself',
  number: 'a feature by itself',
  money: 'in minor units of the transaction’s currency; a feature by itself',
  boolean: 'a feature by itself',
  time: 'ISO 8601',
  id: 'can name an entity',
  email: 'can name an entity; so can its domain',
  place: 'two numbers: .lat and .lon',
};

export const TYPE_CHOICES = FIELD_TYPES.map((value) => ({
  value,
  label: ABOUT[value] ? `${TYPE_WORDS[value]} (${ABOUT[value]})` : TYPE_WORDS[value],
}));

const PERSONAL: ReadonlySet<FieldType> = new Set(['id', 'email', 'phone', 'ip', 'place', 'text']);

/** Whether a field of this type is taken as personal where nobody said. */
export const isPersonal = (type: FieldType): boolean => PERSONAL.has(type);

/** `customer.riskScore`: "Customer risk score". */
export function descriptionOf(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[._-]+/g, ' ')
    .toLowerCase()
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const hasBounds = (type: string): boolean => type === 'number' || type === 'money';
export const hasValues = (type: string): boolean => type === 'category' || type === 'text';
export const canBeFeature = (type: string): boolean =>
  ['number', 'money', 'boolean', 'category'].includes(type);
/** What an entity can be named by. */
export const namesThings = (type: string): boolean =>
  ['text', 'category', 'id', 'email', 'phone', 'ip'].includes(type);
