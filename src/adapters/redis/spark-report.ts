// What Spark's driver says of its query, for the pipeline's health: renewed every two seconds, old when it is down.
import { isObject } from '../../domain/fields.ts';
import type { RedisConnection } from './connection.ts';

const KEY = 'goshawk:spark';

export type SparkReport = {
  readonly atMs: number;
  readonly applicationId: string;
  readonly trigger: 'real-time' | 'micro-batch';
  readonly active: boolean;
  /** What the query is doing, in Spark's words. */
  readonly message: string;
  /** Of the last progress report; null before the first. */
  readonly progress: {
    readonly atMs: number;
    readonly batchId: number;
    readonly inputRowsPerSecond: number;
    readonly processedRowsPerSecond: number;
    readonly batchMs: number;
    /** Records that were written and not yet read when the batch was planned; null where Spark does not say. */
    readonly lag: number | null;
  } | null;
  /** Times the query was started again after it had failed. */
  readonly restarts: number;
  readonly error: string | null;
};

/** Reads what the job in `spark/` wrote; undefined when it is something else. */
export function parseSparkReport(text: string): SparkReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const written = isObject(value) && typeof value.atMs === 'number' && typeof value.active === 'boolean';
  return written ? (value as SparkReport) : undefined;
}

export async function reportSpark(redis: RedisConnection, report: SparkReport): Promise<void> {
  await redis.send(['SET', KEY, JSON.stringify(report)]);
}

/** The last report, however old; undefined when Spark was never here. */
export async function lastSparkReport(redis: RedisConnection): Promise<SparkReport | undefined> {
  const answer = await redis.send(['GET', KEY]);
  return answer === null ? undefined : parseSparkReport(String(answer));
}
