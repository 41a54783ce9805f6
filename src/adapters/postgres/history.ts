// What was decided before, out of the database: the source that state is rebuilt from.

import type { Selectable } from 'kysely';
import type { Pool, QueryResult } from 'pg';
import { recordAsDeclared } from '../../domain/as-declared.ts';
import { type CustomerEventJson, customerEventFromJson } from '../../domain/customer-event.ts';
import type { Label, LabelSource } from '../../domain/label.ts';
import { historiesOf, type LabelJson, labelFromJson } from '../../domain/label.ts';
import type { OwnData } from '../../domain/own-data.ts';
import { type Transaction, type TransactionJson, transactionFromJson } from '../../domain/transaction.ts';
import type { HistoryItem } from '../../ports/stream/history.ts';
import type { TransactionsTable } from '../sql/schema.ts';
import { toTransaction } from '../sql/stored-transactions.ts';

const ITEMS_AT_ONCE = 500;

/**
 * Everything stored of a partition from an offset to another, both included, in order; labels with the keys of the own
 * entities that are declared.
 */
export async function* storedHistory(
  pool: Pool,
  partition: number,
  fromOffset: number,
  toOffset: number,
  declared?: OwnData,
): AsyncIterable<readonly HistoryItem[]> {
  for (let from = fromOffset; from <= toOffset; ) {
    const some = [partition, from, toOffset, ITEMS_AT_ONCE];
    const within = 'where partition = $1 and log_offset between $2 and $3 order by log_offset limit $4';
    const decided = await pool.query(`select * from transactions ${within}`, some);
    const observed = await pool.query(`select event, log_offset, received_at from events ${within}`, some);
    const last = Math.min(lastOf(decided, toOffset), lastOf(observed, toOffset));
    const isIn = ({ offset }: HistoryItem): boolean => offset <= last;
    const labelled = await pool.query(
      `select l.log_offset, l.fraud, l.fraud_type as label_type, l.source, l.labelled_at as said_at, t.*,
         l.log_offset as label_offset
       from labels l join transactions t on t.id = l.transaction_id
       where l.partition = $1 and l.log_offset between $2 and $3 order by l.log_offset`,
      [partition, from, last],
    );
    // Decided, and not stored: their ids were taken, or the database refused them.
    const leftOut = await pool.query(
      `select raw, log_offset, record_kind, received_at from dead_letters where partition = $1 and log_offset between $2 and $3`,
      [partition, from, last],
    );
    const items: HistoryItem[] = [
      ...leftOut.rows.map((row): HistoryItem => {
        const offset = Number(row.log_offset);
        return leftOutItem(row.record_kind, JSON.parse(row.raw), offset, row.received_at.getTime());
      }),
      ...decided.rows
        .map(
          (row): HistoryItem => ({
            kind: 'transaction',
            offset: Number(row.log_offset),
            transaction: toTransaction(row as Selectable<TransactionsTable>),
            receivedAtMs: row.received_at.getTime(),
            decidedBy: { catalogueHash: row.catalogue_hash, vector: row.features },
          }),
        )
        .filter(isIn),
      ...observed.rows
        .map(
          (row): HistoryItem => ({
            kind: 'event',
            offset: Number(row.log_offset),
            event: customerEventFromJson(JSON.parse(row.event) as CustomerEventJson),
            receivedAtMs: row.received_at.getTime(),
          }),
        )
        .filter(isIn),
      ...labelled.rows.map((row): HistoryItem => {
        const stored = toTransaction(row as Selectable<TransactionsTable>);
        const transaction = declared ? recordAsDeclared(stored, declared) : stored;
        const label: Label = {
          transactionId: transaction.id,
          fraud: row.fraud,
          source: row.source as LabelSource,
          labelledAtMs: row.said_at.getTime(),
          ...historiesOf(transaction, declared?.keyFields),
        };
        return { kind: 'label', offset: Number(row.label_offset), label };
      }),
    ].sort((a, b) => a.offset - b.offset);
    if (items.length > 0) yield items;
    from = last + 1;
  }
}

/** How far a piece goes: to its last row where there may be more behind it. */
const lastOf = ({ rows }: QueryResult, toOffset: number): number =>
  rows.length === ITEMS_AT_ONCE ? Number(rows[ITEMS_AT_ONCE - 1].log_offset) : toOffset;

function leftOutItem(kind: string | null, json: unknown, offset: number, receivedAtMs: number): HistoryItem {
  if (kind === 'label') return { kind, offset, label: labelFromJson(json as LabelJson) };
  if (kind === 'event')
    return { kind, offset, event: customerEventFromJson(json as CustomerEventJson), receivedAtMs };
  const transaction = transactionFromJson(json as TransactionJson);
  return { kind: 'transaction', offset, transaction, receivedAtMs };
}

/** Stored transactions by their ids. */
export async function storedTransactions(
  pool: Pool,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Transaction>> {
  const { rows } = await pool.query('select * from transactions where id = any($1)', [ids]);
  return new Map(
    rows.map((row) => {
      const transaction = toTransaction(row as Selectable<TransactionsTable>);
      return [transaction.id, transaction];
    }),
  );
}
