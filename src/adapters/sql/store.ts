// The Store on any SQL session. Delivery: what `commit` resolved for is durable, and each offset once.
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { KnownDecision } from '../../engine/process-batch.ts';
import type { Store } from '../../ports/store.ts';
import { commitStatements } from './commit.ts';
import { createCounts } from './counts.ts';
import { addDeadLetters } from './dead-letters.ts';
import { createEvents } from './events.ts';
import { createFlaggedTransactions } from './flagged-transactions.ts';
import { kyselyOver } from './kysely-session.ts';
import type { Tables } from './schema.ts';
import type { SqlSession } from './session.ts';
import { LISTED_COLUMNS, type ListedRow, toDecision, toTransaction } from './stored-transactions.ts';
import { createTransactionSearch } from './transaction-search.ts';

type Searches = 'transaction' | 'transactions' | 'search';
type Events = 'knownEvents' | 'events';
type Figures = 'flagged' | 'openAlerts' | 'counts' | 'scoreCounts' | 'matureScores';

/**
 * The store in a database. What decisions wait for goes through `session`, what people and screens ask for through `reads`,
 * in short steps.
 */
export function createSqlStore(session: SqlSession, db: Kysely<Tables>, reads: SqlSession = session): Store {
  const readDb = reads === session ? db : kyselyOver(reads);
  return {
    ...createCommits(session, db),
    ...createTransactionSearch(reads, readDb),
    ...createFlaggedTransactions(reads),
    ...createCounts(reads, readDb),
    ...createEvents(session, reads),
  };
}

/** What is committed, and what decisions and restarts have to know of it. */
function createCommits(session: SqlSession, db: Kysely<Tables>): Omit<Store, Searches | Figures | Events> {
  return {
    async findKnown(transactionIds) {
      const known = new Map<string, KnownDecision>();
      if (transactionIds.length === 0) return known;
      const rows = await db
        .selectFrom('transactions')
        .select([
          'id', 'outcome', 'score', 'reasons', 'concepts', 'rules', 'model_version', 'ruleset_version', 'catalogue_hash',
          'decided_at', 'content_hash', 'is_fraud', 'draw', 'draw_chance',
        ]) // biome-ignore format: a list
        .where(sql<boolean>`id = any(${transactionIds}::text[])`)
        .execute();
      for (const row of rows) {
        known.set(row.id, {
          decision: toDecision(row),
          contentHash: row.content_hash,
          label: row.is_fraud ?? undefined,
        });
      }
      return known;
    },
    async transactionsOf(transactionIds) {
      const rows = await session.query(
        `select ${LISTED_COLUMNS} from transactions where id = any($1::text[])`,
        [transactionIds],
      );
      return new Map(rows.map((row) => [String(row.id), toTransaction(row as unknown as ListedRow)]));
    },
    commit: (output) => session.transaction(commitStatements(output)),
    async committedOffset(partition) {
      const row = await db
        .selectFrom('progress')
        .select('next_offset')
        .where('partition', '=', partition)
        .executeTakeFirst();
      return Number(row?.next_offset ?? 0);
    },
    async decidedOffsets(from, until) {
      const rows = await db
        .selectFrom('transactions')
        .select('seq')
        .where('seq', '>=', from)
        .where('seq', '<', until)
        .execute();
      const others = await session.query(
        `select seq as log_offset from events where seq >= $1 and seq < $2
         union all select log_offset from dead_letters
         where partition = 0 and log_offset >= $1 and log_offset < $2 and record_kind in ('transaction', 'event')`,
        [from, until],
      );
      return new Set([...rows.map((row) => Number(row.seq)), ...others.map((row) => Number(row.log_offset))]);
    },
    async refusedLabels(from, until) {
      const rows = await session.query(
        `select origin_offset from dead_letters
         where record_kind = 'label' and step = 'deciding' and origin_offset >= $1 and origin_offset < $2`,
        [from, until],
      );
      return new Set(rows.map((row) => Number(row.origin_offset)));
    },
    async labelBefore(transactionId, offset) {
      const row = await db
        .selectFrom('labels')
        .select('fraud')
        .where('transaction_id', '=', transactionId)
        .where('seq', '<', offset)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.fraud;
    },
    async addDeadLetter(source, raw, problems, receivedAtMs) {
      const { sql: text, parameters } = addDeadLetters([{ source, raw, problems, receivedAtMs }]);
      await session.query(text, parameters);
    },
  };
}
