// A distributed installation whose servers and processes are killed, hang, forget or cannot deal with a record: a short set of
// faults. `npm run faults` inflicts many more.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import type { Pool } from 'pg';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { ApiProblem } from '../src/client/client.ts';
import type { ServiceHealth } from '../src/protocol/pipeline.ts';
import { type Distributed, MAIN, openDistributed, send, transaction, until } from './distributed.ts';
import type { Fault } from './faults/inflict.ts';
import { FAULTY_PROGRAM, mendDatabase, POISONED_AMOUNT_MINOR, poisonDatabase } from './faults/poison.ts';
import { runRound } from './faults/round.ts';
import { clientOf } from './people.ts';

let world: Distributed;
before(async () => {
  world = await openDistributed('faults');
});
after(() => world?.stop());

const SETS: readonly (readonly Fault[])[] = [
  ['worker killed', 'sink killed', 'server killed'],
  ['Kafka killed', 'Redis killed', 'PostgreSQL killed'],
  ['worker sleeps', 'Redis loses everything'],
];
for (const [number, faults] of SETS.entries()) {
  test(`W1 W2 nothing is lost or doubled: ${faults.join(', ')}`, async () => {
    const result = await runRound(world.installation, {
      seed: number,
      round: `set${number}`,
      faults,
      perSecond: 200,
      seconds: 8,
      onNotice: () => undefined,
    });
    const { lost, doubled, different, accepted, compared, poisons, poisonTrouble } = result;
    assert.deepEqual({ lost, doubled, different }, { lost: [], doubled: [], different: [] });
    assert.ok(accepted > 500 && compared > 200);
    // K1: and each record that this installation cannot deal with is in quarantine, once.
    assert.deepEqual(poisonTrouble, []);
    assert.ok(poisons > 5, `${poisons} poisoned records`);
  });
}

test('K3 what is in quarantine is shown, and a mended program takes it from there', async (t) => {
  const { start } = world;
  const ofWorker = start('worker-faulty', ['worker'], { NODE_OPTIONS: `--import ${FAULTY_PROGRAM}` });
  const sink = start('sink-letters', ['sink']);
  const server = start('server-letters', ['server', '--port', '0']);
  const [, url] = await server.said(/listens at (\S+)/, 60_000);
  await Promise.all([ofWorker, sink].map((process) => process.said(/ ready\n/, 60_000)));
  const { pool } = await openPostgres({ url: world.env.DATABASE_URL, connections: 1 });
  t.after(async () => {
    await mendDatabase(pool);
    await pool.end();
    await Promise.all([server.stop(), sink.stop()]);
  });
  await poisonDatabase(pool);
  const more = { accountId: 'letters' };
  const undecided = transaction('letter-deciding', { ...more, amountMinor: POISONED_AMOUNT_MINOR });
  const unstored = transaction('letter-storing', { ...more, city: 'Poison' });
  assert.equal((await send(url, '/v1/decisions', transaction('letter-1', more))).status, 200);
  const refused = await send(url, '/v1/decisions', undecided);
  assert.equal(refused.status, 422, JSON.stringify(refused.body));
  assert.match(String(refused.body.title), /quarantine/);
  assert.equal((await send(url, '/v1/decisions', undecided)).status, 422, 'a repetition hears the same');
  assert.equal((await send(url, '/v1/decisions', unstored)).status, 200, 'it is decided');
  assert.equal((await send(url, '/v1/decisions', transaction('letter-2', more))).status, 200);

  const client = clientOf({ url });
  const letters = async () => {
    const query = { quarantined: true, limit: 500 };
    const { items } = await client.call('listDeadLetters', { query });
    return items.filter(({ transactionId }) => transactionId?.startsWith('letter-'));
  };
  const both = await until('both letters', async () => {
    const found = await letters();
    return found.length === 2 ? found : undefined;
  });
  assert.deepEqual(both.map(({ transactionId, step, state }) => [transactionId, step, state]).sort(), [
    ['letter-deciding', 'deciding', 'open'],
    ['letter-storing', 'storing', 'open'],
  ]);
  const shown = await until('the alarm', async () => {
    const { services } = await client.call('getPipeline');
    return services.find(({ name }) => name === 'quarantine');
  });
  assert.equal(shown.status, 'degraded');
  const command = (...words: string[]) =>
    spawnSync(process.execPath, [MAIN, 'dead-letters', ...words, '--url', url], { encoding: 'utf8' });
  const [storing] = both.filter(({ step }) => step === 'storing');
  const still = command('retry', String(storing.id));
  assert.equal(still.status, 1);
  assert.match(still.stderr, /still does not take/);
  assert.match(command('show', String(storing.id)).stdout, /letter-storing of account letters/);

  await mendDatabase(pool);
  await ofWorker.stop();
  const unready = await until('A15 nobody decides', () =>
    client.call('getReadiness').then(
      () => undefined,
      (error: unknown) => (error instanceof ApiProblem && error.status === 503 ? error : undefined),
    ),
  );
  assert.match(unready.message, /: down/);
  const mended = start('worker-mended', ['worker']);
  t.after(() => mended.stop());
  await mended.said(/ ready\n/, 60_000);
  await until('A15 somebody decides', async () => ((await fetch(`${url}/readyz`)).ok ? true : undefined));
  const ids = both.map(({ id }) => String(id));
  const retried = command('retry', ...ids);
  assert.equal(retried.status, 0, retried.stderr);
  await until('both are decided and stored', async () => {
    const { rows } = await pool.query(`select id from transactions where id like 'letter-%'`);
    return rows.length === 4 ? true : undefined;
  });
  assert.equal((await send(url, '/v1/decisions', undecided)).status, 200, 'the decision is there now');
  assert.match(command('retry', ids[0]).stderr, /only an open one/);
});

test('W13 a database that died and forgot its last moment is given it again, though nothing more comes', async (t) => {
  const { start } = world;
  const [server, ...others] = [
    start('server', ['server', '--port', '0']),
    start('worker-1', ['worker']),
    start('sink', ['sink']),
  ];
  t.after(() => Promise.all([server, ...others].map((process) => process.stop())));
  const [, url] = await server.said(/listens at (\S+)/, 30_000);
  const inDatabase = async <T>(work: (pool: Pool) => Promise<T>): Promise<T> => {
    const { pool } = await openPostgres({ url: world.env.DATABASE_URL, connections: 1 });
    return work(pool).finally(() => pool.end());
  };
  const stored = (round: number): Promise<number> =>
    inDatabase(async (pool) => {
      const { rows } = await pool.query('select count(*)::int as n from transactions where id like $1', [
        `forgotten-${round}-%`,
      ]);
      return rows[0].n;
    });
  const flushToDiskLate = (setting: string): Promise<unknown> =>
    inDatabase(async (pool) => {
      await pool.query(`alter system ${setting}`);
      await pool.query('select pg_reload_conf()');
    });
  const { services } = world.installation;
  await flushToDiskLate("set wal_writer_delay = '10s'");
  let forgotten = 0;
  // Whatever else is committed takes the rows to the disk with it: then there is nothing to forget.
  for (let round = 0; forgotten === 0 && round < 10; round++) {
    try {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => {
          const id = `forgotten-${round}-${i}`;
          return send(url, '/v1/decisions', transaction(id, { accountId: id }));
        }),
      );
      assert.ok(answers.every(({ status }) => status === 200));
      await until('all are stored', async () => ((await stored(round)) === 20 ? true : undefined));
    } finally {
      await services.postgres?.kill();
      await services.restart('postgres');
    }
    forgotten = 20 - (await stored(round));
    await until('all are stored again', async () => ((await stored(round)) === 20 ? true : undefined));
  }
  assert.ok(forgotten > 0, 'the server forgot nothing');
  await flushToDiskLate('reset wal_writer_delay');
});

test('A13 a worker that hangs is down, with since when and why, before anything waits; a sink that cannot get on is slow, then down', async (t) => {
  const { start } = world;
  const [server, worker, sink] = [
    start('server-standing', ['server', '--port', '0']),
    start('worker-standing', ['worker']),
    start('sink-standing', ['sink']),
  ];
  t.after(async () => {
    worker.signal('SIGCONT');
    await Promise.all([server, worker, sink].map((process) => process.stop()));
  });
  const [, url] = await server.said(/listens at (\S+)/, 60_000);
  await Promise.all([worker, sink].map((process) => process.said(/ ready\n/, 60_000)));
  const part = async (name: string): Promise<ServiceHealth> => {
    const { services } = await clientOf({ url }).call('getPipeline');
    const found = services.find((service) => service.name === name);
    assert.ok(found);
    return found;
  };
  const ready = async (): Promise<boolean> => (await fetch(`${url}/readyz`)).ok;
  const isUp = async (): Promise<true | undefined> =>
    (await part('engine')).status === 'up' && (await ready()) ? true : undefined;
  await until('the worker is up', isUp, 60_000);

  const stopped = Date.now();
  worker.signal('SIGSTOP');
  const told = await until(
    'it is told as down',
    async () => {
      const engine = await part('engine');
      return engine.status === 'down' && engine.trouble ? engine.trouble : undefined;
    },
    90_000,
  );
  assert.match(told.why, /no worker (reports|has partition \d)/);
  assert.ok(Math.abs(Date.parse(told.since) - stopped) < 15_000, `since ${told.since}`);
  assert.equal(await ready(), false, 'A15');
  const waits = await send(url, '/v1/transactions', [transaction('standing-1'), transaction('standing-2')]);
  assert.deepEqual([waits.status, waits.body.accepted], [200, 2]);

  worker.signal('SIGCONT');
  await until('the worker is up again', isUp, 90_000);
  await until('what waited is decided', async () =>
    (await fetch(`${url}/v1/transactions/standing-2`)).ok ? true : undefined,
  );

  // A sink that lives and reports, and cannot get on.
  const { pool } = await openPostgres({ url: world.env.DATABASE_URL, connections: 1 });
  t.after(() => pool.end());
  await pool.query('set idle_in_transaction_session_timeout = 0');
  await pool.query('begin');
  await pool.query('lock table transactions in exclusive mode');
  const locked = Date.now();
  await send(url, '/v1/transactions', [transaction('standing-3')]);
  const sinkIs = (status: string): Promise<ServiceHealth> =>
    until(
      `the sink is told as ${status}`,
      async () => {
        const found = await part('sink');
        return found.status === status ? found : undefined;
      },
      60_000,
    );
  const slow = await sinkIs('degraded');
  assert.match(slow.trouble?.why ?? '', /decisions: partition \d stands still in process/);
  const standing = await sinkIs('down');
  assert.equal(standing.trouble?.since, slow.trouble?.since);
  assert.ok(Math.abs(Date.parse(standing.trouble?.since ?? '') - locked) < 10_000);
  assert.equal(await ready(), true, 'what is sent is decided, and stored later');
  await pool.query('rollback');
  await until('what waited is stored', async () =>
    (await fetch(`${url}/v1/transactions/standing-3`)).ok ? true : undefined,
  );
});
