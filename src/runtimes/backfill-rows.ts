// What the rows of a backfill carry from one step of the engine to the next: what a transaction, an event or a label does to
// histories of one key. All that are known by the same text are in one row: they come to the same place.
import { encodeRow } from '../adapters/spark/batch-frames.ts';
import { baseCurrency, baseMinor } from '../domain/base-amount.ts';
import { asBuffer } from '../domain/bytes.ts';
import { type CustomerEvent, customerEventFromJson, customerEventToJson } from '../domain/customer-event.ts';
import type { Label } from '../domain/label.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { CataloguePart } from '../features/catalogue.ts';
import { keyHash } from '../features/key-set.ts';
import { decodeWhole, encodeWhole } from './backfill-transaction.ts';

/** More than a catalogue has keys. */
export const ORDERS_PER_TRANSACTION = 1024;
const FRAUD_CODES: readonly (boolean | undefined)[] = [undefined, false, true];
const NOTHING = new Uint8Array(0);

/**
 * `account` is the first row of a transaction, which is in the table: of its account, and whole. `own` is whole as well; `shared` says
 * what histories of the program need.
 */
const KINDS = ['account', 'own', 'shared', 'event', 'label'] as const;

export type Body = {
  readonly kind: (typeof KINDS)[number];
  /** Places in the catalogue's parts. */
  readonly parts: readonly number[];
  /** Of a transaction: what the table will say of it. Of a label: what it says. */
  readonly fraud: boolean | undefined;
  readonly said: Uint8Array;
  readonly vector: Uint8Array;
};

/** Kind, what is known of fraud, how many parts, length of what is said; the parts, what is said, a vector. */
const HEAD_BYTES = 8;

export function encodeBody({ kind, parts, fraud, said, vector }: Body): Buffer {
  const saidAt = HEAD_BYTES + 2 * parts.length;
  const bytes = Buffer.allocUnsafe(saidAt + said.length + vector.length);
  bytes.writeUInt8(KINDS.indexOf(kind), 0);
  bytes.writeUInt8(FRAUD_CODES.indexOf(fraud), 1);
  bytes.writeUInt16LE(parts.length, 2);
  bytes.writeUInt32LE(said.length, 4);
  for (let i = 0; i < parts.length; i++) bytes.writeUInt16LE(parts[i], HEAD_BYTES + 2 * i);
  bytes.set(said, saidAt);
  bytes.set(vector, saidAt + said.length);
  return bytes;
}

export function decodeBody(body: Uint8Array): Body {
  const bytes = asBuffer(body);
  const parts = new Array<number>(bytes.readUInt16LE(2));
  for (let i = 0; i < parts.length; i++) parts[i] = bytes.readUInt16LE(HEAD_BYTES + 2 * i);
  const saidAt = HEAD_BYTES + 2 * parts.length;
  const vectorAt = saidAt + bytes.readUInt32LE(4);
  return {
    kind: KINDS[bytes.readUInt8(0)],
    parts,
    fraud: FRAUD_CODES[bytes.readUInt8(1)],
    said: bytes.subarray(saidAt, vectorAt),
    vector: bytes.subarray(vectorAt),
  };
}

/** What histories of the program need, that accounts share: base amount and currency, lengths of account and key, both. */
function encodeShared(transaction: Transaction, key: string): Buffer {
  const { accountId } = transaction;
  const bytes = Buffer.allocUnsafe(15 + 3 * (accountId.length + key.length));
  bytes.writeDoubleLE(baseMinor(transaction), 0);
  bytes.write(baseCurrency(transaction), 8, 'latin1');
  const accountLength = bytes.write(accountId, 15);
  const keyLength = bytes.write(key, 15 + accountLength);
  bytes.writeUInt16LE(accountLength, 11);
  bytes.writeUInt16LE(keyLength, 13);
  return bytes.subarray(0, 15 + accountLength + keyLength);
}

const SHARED_FIELDS: Readonly<Record<string, (key: string) => Partial<Transaction>>> = {
  merchant: (id) => ({ merchant: { id } }),
  device: (deviceId) => ({ deviceId }),
  ip: (ip) => ({ ip }),
  counterparty: (counterpartyId) => ({ counterpartyId }),
};

function decodeShared(said: Buffer, asked: readonly CataloguePart[], occurredAtMs: number): Transaction {
  const keyAt = 15 + said.readUInt16LE(11);
  const key = said.toString('utf8', keyAt, keyAt + said.readUInt16LE(13));
  return Object.assign(
    {
      id: '',
      accountId: said.toString('utf8', 15, keyAt),
      occurredAtMs,
      amountMinor: said.readDoubleLE(0),
      currency: said.toString('latin1', 8, 11),
      // None of these histories asks for it.
      type: 'payment',
    },
    ...asked.map(({ id }) => SHARED_FIELDS[id]?.(key)),
  );
}

/** What the histories of `body`, which are `asked`, need of its transaction. */
export const transactionOf = (
  { kind, said }: Body,
  asked: readonly CataloguePart[],
  occurredAtMs: number,
): Transaction =>
  kind === 'shared'
    ? decodeShared(asBuffer(said), asked, occurredAtMs)
    : decodeWhole(asBuffer(said), occurredAtMs);

/** The places of parts by their keys. */
function byKey(
  parts: readonly CataloguePart[],
  keyOf: (part: CataloguePart) => string | undefined,
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (let place = 0; place < parts.length; place++) {
    const key = keyOf(parts[place]);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(place);
    else groups.set(key, [place]);
  }
  return groups;
}

/** A row for each key by which histories know a transaction; `number` is its place among those of the same time. */
export function transactionRows(
  parts: readonly CataloguePart[],
  transaction: Transaction,
  fraud: boolean | undefined,
  number: number,
): Buffer[] {
  const { accountId, occurredAtMs: timeMs } = transaction;
  const groups = byKey(parts, ({ key }) => key(transaction));
  const whole = encodeWhole(transaction);
  let order = number * ORDERS_PER_TRANSACTION;
  const row = (key: string, kind: Body['kind'], its: readonly number[], said: Uint8Array): Buffer =>
    encodeRow({
      timeMs,
      order: order++,
      hash: keyHash(key),
      body: encodeBody({ kind, parts: its, fraud, said, vector: NOTHING }),
    });
  const rows = [row(accountId, 'account', groups.get(accountId) ?? [], whole)];
  for (const [key, its] of groups) {
    if (key === accountId) continue;
    rows.push(
      its.every((place) => Object.hasOwn(SHARED_FIELDS, parts[place].id))
        ? row(key, 'shared', its, encodeShared(transaction, key))
        : row(key, 'own', its, whole),
    );
  }
  return rows;
}

/** A row for each key by which histories know what an event is about; none where nobody looks at its kind. */
export function eventRows(parts: readonly CataloguePart[], event: CustomerEvent, number: number): Buffer[] {
  const groups = byKey(parts, ({ keyOfEvent }) => keyOfEvent(event));
  if (groups.size === 0) return [];
  const said = Buffer.from(JSON.stringify(customerEventToJson(event)));
  return [...groups].map(([key, its], i) =>
    encodeRow({
      timeMs: event.occurredAtMs,
      order: number * ORDERS_PER_TRANSACTION + i,
      hash: keyHash(key),
      body: encodeBody({ kind: 'event', parts: its, fraud: undefined, said, vector: NOTHING }),
    }),
  );
}

export const eventOf = ({ said }: Body): CustomerEvent =>
  customerEventFromJson(JSON.parse(asBuffer(said).toString('utf8')));

/** A row for each key by which histories know what a label changes, at the time at which it became known. */
export function labelRows(parts: readonly CataloguePart[], label: Label, number: number): Buffer[] {
  return [...byKey(parts, ({ keyOfLabel }) => keyOfLabel(label))].map(([key, its], i) =>
    encodeRow({
      timeMs: label.labelledAtMs,
      order: number * ORDERS_PER_TRANSACTION + i,
      hash: keyHash(key),
      body: encodeBody({
        kind: 'label',
        parts: its,
        fraud: label.fraud,
        said: Buffer.from(JSON.stringify([key, label.occurredAtMs])),
        vector: NOTHING,
      }),
    }),
  );
}

/** The key of the histories that a label's row is about, and the time of its event there. */
export function labelledEvent({ said }: Body): { readonly key: string; readonly occurredAtMs: number } {
  const [key, occurredAtMs] = JSON.parse(asBuffer(said).toString('utf8')) as [string, number];
  return { key, occurredAtMs };
}
