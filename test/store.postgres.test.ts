// One contract, two databases: PGlite in the process, and a real PostgreSQL server.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { openEmbeddedLog } from '../src/adapters/embedded/log.ts';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { createSinkStore } from '../src/adapters/postgres/sink-store.ts';
import { createDeadLetters } from '../src/adapters/sql/dead-letters.ts';
import { createListStore } from '../src/adapters/sql/lists.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import { createModelRegistry } from '../src/adapters/sql/models.ts';
import { createOffice } from '../src/adapters/sql/office.ts';
import { createPastValues } from '../src/adapters/sql/past-values.ts';
import type { SqlSession } from '../src/adapters/sql/session.ts';
import { createSqlStore } from '../src/adapters/sql/store.ts';
import { serializeModel } from '../src/models/model.ts';
import { OverCapacityError } from '../src/ports/desk.ts';
import { alertsContract } from './contracts/alerts.ts';
import { deadLettersContract } from './contracts/dead-letters.ts';
import { logContract } from './contracts/log.ts';
import { aModel, registryContract } from './contracts/model-registry.ts';
import { notificationsContract } from './contracts/notifications.ts';
import { pastValuesContract } from './contracts/past-values.ts';
import { peopleContract } from './contracts/people.ts';
import { roadContract } from './contracts/road.ts';
import { samplesContract } from './contracts/samples.ts';
import { collectedOf } from './contracts/sink-store.ts';
import { aDecision, START_MS as CONTRACT_START_MS, storeContract } from './contracts/store.ts';
import { textContract } from './contracts/text.ts';
import { startDatabases } from './databases.ts';

const START_MS = Date.UTC(2026, 10, 24);

const GOSHAWK = resolve(import.meta.dirname, '../goshawk');
const { server, urlOf, postgres, onBoth, onBothOffices } = await startDatabases();
const close = (session: SqlSession) => () => session.close();

onBoth(logContract, 'log', 'embedded', (session) => {
  let fails = false;
  const unreliable: SqlSession = {
    ...session,
    async query(sql, parameters) {
      if (fails) {
        fails = false;
        throw new Error('the disk is away');
      }
      return session.query(sql, parameters);
    },
  };
  return {
    open: () => openEmbeddedLog(unreliable, () => START_MS),
    failOnce() {
      fails = true;
    },
    close: close(session),
  };
});

onBoth(pastValuesContract, 'past_values', 'embedded', (session) => ({
  values: createPastValues(session),
  close: close(session),
}));

onBoth(storeContract, 'store', 'embedded', (session, db) => ({
  store: createSqlStore(session, db),
  close: close(session),
}));

onBoth(roadContract, 'road', 'embedded', async (session, db) => ({
  log: await openEmbeddedLog(session, () => START_MS),
  store: createSqlStore(session, db),
  close: close(session),
}));

onBoth(deadLettersContract, 'letters', 'embedded', (session, db) => ({
  store: createSqlStore(session, db),
  deadLetters: createDeadLetters(session, 'log'),
  query: (sql: string) => session.query(sql, []),
  close: close(session),
}));

onBoth(textContract, 'texts', 'embedded', (session) => session);

onBothOffices(alertsContract, 'queue');
onBothOffices(samplesContract, 'samples');
onBoth(notificationsContract, 'notifications', 'server', (session) => session);
onBoth(peopleContract, 'people', 'server', (session) => session);
onBoth(registryContract, 'registry', 'server', (session) => session);

test('O7 whoever has the machine makes an administrator in a server’s database', () => {
  const people = (...args: string[]) =>
    spawnSync(GOSHAWK, ['people', ...args, '--database'], {
      encoding: 'utf8',
      env: { ...process.env, DATABASE_URL: urlOf('people') },
    });
  const made = people('make-administrator', 'operator');
  assert.match(made.stdout, /operator\tnew\t\/welcome\?token=/, made.stderr);
  assert.match(people('list').stdout, /operator\toperator\tadministrator\tinvited\tnever/);
});

test('M9 models from before the registry are in it after the upgrade, the champion as champion', async () => {
  const { session, db } = await postgres('upgraded');
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
    const { session, db } = await postgres(`names_${kind}`);
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
  const { session, db } = await postgres('queued');
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
  const { session, db, pool } = await postgres('summed');
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
