// The engine's two later steps of a backfill inside Spark; `read` (backfill-read.ts) comes first, and turns a history into
// a row for each history that a transaction or a label touches. Spark brings the rows of a history together, in the order
// of time; `features` gives each its part of the vector; Spark brings the parts of a transaction together; `assemble`
// makes the whole vector, scores it, and writes a row of the table.
import { encodeOther, encodeRow, readRows } from '../adapters/spark/batch-frames.ts';
import { lacksMemory, reasonOf } from '../domain/fault.ts';
import { isoTime } from '../domain/iso-time.ts';
import { writeLongLE } from '../domain/long-bytes.ts';
import type { Transaction } from '../domain/transaction.ts';
import { judge } from '../engine/decide.ts';
import { vectorCodec } from '../engine/vector-codec.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { labelEntity } from '../features/labels.ts';
import { observeRole, type Role, roleKey } from '../features/observe.ts';
import { createScorer, type Model } from '../models/model.ts';
import { compileRuleset } from '../rules/ruleset.ts';
import { STARTER_RULES } from '../rules/starter-rules.ts';
import { createLabelClock } from '../training/label-clock.ts';
import { FIXED_COLUMNS, type PastTransaction } from '../training/table-columns.ts';
import {
  decodeBody,
  encodeBody,
  essentialTransaction,
  labelledEvent,
  ORDERS_PER_TRANSACTION,
  wholeTransaction,
} from './backfill-rows.ts';

const NOTHING = new Uint8Array(0);

export type Write = (bytes: Buffer) => void | Promise<void>;

/**
 * Rows of whole histories in the order of time, each to its part of the vector. Frauds become known after `delayMs`;
 * without it, when the input's labels say so.
 */
export async function featuresStep(
  input: AsyncIterable<Buffer>,
  catalogue: Catalogue,
  delayMs: number | undefined,
  write: Write,
): Promise<void> {
  const state = catalogue.createState();
  const vector = new Float64Array(catalogue.size);
  const codec = vectorCodec(catalogue.size);
  const labels = createLabelClock<{
    readonly labelledAtMs: number;
    readonly kind: Exclude<Role, 'inbound'>;
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
      const { role, fraud } = body;
      if (body.isLabel) {
        const { key, occurredAtMs } = labelledEvent(body);
        if (role !== 'inbound')
          labelEntity(state, role, key, Math.floor(occurredAtMs / 1000), fraud === true);
        continue;
      }
      const transaction = essentialTransaction(body, row.timeMs);
      try {
        observeRole(state, role, transaction, vector);
      } catch (error) {
        // Its history goes on without it; without its account's part it is in no row of the table.
        frames.push(badFrame(`history of its ${role}`, transaction, error));
        continue;
      }
      const key = roleKey(role, transaction);
      if (delayMs !== undefined && fraud && role !== 'inbound' && key !== undefined) {
        const { occurredAtMs } = transaction;
        labels.schedule({ labelledAtMs: occurredAtMs + delayMs, kind: role, key, occurredAtMs });
      }
      const said = role === 'account' ? body.said : NOTHING;
      const part = { role, isLabel: false, fraud, said, vector: codec.encode(vector) };
      frames.push(encodeRow({ ...row, body: encodeBody(part) }));
    }
    await write(Buffer.concat(frames));
  }
}

/** Parts of vectors, those of a transaction side by side, to rows of the table, scored where there is a model. */
export async function assembleStep(
  input: AsyncIterable<Buffer>,
  catalogue: Catalogue,
  model: Model | undefined,
  write: Write,
): Promise<void> {
  const scorer = model && createScorer(model, catalogue);
  const ruleset = compileRuleset(STARTER_RULES, catalogue);
  const codec = vectorCodec(catalogue.size);
  const vector = new Float64Array(catalogue.size);
  const nobodyPaid = catalogue.createState();
  let current:
    | { readonly number: number; readonly transaction: Transaction; readonly fraud: boolean | undefined }
    | undefined;
  const finish = (frames: Buffer[]): void => {
    if (!current) return;
    const { transaction, fraud } = current;
    try {
      const decision = scorer && judge(transaction, scorer, ruleset, transaction.occurredAtMs, vector);
      const past = { transaction, fraud, score: decision?.score, outcome: decision?.outcome };
      frames.push(encodeOther('result', encodeTableRow(past, vector)));
    } catch (error) {
      frames.push(badFrame('row of the table', transaction, error));
    }
  };
  for await (const rows of readRows(input)) {
    const frames: Buffer[] = [];
    for (const row of rows) {
      const number = Math.floor(row.order / ORDERS_PER_TRANSACTION);
      const body = decodeBody(row.body);
      if (number !== current?.number) {
        finish(frames);
        current = undefined;
        // Its account's history could not take it, and that was told.
        if (body.role !== 'account') continue;
        current = { number, transaction: wholeTransaction(body, row.timeMs), fraud: body.fraud };
        // What the account received is left out where nobody names a payee.
        observeRole(nobodyPaid, 'inbound', current.transaction, vector);
      }
      codec.merge(body.vector, vector);
    }
    if (frames.length > 0) await write(Buffer.concat(frames));
  }
  const last: Buffer[] = [];
  finish(last);
  await write(Buffer.concat(last));
}

/** What is told of a transaction that a step cannot deal with; the others go on. Throws where memory is short. */
function badFrame(what: string, transaction: Transaction, error: unknown): Buffer {
  if (lacksMemory(error)) throw error;
  const problems = [{ pointer: '', message: `${what}: ${reasonOf(error)}` }];
  const { id, accountId, occurredAtMs, amountMinor, currency } = transaction;
  const raw = JSON.stringify({ id, accountId, occurredAt: isoTime(occurredAtMs), amountMinor, currency });
  return encodeOther('bad', Buffer.from(JSON.stringify({ file: 'history', line: 0, problems, raw })));
}

/** Room for one row; a text of the table is at most a few hundred bytes, and no catalogue has more than a thousand features. */
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
    else at = writeLongLE(tableRow, Number(value), at);
  }
  for (const value of vector) at = tableRow.writeDoubleLE(value, at);
  return tableRow.subarray(0, at);
}
