// One contract, two databases: PGlite in the process, and a real PostgreSQL server.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { createSinkStore } from '../src/adapters/postgres/sink-store.ts';
import { createDeadLetters } from '../src/adapters/sql/dead-letters.ts';
import { kyselyOver } from '../src/adapters/sql/kysely-session.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import { createSqlStore } from '../src/adapters/sql/store.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import type { Decided } from '../src/engine/process-batch.ts';
import { OverCapacityError } from '../src/ports/desk.ts';
import { FencedError } from '../src/ports/stream/state-store.ts';
import { freePort } from '../src/stack/free-port.ts';
import { startPostgresServer } from '../src/stack/postgres.ts';
import { collectedOf } from './collected.ts';
import { queueContract } from './contracts/alert-queue.ts';
import { deadLettersContract } from './contracts/dead-letters.ts';
import { registryContract } from './contracts/model-registry.ts';
import { notificationsContract } from './contracts/notifications.ts';
import { peopleContract } from './contracts/people.ts';
import { storeContract } from './contracts/store.ts';
import { textContract } from './contracts/text.ts';
import { makeFolder } from './desk-process.ts';

const START_MS = Date.UTC(2026, 10, 24);

const GOSHAWK = resolve(import.meta.dirname, '../goshawk');
const folder = makeFolder();
const server = await startPostgresServer({
  folder: join(folder.path, 'postgres'),
  port: await freePort(),
  logFile: join(folder.path, 'postgres.log'),
});
after(async () => {
  await server.stop();
  folder.remove();
});

storeContract('PGlite', async () => {
  const session = openEmbeddedDatabase(join(folder.path, 'pglite'), (error) => {
    throw error;
  });
  const db = kyselyOver(session);
  await migrate(db, 'embedded');
  return { store: createSqlStore(session, db), close: () => session.close() };
});

storeContract('PostgreSQL', async () => {
  const { session, db } = await openPostgres({ url: server.url });
  await migrate(db, 'embedded');
  return { store: createSqlStore(session, db), close: () => session.close() };
});

deadLettersContract('PGlite', async () => {
  const session = openEmbeddedDatabase(join(folder.path, 'pglite-letters'), (error) => {
    throw error;
  });
  const db = kyselyOver(session);
  await migrate(db, 'embedded');
  return {
    store: createSqlStore(session, db),
    deadLetters: createDeadLetters(session, 'log'),
    query: (sql) => session.query(sql, []),
    close: () => session.close(),
  };
});

deadLettersContract('PostgreSQL', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  await root.query('create database letters', []);
  await root.close();
  const { session, db } = await openPostgres({ url: server.url.replace('frauddb', 'letters') });
  await migrate(db, 'embedded');
  return {
    store: createSqlStore(session, db),
    deadLetters: createDeadLetters(session, 'log'),
    query: (sql) => session.query(sql, []),
    close: () => session.close(),
  };
});

textContract('PGlite', async () => {
  const session = openEmbeddedDatabase(join(folder.path, 'pglite-texts'), (error) => {
    throw error;
  });
  await migrate(kyselyOver(session), 'embedded');
  return session;
});

textContract('PostgreSQL', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  await root.query('create database texts', []);
  await root.close();
  const { session, db } = await openPostgres({ url: server.url.replace('frauddb', 'texts') });
  await migrate(db, 'embedded');
  return session;
});

queueContract('PGlite, as a desk commits', async () => {
  const session = openEmbeddedDatabase(join(folder.path, 'pglite-queue'), (error) => {
    throw error;
  });
  const db = kyselyOver(session);
  await migrate(db, 'embedded');
  const store = createSqlStore(session, db);
  let offset = 0;
  return {
    session,
    async commit(decided, labelled = []) {
      const firstOffset = offset;
      offset += decided.length + labelled.length;
      await store.commit({
        partition: 0,
        firstOffset,
        nextOffset: offset,
        decided,
        labelled,
        quarantined: [],
        results: [],
      });
    },
    close: () => session.close(),
  };
});

queueContract('PostgreSQL, as a sink stores', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  await root.query('create database queue', []);
  await root.close();
  const { session, db, pool } = await openPostgres({ url: server.url.replace('frauddb', 'queue') });
  await migrate(db, 'server');
  const sink = createSinkStore(pool);
  let before = await sink.progress('decisions', 0);
  return {
    session,
    async commit(decided, labelled = []) {
      const nextOffset = before.nextOffset + 1 + decided.length + labelled.length;
      const after = { nextOffset, sourceOffset: nextOffset };
      const collected = collectedOf(sink, 0, decided);
      for (const item of labelled) collected.labelled(item);
      await sink.store([{ output: 'decisions', partition: 0, before, after, collected }]);
      before = after;
    },
    close: () => session.close(),
  };
});

notificationsContract('PGlite', async () => {
  const session = openEmbeddedDatabase(join(folder.path, 'pglite-notifications'), (error) => {
    throw error;
  });
  await migrate(kyselyOver(session), 'embedded');
  return session;
});

notificationsContract('PostgreSQL', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  await root.query('create database notifications', []);
  await root.close();
  const { session, db } = await openPostgres({ url: server.url.replace('frauddb', 'notifications') });
  await migrate(db, 'server');
  return session;
});

peopleContract('PGlite', async () => {
  const session = openEmbeddedDatabase(join(folder.path, 'pglite-people'), (error) => {
    throw error;
  });
  await migrate(kyselyOver(session), 'embedded');
  return session;
});

peopleContract('PostgreSQL', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  await root.query('create database people', []);
  await root.close();
  const { session, db } = await openPostgres({ url: server.url.replace('frauddb', 'people') });
  await migrate(db, 'server');
  return session;
});

registryContract('PGlite', async () => {
  const session = openEmbeddedDatabase(join(folder.path, 'pglite-registry'), (error) => {
    throw error;
  });
  await migrate(kyselyOver(session), 'embedded');
  return session;
});

registryContract('PostgreSQL', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  await root.query('drop database if exists registry', []);
  await root.query('create database registry', []);
  await root.close();
  const { session, db } = await openPostgres({ url: server.url.replace('frauddb', 'registry') });
  await migrate(db, 'server');
  return session;
});

test('O7 whoever has the machine makes an administrator in a server’s database', () => {
  const people = (...args: string[]) =>
    spawnSync(GOSHAWK, ['people', ...args, '--database'], {
      encoding: 'utf8',
      env: { ...process.env, DATABASE_URL: server.url.replace('frauddb', 'people') },
    });
  const made = people('make-administrator', 'operator');
  assert.match(made.stdout, /operator\tnew\t\/welcome\?token=/, made.stderr);
  assert.match(people('list').stdout, /operator\toperator\tadministrator\tinvited\tnever/);
});

test('a wrong address, password or database names the setting and shows no password', async () => {
  const cases: [string, RegExp][] = [
    [server.url.replace(/:[^:@/]+@/, ':wrong@'), /DATABASE_URL: .* does not accept this user and password/],
    [server.url.replace('frauddb', 'nothere'), /DATABASE_URL: there is no such database.*create it first/],
    ['postgres://u:secret@no.such.host.invalid/db', /DATABASE_URL: .* is not the address/],
  ];
  for (const [url, said] of cases) {
    await assert.rejects(openPostgres({ url, connectTimeoutMs: 3000 }), (error: Error) => {
      assert.match(error.message, said);
      assert.ok(!/wrong@|secret/.test(error.message));
      return true;
    });
  }
});

test('T9 a database that cannot hold every text is refused, with what to create', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  for (const encoding of ['LATIN1', 'SQL_ASCII']) {
    await root.query(
      `create database "in-${encoding}" encoding '${encoding}' locale 'C' template template0`,
      [],
    );
    await assert.rejects(
      openPostgres({ url: server.url.replace('frauddb', `in-${encoding}`) }),
      (error: Error) =>
        error.name === 'InputError' && error.message.includes(`is in ${encoding}; create one in UTF8`),
    );
  }
  await root.close();
});

test('A14 a statement that takes too long is ended, and whoever waits for it is told what to do', async () => {
  const { session } = await openPostgres({ url: server.url, statementTimeoutMs: 200 });
  await assert.rejects(session.query('select pg_sleep(5)', []), (error: Error) => {
    assert.ok(error instanceof OverCapacityError);
    assert.match(error.message, /takes too long.*one account/);
    return true;
  });
  assert.deepEqual(await session.query('select 1 as one', []), [{ one: 1 }]);
  await session.close();
});

test('A7 what a sink stores comes back as it went in, whatever is in it; the same again is refused', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  await root.query('create database sink', []);
  await root.close();
  const { session, db, pool } = await openPostgres({ url: server.url.replace('frauddb', 'sink') });
  await migrate(db, 'server');
  const item = (offset: number, transaction: Transaction): Decided => ({
    offset,
    transaction,
    receivedAtMs: 1_790_000_000_123 + offset,
    decision: {
      transactionId: transaction.id,
      outcome: 'approve',
      score: 0.1 + 0.2,
      reasons: [],
      rules: [{ id: 'r', version: 1, action: 'tag', priority: 30, text: 'with "quotes", \\ and a\ttab' }],
      modelVersion: 'm1',
      rulesetVersion: 'r1',
      catalogueHash: 'c1',
      decidedAtMs: 1_790_000_000_456,
    },
    contentHash: 'h',
    vector: Uint8Array.of(0, 255, 10, 92),
    engineMs: 0.25,
  });
  const least = { accountId: 'a', currency: 'EUR', type: 'purchase' } as const;
  const decided = [
    item(0, { ...least, id: 'least', occurredAtMs: Date.UTC(1990, 0, 1), amountMinor: 0 }),
    item(7, {
      ...least,
      id: '\ufeffключ-鍵-🔑\\N',
      occurredAtMs: Date.UTC(2026, 10, 24, 1, 2, 3, 4),
      amountMinor: Number.MAX_SAFE_INTEGER,
      channel: 'ecommerce',
      merchant: { id: 'm\\.', name: '\ufeffCafé "N\'ice"\u00a0☕', mcc: '5812' },
      country: 'FR',
      city: '東京',
      location: { lat: -89.999999, lon: 179.123456789 },
      deviceId: 'd',
      ip: '2001:db8::1',
      counterpartyId: '{"x":1}',
    }),
  ];
  const sink = createSinkStore(pool);
  const batch = {
    output: 'decisions',
    partition: 3,
    before: await sink.progress('decisions', 3),
    after: { nextOffset: 9, sourceOffset: 7 },
    collected: collectedOf(sink, 3, decided),
  } as const;
  await sink.store([batch]);
  const store = createSqlStore(session, db);
  for (const { transaction, receivedAtMs, decision, vector } of decided) {
    const found = await store.transaction(transaction.id);
    assert.deepEqual(found?.transaction, transaction);
    assert.equal(found.receivedAtMs, receivedAtMs);
    assert.deepEqual(found.decision, decision);
    assert.deepEqual([...found.vector], [...vector]);
  }
  const { rows } = await pool.query('select partition, log_offset, engine_ms from transactions order by seq');
  assert.deepEqual(
    rows.map((row) => [row.partition, Number(row.log_offset), row.engine_ms]),
    [
      [3, 0, 0.25],
      [3, 7, 0.25],
    ],
  );
  await assert.rejects(sink.store([batch]), FencedError);
  await session.close();
});

test('W8 an id that is taken is a repetition or a dead letter; what came with it is stored', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  await root.query('create database taken', []);
  await root.close();
  const { session, db, pool } = await openPostgres({ url: server.url.replace('frauddb', 'taken') });
  await migrate(db, 'server');
  const sink = createSinkStore(pool);
  const decided = (offset: number, id: string, accountId: string, contentHash: string): Decided => ({
    offset,
    transaction: { id, accountId, occurredAtMs: START_MS, amountMinor: 1, currency: 'EUR', type: 'purchase' },
    receivedAtMs: START_MS,
    decision: {
      transactionId: id,
      outcome: offset % 2 === 0 ? 'approve' : 'review',
      score: 0.5,
      reasons: [],
      rules: [],
      modelVersion: 'm',
      rulesetVersion: 'r',
      catalogueHash: 'c',
      decidedAtMs: START_MS,
    },
    contentHash,
    vector: Buffer.of(1),
    engineMs: 0.5,
  });
  let before = await sink.progress('decisions', 0);
  const store = async (items: readonly Decided[]): Promise<void> => {
    const last = items[items.length - 1].offset;
    const after = { nextOffset: last + 1, sourceOffset: last };
    await sink.store([
      { output: 'decisions', partition: 0, before, after, collected: collectedOf(sink, 0, items) },
    ]);
    before = after;
  };
  await store([decided(0, 'one', 'a', 'x')]);
  await store([
    decided(1, 'two', 'a', 'x'),
    decided(2, 'one', 'a', 'x'),
    decided(3, 'one', 'b', 'y'),
    decided(4, 'two', 'a', 'z'),
    decided(5, 'three', 'b', 'x'),
  ]);
  const { rows } = await pool.query(
    'select id, log_offset::int as at, seq::int from transactions order by seq',
  );
  assert.deepEqual(rows, [
    { id: 'one', at: 0, seq: 0 },
    { id: 'two', at: 1, seq: 1 },
    { id: 'three', at: 5, seq: 2 },
  ]);
  const letters = await pool.query('select log_offset::int as at, problems from dead_letters order by at');
  assert.deepEqual(
    letters.rows.map(({ at }) => at),
    [3, 4],
  );
  assert.match(letters.rows[0].problems, /used before, with other content, by account a/);
  assert.match(letters.rows[1].problems, /by the same account/);
  const sums = await pool.query(
    'select sum(transactions)::int as n, sum(reviews)::int as r from stats_by_minute',
  );
  assert.deepEqual(sums.rows, [{ n: 3, r: 2 }]);
  await session.close();
});
