// Spark's driver, as it reports on its query.
import type { RedisConnection } from '../adapters/redis/connection.ts';
import { lastSparkReport, type SparkReport } from '../adapters/redis/spark-report.ts';
import { createLatencyWindow } from '../engine/latency-window.ts';
import type { Clock } from '../ports/clock.ts';
import type { PartHealth } from '../ports/desk.ts';
import { LAGGING_RECORDS } from './process-words.ts';

const STALE_MS = 8000;

export type SparkWatch = {
  /** Reads what the driver said last. */
  read(): Promise<void>;
  /** Nothing where workers read from Kafka themselves, and Spark was here long ago or never. */
  health(nowMs: number, workersReadKafka: boolean): PartHealth[];
};

export function watchSpark(redis: RedisConnection, clock: Clock): SparkWatch {
  let spark: SparkReport | undefined;
  const batches = createLatencyWindow();
  return {
    async read() {
      const report = await lastSparkReport(redis);
      const { progress, trigger } = report ?? {};
      // In real-time mode a batch lasts from checkpoint to checkpoint, whatever its records wait.
      if (progress && trigger === 'micro-batch' && progress.batchId !== spark?.progress?.batchId)
        batches.add(progress.batchMs, clock.nowMs());
      spark = report;
    },
    health(nowMs, workersReadKafka) {
      if (!spark) return [];
      const { progress, active, restarts, error } = spark;
      const silentMs = nowMs - spark.atMs;
      if (silentMs > STALE_MS && workersReadKafka) return [];
      const down = silentMs > STALE_MS || !active;
      const lag = progress?.lag ?? undefined;
      return [
        {
          name: 'spark',
          title: 'Spark',
          status: down ? 'down' : error || (lag ?? 0) > LAGGING_RECORDS ? 'degraded' : 'up',
          measures: 'one micro-batch; real-time mode has none',
          latency: batches.summary(nowMs),
          perSecond: progress?.processedRowsPerSecond,
          waiting: lag,
          errors: restarts,
          lastAtMs: progress?.atMs,
          detail: down ? whyDown(spark, silentMs) : detailOf(spark),
          figures: figuresOf(spark, nowMs),
        },
      ];
    },
  };
}

const whyDown = ({ error, message }: SparkReport, silentMs: number): string =>
  error ?? (silentMs > STALE_MS ? `no word for ${Math.round(silentMs / 1000)} s` : message);

function detailOf({ progress, trigger, error }: SparkReport): string {
  return [
    trigger === 'real-time' ? 'real-time mode' : 'micro-batches',
    ...(progress
      ? [`batch ${progress.batchId} took ${(progress.batchMs / 1000).toFixed(1)} s`]
      : ['no batch finished yet']),
    ...(error ? [`last failure: ${error}`] : []),
  ].join(', ');
}

function figuresOf(
  { atMs, restarts, progress }: SparkReport,
  nowMs: number,
): NonNullable<PartHealth['figures']> {
  const lag = progress?.lag ?? undefined;
  return {
    report_age_seconds: (nowMs - atMs) / 1000,
    restarts,
    ...(progress && {
      input_rows_per_second: progress.inputRowsPerSecond,
      processed_rows_per_second: progress.processedRowsPerSecond,
      batch_seconds: progress.batchMs / 1000,
      progress_age_seconds: (nowMs - progress.atMs) / 1000,
    }),
    ...(lag !== undefined && { lag_records: lag }),
  };
}
