// The distributed installation on real Kafka, Redis and PostgreSQL: the API over it, bad records, a model promoted,
// the state built again, and a short set of faults. `npm run faults` inflicts many more.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Pool } from 'pg';
import { WebSocket } from 'ws';
import { openKafkaClient } from '../src/adapters/kafka/client.ts';
import { partitionOf } from '../src/adapters/kafka/partition-of.ts';
import { openRecordProducer } from '../src/adapters/kafka/producer.ts';
import { encodeHeaders, produceApi } from '../src/adapters/kafka/record-batch.ts';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { openRedis } from '../src/adapters/redis/connection.ts';
import { type GoshawkProcess, startGoshawk } from '../src/stack/goshawk-process.ts';
import { folderForPostgres } from '../src/stack/services.ts';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';
import { FAULTY_PROGRAM, mendDatabase, POISONED_AMOUNT_MINOR, poisonDatabase } from './faults/poison.ts';
import { type Fault, type Installation, openInstallation, runRound } from './faults/round.ts';
import { promoteCopy } from './promote-copy.ts';
import { startTraceCollector } from './trace-collector.ts';

const PARTITIONS = 4;
const MAIN = join(import.meta.dirname, '../src/cli/main.ts');
const folder = makeTemporaryFolder('distributed');
let installation: Installation;
let env: Record<string, string>;
let collector: Awaited<ReturnType<typeof startTraceCollector>>;

before(async () => {
  collector = await startTraceCollector();
  installation = await openInstallation(folder, PARTITIONS);
  env = {
    ...installation.services.env,
    KAFKA_PARTITIONS: String(PARTITIONS),
    ACCOUNT_CACHE_MB: '32',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  };
});
after(async () => {
  // A test that failed leaves its processes behind, and they would keep this one alive.
  for (const process of started) process.signal('SIGKILL');
  await installation?.stop();
  collector.close();
  rmSync(folder, { recursive: true, force: true });
});

const started: GoshawkProcess[] = [];
function start(name: string, args: readonly string[]): GoshawkProcess {
  const process = startGoshawk({ name, args, env, logFile: join(folder, 'logs', `${name}.log`) });
  started.push(process);
  return process;
}
function filesUnder(path: string): string[] {
  return (
    readdirSync(path, { recursive: true, withFileTypes: true })
      // Kafka's indexes are large and hold numbers of its own alone.
      .filter((entry) => entry.isFile() && !/\.(time)?index$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
  );
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until<T>(what: string, look: () => Promise<T | undefined>, ms = 30_000): Promise<T> {
  for (const end = Date.now() + ms; ; await sleep(100)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
  }
}

const transaction = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  accountId: 'account-1',
  occurredAt: '2026-11-01T10:00:00.000Z',
  amountMinor: 1234,
  currency: 'EUR',
  type: 'purchase',
  ...more,
});

async function send(
  url: string,
  path: string,
  body: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : {} };
}

/** Every history of every partition, as bytes. */
async function historiesInRedis(): Promise<Map<string, string>> {
  const redis = await openRedis({ url: env.REDIS_URL });
  const all = new Map<string, string>();
  try {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const key = `goshawk:{${partition}}:accounts`;
      const [accounts, histories] = await Promise.all(
        ['HKEYS', 'HVALS'].map(async (command) => [
          ...((await redis.send([command, key])) as Iterable<Buffer>),
        ]),
      );
      accounts.forEach((account, i) => {
        all.set(String(account), histories[i].toString('hex'));
      });
    }
  } finally {
    await redis.close();
  }
  return all;
}

test('the API over Kafka: decisions, repetitions, labels, bad records, a promoted model, health and figures', async (t) => {
  const processes = [start('worker-1', ['worker']), start('worker-2', ['worker']), start('sink', ['sink'])];
  const server = start('server', ['server', '--port', '0']);
  const [, url] = await server.said(/listens at (\S+)/, 60_000);
  await Promise.all(processes.map((process) => process.said(/ ready\n/, 60_000)));
  const { session, pool } = await openPostgres({ url: env.DATABASE_URL, connections: 2 });
  const client = openKafkaClient(installation.settings.kafka, 'test');
  const { topics } = installation.settings;

  await t.test('D1 an id is decided once, with other content it is a conflict', async () => {
    const first = await send(url, '/v1/decisions', transaction('first'));
    assert.equal(first.status, 200);
    assert.match(String(first.body.outcome), /approve|review|decline/);
    const again = await send(url, '/v1/decisions', transaction('first'));
    assert.deepEqual(again, first);
    const other = await send(url, '/v1/decisions', transaction('first', { amountMinor: 99 }));
    assert.equal(other.status, 409);
    const wrong = await send(url, '/v1/decisions', transaction('bad', { amountMinor: -1 }));
    assert.equal(wrong.status, 422);
  });

  await t.test(
    'W10 a trace leads from the caller through the API to the worker and on to the decision',
    async () => {
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      const answer = await fetch(`${url}/v1/decisions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-b7ad6b7169203331-01` },
        body: JSON.stringify(transaction('traced')),
      });
      assert.equal(answer.status, 200);
      const [asked, decided] = await until('both spans', async () => {
        const found = collector.spans.filter((span) => span.traceId === traceId);
        const [a] = found.filter((span) => span.name === 'decision');
        const [b] = found.filter((span) => span.name === 'decide');
        return a && b ? [a, b] : undefined;
      });
      assert.equal(asked.parentSpanId, 'b7ad6b7169203331');
      assert.equal(decided.parentSpanId, asked.spanId);
      const outcome = decided.attributes.find(({ key }) => key === 'goshawk.outcome');
      assert.match(String(outcome?.value.stringValue), /approve|review|decline/);
    },
  );

  await t.test('many at once are acknowledged, decided, and stored', async () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      transaction(`many-${i}`, { accountId: `account-${i % 20}` }),
    );
    const { status, body } = await send(url, '/v1/transactions', many);
    assert.deepEqual([status, body.accepted], [200, 300]);
    await until('all are stored', async () => {
      const { rows } = await pool.query(`select count(*)::int as n from transactions where id like 'many-%'`);
      return rows[0].n === 300 ? true : undefined;
    });
  });

  await t.test('A5 a decision is on the live feed within a second', async () => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/feed`);
    const told = Promise.withResolvers<number>();
    socket.on('message', (data) => {
      if (String(data).includes('"id":"live-1"')) told.resolve(performance.now());
    });
    await new Promise((resolve) => socket.once('open', resolve));
    await sleep(500);
    const sent = performance.now();
    await send(url, '/v1/decisions', transaction('live-1'));
    assert.ok((await told.promise) - sent < 1000);
    socket.close();
  });

  await t.test('a label reaches the worker that has the account', async () => {
    await send(url, '/v1/decisions', transaction('stolen', { accountId: 'victim' }));
    await until('it is stored', async () =>
      (await fetch(`${url}/v1/transactions/stolen`)).ok ? true : undefined,
    );
    assert.ok((await send(url, '/v1/labels', { transactionId: 'stolen', fraud: true })).status < 300);
    await until('the next decision knows of it', async () => {
      const id = `after-${Math.random()}`;
      await send(url, '/v1/decisions', transaction(id, { accountId: 'victim' }));
      const answer = await until('its story', async () => {
        const found = await fetch(`${url}/v1/transactions/${id}`);
        return found.ok
          ? ((await found.json()) as { features: { name: string; value: number }[] })
          : undefined;
      });
      const known = answer.features.find(({ name }) => name === 'account_known_frauds_30d');
      return known?.value === 1 ? true : undefined;
    });
  });

  await t.test(
    'W6 a record that cannot be read goes to the dead letters with its reason, and the stream goes on',
    async () => {
      const info = await client.topic(topics.transactions);
      assert.ok(info);
      const bad: [key: string, value: Buffer, headers: [string, string][], reason: RegExp][] = [
        ['a', Buffer.from([0xff, 0xfe, 0x00]), [], /not UTF-8/],
        ['a', Buffer.from('{'), [], /Not valid JSON/],
        [
          'a',
          Buffer.from(JSON.stringify(transaction('wrong-version'))),
          [['schema-version', '9']],
          /schema-version is "9"/,
        ],
        [
          'a',
          Buffer.from(JSON.stringify(transaction('wrong-key'))),
          [],
          /key is "a"; it must be the account/,
        ],
        [
          'a',
          Buffer.from(JSON.stringify(transaction('x', { city: 'y'.repeat(70_000) }))),
          [],
          /at most 65536/,
        ],
        ['a', Buffer.from(JSON.stringify({ id: 'only' })), [], /required/],
        ['a', Buffer.from('{}'), [['kind', 'surprise']], /must be "transaction" or "label"/],
      ];
      const partition = partitionOf(Buffer.from('a'), PARTITIONS);
      await client.request(info.leaders[partition], produceApi, 5000, [
        {
          topic: topics.transactions,
          partition,
          timestampMs: Date.now(),
          records: bad.map(([key, value, headers]) => ({
            key: Buffer.from(key),
            value,
            headers: encodeHeaders(headers),
          })),
        },
      ]);
      const rows = await until('all are dead letters', async () => {
        const found = await pool.query(
          `select problems, source from dead_letters where source like 'stream%' order by id`,
        );
        return found.rows.length >= bad.length ? found.rows : undefined;
      });
      bad.forEach(([, , , reason], i) => {
        assert.match(JSON.parse(rows[i].problems)[0].message, reason);
        assert.match(rows[i].source, /partition \d, offset \d+/);
      });
      assert.equal(
        (await send(url, '/v1/decisions', transaction('goes-on', { accountId: 'a' }))).status,
        200,
      );
    },
  );

  await t.test('W8 an id that another account has used is told, and the stream goes on', async () => {
    const accounts = Array.from({ length: 8 }, (_, i) => `twin-${i}`);
    const twins = accounts.map((accountId) => transaction('twin', { accountId }));
    const info = await client.topic(topics.transactions);
    assert.ok(info);
    // As other producers write: the API would tell who sends it.
    for (const twin of twins) {
      const key = Buffer.from(twin.accountId);
      const partition = partitionOf(key, PARTITIONS);
      const value = Buffer.from(JSON.stringify(twin));
      await client.request(info.leaders[partition], produceApi, 5000, [
        {
          topic: topics.transactions,
          partition,
          timestampMs: Date.now(),
          records: [{ key, value, headers: encodeHeaders([]) }],
        },
      ]);
    }
    const problems = await until('all but one are dead letters', async () => {
      const { rows } = await pool.query(`select problems from dead_letters where raw like '%"id":"twin"%'`);
      return rows.length === twins.length - 1 ? rows.map((row) => row.problems) : undefined;
    });
    for (const problem of problems)
      assert.match(problem, /used before, with other content, by account twin-/);
    const { rows } = await pool.query(`select count(*)::int as n from transactions where id = 'twin'`);
    assert.equal(rows[0].n, 1);
    const told = await send(url, '/v1/transactions', [transaction('twin', { accountId: 'twin-8' })]);
    assert.deepEqual([told.status, JSON.stringify(told.body).includes('409')], [422, true]);
    assert.equal((await send(url, '/v1/decisions', transaction('after-twins'))).status, 200);
  });

  await t.test('T12 F8 the stream counts in one currency, by rates that reach the workers', async () => {
    const rates = await fetch(`${url}/v1/exchange-rates`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'Date,JPY\n2026-10-30,200\n',
    });
    assert.equal(rates.status, 200, await rates.text());
    const paid = (id: string, amountMinor: number, currency: string, more = {}) =>
      transaction(id, { accountId: 'money', amountMinor, currency, ...more });
    const story = async (id: string): Promise<Record<string, unknown>> =>
      (await fetch(`${url}/v1/transaction?id=${id}`)).json() as Promise<Record<string, unknown>>;
    // Workers look for rates every two seconds.
    let yen = 0;
    await until('the imported rate is in service', async () => {
      const id = `yen-${yen++}`;
      const own = { ...paid(id, 20_000, 'JPY'), accountId: `money-${id}` };
      assert.equal((await send(url, '/v1/decisions', own)).status, 200);
      const { transaction: stored } = await until('it is stored', async () => {
        const found = await story(id);
        return found.transaction ? (found as { transaction: { base?: { source: string } } }) : undefined;
      });
      return stored.base?.source === 'imported' ? id : undefined;
    });
    assert.equal((await send(url, '/v1/decisions', paid('money-1', 20_000, 'JPY'))).status, 200);
    assert.equal((await send(url, '/v1/decisions', paid('money-2', 1000, 'EUR'))).status, 200);
    const told = await until('it is stored', async () => {
      const found = await story('money-2');
      return found.features ? (found as { features: { name: string; value: number }[] }) : undefined;
    });
    assert.equal(told.features.find(({ name }) => name === 'account_amount_sum_24h')?.value, 110);
    const { rows } = await pool.query(
      `select base_amount_minor, base from transactions where id = 'money-1'`,
    );
    assert.equal(Number(rows[0].base_amount_minor), 10_000);
    assert.equal(JSON.parse(rows[0].base).rateDate, '2026-10-30');
    // Others write to the topic themselves: what has no rate, and what says itself what it counts as.
    const producer = openRecordProducer(client, topics.transactions);
    await producer.append(
      [
        paid('money-clf', 1, 'CLF'),
        paid('money-base', 1, 'JPY', { base: { amountMinor: 1, currency: 'EUR' } }),
      ].map((record) => ({
        key: Buffer.from('money'),
        value: Buffer.from(JSON.stringify(record)),
        kind: 'transaction' as const,
      })),
      10_000,
    );
    const letters = await until('both are dead letters', async () => {
      const found = await pool.query(`select problems from dead_letters where raw like '%"id":"money-%'`);
      return found.rows.length === 2 ? found.rows.map((row) => String(row.problems)).join('\n') : undefined;
    });
    assert.match(letters, /no exchange rate from CLF to EUR/);
    assert.match(letters, /base is worked out by the desk/);
  });

  await t.test(
    'T5 no server of an installation keeps a card number, however its record came in',
    async () => {
      const [ours, theirs] = ['4012888888881881', '5555555555554444'];
      const spaced = (card: string): string => card.replaceAll(/(\d{4})(?=\d)/g, '$1 ');
      const full = (id: string, card: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
      transaction(id, { accountId: card, deviceId: card, city: `kept-beside ${card}`, merchant: { id: card, name: card }, counterpartyId: card, ...more }); // biome-ignore format: a record
      for (const card of [ours, spaced(ours)]) {
        assert.equal((await send(url, '/v1/decisions', full(`card ${card}`, card))).status, 200);
      }
      // Written in two ways it was one transaction.
      const bulk = [full(`bulk ${ours}`, spaced(ours)), full('bulk refused', ours, { cvv: '8765432' })];
      const taken = await send(url, '/v1/transactions', bulk);
      assert.deepEqual([taken.body.accepted, taken.body.rejected], [1, 1]);
      const label = { transactionId: `card ${ours}`, fraud: true, fraudType: `stolen ${ours}` };
      assert.equal((await send(url, '/v1/labels', label)).status, 202);
      // Others write to the topic themselves, by keys of their own.
      const info = await client.topic(topics.transactions);
      assert.ok(info);
      const partition = partitionOf(Buffer.from(theirs), PARTITIONS);
      const values = [
        JSON.stringify(full(`foreign ${theirs}`, theirs)),
        JSON.stringify(full('foreign twice', theirs)).replace('{', `{"city":"${theirs}",`),
        JSON.stringify(full('foreign refused', theirs, { track2: '8765432', cardNumber: theirs })),
        JSON.stringify(full(`foreign ${theirs}`, theirs)).slice(0, -1),
      ];
      await client.request(info.leaders[partition], produceApi, 5000, [
        {
          topic: topics.transactions,
          partition,
          timestampMs: Date.now(),
          records: values.map((value) => ({
            key: Buffer.from(theirs),
            value: Buffer.from(value),
            headers: encodeHeaders([['traceparent', theirs]]),
          })),
        },
      ]);
      const rows = await until('all are stored', async () => {
        const found = await pool.query(
          `select account_id, count(*)::int as n from transactions where account_id like '%~%' group by 1 order by 1`,
        );
        const dead = await pool.query(`select raw from dead_letters where raw like '%xxxxxx%'`);
        return found.rows.reduce((sum, { n }) => sum + n, 0) === 3 && dead.rows.length === 4
          ? found.rows
          : undefined;
      });
      assert.deepEqual(
        rows.map(({ account_id, n }) => [account_id.slice(0, 17), n]),
        [
          ['401288xxxxxx1881~', 2],
          ['555555xxxxxx4444~', 1],
        ],
      );
      const answer = await fetch(`${url}/v1/transactions?accountId=${encodeURIComponent(spaced(theirs))}`);
      assert.equal(((await answer.json()) as { items: unknown[] }).items.length, 1, 'found by the number');
      await pool.query('checkpoint');
      // Redis writes its file every second.
      await sleep(1500);
      const services = join(folder, 'services');
      const searched = [services, folderForPostgres(join(services, 'postgres')), join(folder, 'logs')];
      const found: string[] = [];
      const beside = new Set<string>();
      for (const file of searched.flatMap(filesUnder)) {
        const content = readFileSync(file);
        const isForeign = file.includes(`${topics.transactions}-`);
        for (const text of [ours, spaced(ours), ...(isForeign ? [] : [theirs, spaced(theirs), '8765432'])]) {
          if (content.includes(text)) found.push(`${file}: ${text}`);
        }
        if (content.includes('kept-beside') || content.includes('401288xxxxxx1881'))
          beside.add(file.split('/')[file.split('/').indexOf('services') + 1] ?? file);
      }
      assert.deepEqual(found, []);
      // Where the search finds what stood beside the numbers, it would have found the numbers.
      assert.ok(beside.has('kafka') && beside.has('redis') && beside.size >= 3, [...beside].join(', '));
    },
  );

  await t.test('W7 a promoted model decides without a restart', async () => {
    const before = await send(url, '/v1/decisions', transaction('model-before'));
    await promoteCopy(session, String(before.body.modelVersion), 'promoted-1');
    await until('a decision by the new model', async () => {
      const { body } = await send(url, '/v1/decisions', transaction(`model-${Math.random()}`));
      return body.modelVersion === 'promoted-1' ? true : undefined;
    });
  });

  await t.test(
    'W7 a rule that goes live and a list that changes reach the workers without a restart',
    async () => {
      const here = { ...transaction('rule-before'), city: 'Ruleville' };
      const { body } = await send(url, '/v1/decisions', here);
      assert.deepEqual(body.rules, []);
      const draft = {
        id: 'ruleville',
        expression: 'transaction.city == "Ruleville" && inList("watched-countries", transaction.country)',
        action: 'review',
        text: 'Paid in Ruleville',
      };
      assert.equal((await send(url, '/v1/rules', draft)).status, 201);
      assert.equal((await send(url, '/v1/rules/ruleville/1/state', { state: 'live' })).status, 200);
      await send(url, '/v1/lists/watched-countries/entries', { entries: [{ value: 'IS' }] });
      await until('a decision by the new rule', async () => {
        const again = { ...here, id: `rule-${Math.random()}`, country: 'IS' };
        const { body: decided } = await send(url, '/v1/decisions', again);
        return (decided.rules as { id: string }[]).some(({ id }) => id === 'ruleville') ? true : undefined;
      });
      assert.equal((await send(url, '/v1/rules/ruleville/1/state', { state: 'retired' })).status, 200);
      await until('decisions by the rules of before on every worker', async () => {
        const decided = await Promise.all(
          Array.from({ length: 8 }, (_, i) =>
            send(url, '/v1/decisions', { ...here, id: `rule-${Math.random()}`, accountId: `rules-${i}` }),
          ),
        );
        return decided.every((one) => one.body.rulesetVersion === body.rulesetVersion) ? true : undefined;
      });
    },
  );

  await t.test('health probes every service, /metrics says the same', async () => {
    const parts = await until('all are up', async () => {
      const { services } = (await (await fetch(`${url}/v1/pipeline`)).json()) as {
        services: {
          name: string;
          status: string;
          detail: string;
          latencyMs: { p50: number | null };
        }[];
      };
      const wanted = ['log', 'engine', 'state', 'database', 'sink'];
      const up = wanted.every((name) => services.find((part) => part.name === name)?.status === 'up');
      return up ? services : undefined;
    });
    assert.match(parts.find(({ name }) => name === 'engine')?.detail ?? '', /2 workers/);
    // Those are for /metrics.
    assert.ok(parts.every((part) => !('figures' in part)));
    const storedMs = parts.find(({ name }) => name === 'sink')?.latencyMs.p50;
    assert.ok(storedMs && storedMs > 0, 'the sink measured from published to stored');
    // A lag is known once the broker has answered the worker that has just taken the partition over.
    const text = await until('every partition has a lag', async () => {
      const figures = await (await fetch(`${url}/metrics`)).text();
      const lags = figures.match(/^goshawk_partition_lag\{partition="\d+",worker="[^"]+"\} \d+$/gm) ?? [];
      return lags.length === PARTITIONS ? figures : undefined;
    });
    for (const name of ['log', 'engine', 'state', 'database', 'sink']) {
      assert.match(text, new RegExp(`goshawk_service_health\\{service="${name}"\\} 1`));
    }
    for (const name of ['resident', 'account_history', 'shared_history']) {
      assert.match(
        text,
        new RegExp(`goshawk_service_figure\\{service="engine",figure="most_${name}_bytes"\\} [1-9]\\d+`),
      );
    }
  });

  await client.close();
  await pool.end();
  await server.stop();
  await Promise.all(processes.map((process) => process.stop()));
});

test('W5 lost state is built again by the command, and by a worker that finds none: the same, byte for byte', async () => {
  const lost = await historiesInRedis();
  assert.ok(lost.size > 20);
  const rebuilt = spawnSync(process.execPath, [MAIN, 'rebuild-state'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  assert.equal(rebuilt.status, 0, rebuilt.stderr);
  assert.match(rebuilt.stderr, /\d+ transactions/);
  assert.deepEqual(await historiesInRedis(), lost);
  const redis = await openRedis({ url: env.REDIS_URL });
  await redis.send(['FLUSHALL']);
  await redis.close();
  const worker = start('worker-1', ['worker']);
  await until('the worker has filled it', async () => {
    const now = await historiesInRedis();
    return now.size === lost.size ? true : undefined;
  });
  await sleep(1000);
  await worker.stop();
  assert.deepEqual(await historiesInRedis(), lost);
});

const SETS: readonly (readonly Fault[])[] = [
  ['worker killed', 'sink killed', 'server killed'],
  ['Kafka killed', 'Redis killed', 'PostgreSQL killed'],
  ['worker sleeps', 'Redis loses everything'],
];
for (const [number, faults] of SETS.entries()) {
  test(`W1 W2 nothing is lost or doubled: ${faults.join(', ')}`, async () => {
    const result = await runRound(installation, {
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
  const ofWorker = startGoshawk({
    name: 'worker-faulty',
    args: ['worker'],
    env: { ...env, NODE_OPTIONS: `--import ${FAULTY_PROGRAM}` },
    logFile: join(folder, 'logs', 'worker-faulty.log'),
  });
  started.push(ofWorker);
  const sink = start('sink-letters', ['sink']);
  const server = start('server-letters', ['server', '--port', '0']);
  const [, url] = await server.said(/listens at (\S+)/, 60_000);
  await Promise.all([ofWorker, sink].map((process) => process.said(/ ready\n/, 60_000)));
  const { pool } = await openPostgres({ url: env.DATABASE_URL, connections: 1 });
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

  type Page = {
    quarantined: number;
    items: { id: number; transactionId: string; step: string; state: string }[];
  };
  const letters = async (): Promise<Page['items']> => {
    const page = (await (await fetch(`${url}/v1/dead-letters?quarantined=true&limit=500`)).json()) as Page;
    return page.items.filter(({ transactionId }) => transactionId?.startsWith('letter-'));
  };
  const both = await until('both letters', async () => {
    const found = await letters();
    return found.length === 2 ? found : undefined;
  });
  assert.deepEqual(both.map(({ transactionId, step, state }) => [transactionId, step, state]).sort(), [
    ['letter-deciding', 'deciding', 'open'],
    ['letter-storing', 'storing', 'open'],
  ]);
  type Service = { name: string; status: string };
  const shown = await until('the alarm', async () => {
    const { services } = (await (await fetch(`${url}/v1/pipeline`)).json()) as { services: Service[] };
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
  const ready = async (): Promise<Response> => fetch(`${url}/readyz`);
  const unready = await until('A15 nobody decides', async () => {
    const answer = await ready();
    return answer.status === 503 ? answer : undefined;
  });
  assert.match(String(((await unready.json()) as { detail: string }).detail), /: down/);
  const mended = start('worker-mended', ['worker']);
  t.after(() => mended.stop());
  await mended.said(/ ready\n/, 60_000);
  await until('A15 somebody decides', async () => ((await ready()).ok ? true : undefined));
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
  const [server, ...others] = [
    start('server', ['server', '--port', '0']),
    start('worker-1', ['worker']),
    start('sink', ['sink']),
  ];
  t.after(() => Promise.all([server, ...others].map((process) => process.stop())));
  const [, url] = await server.said(/listens at (\S+)/, 30_000);
  const inDatabase = async <T>(work: (pool: Pool) => Promise<T>): Promise<T> => {
    const { pool } = await openPostgres({ url: env.DATABASE_URL, connections: 1 });
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
  const { services } = installation;
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
  type Part = { name: string; status: string; trouble: { since: string; why: string } | null };
  const part = async (name: string): Promise<Part> => {
    const { services } = (await (await fetch(`${url}/v1/pipeline`)).json()) as { services: Part[] };
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
  const { pool } = await openPostgres({ url: env.DATABASE_URL, connections: 1 });
  t.after(() => pool.end());
  await pool.query('set idle_in_transaction_session_timeout = 0');
  await pool.query('begin');
  await pool.query('lock table transactions in exclusive mode');
  const locked = Date.now();
  await send(url, '/v1/transactions', [transaction('standing-3')]);
  const sinkIs = (status: string): Promise<Part> =>
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

test('what is missing or wrong in the settings is said by its name, at once', () => {
  const said = (more: Record<string, string>): string => {
    const { stderr, status } = spawnSync(process.execPath, [MAIN, 'worker'], {
      env: { PATH: process.env.PATH, ...more },
      encoding: 'utf8',
      timeout: 30_000,
    });
    assert.equal(status, 2);
    return stderr;
  };
  assert.match(said({}), /KAFKA_BROKERS is not set/);
  assert.match(said({ KAFKA_BROKERS: env.KAFKA_BROKERS }), /REDIS_URL is not set/);
  assert.match(said({ ...env, KAFKA_PARTITIONS: 'many' }), /KAFKA_PARTITIONS is "many"/);
  assert.match(
    said({ ...env, DATABASE_URL: env.DATABASE_URL.replace(/:[^:@/]+@/, ':wrong@') }),
    /DATABASE_URL/,
  );
  assert.match(said({ ...env, REDIS_URL: env.REDIS_URL.replace(/:[^:@/]+@/, ':wrong@') }), /REDIS_URL/);
});
