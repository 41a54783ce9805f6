// Health of the parts of a distributed installation: a round trip to each service, and what workers say of themselves.
import type { Pool } from 'pg';
import type { KafkaClient } from '../adapters/kafka/client.ts';
import { endOffsets } from '../adapters/kafka/offsets.ts';
import type { RedisConnection } from '../adapters/redis/connection.ts';
import {
  type ProcessReport,
  type SinkReport,
  sinkRegistry,
  type WorkerReport,
  workerRegistry,
} from '../adapters/redis/process-registry.ts';
import { lastSparkReport, type SparkReport } from '../adapters/redis/spark-report.ts';
import { createLatencyWindow, type LatencyWindow, slowestOf } from '../engine/latency-window.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Clock } from '../ports/clock.ts';
import type { Measurements, PartHealth, PartitionLag } from '../ports/desk.ts';
import { watchProgress } from '../ports/progress-watch.ts';
import { restartsText } from '../ports/restarts.ts';
import { OUTPUTS } from '../ports/stream/stream.ts';
import { type Still, stillOf } from './still.ts';
import type { StreamSettings } from './stream-settings.ts';

const PROBE_MS = 2000;
const STALE_MS = 8000;
const LATE_MS = 5000;
const LAGGING_RECORDS = 20_000;
const NEVER_DECIDED = -1;

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
  arrivals(): {
    readonly total: number;
    readonly perSecond: number | undefined;
    readonly lastAtMs: number | undefined;
  };
  partitions(): PartitionLag[];
  stop(): void;
};

type Service = {
  readonly latency: LatencyWindow;
  okAtMs: number | undefined;
  errors: number;
  trouble: string;
};

/** Of those that were started again, the one it happened to most. */
function startedAgain(processes: readonly ProcessReport[]): string[] {
  const most = processes.reduce<ProcessReport | undefined>(
    (so, each) => ((each.restarts ?? 0) > (so?.restarts ?? 0) ? each : so),
    undefined,
  );
  if (!most) return [];
  return [`${most.pid} was ${restartsText({ count: most.restarts, lastExit: most.lastExit })}`];
}

type Trouble = NonNullable<PartHealth['trouble']>;

/** What stands still says more than that nobody reports. */
function troubleOf(still: Still | undefined, silent: Trouble | undefined): { readonly trouble?: Trouble } {
  const trouble = still?.trouble ?? silent;
  return trouble ? { trouble } : {};
}

export function startStreamProbes(parts: StreamProbeParts): StreamProbes {
  const { settings, client, pool, redis, clock, measurements, partitions, boundary } = parts;
  const service = (): Service => ({
    latency: createLatencyWindow(),
    okAtMs: undefined,
    errors: 0,
    trouble: '',
  });
  const kafka = service();
  const state = service();
  const database = service();
  const registries = { workers: workerRegistry(redis), sinks: sinkRegistry(redis) };
  let workers: WorkerReport[] = [];
  let sinks: SinkReport[] = [];
  let records = 0;
  let recordsAtMs: number | undefined;
  let arrivedPerSecond: number | undefined;
  let arrivedAtMs: number | undefined;
  let sinkLag: number | undefined;
  let transactionEnds: readonly number[] = [];
  let spark: SparkReport | undefined;
  const sparkBatch = createLatencyWindow();
  /** By partition, and by output and partition; a partition that nobody has stands still as well. */
  const deciding = watchProgress();
  const storing = watchProgress();
  const decidedTo = new Map<number, number>();
  /** When a process of the kind said something last; from the start on, where none ever did. */
  let workersAtMs = clock.nowMs();
  let sinksAtMs = clock.nowMs();

  /** Where nobody has a partition, whatever is sent now waits: that counts as waiting before anything was sent. */
  function lookAtWorkers(atMs: number): void {
    const held = new Set<number>();
    for (const { partition, committedOffset, publishedOffset } of workers.flatMap(
      (worker) => worker.partitions,
    )) {
      held.add(partition);
      decidedTo.set(partition, Math.max(committedOffset, publishedOffset));
    }
    for (const [partition, end] of transactionEnds.entries()) {
      const position = decidedTo.get(partition) ?? NEVER_DECIDED;
      const waiting = position === NEVER_DECIDED ? 0 : Math.max(0, end - position);
      deciding.sample(String(partition), {
        atMs,
        position,
        waiting: held.has(partition) ? waiting : waiting + 1,
      });
    }
  }

  /** What a process that has the partition said last, or that none has it. */
  function whyStill(
    partition: number,
    processes: readonly (ProcessReport & { readonly holds: readonly number[] })[],
    kind: string,
  ): string {
    const holder = processes.find(({ holds }) => holds.includes(partition));
    if (!holder) return `no ${kind} has partition ${partition}`;
    const { trouble, pid } = holder;
    return `partition ${partition} stands still in process ${pid}${trouble ? `: ${trouble.text}` : ''}`;
  }

  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

  /** Spark does not say how far a partition's end is; Kafka does. */
  const withLag = (worker: WorkerReport): WorkerReport => ({
    ...worker,
    partitions: worker.partitions.map((item) => ({
      ...item,
      lag: item.lag ?? Math.max(0, (transactionEnds[item.partition] ?? 0) - item.committedOffset),
    })),
  });

  async function timed(of: Service, probe: () => Promise<void>): Promise<void> {
    const started = performance.now();
    try {
      await probe();
      of.latency.add(performance.now() - started, clock.nowMs());
      of.okAtMs = clock.nowMs();
      of.trouble = '';
    } catch (error) {
      of.errors++;
      of.trouble = (error as Error).message.slice(0, 200);
    }
  }

  async function probe(): Promise<void> {
    let ends: Record<string, number[]> = {};
    await Promise.all([
      timed(kafka, async () => {
        transactionEnds = await endOffsets(client, settings.topics.transactions);
        const total = sum(transactionEnds);
        const now = clock.nowMs();
        if (recordsAtMs !== undefined) arrivedPerSecond = (1000 * (total - records)) / (now - recordsAtMs);
        if (total > records && recordsAtMs !== undefined) arrivedAtMs = now;
        recordsAtMs = now;
        records = total;
        ends = {
          decisions: await endOffsets(client, settings.topics.decisions),
          'dead-letters': await endOffsets(client, settings.topics.deadLetters),
        };
      }),
      timed(state, async () => {
        await redis.send(['PING']);
        workers = (await registries.workers.live(clock.nowMs())).map(withLag);
        sinks = await registries.sinks.live(clock.nowMs());
        if (workers.length > 0) workersAtMs = clock.nowMs();
        if (sinks.length > 0) sinksAtMs = clock.nowMs();
        const report = await lastSparkReport(redis);
        const { progress, trigger } = report ?? {};
        // In real-time mode a batch lasts from checkpoint to checkpoint, whatever its records wait.
        if (progress && trigger === 'micro-batch' && progress.batchId !== spark?.progress?.batchId)
          sparkBatch.add(progress.batchMs, clock.nowMs());
        spark = report;
      }),
    ]);
    // While Redis is away workers cannot say how far they are, and may well get on.
    if (kafka.trouble === '' && state.trouble === '') lookAtWorkers(clock.nowMs());
    await timed(database, async () => {
      const { rows } = await pool.query('select output, partition, next_offset from stream_progress');
      const stored = new Map(rows.map((row) => [`${row.output} ${row.partition}`, Number(row.next_offset)]));
      const atMs = clock.nowMs();
      sinkLag = OUTPUTS.flatMap((output) =>
        (ends[output] ?? []).map((end, partition) => {
          const position = stored.get(`${output} ${partition}`) ?? 0;
          storing.sample(`${output} ${partition}`, { atMs, position, waiting: end - position });
          // Where the topic ends was asked a moment before.
          return Math.max(0, end - position);
        }),
      ).reduce((sum, lag) => sum + lag, 0);
    });
  }
  const stop = boundary.every('probes', PROBE_MS, probe);
  boundary.guarded('probes', probe)();

  /** Nothing where workers read from Kafka themselves, and Spark was here long ago or never. */
  function sparkHealth(now: number): PartHealth[] {
    if (!spark) return [];
    const { progress, active, trigger, restarts, error, message } = spark;
    const silentMs = now - spark.atMs;
    const down = silentMs > STALE_MS || !active;
    if (silentMs > STALE_MS && workers.some((worker) => worker.runtime === 'kafka')) return [];
    const lag = progress?.lag ?? undefined;
    return [
      {
        name: 'spark',
        title: 'Spark',
        status: down ? 'down' : error || (lag ?? 0) > LAGGING_RECORDS ? 'degraded' : 'up',
        measures: 'one micro-batch; real-time mode has none',
        latency: sparkBatch.summary(now),
        perSecond: progress?.processedRowsPerSecond,
        waiting: lag,
        errors: restarts,
        lastAtMs: progress?.atMs,
        detail: down
          ? (error ?? (silentMs > STALE_MS ? `no word for ${Math.round(silentMs / 1000)} s` : message))
          : [
              trigger === 'real-time' ? 'real-time mode' : 'micro-batches',
              ...(progress
                ? [`batch ${progress.batchId} took ${(progress.batchMs / 1000).toFixed(1)} s`]
                : ['no batch finished yet']),
              ...(error ? [`last failure: ${error}`] : []),
            ].join(', '),
        figures: {
          report_age_seconds: silentMs / 1000,
          restarts,
          ...(progress && {
            input_rows_per_second: progress.inputRowsPerSecond,
            processed_rows_per_second: progress.processedRowsPerSecond,
            batch_seconds: progress.batchMs / 1000,
            progress_age_seconds: (now - progress.atMs) / 1000,
          }),
          ...(lag !== undefined && { lag_records: lag }),
        },
      },
    ];
  }

  function workersHealth(now: number, perSecond: number): PartHealth {
    const held = workers.flatMap((worker) => worker.partitions);
    const missing = partitions - new Set(held.map(({ partition }) => partition)).size;
    const lag = sum(held.map((item) => item.lag ?? 0));
    const oldest = Math.min(...held.map((item) => item.oldestWaitingMs ?? Number.POSITIVE_INFINITY));
    const inSpark = workers.length > 0 && workers.every(({ runtime }) => runtime === 'spark');
    const late = Number.isFinite(oldest) && now - oldest > LATE_MS;
    // A worker of the version before does not say.
    const unscored = sum(workers.map((worker) => worker.modelFailures ?? 0));
    const most = (figure: (worker: WorkerReport) => number): number => Math.max(...workers.map(figure));
    const still = stillOf(deciding, (key) =>
      whyStill(
        Number(key),
        workers.map((worker) => ({
          ...worker,
          holds: worker.partitions.map(({ partition }) => partition),
        })),
        inSpark ? 'engine' : 'worker',
      ),
    );
    const share = workers
      .map(
        ({ pid, partitions: own }) => `${pid}: ${own.map(({ partition }) => partition).join(' ') || 'none'}`,
      )
      .join(' · ');
    return {
      name: 'engine',
      title: inSpark ? 'Engines' : 'Workers',
      status:
        workers.length === 0
          ? 'down'
          : (still?.status ??
            (missing > 0 || late || unscored > 0 || lag > LAGGING_RECORDS ? 'degraded' : 'up')),
      ...troubleOf(
        still,
        workers.length > 0 ? undefined : { sinceMs: workersAtMs, why: 'no worker reports' },
      ),
      measures: 'features, model, rules and reasons of one transaction',
      latency: measurements.engine.summary(now),
      perSecond,
      waiting: lag,
      errors: sum(workers.map((worker) => worker.errors + worker.ruleErrors)) + unscored,
      lastAtMs: measurements.lastCommitAtMs,
      detail: [
        `${workers.length} ${inSpark ? 'engine' : 'worker'}${workers.length === 1 ? '' : 's'}`,
        ...(missing > 0 ? [`${missing} of ${partitions} partitions without one`] : []),
        ...(Number.isFinite(oldest) ? [`oldest record ${((now - oldest) / 1000).toFixed(1)} s`] : []),
        ...(unscored > 0 ? [`${unscored} that a model could not score or explain`] : []),
        ...(share ? [`partitions ${share}`] : []),
        ...startedAgain(workers),
      ].join(', '),
      ...(workers.length > 0 && {
        figures: {
          processes: workers.length,
          restarts: sum(workers.map(({ restarts = 0 }) => restarts)),
          errors_at_last_resort: sum(workers.map(({ caught = 0 }) => caught)),
          most_resident_bytes: most((worker) => worker.rssMegabytes * 1e6),
          most_account_history_bytes: most((worker) => worker.accountHistoryBytes),
          most_shared_history_bytes: most((worker) => worker.sharedHistoryBytes),
        },
      }),
    };
  }

  function sinksHealth(): PartHealth {
    const held = new Set(sinks.flatMap((sink) => sink.partitions));
    const missing = partitions - held.size;
    const latency = slowestOf(sinks.map((sink) => sink.latency));
    const still = stillOf(storing, (key) => {
      const [output, partition] = key.split(' ');
      const holders = sinks.map((sink) => ({ ...sink, holds: sink.partitions }));
      return `${output}: ${whyStill(Number(partition), holders, 'sink')}`;
    });
    const behind = sinkLag !== undefined && sinkLag > LAGGING_RECORDS;
    return {
      name: 'sink',
      title: sinks.length > 1 ? 'Sinks' : 'Sink',
      status:
        sinkLag === undefined
          ? 'unknown'
          : sinks.length === 0
            ? 'down'
            : (still?.status ?? (missing > 0 || behind ? 'degraded' : 'up')),
      ...troubleOf(still, sinks.length > 0 ? undefined : { sinceMs: sinksAtMs, why: 'no sink reports' }),
      measures: 'published to stored',
      latency,
      perSecond: latency.count / 60,
      waiting: sinkLag,
      errors: sum(sinks.map((sink) => sink.errors)),
      lastAtMs: database.okAtMs,
      detail: [
        sinkLag === undefined ? 'not measured yet' : `${sinkLag.toLocaleString('en')} records to store`,
        ...(sinks.length === 0 ? ['none reports'] : []),
        ...(sinks.length > 0 && missing > 0 ? [`${missing} of ${partitions} partitions without one`] : []),
        ...startedAgain(sinks),
      ].join(', '),
      figures: {
        processes: sinks.length,
        restarts: sum(sinks.map(({ restarts = 0 }) => restarts)),
        errors_at_last_resort: sum(sinks.map(({ caught = 0 }) => caught)),
      },
    };
  }

  return {
    stop,
    partitions: () =>
      workers.flatMap((worker) =>
        worker.partitions.map(({ partition, lag, oldestWaitingMs }) => ({
          partition,
          worker: worker.id,
          lag: lag ?? undefined,
          oldestMs: oldestWaitingMs ?? undefined,
        })),
      ),
    arrivals: () => ({ total: records, perSecond: arrivedPerSecond, lastAtMs: arrivedAtMs }),
    health(now, perSecond) {
      const up = (of: Service): PartHealth['status'] =>
        of.okAtMs === undefined
          ? of.errors > 0
            ? 'down'
            : 'unknown'
          : now - of.okAtMs < STALE_MS
            ? 'up'
            : 'down';
      const commit = slowestOf(workers.map((worker) => worker.commit));
      const part = (
        of: Service,
        rest: Pick<PartHealth, 'name' | 'title' | 'measures' | 'detail'>,
      ): PartHealth => ({
        ...rest,
        status: up(of),
        latency: of.latency.summary(now),
        perSecond: undefined,
        waiting: undefined,
        errors: of.errors,
        lastAtMs: of.okAtMs,
        detail: of.trouble || rest.detail,
        ...(of.trouble && of.okAtMs !== undefined && { trouble: { sinceMs: of.okAtMs, why: of.trouble } }),
      });
      return [
        {
          ...part(kafka, {
            name: 'log',
            title: 'Kafka',
            measures: 'round trip: where the topics end',
            detail: `${records.toLocaleString('en')} records in ${partitions} partitions`,
          }),
          perSecond,
        },
        ...sparkHealth(now),
        workersHealth(now, perSecond),
        part(state, {
          name: 'state',
          title: 'Redis',
          measures: 'round trip of a ping',
          detail:
            commit.p50 === null ? 'no commit in the last minute' : `commit p50 ${commit.p50.toFixed(1)} ms`,
        }),
        part(database, {
          name: 'database',
          title: 'PostgreSQL',
          measures: 'round trip of a query',
          detail: 'decisions, alerts, labels',
        }),
        sinksHealth(),
      ];
    },
  };
}
