// The canonical transaction: its type, strict parsing at the edge, and its JSON form.

import { MAX_AMOUNT_MINOR } from './amount.ts';
import { readAttributes } from './attributes.ts';
import type { Amount, BaseAmount } from './base-amount.ts';
import { type CardPolicy, type ParsedRecord, REFUSE_CARDS } from './card-policy.ts';
import { countryProblem } from './country.ts';
import { currencyProblem } from './currency.ts';
import type { Attributes } from './data-model.ts';
import { type FieldReader, fieldReader, isObject, shown, type TextBounds } from './fields.ts';
import { isoTime, isoTimeAt, offsetOf, parseIsoTime } from './iso-time.ts';
import { CHANNELS, NO_OWN_DATA, type OwnData, TRANSACTION_TYPES } from './own-data.ts';
import type { Problem } from './problem.ts';

export { CHANNELS, TRANSACTION_TYPES };

/** How a transaction stands to another one. */
export const RELATION_KINDS = ['refund', 'reversal', 'completion', 'return'] as const;
export type RelationKind = (typeof RELATION_KINDS)[number];
export type Relation = { readonly transactionId: string; readonly kind: RelationKind };

export type Merchant = { readonly id: string; readonly name?: string; readonly mcc?: string };
export type Location = { readonly lat: number; readonly lon: number };

export type Transaction = {
  readonly id: string;
  readonly accountId: string;
  readonly occurredAtMs: number;
  /** Minutes that the clock of the place is ahead of UTC; absent where nobody knows. */
  readonly utcOffsetMinutes?: number;
  readonly amountMinor: number;
  readonly currency: string;
  /** One of the program's or of the data model; checked where it comes in. */
  readonly type: string;
  readonly channel?: string;
  readonly merchant?: Merchant;
  readonly country?: string;
  readonly city?: string;
  readonly location?: Location;
  readonly deviceId?: string;
  readonly ip?: string;
  readonly counterpartyId?: string;
  /** The payee as the payer named it: what is screened. */
  readonly counterpartyName?: string;
  /** What the scheme bills the account (ISO 8583, elements 6 and 51), where that is another amount. */
  readonly billing?: Amount;
  /** The amount in the desk's base currency, where that is another; worked out where the transaction comes in. */
  readonly base?: BaseAmount;
  /** Fields of the bank's own, flat by dotted path. */
  readonly attributes?: Attributes;
  /** The transaction that this one takes back, completes or returns. */
  readonly relatesTo?: Relation;
};

/**
 * Every field stands in it, also those that are not stated: what reads fields of many shapes is slow, and a field that one
 * place forgets is noticed.
 */
type WholeTransaction = { readonly [Field in keyof Required<Transaction>]: Transaction[Field] };

/** A transaction as JSON carries it: the same fields, with the time as ISO 8601, in the offset of the place where it is known. */
export type TransactionJson = Omit<Transaction, 'occurredAtMs' | 'utcOffsetMinutes'> & {
  readonly occurredAt: string;
};

const KNOWN = new Set([
  'id',
  'accountId',
  'occurredAt',
  'amountMinor',
  'currency',
  'type',
  'channel',
  'merchant',
  'country',
  'city',
  'location',
  'deviceId',
  'ip',
  'counterpartyId',
  'counterpartyName',
  'billing',
  'base',
  'attributes',
  'relatesTo',
]);
const OWN_FIELDS = 'Fields of your own belong into attributes.';
const KNOWN_RELATION = new Set(['transactionId', 'kind']);
const RELATIONS: ReadonlySet<RelationKind> = new Set(RELATION_KINDS);
const KNOWN_BILLING = new Set(['amountMinor', 'currency']);
const KNOWN_MERCHANT = new Set(['id', 'name', 'mcc']);
const KNOWN_LOCATION = new Set(['lat', 'lon']);
export const ID_MAX_LENGTH = 128;
export const ID: TextBounds = { kind: 'identifier', maxLength: ID_MAX_LENGTH };
const NAME: TextBounds = { kind: 'line', maxLength: 200 };
const CURRENCY: TextBounds = { kind: 'identifier', maxLength: 3 };
const COUNTRY: TextBounds = { kind: 'identifier', maxLength: 3 };
const MCC: TextBounds = {
  kind: 'identifier',
  maxLength: 4,
  pattern: /^\d{4}$/,
  hint: 'four digits (ISO 18245)',
};

export const EARLIEST_MS = Date.UTC(1990, 0, 1);
/** Clocks differ: what claims to come from at most a day ahead is still believed. */
export const FUTURE_TOLERANCE_MS = 24 * 3_600_000;

/**
 * Parses one transaction from untrusted JSON. Every problem is listed with its pointer; unknown fields are
 * problems too. `nowMs` bounds the future, `maxAmountMinor` the amount; `cards` says what becomes of card numbers,
 * `own` what is declared besides the fields, types and channels of the program.
 */
export function parseTransaction(
  value: unknown,
  nowMs: number,
  maxAmountMinor = MAX_AMOUNT_MINOR,
  cards: CardPolicy = REFUSE_CARDS,
  own: OwnData = NO_OWN_DATA,
): ParsedRecord<Transaction> {
  if (!isObject(value)) {
    return {
      ok: false,
      problems: [{ pointer: '', message: `A transaction must be a JSON object, not ${shown(value)}.` }],
    };
  }
  const problems: Problem[] = [];
  const fields = fieldReader(value, '', problems, cards);
  const id = fields.text('id', true, ID);
  const accountId = fields.identifier('accountId', true, ID);
  const occurredAtMs = fields.time('occurredAt', true, EARLIEST_MS, nowMs + FUTURE_TOLERANCE_MS);
  const utcOffsetMinutes = occurredAtMs === undefined ? undefined : offsetOf(String(value.occurredAt));
  const amountMinor = fields.number('amountMinor', true, 0, maxAmountMinor, true);
  const currency = parseCurrency(fields, occurredAtMs ?? nowMs);
  const type = fields.choice('type', true, own.types);
  const channel = fields.choice('channel', false, own.channels);
  const country = fields.text('country', false, COUNTRY);
  const noCountry = country !== undefined && countryProblem(country);
  if (noCountry) fields.report('country', `country is ${shown(country)}; ${noCountry}.`);
  const city = fields.text('city', false, NAME);
  const deviceId = fields.identifier('deviceId', false, ID);
  const ip = fields.address('ip', false);
  const counterpartyId = fields.identifier('counterpartyId', false, ID);
  const counterpartyName = fields.text('counterpartyName', false, NAME);
  const merchantFields = fields.within('merchant');
  const merchant = parseMerchant(merchantFields);
  const location = parseLocation(fields.within('location'));
  const billing = parseBilling(fields.within('billing'), occurredAtMs ?? nowMs, maxAmountMinor);
  const ownFields = 'attributes' in value ? fields.within('attributes') : undefined;
  const attributes = ownFields && readAttributes(ownFields, own);
  const relationFields = 'relatesTo' in value ? fields.within('relatesTo') : undefined;
  const relatesTo = parseRelation(relationFields, id);
  if ('base' in value) {
    fields.report(
      'base',
      'base is worked out by the desk; what the scheme bills the account belongs into billing {amountMinor, currency}.',
    );
  }
  fields.onlyKnown(KNOWN, OWN_FIELDS);
  if (
    problems.length > 0 ||
    id === undefined ||
    accountId === undefined ||
    occurredAtMs === undefined ||
    amountMinor === undefined ||
    currency === undefined ||
    type === undefined
  ) {
    return { ok: false, problems };
  }
  const transaction: WholeTransaction = {
    id, accountId, occurredAtMs, utcOffsetMinutes, amountMinor, currency, type, channel, merchant, country, city, location, deviceId, ip,
    counterpartyId, counterpartyName, billing, base: undefined, attributes, relatesTo,
  }; // biome-ignore format: one shape
  return {
    ok: true,
    value: transaction,
    wasChanged:
      fields.wasChanged ||
      merchantFields?.wasChanged === true ||
      ownFields?.wasChanged === true ||
      relationFields?.wasChanged === true,
  };
}

function parseMerchant(fields: FieldReader | undefined): Merchant | undefined {
  if (!fields) return undefined;
  const id = fields.identifier('id', true, ID);
  const name = fields.text('name', false, NAME);
  const mcc = fields.text('mcc', false, MCC);
  fields.onlyKnown(KNOWN_MERCHANT);
  if (id === undefined) return undefined;
  return { id, name, mcc };
}

function parseRelation(fields: FieldReader | undefined, id: string | undefined): Relation | undefined {
  if (!fields) return undefined;
  const transactionId = fields.text('transactionId', true, ID);
  const kind = fields.choice('kind', true, RELATIONS);
  if (transactionId !== undefined && transactionId === id) {
    fields.report('transactionId', 'A transaction relates to another one, not to itself.');
  }
  fields.onlyKnown(KNOWN_RELATION);
  return transactionId === undefined || kind === undefined ? undefined : { transactionId, kind };
}

/** A code that payments could have at that time. */
function parseCurrency(fields: FieldReader, atMs: number): string | undefined {
  const currency = fields.text('currency', true, CURRENCY);
  const notInUse = currency !== undefined && currencyProblem(currency, atMs);
  return notInUse ? fields.report('currency', `currency is ${shown(currency)}; ${notInUse}.`) : currency;
}

function parseBilling(fields: FieldReader | undefined, atMs: number, maxMinor: number): Amount | undefined {
  if (!fields) return undefined;
  const amountMinor = fields.number('amountMinor', true, 0, maxMinor, true);
  const currency = parseCurrency(fields, atMs);
  fields.onlyKnown(KNOWN_BILLING);
  return amountMinor === undefined || currency === undefined ? undefined : { amountMinor, currency };
}

function parseLocation(fields: FieldReader | undefined): Location | undefined {
  if (!fields) return undefined;
  const lat = fields.number('lat', true, -90, 90, false);
  const lon = fields.number('lon', true, -180, 180, false);
  fields.onlyKnown(KNOWN_LOCATION);
  return lat === undefined || lon === undefined ? undefined : { lat, lon };
}

/** As it was stated: without what a desk made of it. */
export const withoutBase = (transaction: Transaction): Transaction =>
  transaction.base ? { ...transaction, base: undefined } : transaction;

export function transactionToJson(transaction: Transaction): TransactionJson {
  const { occurredAtMs, utcOffsetMinutes, ...rest } = transaction;
  const occurredAt =
    utcOffsetMinutes === undefined ? isoTime(occurredAtMs) : isoTimeAt(occurredAtMs, utcOffsetMinutes);
  return { ...rest, occurredAt };
}

/** Reads what `transactionToJson` wrote; what comes from outside goes through `parseTransaction`. */
export function transactionFromJson(json: TransactionJson): Transaction {
  const { id, accountId, occurredAt, amountMinor, currency, type, channel, merchant, country, city } = json;
  const { location, deviceId, ip, counterpartyId, counterpartyName, billing, base, attributes, relatesTo } =
    json;
  const occurredAtMs = parseIsoTime(occurredAt) ?? Number.NaN;
  const utcOffsetMinutes = offsetOf(occurredAt);
  const transaction: WholeTransaction = {
    id, accountId, occurredAtMs, utcOffsetMinutes, amountMinor, currency, type, channel, merchant, country, city, location, deviceId, ip,
    counterpartyId, counterpartyName, billing, base, attributes, relatesTo,
  }; // biome-ignore format: one shape
  return transaction;
}

/**
 * A text that is equal for equal content, whatever the order of the fields in the input: two requests with
 * the same id are the same request when these are equal. What the desk makes of them is not content.
 */
export function canonicalContent(t: Transaction): string {
  return JSON.stringify([
    t.id,
    t.accountId,
    t.occurredAtMs,
    t.amountMinor,
    t.currency,
    t.type,
    t.channel,
    t.merchant?.id,
    t.merchant?.name,
    t.merchant?.mcc,
    t.country,
    t.city,
    t.location?.lat,
    t.location?.lon,
    t.deviceId,
    t.ip,
    t.counterpartyId,
    // What was decided before this field was known keeps its content.
    ...(t.counterpartyName === undefined && !t.billing ? [] : [t.counterpartyName ?? null]),
    ...(t.billing ? [t.billing.amountMinor, t.billing.currency] : []),
    ...(t.relatesTo ? [{ [t.relatesTo.kind]: t.relatesTo.transactionId }] : []),
    ...(t.attributes ? [{ attributes: inOrder(t.attributes) }] : []),
  ]);
}

const inOrder = (attributes: Attributes): unknown =>
  Object.keys(attributes)
    .sort()
    .map((name) => [name, attributes[name]]);

/** Stands for a country that is not stated. */
export const NO_COUNTRY = '??';

/** Country for counts. */
export function countryOf(transaction: Transaction): string {
  return transaction.country ?? NO_COUNTRY;
}
