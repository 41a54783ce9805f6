// A label: what a transaction turned out to be, and when that became known.
import { attributeNameProblem, MAX_ATTRIBUTE_NAME, MAX_ATTRIBUTE_TEXT } from './attributes.ts';
import { type CardPolicy, type ParsedRecord, REFUSE_CARDS } from './card-policy.ts';
import { type FieldReader, fieldReader, isObject, shown, type TextBounds } from './fields.ts';
import type { Problem } from './problem.ts';
import { EARLIEST_MS, FUTURE_TOLERANCE_MS, ID, type Transaction } from './transaction.ts';

export const LABEL_SOURCES = ['analyst', 'chargeback', 'customer', 'import'] as const;
export type LabelSource = (typeof LABEL_SOURCES)[number];

/** What a caller says: this transaction was fraud, or was not. */
export type Verdict = {
  readonly transactionId: string;
  readonly fraud: boolean;
  readonly fraudType?: string;
  readonly source: LabelSource;
  readonly labelledAtMs: number;
};

/**
 * A verdict with the keys of the histories it belongs to, so that whoever holds such a history can update it
 * without looking the transaction up.
 */
export type Label = Verdict & HistoryKeys;

export type HistoryKeys = {
  readonly accountId: string;
  readonly occurredAtMs: number;
  readonly merchantId?: string;
  readonly deviceId?: string;
  readonly ip?: string;
  readonly counterpartyId?: string;
  /** What entities of one's own are keyed by, by the name of the field: of the transaction's attributes, or of its own fields. */
  readonly attributes?: Readonly<Record<string, string>>;
};

/**
 * The histories that a transaction belongs to, and its place in them; `keyFields` are those that entities of one's own are keyed
 * by (`OwnData.keyFields`).
 */
export function historiesOf(transaction: Transaction, keyFields: readonly string[] = []): HistoryKeys {
  return {
    accountId: transaction.accountId,
    occurredAtMs: transaction.occurredAtMs,
    ...(transaction.merchant && { merchantId: transaction.merchant.id }),
    ...(transaction.deviceId !== undefined && { deviceId: transaction.deviceId }),
    ...(transaction.ip !== undefined && { ip: transaction.ip }),
    ...(transaction.counterpartyId !== undefined && { counterpartyId: transaction.counterpartyId }),
    ...(keyFields.length > 0 && ownKeys(transaction, keyFields)),
  };
}

function ownKeys(transaction: Transaction, keyFields: readonly string[]): Pick<HistoryKeys, 'attributes'> {
  const attributes: Record<string, string> = {};
  let isEmpty = true;
  for (const name of keyFields) {
    const value = keyOf(transaction, name);
    if (value === undefined) continue;
    attributes[name] = value;
    isEmpty = false;
  }
  return isEmpty ? {} : { attributes };
}

const OWN = 'attributes.';
const DOMAIN = '.domain';

/** The name of an own field in that of a key, which may say that it is one, or ask for the domain of an address. */
const ownNameOf = (name: string): string => (name.startsWith(OWN) ? name.slice(OWN.length) : name);

function keyOf(transaction: Transaction, named: string): string | undefined {
  if (Object.hasOwn(FIELDS, named)) return FIELDS[named](transaction);
  const name = ownNameOf(named);
  const value = transaction.attributes?.[name];
  if (value !== undefined) return String(value);
  const address = name.endsWith(DOMAIN) ? transaction.attributes?.[name.slice(0, -DOMAIN.length)] : undefined;
  return typeof address === 'string' && address.includes('@')
    ? address.slice(address.lastIndexOf('@') + 1)
    : undefined;
}

/**
 * A label that also names the histories that entities of one's own were declared for after it came in; what it says by itself
 * stays.
 */
export function withOwnKeys(label: Label, transaction: Transaction, keyFields: readonly string[]): Label {
  const { attributes } = ownKeys(transaction, keyFields);
  return attributes === undefined ? label : { ...label, attributes: { ...attributes, ...label.attributes } };
}

/** What a transaction says in fields that labels do not carry by themselves. */
const FIELDS: Readonly<Record<string, (transaction: Transaction) => string | undefined>> = {
  currency: ({ currency }) => currency,
  type: ({ type }) => type,
  channel: ({ channel }) => channel,
  country: ({ country }) => country,
  city: ({ city }) => city,
  counterpartyName: ({ counterpartyName }) => counterpartyName,
  relation: ({ relatesTo }) => relatesTo?.kind,
  'merchant.mcc': ({ merchant }) => merchant?.mcc,
  'merchant.name': ({ merchant }) => merchant?.name,
};

const VERDICT_FIELDS = ['transactionId', 'fraud', 'fraudType', 'source', 'labelledAt'];
const KNOWN = new Set(VERDICT_FIELDS);
const HISTORY_FIELDS = [
  'accountId',
  'occurredAt',
  'merchantId',
  'deviceId',
  'ip',
  'counterpartyId',
  'attributes',
];
const FRAUD_TYPE: TextBounds = { kind: 'line', maxLength: 60 };
const SOURCES: ReadonlySet<LabelSource> = new Set(LABEL_SOURCES);

/** Parses one verdict from untrusted JSON; `labelledAt` is now where it is absent. */
export function parseVerdict(
  value: unknown,
  nowMs: number,
  cards: CardPolicy = REFUSE_CARDS,
): ParsedRecord<Verdict> {
  return parseVerdictFields(value, nowMs, KNOWN, cards);
}

/** A label counts from when it is known, so it cannot be from tomorrow; clocks may differ by a little. */
const LABEL_TOLERANCE_MS = 5 * 60_000;

const KNOWN_LABEL = new Set([...VERDICT_FIELDS, ...HISTORY_FIELDS]);

/** Parses a label with its history keys from untrusted JSON, as it comes over a stream. */
export function parseLabel(
  value: unknown,
  nowMs: number,
  cards: CardPolicy = REFUSE_CARDS,
): ParsedRecord<Label> {
  const verdict = parseVerdictFields(value, nowMs, KNOWN_LABEL, cards);
  if (!isObject(value)) return verdict as ParsedRecord<Label> & { ok: false };
  const problems: Problem[] = verdict.ok ? [] : [...verdict.problems];
  const fields = fieldReader(value, '', problems, cards);
  const accountId = fields.identifier('accountId', true, ID);
  const occurredAtMs = fields.time('occurredAt', true, EARLIEST_MS, nowMs + FUTURE_TOLERANCE_MS);
  const merchantId = fields.identifier('merchantId', false, ID);
  const deviceId = fields.identifier('deviceId', false, ID);
  const ip = fields.address('ip', false);
  const counterpartyId = fields.identifier('counterpartyId', false, ID);
  const keyReader = 'attributes' in value ? fields.within('attributes') : undefined;
  const attributes = keyReader && parseKeys(keyReader);
  if (!verdict.ok || problems.length > 0 || accountId === undefined || occurredAtMs === undefined) {
    return { ok: false, problems };
  }
  return {
    ok: true,
    value: {
      ...verdict.value,
      accountId,
      occurredAtMs,
      ...(merchantId !== undefined && { merchantId }),
      ...(deviceId !== undefined && { deviceId }),
      ...(ip !== undefined && { ip }),
      ...(counterpartyId !== undefined && { counterpartyId }),
      ...(attributes !== undefined && { attributes }),
    },
    wasChanged: verdict.wasChanged || fields.wasChanged || keyReader?.wasChanged === true,
  };
}

/** Twenty entities of two fields each. */
const MAX_KEYS = 40;
const KEY: TextBounds = { kind: 'line', maxLength: MAX_ATTRIBUTE_TEXT, cardsAs: 'identifier' };

/** What own histories are keyed by. */
function parseKeys(fields: FieldReader): Readonly<Record<string, string>> | undefined {
  const names = fields.names();
  if (names.length > MAX_KEYS) fields.reportWhole(`There are ${names.length} keys; ${MAX_KEYS} are allowed.`);
  const keys: Record<string, string> = {};
  for (const name of [...names].sort().slice(0, MAX_KEYS)) {
    const own = ownNameOf(name);
    const problem = attributeNameProblem(own.endsWith(DOMAIN) ? own.slice(0, -DOMAIN.length) : own);
    if (problem !== undefined) fields.report(name.slice(0, MAX_ATTRIBUTE_NAME), problem);
    const text = problem === undefined ? fields.text(name, true, KEY) : undefined;
    if (text !== undefined) keys[name] = text;
  }
  return names.length === 0 ? undefined : keys;
}

/** A label as JSON carries it. */
export type LabelJson = Omit<Label, 'labelledAtMs' | 'occurredAtMs'> & {
  readonly labelledAt: string;
  readonly occurredAt: string;
};

/** Reads what `labelToJson` wrote; what comes from outside goes through `parseLabel`. */
export function labelFromJson({ labelledAt, occurredAt, ...rest }: LabelJson): Label {
  return { ...rest, labelledAtMs: Date.parse(labelledAt), occurredAtMs: Date.parse(occurredAt) };
}

export function labelToJson(label: Label): LabelJson {
  const { labelledAtMs, occurredAtMs, ...rest } = label;
  return {
    ...rest,
    labelledAt: new Date(labelledAtMs).toISOString(),
    occurredAt: new Date(occurredAtMs).toISOString(),
  };
}

function parseVerdictFields(
  value: unknown,
  nowMs: number,
  known: ReadonlySet<string>,
  cards: CardPolicy,
): ParsedRecord<Verdict> {
  if (!isObject(value)) {
    return {
      ok: false,
      problems: [{ pointer: '', message: `A label must be a JSON object, not ${shown(value)}.` }],
    };
  }
  const problems: Problem[] = [];
  const fields = fieldReader(value, '', problems, cards);
  const transactionId = fields.text('transactionId', true, ID);
  const fraud = fields.flag('fraud', true);
  const fraudType = fields.text('fraudType', false, FRAUD_TYPE);
  const source = fields.choice('source', false, SOURCES) ?? 'analyst';
  const labelledAtMs = fields.time('labelledAt', false, EARLIEST_MS, nowMs + LABEL_TOLERANCE_MS) ?? nowMs;
  fields.onlyKnown(known);
  if (problems.length > 0 || transactionId === undefined || fraud === undefined) {
    return { ok: false, problems };
  }
  return {
    ok: true,
    value: { transactionId, fraud, ...(fraudType !== undefined && { fraudType }), source, labelledAtMs },
    wasChanged: fields.wasChanged,
  };
}
