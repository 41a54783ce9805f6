// What comes in for a field that a data model declares, held against its definition and brought into its one form.
import { domainToASCII } from 'node:url';
import type { AttributeValue, FieldDefinition } from './data-model.ts';
import { type FieldReader, shown, type TextBounds } from './fields.ts';
import { isoTime, parseIsoTime } from './iso-time.ts';
import type { DeclaredField } from './own-data.ts';

export const MAX_OWN_ID = 128;
const MAX_EMAIL = 254;
const MAX_LOCAL_PART = 64;
const MIN_PHONE_DIGITS = 7;
const MAX_PHONE_DIGITS = 15;
const MAX_VALUES_SHOWN = 12;
const ID: TextBounds = { kind: 'identifier', maxLength: MAX_OWN_ID };
const CONTACT: TextBounds = { kind: 'identifier', maxLength: MAX_EMAIL };
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MAX_TIME_CHARACTERS = 40;
const PHONE = /^\+[\d\s\p{Zs}()./-]+$/u;

/** The value in the form that is kept; undefined where it was reported as a problem. `texts` are the bounds of what is any text. */
export function readDeclared(
  fields: FieldReader,
  key: string,
  declared: DeclaredField,
  texts: TextBounds,
): AttributeValue | undefined {
  if (declared.kind === 'place') {
    return fields.number(key, false, -declared.limit, declared.limit, false);
  }
  const { definition, values } = declared;
  switch (definition.type) {
    case 'number':
    case 'money':
      return readNumber(fields, key, definition);
    case 'boolean':
      return fields.flag(key, false);
    case 'time':
      return readTime(fields, key);
    case 'id':
      return fields.identifier(key, false, ID);
    case 'email':
      return readForm(fields, key, emailForm, emailProblem);
    case 'phone':
      return readForm(fields, key, phoneForm, phoneProblem);
    case 'ip':
      return fields.address(key, false);
    default:
      return readText(fields, key, values, texts);
  }
}

function readNumber(fields: FieldReader, key: string, definition: FieldDefinition): number | undefined {
  const { type, minimum, maximum } = definition;
  const most = type === 'money' ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE;
  return fields.number(key, false, minimum ?? -most, maximum ?? most, type === 'money');
}

function readTime(fields: FieldReader, key: string): string | undefined {
  const value = fields.value(key);
  const text = typeof value === 'string' && DAY.test(value) ? `${value}T00:00:00Z` : value;
  const ms = typeof text === 'string' && text.length <= MAX_TIME_CHARACTERS ? parseIsoTime(text) : undefined;
  if (ms === undefined) {
    return fields.report(
      key,
      `${key} is ${shown(value)}; it must be a time like 2026-11-23T15:00:00Z (ISO 8601 with Z or an offset) or a day like 2026-11-23.`,
    );
  }
  const kept = isoTime(ms);
  if (kept !== value) fields.wasChanged = true;
  return kept;
}

function readForm(
  fields: FieldReader,
  key: string,
  formOf: (text: string) => string | undefined,
  problem: string,
): string | undefined {
  const text = fields.text(key, false, CONTACT);
  if (text === undefined) return undefined;
  const form = formOf(text);
  if (form === undefined) return fields.report(key, `${key} is ${shown(text)}; ${problem}.`);
  if (form !== text) fields.wasChanged = true;
  return form;
}

function readText(
  fields: FieldReader,
  key: string,
  values: ReadonlySet<string> | undefined,
  bounds: TextBounds,
): string | undefined {
  const text = fields.text(key, false, bounds);
  if (text === undefined || !values || values.has(text)) return text;
  const known = [...values].slice(0, MAX_VALUES_SHOWN).join(', ');
  const more = values.size > MAX_VALUES_SHOWN ? ` and ${values.size - MAX_VALUES_SHOWN} more` : '';
  return fields.report(key, `${key} is ${shown(text)}; allowed are ${known}${more}.`);
}

const emailProblem = 'it must be an e-mail address like ann@example.com';

/**
 * An e-mail address in its one form: composed (NFC), without blanks at its ends, in small letters, its domain as the name
 * system has it (punycode: xn--…). What mailboxes mean by dots and plus signs is theirs; it stays. Undefined where it is none.
 */
export function emailForm(text: string): string | undefined {
  const kept = text.normalize('NFC').trim();
  const at = kept.lastIndexOf('@');
  const local = kept.slice(0, at).toLowerCase();
  if (at < 1 || local.length > MAX_LOCAL_PART || /[\s@]/.test(local)) return undefined;
  const written = kept.slice(at + 1);
  // These end a domain where addresses of the web are read, and what follows them would be lost.
  if (/[\s:/?#[\]\\%]/.test(written)) return undefined;
  const domain = domainToASCII(written);
  if (domain === '' || domain.endsWith('.')) return undefined;
  const form = `${local}@${domain}`;
  return form.length <= MAX_EMAIL ? form : undefined;
}

const phoneProblem =
  'it must be a telephone number with its country: + and 7 to 15 digits, like +44 20 7946 0958';

/** A telephone number as plus and digits (E.164); undefined where it is none, or does not say its country. */
export function phoneForm(text: string): string | undefined {
  const kept = text.trim();
  if (!PHONE.test(kept)) return undefined;
  // "+44 (0)20 …": the zero is dialled within the country only.
  const digits = kept.replace(/\(0\)/, '').replaceAll(/\D/g, '');
  return digits.length >= MIN_PHONE_DIGITS && digits.length <= MAX_PHONE_DIGITS ? `+${digits}` : undefined;
}
