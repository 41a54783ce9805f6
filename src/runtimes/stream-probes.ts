// Health of the parts of a distributed installation: a round trip to each service, and what workers say of themselves.
import type { Pool } from 'pg';
import type { KafkaClient } from '../adapters/kafka/client.ts';
import { endOffsets } from '../adapters/kafka/offsets.ts';
import type { RedisConnection } from '../adapters/redis/connection.ts';
import { sinkRegistry, workerRegistry } from '../adapters/redis/process-registry.ts';
import type { FillProgress } from '../domain/catalogue-version.ts';
import type { LatencySummary } from '../engine/latency-window.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Clock } from '../ports/clock.ts';
import type { Measurements, PartHealth, PartitionLag } from '../ports/desk.ts';
import { type Arrivals, countArrivals } from './arrivals.ts';
import { createProbe, DATABASE_PART, type Probe, probedFigures, timed } from './probe.ts';
import { sum } from './process-words.ts';
import { type OutputEnds, watchSinks } from './sinks-watch.ts';
import { watchSpark } from './spark-watch.ts';
import type { StreamSettings } from './stream-settings.ts';
import { watchWorkers } from './workers-watch.ts';

const PROBE_MS = 2000;
const STALE_MS = 8000;

export type StreamProbeParts = {
  readonly settings: StreamSettings;
  readonly client: KafkaClient;
  readonly pool: Pool;
  readonly redis: RedisConnection;
  readonly clock: Clock;
  readonly measurements: Measurements;
  readonly partitions: number;
  readonly boundary: Boundary;
};

export type StreamProbes = {
  health(nowMs: number, perSecond: number): PartHealth[];
  /** Records that came into the stream, from whomever. */
  arrivals(): Arrivals;
  partitions(): PartitionLag[];
  /** What a sink reports of the histories that it fills. */
  filling(): FillProgress | undefined;
  stop(): void;
};

export function startStreamProbes(parts: StreamProbeParts): StreamProbes {
  const { client, pool, redis, clock, measurements, partitions, boundary } = parts;
  const { topics } = parts.settings;
  const kafka = createProbe();
  const state = createProbe();
  const database = createProbe();
  const arrivals = countArrivals();
  let transactionEnds: readonly number[] = [];
  const ends = (): readonly number[] => transactionEnds;
  const workers = watchWorkers({ registry: workerRegistry(redis), clock, measurements, partitions, ends });
  const sinks = watchSinks(sinkRegistry(redis), clock, partitions);
  const spark = watchSpark(redis, clock);

  async function probe(): Promise<void> {
    let outputEnds: OutputEnds = {};
    await Promise.all([
      timed(kafka, clock, async () => {
        transactionEnds = await endOffsets(client, topics.transactions);
        arrivals.add(sum(transactionEnds), clock.nowMs());
        outputEnds = {
          decisions: await endOffsets(client, topics.decisions),
          'dead-letters': await endOffsets(client, topics.deadLetters),
        };
      }),
      timed(state, clock, async () => {
        await redis.send(['PING']);
        await workers.read();
        await sinks.read();
        await spark.read();
      }),
    ]);
    // While Redis is away workers cannot say how far they are, and may well get on.
    if (kafka.trouble === '' && state.trouble === '') workers.look(clock.nowMs());
    await timed(database, clock, () => sinks.look(pool, outputEnds));
  }
  const stop = boundary.every('probes', PROBE_MS, probe);
  boundary.guarded('probes', probe)();

  return {
    stop,
    partitions: workers.partitions,
    filling: sinks.filling,
    arrivals: arrivals.soFar,
    health: (nowMs, perSecond) => [
      { ...kafkaHealth(kafka, nowMs, arrivals.soFar().total, partitions), perSecond },
      ...spark.health(nowMs, workers.readKafka()),
      workers.health(nowMs, perSecond),
      redisHealth(state, nowMs, workers.commit()),
      postgresHealth(database, nowMs),
      sinks.health(database.okAtMs),
    ],
  };
}

function statusOf({ okAtMs, errors }: Probe, nowMs: number): PartHealth['status'] {
  if (okAtMs === undefined) return errors > 0 ? 'down' : 'unknown';
  return nowMs - okAtMs < STALE_MS ? 'up' : 'down';
}

/** The health of a service that is asked whether it is there. */
const serviceHealth = (
  probe: Probe,
  nowMs: number,
  about: Pick<PartHealth, 'name' | 'title' | 'measures' | 'detail'>,
): PartHealth => ({
  ...about,
  status: statusOf(probe, nowMs),
  ...probedFigures(probe, nowMs),
  detail: probe.trouble || about.detail,
  ...(probe.trouble &&
    probe.okAtMs !== undefined && { trouble: { sinceMs: probe.okAtMs, why: probe.trouble } }),
});

const kafkaHealth = (probe: Probe, nowMs: number, records: number, partitions: number): PartHealth =>
  serviceHealth(probe, nowMs, {
    name: 'log',
    title: 'Kafka',
    measures: 'round trip: where the topics end',
    detail: `${records.toLocaleString('en')} records in ${partitions} partitions`,
  });

const redisHealth = (probe: Probe, nowMs: number, commit: LatencySummary): PartHealth =>
  serviceHealth(probe, nowMs, {
    name: 'state',
    title: 'Redis',
    measures: 'round trip of a ping',
    detail: commit.p50 === null ? 'no commit in the last minute' : `commit p50 ${commit.p50.toFixed(1)} ms`,
  });

const postgresHealth = (probe: Probe, nowMs: number): PartHealth =>
  serviceHealth(probe, nowMs, {
    ...DATABASE_PART,
    title: 'PostgreSQL',
    detail: 'decisions, alerts, labels',
  });
