// What a customer did besides paying: a login, another password, a new payee. Its type, strict parsing at the edge, and its JSON form.

import { readAttributes } from './attributes.ts';
import type { ParsedRecord } from './card-policy.ts';
import { REFUSE_CARDS } from './card-policy.ts';
import { countryProblem } from './country.ts';
import type { Attributes, DataModel } from './data-model.ts';
import { NO_DATA_MODEL } from './data-model.ts';
import { EVENT_KINDS } from './event-kinds.ts';
import { type FieldReader, fieldReader, isObject, shown, type TextBounds } from './fields.ts';
import { isoTime, isoTimeAt, offsetOf, parseIsoTime } from './iso-time.ts';
import { ownDataOf } from './own-data.ts';
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
  'attributes',
]);
const STANDARD_KINDS: ReadonlySet<string> = new Set(EVENT_KINDS);
const KIND: TextBounds = { kind: 'identifier', maxLength: 64 };
const COUNTRY: TextBounds = { kind: 'identifier', maxLength: 3 };
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
  const { nowMs, cards = REFUSE_CARDS, dataModel = NO_DATA_MODEL, offsetAt } = bounds;
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
  const ownFields = 'attributes' in value ? fields.within('attributes') : undefined;
  const attributes = ownFields && readAttributes(ownFields, ownDataOf(dataModel));
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
  return {
    ok: true,
    value: {
      id,
      kind,
      occurredAtMs,
      ...(utcOffsetMinutes !== undefined && { utcOffsetMinutes }),
      ...(accountId !== undefined && { accountId }),
      ...(deviceId !== undefined && { deviceId }),
      ...(ip !== undefined && { ip }),
      ...(counterpartyId !== undefined && { counterpartyId }),
      ...(country !== undefined && { country }),
      ...(attributes !== undefined && { attributes }),
    },
    wasChanged:
      fields.wasChanged ||
      ownFields?.wasChanged === true ||
      utcOffsetMinutes !== offsetOf(String(value.occurredAt)),
  };
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
  const { id, kind, occurredAtMs, accountId, deviceId, ip, counterpartyId, country, attributes } = event;
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
