// The engine's three steps of a backfill inside Spark. `read` turns a file into a row for each history that a
// transaction touches; Spark brings the rows of a history together, in the order of time; `features` gives each its part of
// the vector; Spark brings the parts of a transaction together; `assemble` makes the whole vector, scores it, and
// writes a row of the table.
import type { InputRow } from '../adapters/files/read-transactions.ts';
import { encodeOther, encodeRow, readRows } from '../adapters/spark/batch-frames.ts';
import {
  type Transaction,
  type TransactionJson,
  transactionFromJson,
  transactionToJson,
} from '../domain/transaction.ts';
import { judge } from '../engine/decide.ts';
import { decodeVector, encodeVector } from '../engine/vector-codec.ts';
import { FEATURE_COUNT } from '../features/catalogue.ts';
import {
  createFeatureState,
  keyHash,
  labelEntity,
  observeRole,
  ROLES,
  roleKey,
} from '../features/observe.ts';
import { createScorer, type Model } from '../models/model.ts';
import { compileRuleset, STARTER_RULES } from '../rules/ruleset.ts';
import { createLabelClock } from '../training/label-clock.ts';
import { FIXED_COLUMNS, type PastTransaction } from '../training/table-columns.ts';
import { createIdSet } from './id-set.ts';

const ORDERS_PER_TRANSACTION = 8;
/** Rows of a file; files come one after the other in the order of rows of the same time. */
const ROWS_PER_FILE = 2 ** 36;
const SHOWN_BAD_CHARACTERS = 500;
const FRAUD_CODES: readonly (boolean | undefined)[] = [undefined, false, true];
const NOTHING = new Uint8Array(0);

export type Write = (bytes: Buffer) => void | Promise<void>;

/** A row's body: role, what is known of fraud, length of what is said of the transaction, that, a vector. */
function encodeBody(role: number, fraud: boolean | undefined, said: Uint8Array, vector: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(6 + said.length + vector.length);
  bytes.writeUInt8(role, 0);
  bytes.writeUInt8(FRAUD_CODES.indexOf(fraud), 1);
  bytes.writeUInt32LE(said.length, 2);
  bytes.set(said, 6);
  bytes.set(vector, 6 + said.length);
  return bytes;
}

type Body = {
  readonly role: number;
  readonly fraud: boolean | undefined;
  readonly said: Buffer;
  readonly vector: Uint8Array;
};

function decodeBody(body: Uint8Array): Body {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const vectorAt = 6 + bytes.readUInt32LE(2);
  return {
    role: bytes.readUInt8(0),
    fraud: FRAUD_CODES[bytes.readUInt8(1)],
    said: bytes.subarray(6, vectorAt),
    vector: bytes.subarray(vectorAt),
  };
}

/** The account's part says everything, as JSON. */
const wholeTransaction = ({ said }: Body): Transaction =>
  transactionFromJson(JSON.parse(said.toString('utf8')) as TransactionJson);

/** The other parts say what their history needs: amount, currency, lengths of account and key, both. */
function encodeEssence({ amountMinor, currency, accountId }: Transaction, key: string): Buffer {
  const bytes = Buffer.allocUnsafe(15 + 3 * (accountId.length + key.length));
  bytes.writeDoubleLE(amountMinor, 0);
  bytes.write(currency, 8, 'latin1');
  const accountLength = bytes.write(accountId, 15);
  const keyLength = bytes.write(key, 15 + accountLength);
  bytes.writeUInt16LE(accountLength, 11);
  bytes.writeUInt16LE(keyLength, 13);
  return bytes.subarray(0, 15 + accountLength + keyLength);
}

function transactionOf({ role, said }: Body, occurredAtMs: number): Transaction {
  const keyAt = 15 + said.readUInt16LE(11);
  const key = said.toString('utf8', keyAt, keyAt + said.readUInt16LE(13));
  const name = ROLES[role];
  return {
    id: '',
    accountId: said.toString('utf8', 15, keyAt),
    occurredAtMs,
    amountMinor: said.readDoubleLE(0),
    currency: said.toString('latin1', 8, 11),
    // No history asks for it.
    type: 'payment',
    ...(name === 'merchant' && { merchant: { id: key } }),
    ...(name === 'device' && { deviceId: key }),
    ...(name === 'ip' && { ip: key }),
    ...(name === 'counterparty' && { counterpartyId: key }),
  };
}

/** Rows of a file that was opened as number `file` of the input; an id that comes again is left out. */
export async function readStep(
  batches: AsyncIterable<readonly InputRow[]>,
  source: { readonly name: string; readonly file: number; readonly untilMs: number },
  write: Write,
): Promise<void> {
  const seen = createIdSet();
  let number = source.file * ROWS_PER_FILE;
  let hasPayees = false;
  for await (const batch of batches) {
    const frames: Buffer[] = [];
    for (const row of batch) {
      if (!row.ok) {
        const bad = {
          file: source.name,
          line: row.line,
          problems: row.problems,
          raw: row.raw.slice(0, SHOWN_BAD_CHARACTERS),
        };
        frames.push(encodeOther('bad', Buffer.from(JSON.stringify(bad))));
        continue;
      }
      const { transaction, fraud } = row;
      if (transaction.occurredAtMs >= source.untilMs || !seen.add(transaction.id)) continue;
      if (transaction.counterpartyId !== undefined && !hasPayees) {
        hasPayees = true;
        frames.push(encodeOther('payees', NOTHING));
      }
      const json = Buffer.from(JSON.stringify(transactionToJson(transaction)));
      for (const [role, name] of ROLES.entries()) {
        const key = roleKey(name, transaction);
        if (key === undefined) continue;
        frames.push(
          encodeRow({
            timeMs: transaction.occurredAtMs,
            order: number * ORDERS_PER_TRANSACTION + role,
            // Payees and receivers share their histories.
            hash: keyHash(`${name === 'inbound' ? 'counterparty' : name} ${key}`),
            body: encodeBody(
              role,
              fraud,
              name === 'account' ? json : encodeEssence(transaction, key),
              NOTHING,
            ),
          }),
        );
      }
      number++;
    }
    await write(Buffer.concat(frames));
  }
}

/** Rows of whole histories in the order of time, each to its part of the vector. Labels are known after `delayMs`. */
export async function featuresStep(
  input: AsyncIterable<Buffer>,
  delayMs: number,
  write: Write,
): Promise<void> {
  const state = createFeatureState();
  const vector = new Float64Array(FEATURE_COUNT);
  const labels = createLabelClock<{
    readonly labelledAtMs: number;
    readonly kind: Exclude<(typeof ROLES)[number], 'inbound'>;
    readonly key: string;
    readonly occurredAtMs: number;
  }>();
  for await (const rows of readRows(input)) {
    const frames: Buffer[] = [];
    for (const row of rows) {
      for (const { kind, key, occurredAtMs } of labels.due(row.timeMs)) {
        labelEntity(state, kind, key, Math.floor(occurredAtMs / 1000), true);
      }
      const body = decodeBody(row.body);
      const role = ROLES[body.role];
      const transaction = role === 'account' ? wholeTransaction(body) : transactionOf(body, row.timeMs);
      observeRole(state, role, transaction, vector);
      const key = roleKey(role, transaction);
      if (body.fraud && role !== 'inbound' && key !== undefined) {
        const { occurredAtMs } = transaction;
        labels.schedule({ labelledAtMs: occurredAtMs + delayMs, kind: role, key, occurredAtMs });
      }
      const said = role === 'account' ? body.said : NOTHING;
      frames.push(encodeRow({ ...row, body: encodeBody(body.role, body.fraud, said, encodeVector(vector)) }));
    }
    await write(Buffer.concat(frames));
  }
}

/** Parts of vectors, those of a transaction side by side, to rows of the table, scored where there is a model. */
export async function assembleStep(
  input: AsyncIterable<Buffer>,
  model: Model | undefined,
  write: Write,
): Promise<void> {
  const scorer = model && createScorer(model);
  const ruleset = compileRuleset(STARTER_RULES);
  const vector = new Float64Array(FEATURE_COUNT);
  const nobodyPaid = createFeatureState();
  let current:
    | { readonly number: number; readonly transaction: Transaction; readonly fraud: boolean | undefined }
    | undefined;
  const finish = (frames: Buffer[]): void => {
    if (!current) return;
    const { transaction, fraud } = current;
    const decision = scorer && judge(transaction, scorer, ruleset, transaction.occurredAtMs, vector);
    const past = { transaction, fraud, score: decision?.score, outcome: decision?.outcome };
    frames.push(encodeOther('result', encodeTableRow(past, vector)));
  };
  for await (const rows of readRows(input)) {
    const frames: Buffer[] = [];
    for (const row of rows) {
      const number = Math.floor(row.order / ORDERS_PER_TRANSACTION);
      const body = decodeBody(row.body);
      if (number !== current?.number) {
        finish(frames);
        if (ROLES[body.role] !== 'account') throw new Error('a transaction without the part of its account');
        current = { number, transaction: wholeTransaction(body), fraud: body.fraud };
        // What the account received is left out where nobody names a payee.
        observeRole(nobodyPaid, 'inbound', current.transaction, vector);
      }
      const part = decodeVector(body.vector);
      for (let i = 0; i < FEATURE_COUNT; i++) if (!Number.isNaN(part[i])) vector[i] = part[i];
    }
    if (frames.length > 0) await write(Buffer.concat(frames));
  }
  const last: Buffer[] = [];
  finish(last);
  await write(Buffer.concat(last));
}

/** Room for one row; a text of the table is at most a few hundred bytes. */
const tableRow = Buffer.alloc(64 * 1024);

/** Fixed columns by their types (a string: length or −1, bytes; a boolean: 0, 1, or 2 for none), then the features. */
function encodeTableRow(row: PastTransaction, vector: Float64Array): Uint8Array {
  let at = 0;
  for (const { type, of } of FIXED_COLUMNS) {
    const value = of(row);
    if (type === 'string') {
      const length = value === undefined ? -1 : tableRow.write(String(value), at + 4);
      at = tableRow.writeInt32LE(length, at) + Math.max(length, 0);
    } else if (type === 'boolean') at = tableRow.writeUInt8(value === undefined ? 2 : value ? 1 : 0, at);
    else if (type === 'double')
      at = tableRow.writeDoubleLE(value === undefined ? Number.NaN : Number(value), at);
    else at = tableRow.writeBigInt64LE(BigInt(Number(value)), at);
  }
  for (let i = 0; i < FEATURE_COUNT; i++) at = tableRow.writeDoubleLE(vector[i], at);
  return tableRow.subarray(0, at);
}
