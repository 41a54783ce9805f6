// Transactions, events and labels as records of a stream. The value is the JSON of the API, the key is the account; of an event
// without one, who it is about.
import { asBuffer } from '../domain/bytes.ts';
import { type CardPolicy, REFUSE_CARDS, withoutCards } from '../domain/card-policy.ts';
import {
  type CustomerEvent,
  customerEventToJson,
  keyOfEvent,
  readCustomerEvent,
  withoutBaseRate,
} from '../domain/customer-event.ts';
import type { DataModel } from '../domain/data-model.ts';
import { shown } from '../domain/fields.ts';
import { identifierForm } from '../domain/identifier-form.ts';
import { notJson, repeatedKeyIn } from '../domain/json-text.ts';
import { type Label, labelToJson, parseLabel } from '../domain/label.ts';
import type { Problem } from '../domain/problem.ts';
import { type Bounds, readTransaction } from '../domain/read-transaction.ts';
import { TRACEPARENT } from '../domain/traceparent.ts';
import { type Transaction, transactionToJson, withoutBase } from '../domain/transaction.ts';
import { badByteText, badUtf8 } from '../domain/utf8.ts';
import type { LogRecord } from '../engine/records.ts';
import type { StreamRecord } from '../ports/stream/stream.ts';

/** 2: attributes and relatesTo of transactions, attributes of labels, events. */
export const SCHEMA_VERSION = '2';
const READ_VERSIONS: ReadonlySet<string> = new Set(['1', SCHEMA_VERSION]);
const KINDS = ['transaction', 'event', 'label'] as const;
export const HEADERS = {
  schemaVersion: 'schema-version',
  kind: 'kind',
  traceparent: 'traceparent',
  /** A record that was in quarantine and is tried again: which letter, and the how manyth time. */
  attempt: 'attempt',
} as const;
export const MAX_RECORD_BYTES = 64 * 1024;

/** The W3C trace context that came with a record; one that is not well-formed counts as none, as the standard asks. */
export function traceparentOf({ headers }: StreamRecord): string | undefined {
  const given = headers.get(HEADERS.traceparent);
  return given !== undefined && TRACEPARENT.test(given) ? given : undefined;
}

export type EncodedRecord = {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly kind: (typeof KINDS)[number];
  /** W3C trace context of whoever sent it. */
  readonly traceparent?: string;
  /** See HEADERS. */
  readonly attempt?: string;
};

/** A transaction as it was stated: whoever decides it converts its amount. */
export const encodeTransaction = (transaction: Transaction): EncodedRecord => ({
  key: Buffer.from(transaction.accountId),
  value: textOfTransaction(withoutBase(transaction)),
  kind: 'transaction',
});

const textOfTransaction = (transaction: Transaction): Uint8Array =>
  Buffer.from(JSON.stringify(transactionToJson(transaction)));

/** `dataModel` says which own fields tell one from another. */
export const encodeEvent = (event: CustomerEvent, dataModel?: DataModel): EncodedRecord => ({
  key: Buffer.from(keyOfEvent(event, dataModel)),
  value: textOfEvent(withoutBaseRate(event)),
  kind: 'event',
});

const textOfEvent = (event: CustomerEvent): Uint8Array =>
  Buffer.from(JSON.stringify(customerEventToJson(event)));

export const encodeLabel = (label: Label): EncodedRecord => ({
  key: Buffer.from(label.accountId),
  value: Buffer.from(JSON.stringify(labelToJson(label))),
  kind: 'label',
});

export function encodeRecord(record: LogRecord, dataModel?: DataModel): EncodedRecord {
  switch (record.kind) {
    case 'transaction':
      return encodeTransaction(record.transaction);
    case 'event':
      return encodeEvent(record.event, dataModel);
    case 'label':
      return encodeLabel(record.label);
  }
}

/** `text` is the JSON as it came in; where the record reads otherwise than that, the JSON of the record. */
export type DecodedRecord =
  | { readonly ok: true; readonly record: LogRecord; readonly text: Uint8Array }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const textOf = (bytes: Uint8Array): string => asBuffer(bytes).toString('utf8');

const problem = (message: string): DecodedRecord => ({ ok: false, problems: [{ pointer: '', message }] });

/** Checks a record from outside, once; what comes back as `ok` can be decided. */
export function decodeRecord(raw: StreamRecord, bounds: Bounds): DecodedRecord {
  const { nowMs, cards = REFUSE_CARDS } = bounds;
  const version = raw.headers.get(HEADERS.schemaVersion);
  if (version !== undefined && !READ_VERSIONS.has(version)) {
    return problem(
      `Header ${HEADERS.schemaVersion} is ${shown(version)}; this program reads ${[...READ_VERSIONS].join(' and ')}.`,
    );
  }
  const said = raw.headers.get(HEADERS.kind) ?? 'transaction';
  const kind = KINDS.find((one) => one === said);
  if (kind === undefined) {
    return problem(`Header ${HEADERS.kind} is ${shown(said)}; it must be "transaction", "event" or "label".`);
  }
  if (raw.value === null) return problem('The record has no value.');
  if (raw.value.length > MAX_RECORD_BYTES) {
    return problem(`The record has ${raw.value.length} bytes; at most ${MAX_RECORD_BYTES} are read.`);
  }
  const badKey = raw.key === null ? undefined : badUtf8(raw.key);
  if (badKey) return problem(`The record's key is ${badByteText(badKey)}.`);
  const bad = badUtf8(raw.value);
  if (bad) return problem(`The record is ${badByteText(bad)}.`);
  const key = raw.key === null ? '' : textOf(raw.key);
  const json = textOf(raw.value);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return problem(notJson(error));
  }
  const repeated = repeatedKeyIn(value, json);
  if (repeated) return problem(repeated);
  if (kind === 'event') {
    const parsed = readCustomerEvent(value, bounds);
    if (!parsed.ok) return parsed;
    const { accountId } = parsed.value;
    if (accountId !== undefined && !isKeyOf(accountId, key, cards)) return wrongKey(accountId, key);
    const text = parsed.wasChanged ? textOfEvent(parsed.value) : raw.value;
    return { ok: true, text, record: { kind, event: parsed.value, receivedAtMs: raw.timestampMs } };
  }
  if (kind === 'label') {
    const parsed = parseLabel(value, nowMs, cards);
    if (!parsed.ok) return parsed;
    if (!isKeyOf(parsed.value.accountId, key, cards)) return wrongKey(parsed.value.accountId, key);
    const text = parsed.wasChanged ? encodeLabel(parsed.value).value : raw.value;
    return { ok: true, text, record: { kind: 'label', label: parsed.value } };
  }
  const parsed = readTransaction(value, bounds);
  if (!parsed.ok) return parsed;
  const transaction = parsed.value;
  if (!isKeyOf(transaction.accountId, key, cards)) return wrongKey(transaction.accountId, key);
  return {
    ok: true,
    text: parsed.wasChanged ? textOfTransaction(transaction) : raw.value,
    record: { kind: 'transaction', transaction, receivedAtMs: raw.timestampMs },
  };
}

/** Others may key their records by the account as they write it, or by the card number that is a token here. */
function isKeyOf(accountId: string, key: string, cards: CardPolicy): boolean {
  if (key === accountId) return true;
  const kept = withoutCards(key, 'identifier', cards);
  return kept !== undefined && identifierForm(kept) === accountId;
}

/** In the wrong partition, the account's history would be missed. */
function wrongKey(accountId: string, key: string): DecodedRecord {
  return {
    ok: false,
    problems: [
      {
        pointer: '/accountId',
        message: `The record's key is ${shown(key)}; it must be the account, ${shown(accountId)}.`,
      },
    ],
  };
}
