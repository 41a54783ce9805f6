// A history through Spark, beside the same history through one engine in this process: row by row, and as a model.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openKafkaClient } from '../src/adapters/kafka/client.ts';
import { partitionOf } from '../src/adapters/kafka/partition-of.ts';
import { openRecordProducer } from '../src/adapters/kafka/producer.ts';
import { ensureTopics } from '../src/adapters/kafka/topics.ts';
import type { Label } from '../src/domain/label.ts';
import { type Transaction, transactionToJson } from '../src/domain/transaction.ts';
import { judge } from '../src/engine/decide.ts';
import { featuresOfSet } from '../src/features/sets.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createScorer, parseModel } from '../src/models/model.ts';
import { compileRuleset } from '../src/rules/ruleset.ts';
import { STARTER_RULES } from '../src/rules/starter-rules.ts';
import { kafkaNames } from '../src/runtimes/stream-settings.ts';
import { readPastRows } from '../src/runtimes/table-file.ts';
import { createSimulator } from '../src/simulator/simulator.ts';
import { freePort } from '../src/stack/free-port.ts';
import { startKafkaServer } from '../src/stack/kafka.ts';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';
import { type EncodedRecord, encodeLabel, encodeTransaction } from '../src/stream/record-codec.ts';
import { createFeatureReplay } from '../src/training/feature-replay.ts';
import { labelFor } from '../src/training/label-clock.ts';
import { trainModel } from '../src/training/train-model.ts';
import { createTableBuilder } from '../src/training/training-table.ts';

const GOSHAWK = join(import.meta.dirname, '../goshawk');
const ROWS = 20_000;
const DELAY_DAYS = 2;
const DAY_MS = 86_400_000;
const folder = makeTemporaryFolder('backfill');
after(() => rmSync(folder, { recursive: true, force: true }));

const goshawk = (args: readonly string[]) => spawnSync(GOSHAWK, args, { encoding: 'utf8', cwd: folder });

/** Twenty days with every kind of history: devices, addresses, payees, merchants. */
function history() {
  const simulator = createSimulator({
    seed: 5,
    rate: ROWS / (20 * 86_400),
    startMs: Date.UTC(2026, 3, 1),
    accounts: 300,
  });
  return Array.from({ length: ROWS }, () => {
    const { transaction, fraudType } = simulator.next();
    return { transaction, fraud: fraudType !== undefined };
  });
}

test('S5 a backfill is what one engine computes, row by row, and so is a model trained from it', async () => {
  const rows = history();
  const lines = rows.map(({ transaction, fraud }) =>
    JSON.stringify({ ...transactionToJson(transaction), fraud }),
  );
  const half = lines.findIndex((_, i) => i >= ROWS / 2 && rows[i].transaction.occurredAtMs % 2 === 0);
  // Two files out of order; a line nobody can read; an id that comes again.
  writeFileSync(join(folder, 'later.ndjson'), [...lines.slice(half), lines[half]].join('\n'));
  writeFileSync(join(folder, 'earlier.ndjson'), ['{"id":', ...lines.slice(0, half)].join('\n'));

  const replay = createFeatureReplay(STANDARD);
  const builder = createTableBuilder(STANDARD);
  const vectors: Float64Array[] = [];
  for (const { transaction, fraud } of rows) {
    const knownAtMs = transaction.occurredAtMs + DELAY_DAYS * DAY_MS;
    const vector = replay.next(transaction, fraud ? { knownAtMs } : undefined);
    vectors.push(vector.slice());
    builder.add(transaction, vector, fraud);
  }
  const options = {
    source: 'history',
    features: featuresOfSet('all', STANDARD),
    seed: 3,
    trainer: { kind: 'forest', trees: 20, minLeafRows: 2 },
    fraudWeight: 1,
    createdAtMs: 0,
  } as const;
  const { model } = await trainModel(builder.finish(), options);

  const made = goshawk([
    'spark', 'backfill', 'later.ndjson', 'earlier.ndjson',
    '--output', 'table', '--delay-days', String(DELAY_DAYS), '--memory', '1024',
  ]); // biome-ignore format: a command
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stderr, /1 lines could not be read/);
  const [bad] = readFileSync(join(folder, 'table', '_bad_rows.ndjson'), 'utf8')
    .trim()
    .split('\n');
  assert.match(bad, /"file":"earlier.ndjson","line":1,.*JSON/);
  let count = 0;
  for await (const { transaction, vector, fraud, score } of readPastRows(join(folder, 'table'), STANDARD)) {
    const expected = rows[count];
    assert.equal(transaction.id, expected.transaction.id, `row ${count}`);
    assert.equal(fraud, expected.fraud);
    assert.equal(score, undefined);
    assert.deepEqual(vector, vectors[count], `vector of row ${count}`);
    count++;
  }
  assert.equal(count, ROWS);

  const trained = goshawk([
    'train', '--table', 'table', '--output', 'from-table.model',
    '--trees', '20', '--seed', '3',
  ]); // biome-ignore format: a command
  assert.equal(trained.status, 0, trained.stderr);
  const fromTable = parseModel(readFileSync(join(folder, 'from-table.model'), 'utf8'), 'from-table.model');
  assert.equal(fromTable.info.version, model.info.version);
  assert.deepEqual(fromTable.calibration, model.calibration);
  assert.deepEqual(fromTable.info.thresholds, model.info.thresholds);

  const scored = goshawk([
    'spark', 'backfill', 'earlier.ndjson', 'later.ndjson',
    '--output', 'scored', '--delay-days', String(DELAY_DAYS), '--memory', '1024', '--model', 'from-table.model',
    '--until', '2026-04-08',
  ]); // biome-ignore format: a command
  assert.equal(scored.status, 0, scored.stderr);
  const scorer = createScorer(fromTable, STANDARD);
  const ruleset = compileRuleset(STARTER_RULES, STANDARD);
  const vector = new Float64Array(STANDARD.size);
  let compared = 0;
  for await (const row of readPastRows(join(folder, 'scored'), STANDARD)) {
    const { transaction } = rows[compared];
    vector.set(vectors[compared]);
    const decision = judge(transaction, scorer, ruleset, 0, vector);
    assert.deepEqual(
      [row.transaction.id, row.score, row.outcome],
      [transaction.id, decision.score, decision.outcome],
    );
    assert.deepEqual(row.vector, vector);
    compared++;
  }
  assert.ok(
    compared > 5000 &&
      compared === rows.filter((row) => row.transaction.occurredAtMs < Date.UTC(2026, 3, 8)).length,
  );
});

test('S5 a history in which nobody is paid by name is what one engine computes, too', async () => {
  const rows = history()
    .slice(0, 3000)
    .map(({ transaction: { counterpartyId, ...rest }, fraud }) => ({ transaction: rest, fraud }));
  const lines = rows.map(({ transaction, fraud }) =>
    JSON.stringify({ ...transactionToJson(transaction), fraud }),
  );
  writeFileSync(join(folder, 'unpaid.ndjson'), lines.join('\n'));
  const made = goshawk(['spark', 'backfill', 'unpaid.ndjson', '--output', 'unpaid', '--memory', '1024']);
  assert.equal(made.status, 0, made.stderr);
  const replay = createFeatureReplay(STANDARD);
  let count = 0;
  for await (const { transaction, vector } of readPastRows(join(folder, 'unpaid'), STANDARD)) {
    const row = rows[count++];
    const knownAtMs = row.transaction.occurredAtMs + 7 * DAY_MS;
    assert.equal(transaction.id, row.transaction.id);
    assert.deepEqual(vector, replay.next(row.transaction, row.fraud ? { knownAtMs } : undefined));
  }
  assert.equal(count, 3000);
});

test('S5 a stretch of the topic, with the labels in it, is what one engine computes', async () => {
  const server = await startKafkaServer({
    folder: join(folder, 'kafka'),
    port: await freePort(),
    controllerPort: await freePort(),
    logFile: join(folder, 'kafka.log'),
  });
  const env = { ...process.env, KAFKA_BROKERS: server.brokers, KAFKA_TOPIC_PREFIX: 'backfilled' };
  const { kafka, topics } = kafkaNames(env);
  const client = openKafkaClient(kafka, 'test');
  try {
    const plan = { partitions: 3, replicas: 1, retentionMs: 86_400_000 };
    const partitions = await ensureTopics(kafka, client, topics, plan);
    const producer = openRecordProducer(client, topics.transactions);
    type Item = { atMs: number; partition: number } & (
      | { transaction: Transaction; fraud: boolean | undefined }
      | { label: Label; previous: boolean | undefined }
    );
    const items: Item[] = [];
    const records: EncodedRecord[] = [];
    const partitionFor = (accountId: string) => partitionOf(Buffer.from(accountId), partitions);
    for (const [i, { transaction, fraud }] of history().slice(0, 6000).entries()) {
      const partition = partitionFor(transaction.accountId);
      // Frauds are known after a while; every second was said to be genuine before; some are taken back.
      const said = fraud || i % 50 === 0 ? [...(i % 2 ? [false] : []), true, ...(i % 3 ? [] : [false])] : [];
      items.push({ atMs: transaction.occurredAtMs, partition, transaction, fraud: said.at(-1) });
      records.push(encodeTransaction(transaction));
      if (i % 1000 === 0) records.push(encodeTransaction(transaction));
      let previous: boolean | undefined;
      for (const [n, verdict] of said.entries()) {
        const atMs = transaction.occurredAtMs + (n + 1) * 6 * 3_600_000 + 1;
        const label = labelFor(transaction, verdict, atMs, 'analyst');
        items.push({ atMs, partition, label, previous });
        records.push(encodeLabel(label));
        previous = verdict;
      }
    }
    const account = records[0].key;
    records.splice(100, 0, { key: account, value: Buffer.from('{"id":'), kind: 'transaction' });
    await producer.append(records.slice(0, 4000), 10_000);
    await producer.append(records.slice(4000), 10_000);

    const made = spawnSync(
      GOSHAWK,
      ['spark', 'backfill', '--topic', '--output', 'topic', '--memory', '1024'],
      { encoding: 'utf8', cwd: folder, env },
    );
    assert.equal(made.status, 0, made.stderr);
    const bad = readFileSync(join(folder, 'topic', '_bad_rows.ndjson'), 'utf8');
    assert.match(bad, /^\{"file":"[^"]+\/\d","line":\d+,"problems":.*JSON.*\}\n$/);

    items.sort((a, b) => a.atMs - b.atMs || a.partition - b.partition);
    const state = STANDARD.createState();
    const vector = new Float64Array(STANDARD.size);
    const rows = readPastRows(join(folder, 'topic'), STANDARD);
    let labelled = 0;
    for (const item of items) {
      if ('label' in item) {
        STANDARD.applyLabel(state, item.label, item.previous);
        continue;
      }
      STANDARD.observe(state, item.transaction, vector);
      const { value: row } = await rows.next();
      assert.equal(row?.transaction.id, item.transaction.id);
      assert.equal(row?.fraud, item.fraud);
      assert.deepEqual(row?.vector, vector);
      labelled += item.fraud === undefined ? 0 : 1;
    }
    assert.equal((await rows.next()).done, true);
    assert.ok(labelled > 100);

    const nothing = spawnSync(
      GOSHAWK,
      ['spark', 'backfill', '--topic', '--output', 'later', '--written-since', '2100-01-01'],
      { encoding: 'utf8', cwd: folder, env },
    );
    assert.match(nothing.stderr, /holds no records in that time/);
  } finally {
    await client.close();
    await server.stop();
  }
});

test('S5 what is wrong with a backfill is said before Spark starts; a step that fails ends it', () => {
  const said = (args: readonly string[]): string => {
    const { status, stderr } = goshawk(['spark', 'backfill', ...args]);
    assert.equal(status, 1);
    return stderr;
  };
  assert.match(said(['nowhere.ndjson']), /--output is required/);
  assert.match(said(['--output', 'other']), /Name the files/);
  assert.match(said(['a.ndjson', '--topic', '--output', 'other']), /not from both/);
  assert.match(said(['nowhere.ndjson', '--output', 'other']), /nowhere.ndjson: no such file/);
  writeFileSync(join(folder, 'rows.csv'), 'a,b\n1,2\n');
  assert.match(said(['rows.csv', '--output', 'other']), /needs --mapping/);
  assert.match(said(['rows.csv', '--output', folder]), /is there already/);
  assert.match(
    said(['rows.csv', '--mapping', 'handbook', '--output', 'other', '--model', 'none.model']),
    /none.model: no such file/,
  );
  const step = spawnSync(GOSHAWK, ['spark-step', 'features'], {
    input: Buffer.from([9, 0, 0, 0, 1, 2]),
    encoding: 'utf8',
  });
  assert.equal(step.status, 1);
  assert.match(step.stderr, /a row of 9 bytes/);
});
