// The sink process: decisions, labels and dead letters from their topics into PostgreSQL.
import type { Pool } from 'pg';
import { openKafkaClient } from '../adapters/kafka/client.ts';
import { joinGroup } from '../adapters/kafka/membership.ts';
import { partitionOf } from '../adapters/kafka/partition-of.ts';
import { type KafkaSource, openKafkaSource } from '../adapters/kafka/source.ts';
import { ensureTopics } from '../adapters/kafka/topics.ts';
import { baseHistories } from '../adapters/postgres/base-histories.ts';
import { dropOldMonths } from '../adapters/postgres/months.ts';
import { openPostgres } from '../adapters/postgres/session.ts';
import { createSinkStore } from '../adapters/postgres/sink-store.ts';
import { openRedis } from '../adapters/redis/connection.ts';
import {
  type ProcessRegistry,
  sinkRegistry,
  type WorkerReport,
  workerRegistry,
} from '../adapters/redis/process-registry.ts';
import { createRedisStateStore } from '../adapters/redis/state-store.ts';
import { migrate } from '../adapters/sql/migrations.ts';
import { createLatencyWindow } from '../engine/latency-window.ts';
import type { Boundary } from '../ports/boundary.ts';
import { systemClock } from '../ports/clock.ts';
import type { Restarts } from '../ports/restarts.ts';
import { OUTPUTS, type Output } from '../ports/stream/stream.ts';
import { groupCommits } from '../stream/group-commit.ts';
import { startSinks } from '../stream/sinks.ts';
import { createTroubles, startReports } from './reporting.ts';
import { opened, type Resources } from './resources.ts';
import { keepSnapshots } from './sink-snapshots.ts';
import { streamHistory } from './stream-history.ts';
import { type StreamSettings, topicPlan } from './stream-settings.ts';

/** A row may come a moment later than the decision; the broker has more time for those who decide. */
const PATIENCE = { bytes: 100_000, waitMs: 20 };
const RETENTION_CHECK_MS = 3_600_000;

export type SinkOptions = {
  readonly settings: StreamSettings;
  readonly onNotice: (message: string) => void;
  readonly onFailure: (error: Error) => void;
  readonly boundary: Boundary;
  readonly restarts: Restarts;
};

export type SinkProcess = { stop(): Promise<void> };

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const openSink = (options: SinkOptions): Promise<SinkProcess> =>
  opened((resources) => open(options, resources));

async function open(
  { settings, onNotice, onFailure, boundary, restarts }: SinkOptions,
  resources: Resources,
): Promise<SinkProcess> {
  const { kafka, topics } = settings;
  const { session, pool, db } = await openPostgres({ url: settings.databaseUrl, connections: 4 });
  resources.add(pool, (it) => it.end());
  await migrate(db, 'server');
  const groupClient = resources.add(openKafkaClient(kafka, 'sink-group'), (it) => it.close());
  const partitionCount = await ensureTopics(kafka, groupClient, topics, topicPlan(settings));
  const redis = resources.add(await openRedis({ url: settings.redisUrl, onNotice }), (it) => it.close());
  const latency = createLatencyWindow();
  const troubles = createTroubles(onNotice);
  const trouble = troubles.add;
  const sources = openSources(settings, onNotice, trouble);
  const store = groupCommits(createSinkStore(pool));
  const sinks = startSinks(
    (output, partition) => ({
      output,
      partition,
      store,
      open: (of, number, from) => sources[of].open(number, from),
      sleep,
      onStored(records, oldestMs) {
        const now = systemClock.nowMs();
        latency.add(now - oldestMs, now, records);
      },
      onTrouble: (what, error) => trouble(`${output}, partition ${partition}, ${what}: ${error.message}`),
    }),
    onFailure,
  );
  const snapshots = await keepSnapshots({
    store: createRedisStateStore(redis),
    base: baseHistories(pool, (accountId) => partitionOf(Buffer.from(accountId), partitionCount)),
    history: streamHistory(settings, pool),
    partitions: partitionCount,
    monotonicMs: () => performance.now(),
    decidedTo: decidedTo(workerRegistry(redis), partitionCount),
    sleep,
    session,
    onNotice,
    onTrouble: (error) => trouble(`snapshots: ${error.message}`),
  });
  const membership = joinGroup({
    client: groupClient,
    group: settings.sinkGroup,
    topic: topics.decisions,
    onAssigned(partitions) {
      onNotice(`partitions ${partitions.join(', ') || 'none'}`);
      snapshots.assign(partitions);
      sinks.assign(partitions);
    },
    working: () => sinks.working,
    onTrouble: (error) => trouble(`group: ${error.message}`),
  });
  const reports = startReports(sinkRegistry(redis), { boundary, restarts, troubles }, (process) => ({
    ...process,
    latency: latency.summary(process.atMs),
    partitions: sinks.working,
    filling: snapshots.filling(),
  }));
  const dropOld = (): Promise<void> => dropOldDecisions(pool, settings.retentionMonths, onNotice);
  const stopDropping = boundary.every('retention', RETENTION_CHECK_MS, () =>
    dropOld().catch((error: Error) => trouble(`retention: ${error.message}`)),
  );
  await dropOld();

  return {
    async stop() {
      stopDropping();
      await sinks.stop();
      await snapshots.stop();
      await membership.leave();
      await reports.stop();
      await Promise.all(OUTPUTS.map((output) => sources[output].close()));
      await resources.close();
    },
  };
}

/**
 * How far each partition was when workers say that a version decides it, or a later one: what was decided by one before is published by
 * then, all of it. Undefined until they say so of all, and while anybody who has partitions is at one before: who sleeps may still claim
 * what another decides by that.
 */
const decidedTo =
  (workers: ProcessRegistry<WorkerReport>, partitions: number) =>
  async (version: number): Promise<ReadonlyMap<number, number> | undefined> => {
    const reports = (await workers.live(systemClock.nowMs())).filter((one) => one.partitions.length > 0);
    if (reports.some(({ catalogueVersion = 0 }) => catalogueVersion < version)) return undefined;
    const found = new Map<number, number>();
    for (const { partition, decides, publishedOffset } of reports.flatMap((one) => one.partitions))
      if (decides) found.set(partition, Math.max(publishedOffset, found.get(partition) ?? 0));
    return found.size === partitions ? found : undefined;
  };

/** What reads each output from its topic. */
function openSources(
  { kafka, topics }: StreamSettings,
  onNotice: (message: string) => void,
  trouble: (text: string) => void,
): Readonly<Record<Output, KafkaSource>> {
  const openSource = (output: Output, topic: string): KafkaSource =>
    openKafkaSource({
      client: openKafkaClient(kafka, `sink-${output}`),
      topic,
      patience: () => PATIENCE,
      onTrouble: (error) => trouble(`reading ${topic}: ${error.message}`),
      onGap: (partition, from, to) =>
        onNotice(`${topic}, partition ${partition}: ${from} to ${to} were deleted before they were stored`),
    });
  return {
    decisions: openSource('decisions', topics.decisions),
    'dead-letters': openSource('dead-letters', topics.deadLetters),
  };
}

async function dropOldDecisions(
  pool: Pool,
  months: number,
  onNotice: (message: string) => void,
): Promise<void> {
  const dropped = await dropOldMonths(pool, months, systemClock.nowMs());
  if (dropped.length > 0) onNotice(`older than ${months} months, dropped: ${dropped.join(', ')}`);
}
