// Spark deciding the stream, with real Kafka, Redis and PostgreSQL: both triggers, killed in the middle, a model
// promoted while it runs, and what the desk says of it. `npm run faults -- --decider real-time` inflicts many more.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { createModelRegistry } from '../src/adapters/sql/models.ts';
import { createOffice } from '../src/adapters/sql/office.ts';
import type { SqlSession } from '../src/adapters/sql/session.ts';
import { checkedCatalogue, documentText } from '../src/features/checked-catalogue.ts';
import { type GoshawkProcess, startGoshawk } from '../src/stack/goshawk-process.ts';
import { sparkJars } from '../src/stack/spark.ts';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';
import type { Fault } from './faults/inflict.ts';
import { type Installation, openInstallation } from './faults/installation.ts';
import type { Decider } from './faults/processes.ts';
import { runRound } from './faults/round.ts';
import { sendTraffic } from './faults/traffic.ts';
import { clientOf } from './people.ts';
import { promoteCopy } from './promote-copy.ts';

const PARTITIONS = 4;
const folder = makeTemporaryFolder('spark');
let installation: Installation;

before(async () => {
  sparkJars();
  installation = await openInstallation(folder, PARTITIONS);
});
after(async () => {
  await installation?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ROUNDS: readonly (readonly [Decider, number, readonly Fault[]])[] = [
  ['real-time', 1, ['worker killed', 'engine killed']],
  ['real-time', 2, ['Kafka killed']],
  ['micro-batch', 3, ['engine killed', 'worker killed']],
  ['micro-batch', 4, ['slow PostgreSQL']],
];
for (const [decider, seed, faults] of ROUNDS) {
  const named = faults.map((fault) => (fault === 'worker killed' ? 'driver killed' : fault)).join(', ');
  test(`S1 Spark, ${decider}: nothing is lost or doubled, decisions are the embedded engine's: ${named}`, async () => {
    const before = await deadLetters();
    const result = await runRound(installation, {
      seed,
      round: `spark${seed}`,
      decider,
      faults,
      perSecond: 300,
      seconds: 12,
      onNotice: () => undefined,
    });
    assert.deepEqual(
      [result.lost.slice(0, 3), result.doubled.slice(0, 3), result.different.slice(0, 3)],
      [[], [], []],
    );
    assert.ok(result.accepted > 3000 && result.compared > 1000, JSON.stringify(result.accepted));
    assert.deepEqual(result.poisonTrouble, []);
    assert.ok(result.poisons > 20, `${result.poisons} poisoned records`);
    assert.equal((await deadLetters()) - before, result.sent.badRecords + result.poisons);
  });
}

async function deadLetters(): Promise<number> {
  const { pool } = await openPostgres({ url: installation.services.env.DATABASE_URL, connections: 1 });
  const { rows } = await pool.query('select count(*)::int as n from dead_letters');
  await pool.end();
  return rows[0].n;
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await look()); await sleep(200)) {
    if (Date.now() > end) throw new Error(`not within a minute: ${what}`);
  }
}

test('S3 S4 a model promoted while Spark runs decides the rest; the desk shows Spark, and when it is down', async () => {
  const { services, settings } = installation;
  const env = { ...services.env, KAFKA_PARTITIONS: String(PARTITIONS), ACCOUNT_CACHE_MB: '32' };
  const start = (name: string, args: readonly string[]): GoshawkProcess =>
    startGoshawk({ name, args, env, logFile: join(folder, 'logs', `${name}.log`) });
  const spark = start('spark-streaming', [
    'spark',
    'stream',
    ...['--trigger', 'micro-batch', '--batch-ms', '200'],
    ...['--data-dir', join(folder, 'spark-micro-batch')],
  ]);
  const sink = start('sink', ['sink']);
  const server = start('server', ['server', '--port', '0']);
  const { session, pool } = await openPostgres({ url: env.DATABASE_URL, connections: 2 });
  try {
    await Promise.all([spark, sink].map((process) => process.said(/ ready\n/, 60_000)));
    const [, url] = await server.said(/listens at (\S+)/, 60_000);
    const sending = sendTraffic({
      settings,
      seed: 9,
      round: 'promotion',
      perSecond: 200,
      seconds: 15,
      poisons: [],
      url: () => url,
    });
    const byVersion = async (): Promise<Map<string, number>> => {
      const { rows } = await pool.query(
        `select model_version as version, count(*)::int as n from transactions where id like 'promotion-%' group by 1`,
      );
      return new Map(rows.map((row) => [row.version, row.n]));
    };
    await until('the first are stored', async () => (await byVersion()).size > 0);
    const { champion: version } = await createModelRegistry(session).serving();
    assert.ok(version);
    await promoteCopy(session, version, 'promoted-in-spark');
    const { accepted } = await sending;
    await until('all are stored', async () => {
      const counts = await byVersion();
      return [...counts.values()].reduce((sum, n) => sum + n, 0) >= accepted.size;
    });
    const counts = await byVersion();
    assert.deepEqual([...counts.keys()].sort(), [version, 'promoted-in-spark'].sort());

    const part = async () =>
      (await clientOf({ url }).call('getPipeline')).services.find(({ name }) => name === 'spark');
    await until('Spark is up', async () => (await part())?.status === 'up');
    assert.match((await part())?.detail ?? '', /micro-batches, batch \d+/);
    const figures = await (await fetch(`${url}/metrics`)).text();
    assert.match(figures, /goshawk_service_health\{service="spark"\} 1/);
    for (const name of [
      'input_rows_per_second',
      'processed_rows_per_second',
      'batch_seconds',
      'progress_age_seconds',
    ]) {
      assert.match(
        figures,
        new RegExp(`goshawk_service_figure\\{service="spark",figure="${name}"\\} [\\d.e-]+`),
      );
    }
    spark.signal('SIGKILL');
    await until('Spark is down', async () => (await part())?.status === 'down');
    assert.match((await part())?.detail ?? '', /no word for \d+ s/);
  } finally {
    await Promise.all([spark, sink, server].map((process) => process.stop()));
    await pool.end();
  }
});

const OWN_DATA = {
  fields: [{ name: 'risk.deviceScore', type: 'number', description: 'Score of the device' }],
  entities: [
    { name: 'cardAtShop', description: 'An account at a merchant', key: ['accountId', 'merchant.id'] },
  ],
};
const HALF = {
  kind: 'expression',
  name: 'half',
  description: 'Half.',
  expression: 'transaction.amount / 2.0',
};
const AT_SHOP = {
  kind: 'aggregate',
  name: 'at_shop',
  description: 'Payments at the merchant',
  entity: 'cardAtShop',
  measure: 'count',
  window: '24h',
};

/** Puts a catalogue live where all processes look for it. */
async function goLive(
  session: SqlSession,
  features: readonly object[],
  to: 'live' | 'filling' = 'live',
): Promise<{ version: number; hash: string }> {
  const book = createOffice(session).catalogue;
  const checked = checkedCatalogue({
    format: 'goshawk-catalogue-1',
    standard: 'all',
    data: OWN_DATA,
    features,
  });
  if (!checked.ok) assert.fail(JSON.stringify(checked.problems));
  const actor = { kind: 'person', id: 'ann', name: 'Ann' } as const;
  const entry = { atMs: Date.now(), actor, action: 'changed a catalogue', subject: 'catalogue', detail: {} };
  const { hash } = checked.catalogue;
  const draft = {
    document: documentText(checked.document),
    documentHash: hash,
    catalogueHash: hash,
    note: '',
  };
  const version = (await book.file(draft, undefined, entry)) ?? assert.fail('not filed');
  assert.ok(await book.move(version, 'draft', to, [], entry));
  return { version, hash };
}

test('S8 Y37: under Spark a catalogue decides as in a worker, one of own aggregates once its histories are filled', async () => {
  const { services, settings } = installation;
  const env = { ...services.env, KAFKA_PARTITIONS: String(PARTITIONS), ACCOUNT_CACHE_MB: '32' };
  const start = (name: string, args: readonly string[]): GoshawkProcess =>
    startGoshawk({ name, args, env, logFile: join(folder, 'logs', `${name}.log`) });
  const { session, pool } = await openPostgres({ url: env.DATABASE_URL, connections: 2 });
  const book = createOffice(session).catalogue;
  const own = await goLive(session, [HALF]);
  const spark = start('spark-catalogues', [
    'spark',
    'stream',
    '--data-dir',
    join(folder, 'spark-catalogues'),
  ]);
  const sink = start('sink', ['sink']);
  const server = start('server', ['server', '--port', '0']);
  try {
    await Promise.all([spark, sink].map((process) => process.said(/ ready\n/, 60_000)));
    const [, url] = await server.said(/listens at (\S+)/, 60_000);
    const decided = async (round: string): Promise<string[]> => {
      const traffic = { settings, seed: 9, round, perSecond: 100, seconds: 5, poisons: [], url: () => url };
      const { accepted } = await sendTraffic(traffic);
      const stored = async () =>
        (
          await pool.query(
            'select catalogue_hash as hash, count(*)::int as n from transactions where id like $1 group by 1',
            [`${round}-%`],
          )
        ).rows as { hash: string; n: number }[];
      await until(
        'all are stored',
        async () => (await stored()).reduce((sum, { n }) => sum + n, 0) >= accepted.size,
      );
      return (await stored()).map(({ hash }) => hash);
    };
    assert.deepEqual(await decided('kept'), [own.hash]);
    const filled = await goLive(session, [HALF, AT_SHOP], 'filling');
    await until('it is filled', async () => (await book.inState('live'))?.version === filled.version);
    const version = new RegExp(`catalogue ${filled.version}`);
    const engine = async () =>
      (await clientOf({ url }).call('getPipeline')).services.find(({ name }) => name === 'engine');
    await until('it decides', async () => version.test((await engine())?.detail ?? ''));
    assert.deepEqual(await decided('filled'), [filled.hash]);
  } finally {
    await Promise.all([spark, sink, server].map((process) => process.stop()));
    await pool.end();
  }
});
