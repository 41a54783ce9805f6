// The SinkStore on PostgreSQL. Progress and rows are one transaction; its first statement takes the sequence's row,
// so that rows become visible in the order of their numbers.
import type { Pool, PoolClient } from 'pg';
import { transactionToJson } from '../../domain/transaction.ts';
import type { Decided } from '../../engine/process-batch.ts';
import { type DeadLetterEntry, NO_PROGRESS, type SinkBatch, type SinkStore } from '../../ports/sink-store.ts';
import { FencedError } from '../../ports/state-store.ts';
import {
  ADD_ALERTS,
  ADD_COUNTS,
  alertGroups,
  alertRow,
  countRows,
  labelRow,
  labelStatements,
} from '../sql/commit.ts';
import { ensureMonths } from './months.ts';
import { copyTransactions, type PlacedDecision } from './transaction-rows.ts';

const MOVE_ON = `
  update stream_progress s set next_offset = b.next_offset, source_offset = b.source_offset
  from json_to_recordset($1) as b(output text, partition int, before bigint, next_offset bigint, source_offset bigint)
  where s.output = b.output and s.partition = b.partition and s.next_offset = b.before`;

const INSERT_ALERTS = `
  with ${ADD_ALERTS('$1', '$3')}
  ${ADD_COUNTS('$2')}`;

/**
 * The commit need not wait for the disk: what a database that died loses of the last moment, rows and progress alike, is
 * stored again from the topics.
 */
const BEGIN = 'begin; set local synchronous_commit to off';

const UNIQUE_VIOLATION = '23505';

/** Some of the ids are taken: by repetitions older than what workers remember, or by other accounts. */
class TakenIdsError extends Error {}

type Holder = { readonly accountId: string; readonly contentHash: string };
/** What is not stored among the transactions, and what is told of it. */
type LeftOut = { readonly items: ReadonlySet<Decided>; readonly deadLetters: readonly DeadLetterEntry[] };

const NOTHING_LEFT_OUT: LeftOut = { items: new Set(), deadLetters: [] };

const placed = (batches: readonly SinkBatch[]): PlacedDecision[] =>
  batches.flatMap(({ decided, partition }) => decided.map((item) => ({ item, partition })));

const codeOf = (error: Error): string | undefined => (error as { code?: string }).code;

function takenId(
  { offset, transaction, receivedAtMs }: Decided,
  partition: number,
  holder: Holder,
): DeadLetterEntry {
  const owner =
    holder.accountId === transaction.accountId ? 'the same account' : `account ${holder.accountId}`;
  return {
    source: `stream, partition ${partition}, offset ${offset}`,
    raw: JSON.stringify(transactionToJson(transaction)),
    problems: [
      {
        pointer: '/id',
        message: `This id was used before, with other content, by ${owner}. The transaction was decided, but is not stored; send it with an id of its own.`,
      },
    ],
    receivedAtMs,
    decidedAt: { partition, offset },
  };
}

export function createSinkStore(pool: Pool): SinkStore {
  async function storeAll(client: PoolClient, batches: readonly SinkBatch[], leftOut: LeftOut) {
    const moves = batches.map(({ output, partition, before, after }) => ({
      output,
      partition,
      before: before.nextOffset,
      next_offset: after.nextOffset,
      source_offset: after.sourceOffset,
    }));
    const decided = placed(batches).filter(({ item }) => !leftOut.items.has(item));
    const labelled = batches.flatMap((batch) =>
      batch.labelled.map((item) => ({ item, partition: batch.partition })),
    );
    const deadLetters = [...batches.flatMap((batch) => batch.deadLetters), ...leftOut.deadLetters];
    const count = decided.length + labelled.length;
    const taken = await client.query(
      'update stream_sequence set next = next + $1 returning next - $1 as first',
      [count],
    );
    const first = Number(taken.rows[0].first);
    const moved = await client.query(MOVE_ON, [JSON.stringify(moves)]);
    if (moved.rowCount !== batches.length) throw new FencedError('another sink has moved on from there');
    if (decided.length > 0) {
      const alerts = decided.flatMap(({ item }, i) =>
        item.decision.outcome === 'approve' ? [] : [alertRow(item, first + i)],
      );
      const counts = countRows(decided.map(({ item }) => item));
      await copyTransactions(client, decided, first).catch((error: Error) => {
        throw codeOf(error) === UNIQUE_VIOLATION ? new TakenIdsError() : error;
      });
      const flagged = decided
        .map(({ item }) => item)
        .filter(({ decision }) => decision.outcome !== 'approve');
      await client.query(
        INSERT_ALERTS,
        [alerts, counts, alertGroups(flagged)].map((rows) => JSON.stringify(rows)),
      );
    }
    const labelRows = labelled.map(({ item, partition }, i) => ({
      ...labelRow(item, first + decided.length + i),
      partition,
      log_offset: item.offset,
    }));
    for (const { sql, parameters } of labelStatements(labelRows)) await client.query(sql, [...parameters]);
    if (deadLetters.length > 0) {
      const rows = deadLetters.map(({ source, raw, problems, receivedAtMs, decidedAt }) => ({
        source,
        raw,
        problems: JSON.stringify(problems),
        received_at: new Date(receivedAtMs).toISOString(),
        partition: decidedAt?.partition,
        log_offset: decidedAt?.offset,
      }));
      await client.query(
        `insert into dead_letters (source, raw, problems, received_at, partition, log_offset)
         select source, raw, problems, received_at, partition, log_offset
         from json_to_recordset($1) as d(
           source text, raw text, problems text, received_at timestamptz, partition int, log_offset bigint)`,
        [JSON.stringify(rows)],
      );
    }
  }

  async function inTransaction(work: (client: PoolClient) => Promise<void>): Promise<void> {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      await client.query(BEGIN);
      await work(client);
      await client.query('commit');
    } catch (error) {
      failure = error as Error;
      // The connection may be what failed; the server then rolls back by itself.
      await client.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      client.release(
        failure instanceof FencedError || failure instanceof TakenIdsError ? undefined : failure,
      );
    }
  }

  /** What cannot be stored, since its id is taken: repetitions are let go, all else becomes a dead letter. */
  async function withTakenIds(batches: readonly SinkBatch[]): Promise<LeftOut> {
    const all = placed(batches);
    const found = await pool.query(
      'select id, account_id, content_hash from transactions where id = any($1::text[])',
      [all.map(({ item }) => item.transaction.id)],
    );
    const holders = new Map<string, Holder>(
      found.rows.map((row) => [row.id, { accountId: row.account_id, contentHash: row.content_hash }]),
    );
    const items = new Set<Decided>();
    const deadLetters: DeadLetterEntry[] = [];
    for (const { item, partition } of all) {
      const { transaction, contentHash } = item;
      const holder = holders.get(transaction.id);
      if (!holder) {
        holders.set(transaction.id, { accountId: transaction.accountId, contentHash });
        continue;
      }
      items.add(item);
      if (holder.contentHash !== contentHash) deadLetters.push(takenId(item, partition, holder));
    }
    return { items, deadLetters };
  }

  return {
    async progress(output, partition) {
      const { rows } = await pool.query(
        'select next_offset, source_offset from stream_progress where output = $1 and partition = $2',
        [output, partition],
      );
      if (rows.length > 0)
        return { nextOffset: Number(rows[0].next_offset), sourceOffset: Number(rows[0].source_offset) };
      await pool.query('insert into stream_progress values ($1, $2, $3, $4) on conflict do nothing', [
        output,
        partition,
        NO_PROGRESS.nextOffset,
        NO_PROGRESS.sourceOffset,
      ]);
      return NO_PROGRESS;
    },
    async store(batches) {
      if (batches.length === 0) return;
      await ensureMonths(
        pool,
        placed(batches).map(({ item }) => item.transaction.occurredAtMs),
      );
      try {
        await inTransaction((client) => storeAll(client, batches, NOTHING_LEFT_OUT));
      } catch (error) {
        if (!(error instanceof TakenIdsError)) throw error;
        const leftOut = await withTakenIds(batches);
        await inTransaction((client) => storeAll(client, batches, leftOut));
      }
    },
  };
}
