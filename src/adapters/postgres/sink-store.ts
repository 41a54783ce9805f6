// The SinkStore on PostgreSQL. Progress and rows are one transaction; its first statement takes the sequence's row,
// so that rows become visible in the order of their numbers.
import type { Pool, PoolClient } from 'pg';
import type { Decided } from '../../engine/process-batch.ts';
import { NO_PROGRESS, type SinkBatch, type SinkStore } from '../../ports/sink-store.ts';
import { FencedError } from '../../ports/state-store.ts';
import { ADD_COUNTS, alertRow, countRows, labelRow, labelStatements, transactionRow } from '../sql/commit.ts';
import { ensureMonths } from './months.ts';

const MOVE_ON = `
  update stream_progress s set next_offset = b.next_offset, source_offset = b.source_offset
  from json_to_recordset($1) as b(output text, partition int, before bigint, next_offset bigint, source_offset bigint)
  where s.output = b.output and s.partition = b.partition and s.next_offset = b.before`;

const INSERT = `
  with decided as (
    insert into transactions select * from json_populate_recordset(null::transactions, $1)
    on conflict do nothing returning 1),
  alerts as (
    insert into fraud_alerts select * from json_populate_recordset(null::fraud_alerts, $2)
    on conflict do nothing),
  counts as (${ADD_COUNTS('$3')})
  select count(*)::int as stored from decided`;

/** Some of the ids are stored already: repetitions older than what workers remember. */
class StoredBeforeError extends Error {}

export function createSinkStore(pool: Pool): SinkStore {
  async function storeAll(client: PoolClient, batches: readonly SinkBatch[], skip: ReadonlySet<string>) {
    const moves = batches.map(({ output, partition, before, after }) => ({
      output,
      partition,
      before: before.nextOffset,
      next_offset: after.nextOffset,
      source_offset: after.sourceOffset,
    }));
    const decided = batches.flatMap((batch) =>
      batch.decided
        .filter((item) => !skip.has(item.transaction.id))
        .map((item) => ({ item, partition: batch.partition })),
    );
    const labelled = batches.flatMap((batch) =>
      batch.labelled.map((item) => ({ item, partition: batch.partition })),
    );
    const deadLetters = batches.flatMap((batch) => batch.deadLetters);
    const count = decided.length + labelled.length;
    const taken = await client.query(
      'update stream_sequence set next = next + $1 returning next - $1 as first',
      [count],
    );
    const first = Number(taken.rows[0].first);
    const moved = await client.query(MOVE_ON, [JSON.stringify(moves)]);
    if (moved.rowCount !== batches.length) throw new FencedError('another sink has moved on from there');
    if (decided.length > 0) {
      const rows = decided.map(({ item, partition }, i) => ({
        ...transactionRow(item, first + i),
        partition,
        log_offset: item.offset,
      }));
      const alerts = decided.flatMap(({ item }, i) =>
        item.decision.outcome === 'approve' ? [] : [alertRow(item, first + i)],
      );
      const counts = countRows(decided.map(({ item }) => item));
      const parameters = [rows, alerts, counts].map((list) => JSON.stringify(list));
      const stored = await client.query(INSERT, parameters);
      if (stored.rows[0].stored !== rows.length) throw new StoredBeforeError();
    }
    const labelRows = labelled.map(({ item, partition }, i) => ({
      ...labelRow(item, first + decided.length + i),
      partition,
      log_offset: item.offset,
    }));
    for (const { sql, parameters } of labelStatements(labelRows)) await client.query(sql, [...parameters]);
    if (deadLetters.length > 0) {
      const rows = deadLetters.map(({ source, raw, problems, receivedAtMs }) => ({
        source,
        raw,
        problems: JSON.stringify(problems),
        received_at: new Date(receivedAtMs).toISOString(),
      }));
      await client.query(
        `insert into dead_letters (source, raw, problems, received_at)
         select source, raw, problems, received_at
         from json_to_recordset($1) as d(source text, raw text, problems text, received_at timestamptz)`,
        [JSON.stringify(rows)],
      );
    }
  }

  async function inTransaction(work: (client: PoolClient) => Promise<void>): Promise<void> {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      await client.query('begin');
      await work(client);
      await client.query('commit');
    } catch (error) {
      failure = error as Error;
      // The connection may be what failed; the server then rolls back by itself.
      await client.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      client.release(
        failure instanceof FencedError || failure instanceof StoredBeforeError ? undefined : failure,
      );
    }
  }

  async function storedAlready(decided: readonly Decided[]): Promise<ReadonlySet<string>> {
    const ids = decided.map((item) => item.transaction.id);
    const found = await pool.query('select id from transactions where id = any($1::text[])', [ids]);
    return new Set(found.rows.map((row) => String(row.id)));
  }

  return {
    async progress(output, partition) {
      await pool.query('insert into stream_progress values ($1, $2, $3, $4) on conflict do nothing', [
        output,
        partition,
        NO_PROGRESS.nextOffset,
        NO_PROGRESS.sourceOffset,
      ]);
      const { rows } = await pool.query(
        'select next_offset, source_offset from stream_progress where output = $1 and partition = $2',
        [output, partition],
      );
      return { nextOffset: Number(rows[0].next_offset), sourceOffset: Number(rows[0].source_offset) };
    },
    async store(batches) {
      if (batches.length === 0) return;
      const decided = batches.flatMap((batch) => batch.decided);
      await ensureMonths(
        pool,
        decided.map((item) => item.transaction.occurredAtMs),
      );
      try {
        await inTransaction((client) => storeAll(client, batches, new Set()));
      } catch (error) {
        if (!(error instanceof StoredBeforeError)) throw error;
        const skip = await storedAlready(decided);
        await inTransaction((client) => storeAll(client, batches, skip));
      }
    },
  };
}
