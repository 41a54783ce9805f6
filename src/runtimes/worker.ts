// A worker: records of the transactions topic in, decisions out, state in Redis. Where its records come from, and who
// says which partitions are its own, is the feed's affair: a consumer group, or Spark.
import { type KafkaClient, openKafkaClient } from '../adapters/kafka/client.ts';
import { openKafkaOutput } from '../adapters/kafka/output.ts';
import { partitionOf } from '../adapters/kafka/partition-of.ts';
import { ensureTopics } from '../adapters/kafka/topics.ts';
import { baseHistories } from '../adapters/postgres/base-histories.ts';
import { openPostgres } from '../adapters/postgres/session.ts';
import { openRedis, type RedisConnection } from '../adapters/redis/connection.ts';
import { workerRegistry } from '../adapters/redis/process-registry.ts';
import { createRedisStateStore } from '../adapters/redis/state-store.ts';
import { migrate } from '../adapters/sql/migrations.ts';
import { createModelRegistry } from '../adapters/sql/models.ts';
import { createOffice } from '../adapters/sql/office.ts';
import { ownDataOf } from '../domain/own-data.ts';
import type { Boundary } from '../ports/boundary.ts';
import { systemClock } from '../ports/clock.ts';
import type { Restarts } from '../ports/restarts.ts';
import type { StreamSource } from '../ports/stream/stream.ts';
import { createPublisher } from '../stream/publisher.ts';
import { type StreamWorker, startWorker } from '../stream/worker.ts';
import { checkCardKey } from './card-settings.ts';
import { keepObserved } from './keep-observed.ts';
import { watchMoney } from './money-in-service.ts';
import { createTroubles, startReports } from './reporting.ts';
import { opened, type Resources } from './resources.ts';
import { watchService } from './service-watch.ts';
import { streamHistory } from './stream-history.ts';
import { type StreamSettings, topicPlan } from './stream-settings.ts';
import { openTracing } from './tracing.ts';
import { createWorkDone, type WorkDone, workerEvents, workReport } from './work-done.ts';

const DECIDED_IDS_KEPT = 250_000;
const STOP_MS = 20_000;

export type WorkerOptions = {
  readonly settings: StreamSettings;
  readonly onNotice: (message: string) => void;
  readonly onFailure: (error: Error) => void;
  readonly boundary: Boundary;
  readonly restarts: Restarts;
};

export type WorkerProcess = { stop(): Promise<void> };

export type FeedParts = {
  readonly settings: StreamSettings;
  readonly groupClient: KafkaClient;
  readonly redis: RedisConnection;
  readonly onNotice: (message: string) => void;
  readonly trouble: (text: string) => void;
  readonly boundary: Boundary;
};

/** Where the records of a worker come from. */
export type WorkerFeed = {
  readonly runtime: 'kafka' | 'spark';
  readonly source: StreamSource;
  /** Records written and not read yet; undefined where that is not known here. */
  lag(partition: number): number | undefined;
  oldestWaitingMs(partition: number): number | undefined;
  /** From here on the feed tells the worker which partitions are its own. */
  attach(worker: StreamWorker): void;
  /** Something of the partition was committed or published. */
  onProgress?(partition: number): void;
  /** After the worker has stopped. */
  leave(): Promise<void>;
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const openWorker = (
  options: WorkerOptions,
  feedOf: (parts: FeedParts) => WorkerFeed,
): Promise<WorkerProcess> => opened((resources) => open(options, feedOf, resources));

async function open(
  options: WorkerOptions,
  feedOf: (parts: FeedParts) => WorkerFeed,
  resources: Resources,
): Promise<WorkerProcess> {
  const { settings, onNotice, onFailure, boundary, restarts } = options;
  const { kafka, topics } = settings;
  const { session, pool, db } = await openPostgres({ url: settings.databaseUrl, connections: 4 });
  resources.add(pool, (it) => it.end());
  await migrate(db, 'server');
  const redis = resources.add(await openRedis({ url: settings.redisUrl, onNotice }), (it) => it.close());
  const groupClient = resources.add(openKafkaClient(kafka, 'group'), (it) => it.close());
  const partitions = await ensureTopics(kafka, groupClient, topics, topicPlan(settings));
  const office = createOffice(session);
  await checkCardKey(office.settings, settings.cards, 'CARD_TOKEN_KEY');
  const money = resources.add(await watchMoney(office, settings.baseCurrency, boundary), (it) => it.stop());
  const models = resources.add(
    await watchService(createModelRegistry(session), office, systemClock.nowMs(), onNotice, boundary),
    (it) => it.stop(),
  );
  const outputClient = resources.add(openKafkaClient(kafka, 'output'), (it) => it.close());
  const tracing = resources.add(await openTracing('worker', process.env, onNotice), (it) => it.close());
  const work = createWorkDone();
  const troubles = createTroubles(onNotice);
  const trouble = troubles.add;
  const feed = feedOf({ settings, groupClient, redis, onNotice, trouble, boundary });
  const publisher = createPublisher({
    output: openKafkaOutput({
      client: outputClient,
      topics: { decisions: topics.decisions, 'dead-letters': topics.deadLetters },
    }),
    sleep,
    onTrouble: (partition, error) => trouble(`publishing for partition ${partition}: ${error.message}`),
  });
  const placed = (accountId: string): number => partitionOf(Buffer.from(accountId), partitions);
  const dataModel = () => models.inService().catalogue.data;
  const observed = resources.add(
    keepObserved(office.observedFields, dataModel, systemClock, boundary),
    (it) => it.stop().catch((error: Error) => trouble(`observed fields: ${error.message}`)),
  );
  const worker: StreamWorker = startWorker({
    ...boundsOf(settings, partitions),
    store: createRedisStateStore(redis),
    source: feed.source,
    publisher,
    clock: systemClock,
    monotonicMs: () => performance.now(),
    inService: models.inService,
    alsoTold: models.alsoTold,
    lookAgain: models.look,
    money: money.current,
    dataModel,
    history: streamHistory(settings, pool, () => ownDataOf(dataModel())),
    base: baseHistories(pool, placed),
    sleep,
    partitions,
    partitionOf: placed,
    onFailure,
    events: workerEvents(work, {
      tracing,
      onNotice,
      trouble,
      onProgress: (partition) => feed.onProgress?.(partition),
      observed,
    }),
  });

  models.changeBy((next, take) => worker.change(next, take));
  feed.attach(worker);
  const reports = startReports(workerRegistry(redis), { boundary, restarts, troubles }, (process) => ({
    ...process,
    ...workReport(work, models.inService(), process.atMs),
    catalogueVersion: models.catalogue.current().version,
    ...holdingsOf(worker, feed, work),
  }));
  return {
    async stop() {
      const late = setTimeout(() => publisher.close(), STOP_MS);
      late.unref();
      await worker.stop();
      clearTimeout(late);
      publisher.close();
      await feed.leave();
      await reports.stop();
      await resources.close();
    },
  };
}

/** What a worker takes in and keeps, by its settings. */
const boundsOf = (settings: StreamSettings, partitions: number) => ({
  accountCacheBytes: (settings.cacheMegabytes << 20) / partitions,
  decidedIdsKept: DECIDED_IDS_KEPT,
  maxAmountMinor: settings.maxAmountMinor,
  cards: settings.cards.policy,
  ...(settings.offsetAt && { offsetAt: settings.offsetAt }),
  maxOutboxBytes: settings.outboxMegabytes << 20,
  ...(settings.fallbackAfterMs !== undefined && { fallbackAfterMs: settings.fallbackAfterMs }),
});

/** Of a worker's report, what it holds. */
function holdingsOf(worker: StreamWorker, feed: WorkerFeed, { catalogues }: WorkDone) {
  const held = worker.status();
  return {
    runtime: feed.runtime,
    accountHistoryBytes: held.reduce((sum, { cacheBytes }) => sum + cacheBytes, 0),
    sharedHistoryBytes: worker.sharedBytes,
    partitions: held.map(({ partition, committedOffset, publishedOffset, decides }) => ({
      partition,
      committedOffset,
      publishedOffset,
      lag: feed.lag(partition) ?? null,
      oldestWaitingMs: feed.oldestWaitingMs(partition) ?? null,
      catalogueFrom: catalogues.get(partition)?.from ?? null,
      decides,
    })),
  };
}
