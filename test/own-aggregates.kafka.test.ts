// A catalogue of own aggregates on real Kafka, Redis and PostgreSQL, with two workers: a customer's accounts lie on several partitions.
// What is decided has the values that one engine has over the same stream from its first record on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { openRedis } from '../src/adapters/redis/connection.ts';
import { createPastValues } from '../src/adapters/sql/past-values.ts';
import { createSqlStore } from '../src/adapters/sql/store.ts';
import type { Label } from '../src/domain/label.ts';
import { historiesOf } from '../src/domain/label.ts';
import { ownDataOf } from '../src/domain/own-data.ts';
import { cataloguesOf, createVectorReader, type VectorReader } from '../src/engine/stored-vectors.ts';
import type { Catalogue } from '../src/features/catalogue.ts';
import { checkedCatalogue } from '../src/features/checked-catalogue.ts';
import { STANDARD } from '../src/features/standard.ts';
import type { StoredTransaction } from '../src/ports/store.ts';
import type { GoshawkProcess } from '../src/stack/goshawk-process.ts';
import {
  type Distributed,
  openDistributed,
  send,
  sleep,
  startAll,
  transaction,
  until,
} from './distributed.ts';
import { documentOf } from './filling/traffic.ts';
import { clientOf } from './people.ts';

const HOUR_MS = 3_600_000;
const STEP_MS = 4 * HOUR_MS;
/** What one worker decided the others know after a moment. */
const KNOWN_MS = 100;
const aggregate = { kind: 'aggregate', description: 'Of the customer', entity: 'customer' } as const;
const DOCUMENT = documentOf({
  data: {
    fields: [{ name: 'customerId', type: 'id', description: 'The customer', personal: true }],
    entities: [{ name: 'customer', description: 'Who owns accounts', key: ['customerId'] }],
  },
  features: [
    { ...aggregate, name: 'customer_payments_30d', measure: 'count', window: '30d' },
    { ...aggregate, name: 'customer_sum_30d', measure: 'sum', of: 'amount', window: '30d' },
    { ...aggregate, name: 'customer_devices_30d', measure: 'distinct', of: 'deviceId', window: '30d' },
    { ...aggregate, name: 'customer_frauds_30d', measure: 'fraud_count', window: '30d' },
    { ...aggregate, name: 'account_payments_30d', entity: 'account', measure: 'count', window: '29d' },
    { ...aggregate, name: 'logins_30d', events: ['failed_login'], measure: 'count', window: '30d' },
  ],
});
const NAMES = DOCUMENT.features.map(({ name }) => name);
/** A feature more that reads no history: it uses what another one had. */
const TWICE = {
  kind: 'expression',
  name: 'customer_payments_twice',
  description: 'Twice the payments of the customer',
  expression: 'features.customer_payments_30d * 2.0',
} as const;
const SECOND = documentOf({ data: DOCUMENT.data, features: [...DOCUMENT.features, TWICE] });

let world: Distributed;
before(async () => {
  world = await openDistributed('own-aggregates');
});
after(() => world?.stop());

/** What is sent, one after another, and what one engine makes of it. */
function createStream(url: () => string, startMs: number) {
  const checked = checkedCatalogue(DOCUMENT);
  assert.ok(checked.ok);
  const { catalogue } = checked;
  const state = catalogue.createState();
  const expected = new Map<string, Float64Array>();
  const labelled = new Map<string, boolean>();
  let count = 0;

  async function pay(): Promise<string> {
    const i = count++;
    const said = {
      id: `own-${i}`,
      accountId: `a${i % 9}`,
      occurredAt: new Date(startMs + i * STEP_MS).toISOString(),
      amountMinor: 100 + ((i * 37) % 900),
      deviceId: `d${i % 4}`,
      attributes: { customerId: `c${i % 2}` },
    };
    const answer = await send(url(), '/v1/decisions', transaction(said.id, said));
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const { occurredAt, ...rest } = said;
    const vector = new Float64Array(catalogue.size);
    catalogue.observe(
      state,
      { ...rest, occurredAtMs: Date.parse(occurredAt), currency: 'EUR', type: 'purchase' },
      vector,
    );
    expected.set(said.id, vector);
    return said.id;
  }

  async function logIn(): Promise<void> {
    const i = count++;
    const event = {
      id: `login-${i}`,
      kind: 'failed_login',
      accountId: `a${i % 9}`,
      attributes: { customerId: `c${i % 2}` },
    };
    const occurredAtMs = startMs + i * STEP_MS;
    const answer = await send(url(), '/v1/events', {
      ...event,
      occurredAt: new Date(occurredAtMs).toISOString(),
    });
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
    catalogue.observeEvent?.(state, { ...event, occurredAtMs });
  }

  async function label(i: number): Promise<void> {
    const transactionId = `own-${i}`;
    const about = {
      id: transactionId,
      accountId: `a${i % 9}`,
      occurredAtMs: startMs + i * STEP_MS,
      deviceId: `d${i % 4}`,
      attributes: { customerId: `c${i % 2}` },
      amountMinor: 1,
      currency: 'EUR',
      type: 'purchase',
    } as const;
    await until(`${transactionId} is stored and labelled`, async () => {
      const answer = await send(url(), '/v1/labels', { transactionId, fraud: true, source: 'customer' });
      return answer.status < 300 ? true : undefined;
    });
    const told: Label = {
      transactionId,
      fraud: true,
      source: 'customer',
      labelledAtMs: Date.now(),
      ...historiesOf(about, ownDataOf(catalogue.data).keyFields),
    };
    catalogue.applyLabel(state, told, labelled.get(transactionId));
    labelled.set(transactionId, true);
  }

  return {
    catalogue,
    expected,
    async some(n: number): Promise<string[]> {
      const ids: string[] = [];
      for (let k = 0; k < n; k++) {
        ids.push(await pay());
        await sleep(KNOWN_MS);
        if (k % 8 === 3) await logIn();
        if (k % 8 === 5) {
          await label(Number(ids.at(-3)?.slice(4)));
          await sleep(5 * KNOWN_MS);
        }
        if (k % 8 === 3) await sleep(2 * KNOWN_MS);
      }
      return ids;
    },
  };
}

/** When all values for the past are there. */
async function pastIsFilled(version: number): Promise<void> {
  const { session, pool } = await openPostgres({ url: world.env.DATABASE_URL, connections: 1 });
  try {
    const values = createPastValues(session);
    const [{ features }] = await session.query('select features from past_value_sets where version = $1', [
      version,
    ]);
    assert.notEqual(features, '[]');
    await until('values for the past are there', async () =>
      (await values.unfinished()).length === 0 ? true : undefined,
    );
  } finally {
    await pool.end();
  }
}

async function storedOf(ids: readonly string[]): Promise<StoredTransaction[]> {
  const { session, db, pool } = await openPostgres({ url: world.env.DATABASE_URL, connections: 1 });
  try {
    const store = createSqlStore(session, db);
    return await until('all are stored', async () => {
      const rows = (await store.transactions({ after: -1 }, 1000)).filter(({ transaction: { id } }) =>
        ids.includes(id),
      );
      return rows.length === ids.length ? rows : undefined;
    });
  } finally {
    await pool.end();
  }
}

type Expected = ReadonlyMap<string, Float64Array>;

/** What was decided before by another catalogue reads as one engine had it; gives how many that were. */
async function assertPast(reader: VectorReader, ids: readonly string[], expected: Expected): Promise<number> {
  const { catalogue } = reader;
  const rows = (await storedOf(ids)).filter(({ decision }) => decision.catalogueHash !== catalogue.hash);
  for (const { transaction, decision, vector, filled } of rows) {
    const found = reader.read(vector, decision.catalogueHash, filled);
    for (const name of NAMES) {
      const place = catalogue.place(name) ?? -1;
      const should = expected.get(transaction.id)?.[place];
      assert.equal(found[place], should, `for the past: ${name} of ${transaction.id}`);
    }
  }
  return rows.length;
}

/** What uses a feature that was filled itself is twice of it, whoever decided. */
async function assertTwice(before: Catalogue, ids: readonly string[], expected: Expected): Promise<void> {
  const checked = checkedCatalogue(SECOND);
  assert.ok(checked.ok);
  const { catalogue } = checked;
  const reader = createVectorReader(
    catalogue,
    cataloguesOf(() => [catalogue, before, STANDARD]),
  );
  for (const { transaction, decision, vector, filled } of await storedOf(ids)) {
    const found = reader.read(vector, decision.catalogueHash, filled);
    const paid = expected.get(transaction.id)?.[before.place('customer_payments_30d') ?? -1] ?? Number.NaN;
    assert.equal(found[catalogue.place(TWICE.name) ?? -1], 2 * paid, transaction.id);
  }
}

test('W16 W17 W18 Y36 Y37 Y41 Y44: own aggregates by customer over two workers are those of one engine from the first record on, for the past, part-way, after SIGKILL and after a loss', async () => {
  const all = await startAll(world);
  const more: GoshawkProcess[] = [];
  try {
    const client = clientOf({ url: all.url });
    const stream = createStream(() => all.url, Date.now() - 90 * STEP_MS);
    const { catalogue, expected } = stream;
    const reader = createVectorReader(
      catalogue,
      cataloguesOf(() => [catalogue, STANDARD]),
    );
    async function assertAlike(ids: readonly string[], what: string): Promise<number> {
      const rows = (await storedOf(ids)).filter(({ decision }) => decision.catalogueHash === catalogue.hash);
      for (const {
        transaction: { id },
        decision,
        vector,
      } of rows) {
        const found = reader.read(vector, decision.catalogueHash);
        for (const name of NAMES) {
          const place = catalogue.place(name) ?? -1;
          assert.equal(found[place], expected.get(id)?.[place], `${what}: ${name} of ${id}`);
        }
      }
      return rows.length;
    }
    const before = await stream.some(20);
    const draft = await client.call('writeCatalogueDraft', {
      body: { document: JSON.parse(JSON.stringify(DOCUMENT)), seen: null },
    });
    const moved = await client.call('moveCatalogue', { body: { version: draft.version, state: 'live' } });
    assert.ok(moved);
    // Decisions go on while it is filled, and while the sink that filled it is followed by another.
    all.sink.signal('SIGKILL');
    more.push(world.start('sink-2', ['sink']));
    const meanwhile = await stream.some(8);
    const engine = async () =>
      (await client.call('getPipeline')).services.find(({ name }) => name === 'engine');
    await until(
      'workers decide by it',
      async () =>
        new RegExp(`catalogue ${draft.version}(?!.*catalogue 0)`).test((await engine())?.detail ?? '')
          ? true
          : undefined,
      60_000,
    );
    await assertAlike(meanwhile, 'while it was filled');
    const since = await stream.some(12);
    assert.equal(await assertAlike(since, 'after it went live'), since.length);
    assert.match((await engine())?.detail ?? '', /catalogue 1 \(.*\d from \d+/);

    await pastIsFilled(draft.version);
    assert.ok((await assertPast(reader, [...before, ...meanwhile], expected)) >= before.length);

    all.workers[0].signal('SIGKILL');
    more.push(world.start('worker-3', ['worker']));
    const killed = await stream.some(12);
    assert.equal(await assertAlike(killed, 'after SIGKILL'), killed.length);

    const redis = await openRedis({ url: world.env.REDIS_URL });
    await redis.send(['FLUSHALL']);
    await redis.close();
    await sleep(5000);
    const lost = await stream.some(12);
    assert.equal(await assertAlike(lost, 'after a loss'), lost.length);

    // A feature that reads no history is filled for the past as well, by what others had and by what was filled of them.
    const second = await client.call('writeCatalogueDraft', {
      body: { document: JSON.parse(JSON.stringify(SECOND)), seen: null },
    });
    await client.call('moveCatalogue', { body: { version: second.version, state: 'live' } });
    await until('the next version decides', async () =>
      ((await engine())?.detail ?? '').includes(`catalogue ${second.version}`) ? true : undefined,
    );
    await pastIsFilled(second.version);
    await assertTwice(catalogue, [...before, ...since, ...lost], expected);
  } finally {
    await Promise.all(more.map((process) => process.stop()));
    await all.stop();
  }
});
