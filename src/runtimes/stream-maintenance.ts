// What is done to a stream beside its running: made ready, written to, its state built again.
import { openKafkaClient } from '../adapters/kafka/client.ts';
import { openKafkaOutput } from '../adapters/kafka/output.ts';
import { partitionOf } from '../adapters/kafka/partition-of.ts';
import { openRecordProducer } from '../adapters/kafka/producer.ts';
import { ensureTopics } from '../adapters/kafka/topics.ts';
import { baseHistories, basePeople, saveBaseHistories } from '../adapters/postgres/base-histories.ts';
import { openPostgres } from '../adapters/postgres/session.ts';
import { openRedis } from '../adapters/redis/connection.ts';
import { createRedisStateStore, dropPartition } from '../adapters/redis/state-store.ts';
import { migrate } from '../adapters/sql/migrations.ts';
import { createModelRegistry } from '../adapters/sql/models.ts';
import { createOffice } from '../adapters/sql/office.ts';
import { shippedMoney } from '../domain/base-amount.ts';
import { ownDataOf } from '../domain/own-data.ts';
import { STANDARD } from '../features/standard.ts';
import { type Boundary, createBoundary } from '../ports/boundary.ts';
import { systemClock } from '../ports/clock.ts';
import type { SimulatorOptions } from '../simulator/simulator.ts';
import { startPartition } from '../stream/partition-runner.ts';
import { createPublisher } from '../stream/publisher.ts';
import { encodeEvent, encodeLabel, encodeTransaction } from '../stream/record-codec.ts';
import { createSharedHistories } from '../stream/shared-histories.ts';
import { ownStoresOf, partitionStoresOf } from '../stream/telling.ts';
import { type FirstModelOptions, trainFirstModel } from '../training/first-model.ts';
import { keyFieldsOf, openCatalogue } from './catalogue-in-service.ts';
import { fileFirstModel } from './first-champion.ts';
import type { ProducerIntake } from './producer.ts';
import { watchService } from './service-watch.ts';
import { streamHistory } from './stream-history.ts';
import { type StreamSettings, topicPlan } from './stream-settings.ts';

const APPEND_TIMEOUT_MS = 30_000;
const FEWEST_PEOPLE = 1000;

/** How often it is looked what is declared. */
const LOOK_MS = 2000;

export type Intake = ProducerIntake & { close(): Promise<void> };

/** What is declared in what is live, and what labels name, looked at now and then. */
async function watchDeclared(
  { databaseUrl }: StreamSettings,
  onNotice: (message: string) => void,
  boundary: Boundary,
): Promise<Pick<Intake, 'dataModel' | 'catalogue' | 'close'>> {
  const { session, pool } = await openPostgres({ url: databaseUrl, connections: 1 });
  const inService = await openCatalogue(createOffice(session).catalogue, onNotice);
  const stop = boundary.every('what is declared', LOOK_MS, async () => {
    const wanted = await inService.look();
    if (wanted !== inService.current()) inService.took(wanted);
  });
  return {
    dataModel: () => inService.current().catalogue.data,
    catalogue: { keyFields: () => keyFieldsOf(inService) },
    async close() {
      stop();
      await pool.end();
    },
  };
}

/** A writer to the stream's input. */
export async function openIntake(
  settings: StreamSettings,
  onNotice: (message: string) => void,
  boundary: Boundary,
): Promise<Intake> {
  const declared = await watchDeclared(settings, onNotice, boundary);
  const client = openKafkaClient(settings.kafka, 'intake');
  await ensureTopics(settings.kafka, client, settings.topics, topicPlan(settings));
  const producer = openRecordProducer(client, settings.topics.transactions);
  return {
    ...declared,
    clock: systemClock,
    accept: (transactions) => producer.append(transactions.map(encodeTransaction), APPEND_TIMEOUT_MS),
    acceptEvents: (events) =>
      producer.append(
        events.map((event) => encodeEvent(event)),
        APPEND_TIMEOUT_MS,
      ),
    label: (labels) => producer.append(labels.map(encodeLabel), APPEND_TIMEOUT_MS),
    async close() {
      await declared.close();
      await client.close();
    },
  };
}

/** Whom a simulator of this installation simulates: the people that the first model learnt from. */
export async function streamPeople(
  settings: StreamSettings,
): Promise<Required<Pick<SimulatorOptions, 'accounts' | 'lastSeenMs'>>> {
  const { pool } = await openPostgres({ url: settings.databaseUrl, connections: 1 });
  try {
    const { accounts, lastSeenMs } = await basePeople(pool);
    return { accounts: Math.max(accounts, FEWEST_PEOPLE), lastSeenMs };
  } finally {
    await pool.end();
  }
}

/** Topics, tables and the first model, where they are missing; gives a line about the model when it made one. */
export async function prepareStream(
  settings: StreamSettings,
  first: FirstModelOptions,
): Promise<string | undefined> {
  const client = openKafkaClient(settings.kafka, 'prepare');
  const { session, pool, db } = await openPostgres({ url: settings.databaseUrl, connections: 2 });
  try {
    await ensureTopics(settings.kafka, client, settings.topics, topicPlan(settings));
    await migrate(db, 'server');
    const registry = createModelRegistry(session);
    if ((await registry.serving()).champion !== undefined) return undefined;
    const state = STANDARD.createState();
    const model = await trainFirstModel(state, first);
    await saveBaseHistories(pool, state);
    await fileFirstModel(registry, model, systemClock.nowMs());
    const { heldOut, version } = model.info;
    return `${version}, on later data: average precision ${heldOut?.averagePrecision.toFixed(3)}, recall ${heldOut?.recall.toFixed(3)}`;
  } finally {
    await client.close();
    await pool.end();
  }
}

/** Empties the state of all partitions and fills it from what was decided; workers that run are fenced meanwhile. */
export async function rebuildState(
  settings: StreamSettings,
  onProgress: (done: number, of: number) => void,
): Promise<{ transactions: number; accounts: number }> {
  const client = openKafkaClient(settings.kafka, 'rebuild');
  const { session, pool } = await openPostgres({ url: settings.databaseUrl, connections: 4 });
  const redis = await openRedis({ url: settings.redisUrl });
  const models = await watchService(
    createModelRegistry(session),
    createOffice(session),
    systemClock.nowMs(),
    () => undefined,
    createBoundary(systemClock.nowMs, console.error),
  );
  try {
    const partitions = await ensureTopics(settings.kafka, client, settings.topics, topicPlan(settings));
    const store = createRedisStateStore(redis);
    const placed = (accountId: string): number => partitionOf(Buffer.from(accountId), partitions);
    const base = baseHistories(pool, placed);
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    let transactions = 0;
    let accounts = 0;
    for (let partition = 0; partition < partitions; partition++) {
      await dropPartition(redis, partition);
      const output = openKafkaOutput({
        client,
        topics: { decisions: settings.topics.decisions, 'dead-letters': settings.topics.deadLetters },
      });
      const rebuilt = Promise.withResolvers<void>();
      const runner = startPartition({
        partition,
        store,
        // It stops where new records would be decided: that is the workers' part.
        source: {
          open() {
            rebuilt.resolve();
            return { take: async () => [], close: () => undefined };
          },
        },
        publisher: createPublisher({ output, sleep }),
        shared: createSharedHistories(store, base, partitions, ownStoresOf(models.inService().catalogue), {
          stores: partitionStoresOf(models.inService().catalogue),
          partitionOf: placed,
        }),
        alsoTold: models.alsoTold,
        // What was decided has its base amount.
        money: shippedMoney,
        clock: systemClock,
        monotonicMs: () => performance.now(),
        inService: models.inService,
        accountCacheBytes: settings.cacheMegabytes << 20,
        maxOutboxBytes: settings.outboxMegabytes << 20,
        decidedIdsKept: Number.MAX_SAFE_INTEGER,
        history: streamHistory(settings, pool, () => ownDataOf(models.inService().catalogue.data)),
        base,
        sleep,
        events: {
          onTrouble: (_, what, error) =>
            rebuilt.reject(new Error(`${what}: ${error.message}`, { cause: error })),
        },
      });
      runner.ended.then(() => rebuilt.resolve(), rebuilt.reject);
      await rebuilt.promise;
      runner.stop();
      await runner.ended;
      accounts += Number(await redis.send(['HLEN', `goshawk:{${partition}}:accounts`]));
      onProgress(partition + 1, partitions);
    }
    const { rows } = await pool.query('select count(*)::int as n from transactions');
    transactions = Number(rows[0].n);
    return { transactions, accounts };
  } finally {
    models.stop();
    await client.close();
    await redis.close();
    await pool.end();
  }
}
