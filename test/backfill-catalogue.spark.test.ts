// A catalogue of own fields, entities, events and features through Spark, beside one engine in this process: the same, bit for bit.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openKafkaClient } from '../src/adapters/kafka/client.ts';
import { partitionOf } from '../src/adapters/kafka/partition-of.ts';
import { openRecordProducer } from '../src/adapters/kafka/producer.ts';
import { ensureTopics } from '../src/adapters/kafka/topics.ts';
import type { Postgres } from '../src/adapters/postgres/session.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import { createOffice } from '../src/adapters/sql/office.ts';
import { type CustomerEvent, customerEventToJson } from '../src/domain/customer-event.ts';
import { ownDataOf } from '../src/domain/own-data.ts';
import { type Transaction, transactionToJson } from '../src/domain/transaction.ts';
import type { Catalogue } from '../src/features/catalogue.ts';
import { checkedCatalogue, documentText, type ReadyCatalogue } from '../src/features/checked-catalogue.ts';
import { featuresOfSet } from '../src/features/sets.ts';
import { STANDARD } from '../src/features/standard.ts';
import { parseModel } from '../src/models/model.ts';
import { kafkaNames } from '../src/runtimes/stream-settings.ts';
import { catalogueOfTable } from '../src/runtimes/table-catalogue.ts';
import { readPastRows } from '../src/runtimes/table-file.ts';
import { createSimulator } from '../src/simulator/simulator.ts';
import { freePort } from '../src/stack/free-port.ts';
import { startKafkaServer } from '../src/stack/kafka.ts';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';
import {
  type EncodedRecord,
  encodeEvent,
  encodeLabel,
  encodeTransaction,
} from '../src/stream/record-codec.ts';
import { labelFor } from '../src/training/label-clock.ts';
import { trainModel } from '../src/training/train-model.ts';
import { createTableBuilder } from '../src/training/training-table.ts';
import { byOneEngine, type Item } from './backfill/one-engine.ts';
import { startDatabases } from './databases.ts';

const GOSHAWK = join(import.meta.dirname, '../goshawk');
const DOCUMENTS = join(import.meta.dirname, '../src/features/documents');
const DAY_MS = 86_400_000;
const DELAY_DAYS = 2;
const folder = makeTemporaryFolder('backfill-catalogue');
after(() => rmSync(folder, { recursive: true, force: true }));

const goshawk = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  spawnSync(GOSHAWK, args, { encoding: 'utf8', cwd: folder, env: { ...process.env, ...more } });

const aggregate = (feature: object): object => ({
  kind: 'aggregate',
  description: 'An own feature.',
  ...feature,
});

/** Two own entities, one of a pair of fields, with payments, events and labels, beside all features of the program. */
const DOCUMENT = {
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: {
    fields: [
      { name: 'customerId', type: 'id', description: 'The customer behind the account' },
      { name: 'customer.segment', type: 'category', description: 'Segment of the customer' },
      { name: 'risk.deviceScore', type: 'number', description: 'Score of the device' },
    ],
    entities: [
      { name: 'customer', description: 'A customer', key: ['customerId'] },
      {
        name: 'customerAtMerchant',
        description: 'A customer at a merchant',
        key: ['customerId', 'merchant.id'],
      },
    ],
  },
  features: [
    aggregate({
      name: 'customer_devices',
      entity: 'customer',
      measure: 'distinct',
      of: 'deviceId',
      window: '7d',
    }),
    aggregate({ name: 'customer_sum', entity: 'customer', measure: 'sum', of: 'amount', window: '24h' }),
    aggregate({ name: 'customer_risk', entity: 'customer', measure: 'fraud_rate', window: '30d' }),
    aggregate({
      name: 'score_mean',
      entity: 'customerAtMerchant',
      measure: 'mean',
      of: 'risk.deviceScore',
      where: 'transaction.attributes.customer.segment == "gold"',
      window: '30d',
    }),
    aggregate({ name: 'pair_frauds', entity: 'customerAtMerchant', measure: 'fraud_count', window: '30d' }),
    aggregate({
      name: 'fails',
      entity: 'customer',
      measure: 'count',
      window: '24h',
      events: ['failed_login'],
    }),
    aggregate({
      name: 'since_password',
      entity: 'account',
      measure: 'since_last',
      unit: 'minutes',
      events: ['password_change'],
    }),
    {
      kind: 'expression',
      name: 'fails_by_sum',
      description: 'An own feature of own features.',
      expression: 'features.fails * 10.0 + features.customer_sum',
    },
  ],
};

function ready(document: object): ReadyCatalogue {
  const checked = checkedCatalogue(document);
  return checked.ok ? checked : assert.fail(JSON.stringify(checked.problems));
}

const OWN = ready(DOCUMENT);

/** Customers have a few accounts each; some say nothing of themselves. */
function history(rows: number, days: number): { transaction: Transaction; fraud: boolean }[] {
  const simulator = createSimulator({
    seed: 8,
    rate: rows / (days * 86_400),
    startMs: Date.UTC(2026, 3, 1),
    accounts: 200,
  });
  return Array.from({ length: rows }, (_, i) => {
    const { transaction, fraudType } = simulator.next();
    const number = [...transaction.accountId].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
    const attributes = {
      ...(i % 7 !== 0 && { customerId: `c${number % 40}` }),
      'customer.segment': ['gold', 'new', 'old'][number % 3],
      'risk.deviceScore': ((i * 37) % 1000) / 999,
    };
    return { transaction: { ...transaction, attributes }, fraud: fraudType !== undefined };
  });
}

const eventOf = ({ accountId, attributes, occurredAtMs }: Transaction, i: number): CustomerEvent => ({
  id: `e${i}`,
  kind: i % 2 === 0 ? 'failed_login' : 'password_change',
  occurredAtMs: occurredAtMs - 1,
  accountId,
  ...(attributes?.customerId !== undefined && { attributes: { customerId: attributes.customerId } }),
});

/** With an event before every third payment. */
function itemsOf(rows: ReturnType<typeof history>): Item[] {
  return rows.flatMap(({ transaction, fraud }, i): Item[] => {
    const payment: Item = { kind: 'transaction', atMs: transaction.occurredAtMs, transaction, fraud };
    const event = eventOf(transaction, i);
    return i % 3 === 0 ? [{ kind: 'event', atMs: event.occurredAtMs, event }, payment] : [payment];
  });
}

const inTime = (items: readonly Item[]): Item[] => items.toSorted((a, b) => a.atMs - b.atMs);

async function assertTable(
  table: string,
  catalogue: Catalogue,
  expected: ReturnType<typeof byOneEngine>,
): Promise<void> {
  let count = 0;
  for await (const { transaction, vector, fraud } of readPastRows(join(folder, table), catalogue)) {
    const row = expected[count++];
    assert.equal(transaction.id, row.transaction.id, `row ${count}`);
    assert.equal(fraud, row.fraud);
    assert.deepEqual(vector, row.vector, `vector of ${transaction.id}`);
  }
  assert.equal(count, expected.length);
}

/** Of the columns of a vector, those that say something in some row. */
const saying = (catalogue: Catalogue, rows: ReturnType<typeof byOneEngine>): Set<string> =>
  new Set(
    catalogue.features.flatMap(({ name }, slot) =>
      rows.some(({ vector }) => vector[slot] > 0) ? [name] : [],
    ),
  );

test('S6 S7 Y46: what a catalogue of own aggregates over two entities and events says, Spark computes, and a model learns from the table', async () => {
  const { catalogue } = OWN;
  const rows = history(8000, 20);
  const items = itemsOf(rows);
  writeFileSync(join(folder, 'own.json'), documentText(OWN.document));
  writeFileSync(
    join(folder, 'payments.ndjson'),
    rows
      .map(({ transaction, fraud }) => JSON.stringify({ ...transactionToJson(transaction), fraud }))
      .join('\n'),
  );
  const events = items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
  writeFileSync(
    join(folder, 'events.ndjson'),
    [...events, events[0]].map((event) => JSON.stringify(customerEventToJson(event))).join('\n'),
  );
  const made = goshawk([
    'spark', 'backfill', 'payments.ndjson', '--events', 'events.ndjson', '--catalogue', 'own.json',
    '--output', 'own', '--delay-days', String(DELAY_DAYS), '--memory', '1024', '--cores', '2',
  ]); // biome-ignore format: a command
  assert.equal(made.status, 0, made.stderr);
  const expected = byOneEngine(catalogue, inTime(items), DELAY_DAYS * DAY_MS);
  await assertTable('own', catalogue, expected);
  const said = saying(catalogue, expected);
  for (const { name } of DOCUMENT.features as { name: string }[]) assert.ok(said.has(name), name);
  assert.equal((await catalogueOfTable(join(folder, 'own'))).hash, catalogue.hash);
  await assert.rejects(
    readPastRows(join(folder, 'own'), STANDARD).next(),
    /was made with catalogue .*, and .* is expected here/,
  );

  const trained = goshawk([
    'train', '--table', 'own', '--output', 'own.model', '--trees', '10', '--seed', '3',
  ]); // biome-ignore format: a command
  assert.equal(trained.status, 0, trained.stderr);
  const builder = createTableBuilder(catalogue);
  for (const { transaction, vector, fraud } of expected) builder.add(transaction, vector, fraud === true);
  const { model } = await trainModel(builder.finish(), {
    source: 'history',
    features: featuresOfSet('all', catalogue),
    seed: 3,
    trainer: { kind: 'forest', trees: 10, minLeafRows: 2 },
    fraudWeight: 1,
    createdAtMs: 0,
  });
  const fromTable = parseModel(readFileSync(join(folder, 'own.model'), 'utf8'), 'own.model');
  assert.equal(fromTable.info.version, model.info.version);
  const other = goshawk([
    'train', '--table', 'own', '--catalogue', join(DOCUMENTS, 'handbook.json'), '--output', 'no.model',
  ]); // biome-ignore format: a command
  assert.match(other.stderr, /was made with catalogue .* is expected here/);
});

test('S6 F7: the handbook’s fifteen features, as a document, are by Spark what they are by the engine', async () => {
  const file = join(DOCUMENTS, 'handbook.json');
  const { catalogue } = ready(JSON.parse(readFileSync(file, 'utf8')));
  const rows = history(6000, 60);
  // A table of one's own: a column that no field takes is seen by nothing here, which is said.
  const lines = rows.map(({ transaction: { id, occurredAtMs, accountId, merchant, amountMinor }, fraud }) =>
    [
      id,
      new Date(occurredAtMs).toISOString(),
      accountId,
      merchant?.id ?? 'none',
      (amountMinor / 100).toFixed(2),
      Number(fraud),
      'x',
    ].join(','),
  );
  writeFileSync(
    join(folder, 'handbook.csv'),
    ['TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD,REST', ...lines].join('\n'),
  );
  const mapping = {
    fields: {
      id: { column: 'TRANSACTION_ID' },
      accountId: { column: 'CUSTOMER_ID' },
      occurredAt: { column: 'TX_DATETIME' },
      amountMinor: { column: 'TX_AMOUNT', factor: 100 },
      currency: { constant: 'EUR' },
      type: { constant: 'purchase' },
      'merchant.id': { column: 'TERMINAL_ID' },
    },
    attributes: 'rest',
    label: { column: 'TX_FRAUD' },
  };
  writeFileSync(join(folder, 'handbook-mapping.json'), JSON.stringify(mapping));
  const made = goshawk([
    'spark', 'backfill', 'handbook.csv', '--mapping', 'handbook-mapping.json', '--catalogue', file,
    '--output', 'handbook', '--memory', '1024', '--cores', '2',
  ]); // biome-ignore format: a command
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stderr, /handbook.json declares no REST: no feature sees them/);
  const items = rows.map(({ transaction, fraud }): Item => {
    const { id, accountId, occurredAtMs, amountMinor, merchant } = transaction;
    const paid: Transaction = {
      id, accountId, occurredAtMs, amountMinor, currency: 'EUR', type: 'purchase', merchant: { id: merchant?.id ?? 'none' },
    }; // biome-ignore format: fields
    return { kind: 'transaction', atMs: occurredAtMs, transaction: paid, fraud };
  });
  const expected = byOneEngine(catalogue, inTime(items), 7 * DAY_MS);
  await assertTable('handbook', catalogue, expected);
  assert.equal(saying(catalogue, expected).size, catalogue.size);
});

/** Frauds are said a while later; every third label is of a time that knew no customers. */
function labelledItems(rows: ReturnType<typeof history>, knows: 'all' | 'some'): Item[] {
  const { keyFields } = ownDataOf(OWN.catalogue.data);
  return itemsOf(rows).flatMap((item, i): Item[] => {
    if (item.kind !== 'transaction' || !item.fraud) return [item];
    const atMs = item.atMs + 6 * 3_600_000 + 1;
    const keys = knows === 'all' || i % 3 > 0 ? keyFields : [];
    return [
      item,
      { kind: 'label', atMs, label: labelFor(item.transaction, true, atMs, 'analyst', undefined, keys) },
    ];
  });
}

const recordOf = (item: Item): EncodedRecord =>
  item.kind === 'transaction'
    ? encodeTransaction(item.transaction)
    : item.kind === 'event'
      ? encodeEvent(item.event, OWN.catalogue.data)
      : encodeLabel(item.label);

/** The catalogue as a desk has it in service. */
async function putIntoService({ session, db }: Postgres): Promise<void> {
  await migrate(db, 'server');
  const book = createOffice(session).catalogue;
  const entry = {
    atMs: 0,
    actor: { kind: 'person', id: 'ann', name: 'Ann' },
    action: 'changed a catalogue',
    subject: 'catalogue',
    detail: {},
  } as const;
  const { document, catalogue } = OWN;
  const draft = {
    document: documentText(document),
    documentHash: 'd',
    catalogueHash: catalogue.hash,
    note: '',
  };
  assert.equal(await book.file(draft, undefined, entry), 1);
  assert.ok(await book.move(1, 'draft', 'live', [], entry));
}

test('S6 Y47: a stretch of the topic by the catalogue in service: events, labels, and labels from before an entity was declared', async () => {
  const { catalogue } = OWN;
  const databases = await startDatabases();
  const database = await databases.postgres('served');
  const kafkaServer = await startKafkaServer({
    folder: join(folder, 'kafka'),
    port: await freePort(),
    controllerPort: await freePort(),
    logFile: join(folder, 'kafka.log'),
  });
  const env = {
    KAFKA_BROKERS: kafkaServer.brokers,
    KAFKA_TOPIC_PREFIX: 'own',
    DATABASE_URL: databases.urlOf('served'),
  };
  const { kafka, topics } = kafkaNames({ ...process.env, ...env });
  const client = openKafkaClient(kafka, 'test');
  try {
    await putIntoService(database);
    const plan = { partitions: 3, replicas: 1, retentionMs: DAY_MS };
    const partitions = await ensureTopics(kafka, client, topics, plan);
    const producer = openRecordProducer(client, topics.transactions);
    const rows = history(4000, 20);
    const records = labelledItems(rows, 'some').map(recordOf);
    for (let at = 0; at < records.length; at += 2000)
      await producer.append(records.slice(at, at + 2000), 10_000);

    const args = ['spark', 'backfill', '--topic', '--output', 'topic', '--memory', '1024', '--cores', '2'];
    const made = goshawk(args, env);
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stderr, /Catalogue version 1 of the desk of DATABASE_URL/);
    const partition = (item: Item): number => partitionOf(Buffer.from(recordOf(item).key), partitions);
    const sorted = labelledItems(rows, 'all').toSorted(
      (a, b) => a.atMs - b.atMs || partition(a) - partition(b),
    );
    const expected = byOneEngine(catalogue, sorted, undefined).map((row) => ({
      ...row,
      // Nobody says that the others are genuine.
      fraud: row.fraud || undefined,
    }));
    await assertTable('topic', catalogue, expected);
    const said = saying(catalogue, expected);
    for (const name of ['customer_risk', 'pair_frauds', 'fails', 'since_password'])
      assert.ok(said.has(name), name);
  } finally {
    await client.close();
    await kafkaServer.stop();
    await database.session.close();
  }
});

test('S7: a step that would compute another catalogue than the driver ends, and says what to do', () => {
  const step = goshawk(['spark-step', 'schema', '--catalogue-hash', 'another']);
  assert.equal(step.status, 1);
  assert.match(
    step.stderr,
    /The catalogue of the program is catalogue .* here, and another is expected: have the same file/,
  );
  const both = goshawk(['spark', 'backfill', '--topic', '--events', 'e.ndjson', '--output', 'none']);
  assert.match(both.stderr, /Events of the topic are read with it/);
});
