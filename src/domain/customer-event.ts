// What a customer did besides paying: a login, another password, a new payee. Its type, strict parsing at the edge, and its JSON form.

import { readAttributes } from './attributes.ts';
import { type BaseRate, eventInBase } from './base-amount.ts';
import type { ParsedRecord } from './card-policy.ts';
import { REFUSE_CARDS } from './card-policy.ts';
import { countryProblem } from './country.ts';
import { currencyProblem } from './currency.ts';
import type { Attributes, DataModel } from './data-model.ts';
import { NO_DATA_MODEL } from './data-model.ts';
import { EVENT_KINDS } from './event-kinds.ts';
import { type FieldReader, fieldReader, isObject, shown, type TextBounds } from './fields.ts';
import { isoTime, isoTimeAt, offsetOf, parseIsoTime } from './iso-time.ts';
import { type OwnData, ownDataOf } from './own-data.ts';
import type { Problem } from './problem.ts';
import type { Bounds } from './read-transaction.ts';
import { EARLIEST_MS, FUTURE_TOLERANCE_MS, ID } from './transaction.ts';

export { EVENT_KINDS };
export type StandardEventKind = (typeof EVENT_KINDS)[number];

export type CustomerEvent = {
  readonly id: string;
  /** One of EVENT_KINDS, or of the data model's. */
  readonly kind: string;
  readonly occurredAtMs: number;
  /** Minutes that the clock of the place is ahead of UTC; absent where nobody knows. */
  readonly utcOffsetMinutes?: number;
  readonly accountId?: string;
  readonly deviceId?: string;
  readonly ip?: string;
  readonly counterpartyId?: string;
  readonly country?: string;
  /** What money among its own fields is in. */
  readonly currency?: string;
  /** What that is converted by into the desk's base currency, where it is another; worked out where the event comes in. */
  readonly base?: BaseRate;
  /** Fields of the bank's own, flat by dotted path. */
  readonly attributes?: Attributes;
};

/** An event as JSON carries it: the time as ISO 8601, in the offset of the place where it is known. */
export type CustomerEventJson = Omit<CustomerEvent, 'occurredAtMs' | 'utcOffsetMinutes'> & {
  readonly occurredAt: string;
};

const KNOWN = new Set([
  'id',
  'kind',
  'occurredAt',
  'accountId',
  'deviceId',
  'ip',
  'counterpartyId',
  'country',
  'currency',
  'base',
  'attributes',
]);
const STANDARD_KINDS: ReadonlySet<string> = new Set(EVENT_KINDS);
const KIND: TextBounds = { kind: 'identifier', maxLength: 64 };
const COUNTRY: TextBounds = { kind: 'identifier', maxLength: 3 };
const CURRENCY: TextBounds = { kind: 'identifier', maxLength: 3 };
/** Names of kinds in a message; a data model may have fifty. */
const KINDS_SHOWN = 20;

/** Parses an event from untrusted JSON and finds its local time. Every problem is listed with its pointer. */
export function readCustomerEvent(value: unknown, bounds: Bounds): ParsedRecord<CustomerEvent> {
  if (!isObject(value)) {
    return {
      ok: false,
      problems: [{ pointer: '', message: `An event must be a JSON object, not ${shown(value)}.` }],
    };
  }
  const { nowMs, cards = REFUSE_CARDS, dataModel = NO_DATA_MODEL, offsetAt, money } = bounds;
  const problems: Problem[] = [];
  const fields = fieldReader(value, '', problems, cards);
  const id = fields.text('id', true, ID);
  const kind = readKind(fields, dataModel);
  const occurredAtMs = fields.time('occurredAt', true, EARLIEST_MS, nowMs + FUTURE_TOLERANCE_MS);
  const accountId = fields.identifier('accountId', false, ID);
  const deviceId = fields.identifier('deviceId', false, ID);
  const ip = fields.address('ip', false);
  const counterpartyId = fields.identifier('counterpartyId', false, ID);
  const country = fields.text('country', false, COUNTRY);
  const noCountry = country !== undefined && countryProblem(country);
  if (noCountry) fields.report('country', `country is ${shown(country)}; ${noCountry}.`);
  const currency = fields.text('currency', false, CURRENCY);
  const noCurrency = currency !== undefined && currencyProblem(currency, occurredAtMs ?? nowMs);
  if (noCurrency) fields.report('currency', `currency is ${shown(currency)}; ${noCurrency}.`);
  const ownFields = 'attributes' in value ? fields.within('attributes') : undefined;
  const own = ownDataOf(dataModel);
  const attributes = ownFields && readAttributes(ownFields, own);
  if (!('currency' in value)) reportMoney(ownFields, attributes, own);
  if ('base' in value) fields.report('base', 'base is worked out by the desk; leave it out.');
  fields.onlyKnown(KNOWN);
  if (problems.length === 0 && accountId === undefined && attributes === undefined) {
    fields.report(
      'accountId',
      'The event is about nobody: send accountId, or who it is about in attributes.',
    );
  }
  if (problems.length > 0 || id === undefined || kind === undefined || occurredAtMs === undefined) {
    return { ok: false, problems };
  }
  const utcOffsetMinutes = offsetOf(String(value.occurredAt)) ?? offsetAt?.(occurredAtMs);
  const event: CustomerEvent = {
    id,
    kind,
    occurredAtMs,
    ...(utcOffsetMinutes !== undefined && { utcOffsetMinutes }),
    ...(accountId !== undefined && { accountId }),
    ...(deviceId !== undefined && { deviceId }),
    ...(ip !== undefined && { ip }),
    ...(counterpartyId !== undefined && { counterpartyId }),
    ...(country !== undefined && { country }),
    ...(currency !== undefined && { currency }),
    ...(attributes !== undefined && { attributes }),
  };
  const counted = money ? eventInBase(event, money) : { ok: true as const, value: event };
  if (!counted.ok) return counted;
  return {
    ok: true,
    value: counted.value,
    wasChanged:
      fields.wasChanged ||
      ownFields?.wasChanged === true ||
      counted.value !== event ||
      utcOffsetMinutes !== offsetOf(String(value.occurredAt)),
  };
}

/** So much of what, nobody knows without its currency. */
function reportMoney(
  fields: FieldReader | undefined,
  attributes: Attributes | undefined,
  own: OwnData,
): void {
  for (const name in attributes) {
    if (own.fields.get(name)?.definition.type !== 'money') continue;
    fields?.report(
      name,
      `${name} is money, and the event does not say of which currency: send currency, like "EUR".`,
    );
  }
}

function readKind(fields: FieldReader, { events }: DataModel): string | undefined {
  const kind = fields.text('kind', true, KIND);
  if (kind === undefined || STANDARD_KINDS.has(kind) || events.some(({ name }) => name === kind)) return kind;
  const known = [...EVENT_KINDS, ...events.map(({ name }) => name)];
  const more = known.length > KINDS_SHOWN ? ` and ${known.length - KINDS_SHOWN} more` : '';
  return fields.report(
    'kind',
    `kind is ${shown(kind)}; it must be one of ${known.slice(0, KINDS_SHOWN).join(', ')}${more}. Kinds of your own are declared in the data model.`,
  );
}

/** As it was stated: without what a desk made of it. */
export const withoutBaseRate = ({ base: _, ...event }: CustomerEvent): CustomerEvent => event;

export function customerEventToJson({
  occurredAtMs,
  utcOffsetMinutes,
  ...rest
}: CustomerEvent): CustomerEventJson {
  const occurredAt =
    utcOffsetMinutes === undefined ? isoTime(occurredAtMs) : isoTimeAt(occurredAtMs, utcOffsetMinutes);
  return { ...rest, occurredAt };
}

/** Reads what `customerEventToJson` wrote; what comes from outside goes through `readCustomerEvent`. */
export function customerEventFromJson({ occurredAt, ...rest }: CustomerEventJson): CustomerEvent {
  const utcOffsetMinutes = offsetOf(occurredAt);
  return {
    ...rest,
    occurredAtMs: parseIsoTime(occurredAt) ?? Number.NaN,
    ...(utcOffsetMinutes !== undefined && { utcOffsetMinutes }),
  };
}

/** A text that is equal for equal content, whatever the order of the fields in the input. What the desk makes of it is not content. */
export function eventContent(event: CustomerEvent): string {
  const { id, kind, occurredAtMs, accountId, deviceId, ip, counterpartyId, country, currency, attributes } =
    event;
  const own = attributes && Object.keys(attributes).sort();
  return JSON.stringify([
    id,
    kind,
    occurredAtMs,
    accountId ?? null,
    deviceId ?? null,
    ip ?? null,
    counterpartyId ?? null,
    country ?? null,
    own?.map((name) => [name, attributes?.[name]]) ?? null,
    // What was taken before it was known keeps its content.
    ...(currency === undefined ? [] : [currency]),
  ]);
}

const IDENTIFYING: ReadonlySet<string> = new Set(['id', 'email', 'phone']);

/** What its record in a stream is keyed by: its account, else the first own field that tells one from another, else its id. */
export function keyOfEvent(
  { id, accountId, attributes }: CustomerEvent,
  { fields }: DataModel = NO_DATA_MODEL,
): string {
  if (accountId !== undefined) return accountId;
  const first = fields.find(({ name, type }) => IDENTIFYING.has(type) && attributes?.[name] !== undefined);
  return String((first && attributes?.[first.name]) ?? id);
}
