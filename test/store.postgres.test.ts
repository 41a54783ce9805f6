// One contract, two databases: PGlite in the process, and a real PostgreSQL server.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import type { CollectedRows } from '../src/adapters/postgres/collected-rows.ts';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { createSinkStore } from '../src/adapters/postgres/sink-store.ts';
import { createDeadLetters } from '../src/adapters/sql/dead-letters.ts';
import { kyselyOver } from '../src/adapters/sql/kysely-session.ts';
import { createListStore } from '../src/adapters/sql/lists.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import { createModelRegistry } from '../src/adapters/sql/models.ts';
import { createOffice } from '../src/adapters/sql/office.ts';
import { createSqlStore } from '../src/adapters/sql/store.ts';
import { type Transaction, transactionToJson } from '../src/domain/transaction.ts';
import type { Decided } from '../src/engine/process-batch.ts';
import { serializeModel } from '../src/models/model.ts';
import { OverCapacityError } from '../src/ports/desk.ts';
import type { SinkStore } from '../src/ports/stream/sink-store.ts';
import { FencedError } from '../src/ports/stream/state-store.ts';
import { freePort } from '../src/stack/free-port.ts';
import { startPostgresServer } from '../src/stack/postgres.ts';
import { decisionMessage } from '../src/stream/message-codec.ts';
import { queueContract } from './contracts/alert-queue.ts';
import { deadLettersContract } from './contracts/dead-letters.ts';
import { aModel, registryContract } from './contracts/model-registry.ts';
import { notificationsContract } from './contracts/notifications.ts';
import { peopleContract } from './contracts/people.ts';
import { aDecision, START_MS as CONTRACT_START_MS, storeContract } from './contracts/store.ts';
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

/** As a sink collects what it has read. */
function collectedOf(sink: SinkStore<CollectedRows>, partition: number, decided: readonly Decided[]) {
  const collected = sink.collect(partition);
  for (const item of decided) {
    const text = Buffer.from(JSON.stringify(transactionToJson(item.transaction)));
    collected.decided(item, decisionMessage(item, text, undefined).value);
  }
  return collected;
}

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

test('M9 models from before the registry are in it after the upgrade, the champion as champion', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  await root.query('create database upgraded', []);
  await root.close();
  const { session, db } = await openPostgres({ url: server.url.replace('frauddb', 'upgraded') });
  await migrate(db, 'server', '002_decided_dead_letters');
  const model = await aModel();
  for (const version of ['old', 'new']) {
    const text = serializeModel({ ...model, info: { ...model.info, version } });
    await session.query('insert into models values ($1, now(), $2)', [version, text]);
  }
  await session.query("insert into champion (version, promoted_at) values ('new', now())", []);
  await migrate(db, 'server');
  const registry = createModelRegistry(session);
  assert.deepEqual((await registry.list()).map(({ version, state }) => `${version} ${state}`).sort(), [
    'new champion',
    'old retired',
  ]);
  assert.equal((await registry.load('new'))?.info.version, 'new');
  assert.deepEqual((await registry.find('old'))?.info.features, [...model.info.features]);
  const [event] = await registry.events(10);
  assert.deepEqual([event.version, event.to], ['new', 'champion']);
  await session.close();
});

for (const [kind, before] of [
  ['embedded', '016_channel_holds'],
  ['server', '017_channel_holds'],
] as const)
  test(`L9 names from before weak aliases were told apart are no weak ones after the upgrade: ${kind}`, async () => {
    const { session: root } = await openPostgres({ url: server.url });
    await root.query(`create database names_${kind}`, []);
    await root.close();
    const { session, db } = await openPostgres({ url: server.url.replace('frauddb', `names_${kind}`) });
    await migrate(db, kind, before);
    await session.query("insert into sanctions_sources values ('s', 1, now(), 'ada', 1)", []);
    await session.query(
      "insert into sanctions_names (source, edition, uid, name) values ('s', 1, '1', 'Ann')",
      [],
    );
    await migrate(db, kind);
    const lists = createListStore(session);
    await lists.addNames('s', 1, [{ uid: '2', name: 'Bob', isWeak: true }]);
    assert.deepEqual((await lists.names(0, 10)).names, [
      { uid: '1', name: 'Ann', source: 's' },
      { uid: '2', name: 'Bob', source: 's', isWeak: true },
    ]);
    await session.close();
  });

test('Q1 alerts from before the queue are in it after the upgrade, what was labelled as closed', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  await root.query('create database queued', []);
  await root.close();
  const { session, db } = await openPostgres({ url: server.url.replace('frauddb', 'queued') });
  await migrate(db, 'server', '003_registry');
  await session.query(
    `insert into fraud_alerts values
       ('t1', 1, 'a', now(), 'review', 0.5, 1000, 'EUR', 'DE', null, 'why', false, 'open'),
       ('t2', 2, 'a', now(), 'decline', 0.9, 50000, 'EUR', 'DE', null, 'why most', true, 'open'),
       ('t3', 3, 'a', now(), 'decline', 0.9, 700, 'EUR', 'DE', null, 'known', true, 'confirmed'),
       ('t4', 4, 'b', now(), 'review', 0.2, 900, 'EUR', null, null, null, false, 'dismissed')`,
    [],
  );
  await migrate(db, 'server');
  const { alerts } = createOffice(session);
  const list = (view: 'open' | 'closed') =>
    alerts.list({ view, sort: 'newest', person: '', nowMs: Date.now() }, 10);
  const [open] = await list('open');
  assert.deepEqual(
    [open.accountId, open.transactions, open.declined, open.expectedLossMinor, open.topReason],
    ['a', 2, 1, 45_500, 'why most'],
  );
  assert.deepEqual(await alerts.transactionIds(open.id, 10), ['t2', 't1']);
  assert.deepEqual((await list('closed')).map(({ accountId, verdict }) => `${accountId} ${verdict}`).sort(), [
    'a labels',
    'b labels',
  ]);
  await session.close();
});

test('T7 sums that were nearly too large before the upgrade are gone on with after it', async () => {
  const { session: root } = await openPostgres({ url: server.url });
  await root.query('create database summed', []);
  await root.close();
  const { session, db, pool } = await openPostgres({ url: server.url.replace('frauddb', 'summed') });
  await migrate(db, 'server', '008_notifications');
  const whale = { accountId: 'whale', amountMinor: Number.MAX_SAFE_INTEGER, currency: 'JPY' };
  const large = '9223372036854775807';
  await session.query(
    `insert into alerts (account_id, opened_at, updated_at, due_at, transactions, declined, amount_minor,
       expected_loss_minor, max_score, currency)
     values ('whale', now(), now(), now(), 2147483647, 2147483647, ${large}, ${large}, 0.5, 'JPY')`,
    [],
  );
  await session.query(
    `insert into stats_by_minute values (to_timestamp(${CONTRACT_START_MS / 1000}), '??', 1, 0, 1, 0.5, ${large})`,
    [],
  );
  await migrate(db, 'server');
  const sink = createSinkStore(pool);
  await sink.store([
    {
      output: 'decisions',
      partition: 0,
      before: await sink.progress('decisions', 0),
      after: { nextOffset: 1, sourceOffset: 1 },
      collected: collectedOf(sink, 0, [aDecision(0, 'decline', whale)]),
    },
  ]);
  const [alert] = await createOffice(session).alerts.list(
    { view: 'open', sort: 'priority', person: '', nowMs: Date.now() },
    10,
  );
  assert.equal(alert.transactions, 2 ** 31);
  assert.equal(alert.expectedLossMinor, Number.MAX_SAFE_INTEGER);
  assert.equal(alert.amountMinor, Number(large) + Number.MAX_SAFE_INTEGER);
  const [count] = await createSqlStore(session, db).counts(CONTRACT_START_MS, CONTRACT_START_MS + 60_000);
  assert.deepEqual([count.transactions, count.flaggedMinor], [2, Number(large) + Number.MAX_SAFE_INTEGER]);
  await session.close();
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
