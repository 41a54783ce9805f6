// What the rows of a backfill carry from one step of the engine to the next: a part of a transaction, or a label,
// for one history.
import { encodeRow } from '../adapters/spark/batch-frames.ts';
import { baseCurrency, baseMinor } from '../domain/base-amount.ts';
import { asBuffer } from '../domain/bytes.ts';
import type { Label } from '../domain/label.ts';
import type { Transaction } from '../domain/transaction.ts';
import { keyHash } from '../features/key-set.ts';
import { ROLES, type Role, roleKey } from '../features/observe.ts';
import { decodeWhole, encodeWhole } from './backfill-transaction.ts';

export const ORDERS_PER_TRANSACTION = 8;
const FRAUD_CODES: readonly (boolean | undefined)[] = [undefined, false, true];
const LABEL = 0x80;
const NOTHING = new Uint8Array(0);

export type Body = {
  readonly role: Role;
  readonly isLabel: boolean;
  /** Of a transaction: what the table will say of it. Of a label: what it says. */
  readonly fraud: boolean | undefined;
  readonly said: Uint8Array;
  readonly vector: Uint8Array;
};

/** Role, what is known of fraud, length of what is said, that, a vector. */
export function encodeBody({ role, isLabel, fraud, said, vector }: Body): Buffer {
  const bytes = Buffer.allocUnsafe(6 + said.length + vector.length);
  bytes.writeUInt8(ROLES.indexOf(role) | (isLabel ? LABEL : 0), 0);
  bytes.writeUInt8(FRAUD_CODES.indexOf(fraud), 1);
  bytes.writeUInt32LE(said.length, 2);
  bytes.set(said, 6);
  bytes.set(vector, 6 + said.length);
  return bytes;
}

export function decodeBody(body: Uint8Array): Body {
  const bytes = asBuffer(body);
  const vectorAt = 6 + bytes.readUInt32LE(2);
  const head = bytes.readUInt8(0);
  return {
    role: ROLES[head & ~LABEL],
    isLabel: (head & LABEL) !== 0,
    fraud: FRAUD_CODES[bytes.readUInt8(1)],
    said: bytes.subarray(6, vectorAt),
    vector: bytes.subarray(vectorAt),
  };
}

/** The account's part says everything. */
export const wholeTransaction = ({ said }: Body, occurredAtMs: number): Transaction =>
  decodeWhole(asBuffer(said), occurredAtMs);

/** The other parts say what their history needs: base amount and currency, lengths of account and key, both. */
function encodeEssence(transaction: Transaction, key: string): Buffer {
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

/** What the history of `body` needs of its transaction. */
export function essentialTransaction(body: Body, occurredAtMs: number): Transaction {
  if (body.role === 'account') return wholeTransaction(body, occurredAtMs);
  const said = asBuffer(body.said);
  const keyAt = 15 + said.readUInt16LE(11);
  const key = said.toString('utf8', keyAt, keyAt + said.readUInt16LE(13));
  const { role } = body;
  return {
    id: '',
    accountId: said.toString('utf8', 15, keyAt),
    occurredAtMs,
    amountMinor: said.readDoubleLE(0),
    currency: said.toString('latin1', 8, 11),
    // No history asks for it.
    type: 'payment',
    ...(role === 'merchant' && { merchant: { id: key } }),
    ...(role === 'device' && { deviceId: key }),
    ...(role === 'ip' && { ip: key }),
    ...(role === 'counterparty' && { counterpartyId: key }),
  };
}

/** Payees and receivers share their histories. */
const historyHash = (role: Role, key: string): number =>
  keyHash(`${role === 'inbound' ? 'counterparty' : role} ${key}`);

/** A row for each history that a transaction touches; `number` is its place among those of the same time. */
export function transactionRows(
  transaction: Transaction,
  fraud: boolean | undefined,
  number: number,
): Buffer[] {
  const rows: Buffer[] = [];
  for (const [place, role] of ROLES.entries()) {
    const key = roleKey(role, transaction);
    if (key === undefined) continue;
    const said = role === 'account' ? encodeWhole(transaction) : encodeEssence(transaction, key);
    rows.push(
      encodeRow({
        timeMs: transaction.occurredAtMs,
        order: number * ORDERS_PER_TRANSACTION + place,
        hash: historyHash(role, key),
        body: encodeBody({ role, isLabel: false, fraud, said, vector: NOTHING }),
      }),
    );
  }
  return rows;
}

const LABELLED: readonly (readonly [
  Exclude<Role, 'inbound'>,
  'accountId' | 'merchantId' | 'deviceId' | 'ip' | 'counterpartyId',
])[] = [
  ['account', 'accountId'],
  ['merchant', 'merchantId'],
  ['device', 'deviceId'],
  ['ip', 'ip'],
  ['counterparty', 'counterpartyId'],
];

/** A row for each history that a label changes, at the time at which it became known. */
export function labelRows(label: Label, number: number): Buffer[] {
  return LABELLED.flatMap(([role, field]) => {
    const key = label[field];
    if (key === undefined) return [];
    const said = Buffer.from(JSON.stringify([key, label.occurredAtMs]));
    return [
      encodeRow({
        timeMs: label.labelledAtMs,
        order: number * ORDERS_PER_TRANSACTION + ROLES.indexOf(role),
        hash: historyHash(role, key),
        body: encodeBody({ role, isLabel: true, fraud: label.fraud, said, vector: NOTHING }),
      }),
    ];
  });
}

/** The history that a label's row is about, and the time of its event there. */
export function labelledEvent({ said }: Body): { readonly key: string; readonly occurredAtMs: number } {
  const [key, occurredAtMs] = JSON.parse(asBuffer(said).toString('utf8')) as [string, number];
  return { key, occurredAtMs };
}
