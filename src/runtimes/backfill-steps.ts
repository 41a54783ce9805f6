// The engine's two later steps of a backfill inside Spark; `read` (backfill-read.ts) comes first, and turns a history into
// a row for each history that a transaction or a label touches. Spark brings the rows of a history together, in the order
// of time; `features` gives each its part of the vector; Spark brings the parts of a transaction together; `assemble`
// makes the whole vector, scores it, and writes a row of the table.
import { type BatchRow, encodeOther, encodeRow, readRows } from '../adapters/spark/batch-frames.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { lacksMemory, reasonOf } from '../domain/fault.ts';
import { InputError } from '../domain/input-error.ts';
import { isoTime } from '../domain/iso-time.ts';
import { writeLongLE } from '../domain/long-bytes.ts';
import { ownDataOf } from '../domain/own-data.ts';
import type { Transaction } from '../domain/transaction.ts';
import { judge } from '../engine/decide.ts';
import { vectorCodec } from '../engine/vector-codec.ts';
import type { Catalogue, CataloguePart } from '../features/catalogue.ts';
import type { FeatureState } from '../features/feature-state.ts';
import { createScorer, type Model } from '../models/model.ts';
import { compileRuleset, type Ruleset } from '../rules/ruleset.ts';
import { STARTER_RULES } from '../rules/starter-rules.ts';
import { createLabelClock, labelFor } from '../training/label-clock.ts';
import { FIXED_COLUMNS, ownCategories, type PastTransaction } from '../training/table-columns.ts';
import {
  type Body,
  decodeBody,
  encodeBody,
  eventOf,
  labelledEvent,
  ORDERS_PER_TRANSACTION,
  transactionOf,
} from './backfill-rows.ts';

const NOTHING = new Uint8Array(0);
const NO_PARTS: readonly number[] = [];

export type Write = (bytes: Buffer) => void | Promise<void>;

/** A fraud that histories of a key will know of. */
type FutureFraud = {
  readonly labelledAtMs: number;
  readonly parts: readonly CataloguePart[];
  readonly key: string;
  readonly occurredAtMs: number;
};

/**
 * Rows of whole histories in the order of time, those of a transaction each to its part of the vector. Frauds become known after
 * `delayMs`; without it, when the input's labels say so.
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
  const frauds = createLabelClock<FutureFraud>();
  const partOf = (place: number): CataloguePart => catalogue.parts[place];
  /** What becomes of a row of a transaction; undefined where its histories cannot take it, which `told` says. */
  function featuresOf(row: BatchRow, body: Body, told: Buffer[]): Buffer | undefined {
    const parts = body.parts.map(partOf);
    const transaction = transactionOf(body, parts, row.timeMs);
    const { occurredAtMs } = transaction;
    vector.fill(Number.NaN);
    try {
      for (const part of parts) part.look(state, transaction, vector);
      for (const part of parts) if (part.keeps) part.keep(state);
    } catch (error) {
      // Histories go on without it; without its account's part it is in no row of the table.
      told.push(badFrame(`histories (${parts.map(({ id }) => id).join(', ')})`, transaction, error));
      return undefined;
    }
    if (delayMs !== undefined && body.fraud) {
      const label = labelFor(transaction, true, occurredAtMs + delayMs, 'import', undefined, keyFields);
      const labelled = parts.filter(({ keyOfLabel }) => keyOfLabel(label) !== undefined);
      const key = labelled[0]?.keyOfLabel(label);
      if (key !== undefined)
        frauds.schedule({ labelledAtMs: label.labelledAtMs, parts: labelled, key, occurredAtMs });
    }
    const said = body.kind === 'account' ? body.said : NOTHING;
    const { kind, fraud } = body;
    return encodeRow({
      ...row,
      body: encodeBody({ kind, parts: NO_PARTS, fraud, said, vector: codec.encode(vector) }),
    });
  }
  const { keyFields } = ownDataOf(catalogue.data);
  for await (const rows of readRows(input)) {
    const frames: Buffer[] = [];
    for (const row of rows) {
      for (const { parts, key, occurredAtMs } of frauds.due(row.timeMs)) {
        for (const part of parts) part.label(state, key, Math.floor(occurredAtMs / 1000), true);
      }
      const body = decodeBody(row.body);
      if (body.kind === 'label') learnLabel(state, body, body.parts.map(partOf));
      else if (body.kind === 'event') keepEvent(state, body, body.parts.map(partOf), frames);
      else {
        const frame = featuresOf(row, body, frames);
        if (frame) frames.push(frame);
      }
    }
    await write(Buffer.concat(frames));
  }
}

function learnLabel(state: FeatureState, body: Body, parts: readonly CataloguePart[]): void {
  const { key, occurredAtMs } = labelledEvent(body);
  for (const part of parts) part.label(state, key, Math.floor(occurredAtMs / 1000), body.fraud === true);
}

function keepEvent(state: FeatureState, body: Body, parts: readonly CataloguePart[], told: Buffer[]): void {
  const event = eventOf(body);
  try {
    for (const part of parts) part.lookAtEvent(state, event);
    for (const part of parts) part.keep(state);
  } catch (error) {
    told.push(badFrame(`histories (${parts.map(({ id }) => id).join(', ')})`, event, error));
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
  const ruleset = startersOf(catalogue);
  const own = ownCategories(catalogue);
  const codec = vectorCodec(catalogue.size);
  const vector = new Float64Array(catalogue.size);
  let current:
    | { readonly number: number; readonly transaction: Transaction; readonly fraud: boolean | undefined }
    | undefined;
  const finish = (frames: Buffer[]): void => {
    if (!current) return;
    const { transaction, fraud } = current;
    try {
      catalogue.complete(transaction, vector);
      const decision = scorer && judge(transaction, scorer, ruleset, transaction.occurredAtMs, vector);
      const past = { transaction, fraud, score: decision?.score, outcome: decision?.outcome };
      frames.push(encodeOther('result', encodeTableRow(past, own, vector)));
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
        // Its account's histories could not take it, and that was told.
        if (body.kind !== 'account') continue;
        current = { number, transaction: transactionOf(body, [], row.timeMs), fraud: body.fraud };
        vector.fill(Number.NaN);
      }
      codec.merge(body.vector, vector);
    }
    if (frames.length > 0) await write(Buffer.concat(frames));
  }
  const last: Buffer[] = [];
  finish(last);
  await write(Buffer.concat(last));
}

/** Rules of features that a catalogue does not have are left out: they could hold of nothing. */
function startersOf(catalogue: Catalogue): Ruleset {
  const fits = (rule: (typeof STARTER_RULES)[number]): boolean => {
    try {
      compileRuleset([rule], catalogue);
      return true;
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
  };
  return compileRuleset(STARTER_RULES.filter(fits), catalogue);
}

/** What is told of a record that a step cannot deal with; the others go on. Throws where memory is short. */
function badFrame(what: string, said: Transaction | CustomerEvent, error: unknown): Buffer {
  if (lacksMemory(error)) throw error;
  const problems = [{ pointer: '', message: `${what}: ${reasonOf(error)}` }];
  const { id, accountId, occurredAtMs } = said;
  const more =
    'amountMinor' in said ? { amountMinor: said.amountMinor, currency: said.currency } : { kind: said.kind };
  const raw = JSON.stringify({ id, accountId, occurredAt: isoTime(occurredAtMs), ...more });
  return encodeOther('bad', Buffer.from(JSON.stringify({ file: 'history', line: 0, problems, raw })));
}

/** Room for one row: the fixed columns, and 400 own features, each of which may be a text of 1,000 characters. */
const tableRow = Buffer.alloc(2 << 20);

/** Writes a text behind its length, −1 for none; gives where it ends. */
function writeText(value: string | undefined, at: number): number {
  const length = value === undefined ? -1 : tableRow.write(value, at + 4);
  return tableRow.writeInt32LE(length, at) + Math.max(length, 0);
}

/** Fixed columns by their types (a boolean: 0, 1, or 2 for none), own categories, then the features. */
function encodeTableRow(
  row: PastTransaction,
  own: ReturnType<typeof ownCategories>,
  vector: Float64Array,
): Uint8Array {
  let at = 0;
  for (const { type, of } of FIXED_COLUMNS) {
    const value = of(row);
    if (type === 'string') at = writeText(value === undefined ? undefined : String(value), at);
    else if (type === 'boolean') at = tableRow.writeUInt8(value === undefined ? 2 : value ? 1 : 0, at);
    else if (type === 'double')
      at = tableRow.writeDoubleLE(value === undefined ? Number.NaN : Number(value), at);
    else at = writeLongLE(tableRow, Number(value), at);
  }
  for (const { category } of own) at = writeText(category.of(row.transaction), at);
  for (const value of vector) at = tableRow.writeDoubleLE(value, at);
  return tableRow.subarray(0, at);
}
