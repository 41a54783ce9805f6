// The SinkStore on PostgreSQL. Progress and rows are one transaction; its first statement takes the sequence's row,
// so that rows become visible in the order of their numbers.
import type { Pool, PoolClient, QueryResult } from 'pg';
import { customerEventToJson } from '../../domain/customer-event.ts';
import { transactionToJson } from '../../domain/transaction.ts';
import type { Decided, Observed } from '../../engine/process-batch.ts';
import type { DeadLetterEntry } from '../../ports/office/dead-letters.ts';
import { NO_PROGRESS, type SinkBatch, type SinkStore } from '../../ports/stream/sink-store.ts';
import { FencedError } from '../../ports/stream/state-store.ts';
import { decodeDecision } from '../../stream/message-codec.ts';
import {
  ADD_ALERTS,
  ADD_COUNTS,
  alertGroups,
  alertRow,
  countRows,
  labelRow,
  labelStatements,
} from '../sql/commit.ts';
import { addDeadLetters } from '../sql/dead-letters.ts';
import { eventRow, insertEvents } from '../sql/events.ts';
import { type CollectedRows, collectRows } from './collected-rows.ts';
import { ensureMonths } from './months.ts';
import { copyTransactions } from './transaction-rows.ts';

const INSERT_ALERTS = `
  with ${ADD_ALERTS('$1', '$3')}
  ${ADD_COUNTS('$2')}`;

const ROOM_BYTES = 1 << 18;
/** As many as a sink of a dozen partitions uses at a time. */
const MAX_SPARE = 32;

const UNIQUE_VIOLATION = '23505';

/** Some of the ids are taken: by repetitions older than what workers remember, or by other accounts. */
class TakenIdsError extends Error {}

type Batch = SinkBatch<CollectedRows>;
type Holder = { readonly accountId: string; readonly contentHash: string };
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

/**
 * Begins a transaction in which the numbers are taken and the outputs moved on; gives the first of the numbers. Its commit need
 * not wait for the disk: what a database that died loses of the last moment, rows and progress alike, is stored again from
 * the topics.
 */
async function begin(client: PoolClient, batches: readonly Batch[]): Promise<number> {
  const count = batches.reduce(
    (sum, { collected }) => sum + collected.seqAt.length + collected.labels.length + collected.events.length,
    0,
  );
  const moves = batches.map(
    ({ output, partition, before, after }) =>
      `(${client.escapeLiteral(output)}, ${partition}, ${before.nextOffset}, ${after.nextOffset}, ${after.sourceOffset})`,
  );
  // In one text, which needs literals: each further statement would wait for its turn on both sides.
  const results = (await client.query(`
    begin;
    set local synchronous_commit to off;
    update stream_sequence set next = next + ${count} returning next - ${count} as first;
    update stream_progress s set next_offset = b.next_offset, source_offset = b.source_offset
    from (values ${moves.join(', ')}) as b(output, partition, before, next_offset, source_offset)
    where s.output = b.output and s.partition = b.partition and s.next_offset = b.before`)) as unknown;
  const [, , taken, moved] = results as QueryResult[];
  if (moved.rowCount !== batches.length) throw new FencedError('another sink has moved on from there');
  return Number(taken.rows[0].first);
}

/** The decisions of all batches, numbered from `first` on. */
async function storeDecisions(
  client: PoolClient,
  all: readonly CollectedRows[],
  first: number,
): Promise<void> {
  const alerts: ReturnType<typeof alertRow>[] = [];
  let seq = first;
  for (const { rows, seqAt, lookedAt } of all) {
    for (const { item, row } of lookedAt) alerts.push(alertRow(item, seq + row));
    for (const place of seqAt) rows.setBigint(place, seq++);
  }
  await copyTransactions(
    client,
    all.filter(({ seqAt }) => seqAt.length > 0).map(({ rows }) => rows),
  ).catch((error: Error) => {
    throw codeOf(error) === UNIQUE_VIOLATION ? new TakenIdsError() : error;
  });
  const counts = countRows(all.map((each) => each.counts));
  const groups = alertGroups(all.flatMap(({ lookedAt }) => lookedAt.map(({ item }) => item)));
  await client.query(
    INSERT_ALERTS,
    [alerts, counts, groups].map((rows) => JSON.stringify(rows)),
  );
}

async function storeLabels(client: PoolClient, batches: readonly Batch[], first: number): Promise<void> {
  const labels = batches.flatMap(({ partition, collected }) =>
    collected.labels.map((item) => ({ item, partition })),
  );
  const rows = labels.map(({ item, partition }, i) => ({
    ...labelRow(item, first + i),
    partition,
    log_offset: item.offset,
  }));
  for (const { sql, parameters } of labelStatements(rows)) await client.query(sql, [...parameters]);
}

/** The letter of an event that histories hold and whose id was taken. */
function takenEvent({ offset, event, receivedAtMs }: Observed, partition: number): DeadLetterEntry {
  return {
    source: `stream, partition ${partition}, offset ${offset}`,
    raw: JSON.stringify(customerEventToJson(event)),
    problems: [
      {
        pointer: '/id',
        message:
          'This id was used before, with other content. The event is in histories, but is not stored; send it with an id of its own.',
      },
    ],
    receivedAtMs,
    decidedAt: { partition, offset, kind: 'event' },
  };
}

/** The events of all batches, numbered from `first` on; gives the letters of those whose ids were taken by others. */
async function storeEvents(
  client: PoolClient,
  batches: readonly Batch[],
  first: number,
): Promise<readonly DeadLetterEntry[]> {
  const events = batches.flatMap(({ partition, collected }) =>
    collected.events.map((item) => ({ item, partition })),
  );
  if (events.length === 0) return [];
  const { sql, parameters } = insertEvents(
    events.map(({ item, partition }, i) => ({
      ...eventRow(item, first + i),
      partition,
      log_offset: item.offset,
    })),
    'left out',
  );
  const { rowCount } = await client.query(sql, [...parameters]);
  if (rowCount === events.length) return [];
  const found = await client.query('select id, content_hash from events where id = any($1::text[])', [
    events.map(({ item }) => item.event.id),
  ]);
  const holders = new Map(found.rows.map((row) => [row.id, row.content_hash]));
  return events.flatMap(({ item, partition }) =>
    holders.get(item.event.id) === item.contentHash ? [] : [takenEvent(item, partition)],
  );
}

async function storeAll(client: PoolClient, batches: readonly Batch[]): Promise<void> {
  const all = batches.map(({ collected }) => collected);
  const first = await begin(client, batches);
  const decided = all.reduce((sum, { seqAt }) => sum + seqAt.length, 0);
  if (decided > 0) await storeDecisions(client, all, first);
  const events = all.reduce((sum, each) => sum + each.events.length, 0);
  const taken = await storeEvents(client, batches, first + decided);
  await storeLabels(client, batches, first + decided + events);
  const deadLetters = [...all.flatMap((each) => each.deadLetters), ...taken];
  if (deadLetters.length > 0) {
    const { sql, parameters } = addDeadLetters(deadLetters);
    await client.query(sql, [...parameters]);
  }
}

export function createSinkStore(pool: Pool): SinkStore<CollectedRows> {
  /** Room for rows that was used before: new room each time would have the collector run for it alone. */
  const spare: Buffer[] = [];
  const collect = (partition: number): CollectedRows =>
    collectRows(partition, spare.pop() ?? Buffer.allocUnsafeSlow(ROOM_BYTES));

  function reuse(batches: readonly Batch[]): void {
    for (const { collected } of batches) if (spare.length < MAX_SPARE) spare.push(collected.rows.whole());
  }

  async function inTransaction(work: (client: PoolClient) => Promise<void>): Promise<void> {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
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

  /** The same without what cannot be stored, since its id is taken: repetitions are let go, all else is a dead letter. */
  async function withoutTakenIds(batches: readonly Batch[]): Promise<Batch[]> {
    const decided = batches.map(({ collected }) => collected.messages.map(decodeDecision));
    const found = await pool.query(
      'select id, account_id, content_hash from transactions where id = any($1::text[])',
      [decided.flat().map(({ transaction }) => transaction.id)],
    );
    const holders = new Map<string, Holder>(
      found.rows.map((row) => [row.id, { accountId: row.account_id, contentHash: row.content_hash }]),
    );
    return batches.map((batch, i) => {
      const { partition } = batch;
      const { events, labels, deadLetters, messages } = batch.collected;
      const collected = collect(partition);
      for (const item of events) collected.observed(item);
      for (const item of labels) collected.labelled(item);
      for (const entry of deadLetters) collected.deadLetter(entry);
      decided[i].forEach((item, row) => {
        const { transaction, contentHash } = item;
        const holder = holders.get(transaction.id);
        if (!holder) {
          holders.set(transaction.id, { accountId: transaction.accountId, contentHash });
          collected.decided(item, messages[row]);
        } else if (holder.contentHash !== contentHash) {
          collected.deadLetter(takenId(item, partition, holder));
        }
      });
      return { ...batch, collected };
    });
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
    collect,
    async store(batches) {
      if (batches.length === 0) return;
      await ensureMonths(
        pool,
        batches.flatMap(({ collected }) => collected.dayTimesMs()),
      );
      try {
        await inTransaction((client) => storeAll(client, batches));
      } catch (error) {
        if (!(error instanceof TakenIdsError)) throw error;
        const rest = await withoutTakenIds(batches);
        await inTransaction((client) => storeAll(client, rest));
        reuse(rest);
      }
      reuse(batches);
    },
  };
}
