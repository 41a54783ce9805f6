// The Kafka adapter against a real broker: order, claims, offsets, groups, and brokers that die.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Admin, Producer } from '@platformatic/kafka';
import { type KafkaClient, openKafkaClient } from '../src/adapters/kafka/client.ts';
import { joinGroup } from '../src/adapters/kafka/membership.ts';
import { openKafkaOutput } from '../src/adapters/kafka/output.ts';
import { partitionOf } from '../src/adapters/kafka/partition-of.ts';
import { openRecordProducer } from '../src/adapters/kafka/producer.ts';
import { type KafkaSettings, kafkaSettings } from '../src/adapters/kafka/settings.ts';
import { openKafkaSource } from '../src/adapters/kafka/source.ts';
import { ensureTopics, topicsWithPrefix } from '../src/adapters/kafka/topics.ts';
import type { OutputLog, StreamMessage, StreamRecord } from '../src/ports/stream/stream.ts';
import { freePort } from '../src/stack/free-port.ts';
import { type KafkaServer, startKafkaServer } from '../src/stack/kafka.ts';
import { decodeMessage } from '../src/stream/message-codec.ts';
import { type EncodedRecord, SCHEMA_VERSION } from '../src/stream/record-codec.ts';
import { outputContract, sourceContract } from './contracts/stream.ts';

const folder = mkdtempSync(join(tmpdir(), 'goshawk-kafka-'));
const PARTITIONS = 3;
let ports: { port: number; controllerPort: number };
let server: KafkaServer;
let settings: KafkaSettings;
const clients: KafkaClient[] = [];
const start = (): Promise<KafkaServer> =>
  startKafkaServer({ folder, ...ports, logFile: join(folder, 'kafka.log') });
const connect = (name: string): KafkaClient => {
  const client = openKafkaClient(settings, name);
  clients.push(client);
  return client;
};
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, condition: () => boolean, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !condition(); await sleep(20)) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
  }
}

before(async () => {
  ports = { port: await freePort(), controllerPort: await freePort() };
  server = await start();
  settings = kafkaSettings({ KAFKA_BROKERS: server.brokers });
});
after(async () => {
  for (const client of clients) await client.close().catch(() => undefined);
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function topicsFor(prefix: string) {
  const topics = topicsWithPrefix(prefix);
  const plan = { partitions: PARTITIONS, replicas: 1, retentionMs: 86_400_000 };
  assert.equal(await ensureTopics(settings, connect('admin'), topics, plan), PARTITIONS);
  const output = (): OutputLog =>
    openKafkaOutput({
      client: connect('output'),
      topics: { decisions: topics.decisions, 'dead-letters': topics.deadLetters },
    });
  return { topics, output };
}

const message = (sourceOffset: number): StreamMessage => ({
  output: 'decisions',
  sourceOffset,
  key: 'a',
  value: Buffer.from(
    JSON.stringify({
      kind: 'label',
      offset: sourceOffset,
      label: { labelledAt: '2026', occurredAt: '2026' },
    }),
  ),
  traceparent: undefined,
});

/** Source offsets of what a partition of a topic holds, claims left out. */
async function heldBy(topic: string, partition: number, count: number): Promise<number[]> {
  const source = openKafkaSource({ client: connect('check'), topic });
  const input = source.open(partition, 0);
  const found: number[] = [];
  while (found.length < count) {
    for (const { value } of await input.take(100)) {
      assert.ok(value);
      const decoded = decodeMessage(value);
      if (decoded.kind === 'label') found.push(decoded.offset);
    }
  }
  await source.close();
  return found;
}

test('keys go where other producers put them', () => {
  // From UtilsTest of Apache Kafka.
  const known = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536 };
  for (const [key, hash] of Object.entries(known)) {
    assert.equal(partitionOf(Buffer.from(key), 1000), (hash & 0x7fffffff) % 1000);
  }
});

outputContract('Kafka', async () => {
  const { topics, output } = await topicsFor('claims');
  return {
    writer: output,
    message: (sourceOffset, to = 'decisions') => ({ ...message(sourceOffset), output: to }),
    held: (count) => heldBy(topics.decisions, 1, count),
  };
});

const numbered = (key: string, n: number, kind: EncodedRecord['kind'] = 'transaction'): EncodedRecord => ({
  key: Buffer.from(key),
  value: Buffer.from(JSON.stringify({ n })),
  kind,
});

/** A key of this partition. */
function keyIn(partition: number): string {
  const key = Array.from({ length: 100 }, (_, i) => `k${i}`).find(
    (k) => partitionOf(Buffer.from(k), PARTITIONS) === partition,
  );
  assert.ok(key);
  return key;
}

test('records come in order with key, headers and time, from any offset', async () => {
  const { topics } = await topicsFor('records');
  const producer = openRecordProducer(connect('producer'), topics.transactions);
  const keys = Array.from({ length: 60 }, (_, i) => `account-${i % 7}`);
  await Promise.all(
    keys.map((key, i) => producer.append([numbered(key, i, i % 2 ? 'label' : 'transaction')], 5000)),
  );
  const source = openKafkaSource({ client: connect('source'), topic: topics.transactions });
  const read: StreamRecord[][] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const input = source.open(partition, 0);
    const wanted = keys.filter((key) => partitionOf(Buffer.from(key), PARTITIONS) === partition).length;
    const records: StreamRecord[] = [];
    while (records.length < wanted) records.push(...(await input.take(7)));
    assert.deepEqual(
      records.map(({ offset }) => offset),
      [...records.keys()],
    );
    assert.equal(source.lag(partition), 0);
    input.close();
    read.push(records);
  }
  const byKey = (key: string) =>
    read.flat().flatMap((record) => (String(record.key) === key ? [JSON.parse(String(record.value)).n] : []));
  for (const key of new Set(keys)) {
    assert.deepEqual(
      byKey(key),
      keys.flatMap((other, i) => (other === key ? [i] : [])),
    );
  }
  const [sample] = read[0];
  assert.equal(sample.headers.get('schema-version'), SCHEMA_VERSION);
  assert.ok(Math.abs(sample.timestampMs - Date.now()) < 60_000);
  const again = source.open(0, 3);
  assert.equal((await again.take(1))[0].offset, 3);
  await source.close();
  assert.deepEqual(await again.take(1), []);
});

sourceContract('Kafka', async () => {
  const { topics } = await topicsFor('source');
  const topic = topics.transactions;
  const producer = openRecordProducer(connect('producer'), topic);
  const key = keyIn(0);
  let written = 0;
  const write = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) await producer.append([numbered(key, written++)], 5000);
  };
  const gaps: [number, number][] = [];
  const source = openKafkaSource({
    client: connect('source'),
    topic,
    onGap: (_, from, to) => gaps.push([from, to]),
  });
  return {
    source,
    gaps,
    write,
    async pass(count) {
      await write(count);
      const admin = new Admin({ clientId: 'retention', bootstrapBrokers: [...settings.brokers] });
      await admin.deleteRecords({
        topics: [{ name: topic, partitions: [{ partition: 0, offset: BigInt(written) }] }],
      });
      await admin.close();
    },
    close: () => source.close(),
  };
});

test('records that another producer compressed are read among plain ones', async () => {
  const { topics } = await topicsFor('compressed');
  const topic = topics.transactions;
  const producer = openRecordProducer(connect('producer'), topic);
  const key = 'account-1';
  const partition = partitionOf(Buffer.from(key), PARTITIONS);
  const other = new Producer({
    clientId: 'other',
    bootstrapBrokers: [...settings.brokers],
    compression: 'gzip',
  });
  await producer.append([numbered(key, 0)], 5000);
  const value = Buffer.from(JSON.stringify({ n: 1, padding: 'x'.repeat(5000) }));
  await other.send({ messages: [{ topic, partition, key: Buffer.from(key), value }] });
  await producer.append([numbered(key, 2)], 5000);
  await other.close();
  const source = openKafkaSource({ client: connect('source'), topic });
  const input = source.open(partition, 0);
  const records: StreamRecord[] = [];
  while (records.length < 3) records.push(...(await input.take(10)));
  assert.deepEqual(
    records.map((record) => [record.offset, String(record.key), JSON.parse(String(record.value)).n]),
    [
      [0, key, 0],
      [1, key, 1],
      [2, key, 2],
    ],
  );
  assert.equal(records[1].headers.size, 0);
  await source.close();
});

test('a group shares partitions out; one goes over only after it was given up', async () => {
  const { topics } = await topicsFor('group');
  const troubles: string[] = [];
  const member = () => {
    const state = { assigned: [] as readonly number[], working: [] as number[] };
    const membership = joinGroup({
      client: connect('group'),
      group: 'test',
      topic: topics.transactions,
      onAssigned: (partitions) => {
        state.assigned = partitions;
        state.working = [...new Set([...state.working, ...partitions])];
      },
      working: () => state.working,
      onTrouble: (error) => troubles.push(error.message),
    });
    return { state, membership };
  };
  const a = member();
  await until('one member has all', () => a.state.assigned.length === PARTITIONS);
  const b = member();
  await until('the first is asked to give some up', () => a.state.assigned.length < PARTITIONS);
  await sleep(1500);
  assert.equal(b.state.assigned.length, 0, 'it is still worked on');
  a.state.working = [...a.state.assigned];
  await until('the second gets them', () => b.state.assigned.length === PARTITIONS - a.state.assigned.length);
  await a.membership.leave();
  await until('what a member leaves goes to the others', () => b.state.assigned.length === PARTITIONS);
  await b.membership.leave();
  // The first group of a broker waits for its coordinator to be made: no trouble.
  assert.deepEqual(troubles, []);
});

test('brokers that are wrong or away are said by the name of the setting', async () => {
  assert.throws(() => kafkaSettings({}), /KAFKA_BROKERS is not set/);
  assert.throws(() => kafkaSettings({ KAFKA_BROKERS: 'here' }), /must be host:port/);
  assert.throws(
    () => kafkaSettings({ KAFKA_BROKERS: 'h:1', KAFKA_SASL_MECHANISM: 'NONE' }),
    /must be one of PLAIN/,
  );
  assert.throws(
    () => kafkaSettings({ KAFKA_BROKERS: 'h:1', KAFKA_SASL_MECHANISM: 'PLAIN' }),
    /needs KAFKA_SASL_USERNAME/,
  );
  assert.throws(
    () => kafkaSettings({ KAFKA_BROKERS: 'h:1', KAFKA_TLS_CA_FILE: '/none' }),
    /KAFKA_TLS_CA_FILE: ENOENT/,
  );
  const away = openKafkaClient(kafkaSettings({ KAFKA_BROKERS: `127.0.0.1:${await freePort()}` }), 'away');
  await assert.rejects(away.anyNode(), /cannot be reached \(KAFKA_BROKERS\)/);
  await away.close();
});

for (const seconds of [1, 10, 60]) {
  test(`OUTPUT4 An append that failed asks for another claim, which tells what of it is there: the broker gone for ${seconds} s, and reading, appending and the group go on`, async () => {
    const { topics, output } = await topicsFor(`gone-${seconds}`);
    const producer = openRecordProducer(connect('producer'), topics.transactions);
    const source = openKafkaSource({ client: connect('source'), topic: topics.transactions });
    const out = output();
    await out.claim(0);
    const key = keyIn(0);
    const input = source.open(0, 0);
    const got: number[] = [];
    const reading = (async () => {
      for (;;) {
        const records = await input.take(50);
        if (records.length === 0) return;
        got.push(...records.map(({ value }) => JSON.parse(String(value)).n));
      }
    })();
    let assigned: readonly number[] = [];
    const membership = joinGroup({
      client: connect('group'),
      group: `gone-${seconds}`,
      topic: topics.transactions,
      onAssigned: (partitions) => {
        assigned = partitions;
      },
      working: () => assigned,
    });
    await until('assigned', () => assigned.length === PARTITIONS);
    const append = (n: number) => producer.append([numbered(key, n)], 120_000);
    await append(0);
    await until('the first record', () => got.includes(0));
    await server.kill();
    const during = [1, 2, 3].map(append);
    await assert.rejects(out.append(0, [message(1)]));
    await sleep(seconds * 1000);
    server = await start();
    await Promise.all(during);
    await append(4);
    await until('what was sent meanwhile', () => got.includes(4));
    assert.deepEqual([...new Set(got)], [0, 1, 2, 3, 4]);
    assert.equal((await out.claim(0)).decisions, -1);
    await out.append(0, [message(2)]);
    await until('all partitions again', () => assigned.length === PARTITIONS, 60_000);
    await membership.leave();
    await source.close();
    await reading;
  });
}
