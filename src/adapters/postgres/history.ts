// What was decided before, out of the database: the source that state is rebuilt from.

import type { Selectable } from 'kysely';
import type { Pool } from 'pg';
import type { Label, LabelSource } from '../../domain/label.ts';
import { historiesOf, type LabelJson, labelFromJson } from '../../domain/label.ts';
import { type TransactionJson, transactionFromJson } from '../../domain/transaction.ts';
import type { HistoryItem } from '../../ports/stream/history.ts';
import type { TransactionsTable } from '../sql/schema.ts';
import { toTransaction } from '../sql/stored-transactions.ts';

const ITEMS_AT_ONCE = 500;

/**
 * Everything stored of a partition from an offset to another, both included, in order; labels with the keys of own histories
 * that `keyFields` names.
 */
export async function* storedHistory(
  pool: Pool,
  partition: number,
  fromOffset: number,
  toOffset: number,
  keyFields: readonly string[] = [],
): AsyncIterable<readonly HistoryItem[]> {
  for (let from = fromOffset; from <= toOffset; ) {
    const decided = await pool.query(
      `select * from transactions where partition = $1 and log_offset between $2 and $3
       order by log_offset limit $4`,
      [partition, from, toOffset, ITEMS_AT_ONCE],
    );
    const full = decided.rows.length === ITEMS_AT_ONCE;
    const last = full ? Number(decided.rows[ITEMS_AT_ONCE - 1].log_offset) : toOffset;
    const labelled = await pool.query(
      `select l.log_offset, l.fraud, l.fraud_type as label_type, l.source, l.labelled_at as said_at, t.*,
         l.log_offset as label_offset
       from labels l join transactions t on t.id = l.transaction_id
       where l.partition = $1 and l.log_offset between $2 and $3 order by l.log_offset`,
      [partition, from, last],
    );
    // Decided, and not stored: their ids were taken, or the database refused them.
    const leftOut = await pool.query(
      `select raw, log_offset, record_kind from dead_letters where partition = $1 and log_offset between $2 and $3`,
      [partition, from, last],
    );
    const items: HistoryItem[] = [
      ...leftOut.rows.map((row): HistoryItem => {
        const offset = Number(row.log_offset);
        const json = JSON.parse(row.raw);
        return row.record_kind === 'label'
          ? { kind: 'label', offset, label: labelFromJson(json as LabelJson) }
          : { kind: 'transaction', offset, transaction: transactionFromJson(json as TransactionJson) };
      }),
      ...decided.rows.map(
        (row): HistoryItem => ({
          kind: 'transaction',
          offset: Number(row.log_offset),
          transaction: toTransaction(row as Selectable<TransactionsTable>),
        }),
      ),
      ...labelled.rows.map((row): HistoryItem => {
        const transaction = toTransaction(row as Selectable<TransactionsTable>);
        const label: Label = {
          transactionId: transaction.id,
          fraud: row.fraud,
          source: row.source as LabelSource,
          labelledAtMs: row.said_at.getTime(),
          ...historiesOf(transaction, keyFields),
        };
        return { kind: 'label', offset: Number(row.label_offset), label };
      }),
    ].sort((a, b) => a.offset - b.offset);
    if (items.length > 0) yield items;
    from = last + 1;
  }
}
