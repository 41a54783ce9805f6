// What sinks store and what is built again from it, on a real PostgreSQL server.
import { baseHistories, saveBaseHistories } from '../src/adapters/postgres/base-histories.ts';
import { storedHistory } from '../src/adapters/postgres/history.ts';
import { createSinkStore } from '../src/adapters/postgres/sink-store.ts';
import { createDeadLetters } from '../src/adapters/sql/dead-letters.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import { createSqlStore } from '../src/adapters/sql/store.ts';
import { baseHistoriesContract, decidedHistoryContract } from './contracts/history.ts';
import { collectedOf, sinkStoreContract } from './contracts/sink-store.ts';
import { startDatabases } from './databases.ts';

const PARTITIONS = 3;
const { postgres } = await startDatabases();

sinkStoreContract('PostgreSQL', async () => {
  const { session, db, pool } = await postgres('sink');
  await migrate(db, 'server');
  return {
    sink: createSinkStore(pool),
    store: createSqlStore(session, db),
    deadLetters: createDeadLetters(session, 'sequence'),
    async rows() {
      const { rows } = await pool.query(
        'select id, partition, log_offset::int as "offset" from transactions order by seq',
      );
      return rows;
    },
    close: () => session.close(),
  };
});

decidedHistoryContract('PostgreSQL', async () => {
  const { session, db, pool } = await postgres('history');
  await migrate(db, 'server');
  const sink = createSinkStore(pool);
  return {
    history: { replay: (...asked) => storedHistory(pool, ...asked) },
    async put(decided, labelled, observed) {
      const before = await sink.progress('decisions', 1);
      const collected = collectedOf(sink, 1, decided);
      for (const item of labelled) collected.labelled(item);
      for (const item of observed) collected.observed(item);
      const last = observed[observed.length - 1].offset;
      const after = { nextOffset: last + 1, sourceOffset: last };
      await sink.store([{ output: 'decisions', partition: 1, before, after, collected }]);
    },
    close: () => session.close(),
  };
});

baseHistoriesContract('PostgreSQL', async (state) => {
  const { session, db, pool } = await postgres('base');
  await migrate(db, 'server');
  await saveBaseHistories(pool, state);
  return {
    base: baseHistories(pool, (accountId) => accountId.length % PARTITIONS),
    partitions: PARTITIONS,
    close: () => session.close(),
  };
});
