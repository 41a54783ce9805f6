// The API over a distributed installation on real Kafka, Redis and PostgreSQL: decisions, repetitions, labels, traces, a model
// and a rule that go live, health and figures; then its state built again, and settings that are wrong.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { openRedis } from '../src/adapters/redis/connection.ts';
import { createBoundary } from '../src/ports/boundary.ts';
import { openStreamDesk } from '../src/runtimes/stream-desk.ts';
import { deskContract } from './contracts/desk.ts';
import {
  type Distributed, historiesInRedis, MAIN, openDistributed, PARTITIONS, send, sleep, startAll, storyOf, transaction, until,
} from './distributed.ts'; // biome-ignore format: a list
import { clientOf } from './people.ts';
import { promoteCopy } from './promote-copy.ts';
import { startTraceCollector } from './trace-collector.ts';

let world: Distributed;
let collector: Awaited<ReturnType<typeof startTraceCollector>>;
before(async () => {
  collector = await startTraceCollector();
  world = await openDistributed('distributed', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
});
after(async () => {
  await world?.stop();
  collector.close();
});

describe('the API over Kafka', () => {
  let all: Awaited<ReturnType<typeof startAll>>;
  let url: string;
  let database: Awaited<ReturnType<typeof openPostgres>>;
  before(async () => {
    all = await startAll(world);
    url = all.url;
    database = await openPostgres({ url: world.env.DATABASE_URL, connections: 2 });
  });
  after(async () => {
    await database?.pool.end();
    await all?.stop();
  });

  test('D1 an id is decided once, with other content it is a conflict', async () => {
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

  test('W10 a trace leads from the caller through the API to the worker and on to the decision', async () => {
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
  });

  test('many at once are acknowledged, decided, and stored', async () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      transaction(`many-${i}`, { accountId: `account-${i % 20}` }),
    );
    const { status, body } = await send(url, '/v1/transactions', many);
    assert.deepEqual([status, body.accepted], [200, 300]);
    await until('all are stored', async () => {
      const { rows } = await database.pool.query(
        `select count(*)::int as n from transactions where id like 'many-%'`,
      );
      return rows[0].n === 300 ? true : undefined;
    });
  });

  test('A5 a decision is on the live feed within a second', async () => {
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

  test('a label reaches the worker that has the account', async () => {
    await send(url, '/v1/decisions', transaction('stolen', { accountId: 'victim' }));
    await until('it is stored', async () =>
      (await fetch(`${url}/v1/transactions/stolen`)).ok ? true : undefined,
    );
    assert.ok((await send(url, '/v1/labels', { transactionId: 'stolen', fraud: true })).status < 300);
    await until('the next decision knows of it', async () => {
      const id = `after-${Math.random()}`;
      await send(url, '/v1/decisions', transaction(id, { accountId: 'victim' }));
      const answer = await until('its story', () => storyOf(url, id));
      const known = answer.features.find(({ name }) => name === 'account_known_frauds_30d');
      return known?.value === 1 ? true : undefined;
    });
  });

  test('W7 a promoted model decides without a restart', async () => {
    const before = await send(url, '/v1/decisions', transaction('model-before'));
    await promoteCopy(database.session, String(before.body.modelVersion), 'promoted-1');
    await until('a decision by the new model', async () => {
      const { body } = await send(url, '/v1/decisions', transaction(`model-${Math.random()}`));
      return body.modelVersion === 'promoted-1' ? true : undefined;
    });
  });

  test('W7 a rule that goes live and a list that changes reach the workers without a restart', async () => {
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
      const { rules } = await clientOf({ url }).call('decide', { body: again });
      return rules.some(({ id }) => id === 'ruleville') ? true : undefined;
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
  });

  test('health probes every service, /metrics says the same', async () => {
    const parts = await until('all are up', async () => {
      const { services } = await clientOf({ url }).call('getPipeline');
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
});

deskContract('over a stream', async () => {
  const processes = [world.start('desk-worker', ['worker']), world.start('desk-sink', ['sink'])];
  await Promise.all(processes.map((process) => process.said(/ ready\n/, 60_000)));
  const boundary = createBoundary(Date.now, () => undefined);
  const desk = await openStreamDesk({
    settings: world.installation.settings,
    onNotice: () => undefined,
    onFailure: (error) => {
      throw error;
    },
    boundary,
  });
  return {
    ...desk,
    async close() {
      await desk.close();
      for (const process of processes) await process.stop();
    },
  };
});

test('W5 lost state is built again by the command, and by a worker that finds none: the same, byte for byte', async () => {
  const lost = await historiesInRedis(world);
  assert.ok(lost.size > 20);
  const rebuilt = spawnSync(process.execPath, [MAIN, 'rebuild-state'], {
    env: { ...process.env, ...world.env },
    encoding: 'utf8',
  });
  assert.equal(rebuilt.status, 0, rebuilt.stderr);
  assert.match(rebuilt.stderr, /\d+ transactions/);
  assert.deepEqual(await historiesInRedis(world), lost);
  const redis = await openRedis({ url: world.env.REDIS_URL });
  await redis.send(['FLUSHALL']);
  await redis.close();
  const worker = world.start('worker-1', ['worker']);
  await until('the worker has filled it', async () => {
    const now = await historiesInRedis(world);
    return now.size === lost.size ? true : undefined;
  });
  await sleep(1000);
  await worker.stop();
  assert.deepEqual(await historiesInRedis(world), lost);
});

test('what is missing or wrong in the settings is said by its name, at once', () => {
  const { env } = world;
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
