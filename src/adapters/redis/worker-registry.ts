// What each worker says of itself, for the pipeline's health: renewed every second, ignored when it is old.
import { isObject } from '../../domain/fields.ts';
import type { RedisConnection } from './connection.ts';

const KEY = 'goshawk:workers';
const STALE_MS = 5000;
const FORGOTTEN_MS = 3_600_000;

export type WorkerReport = {
  readonly id: string;
  readonly atMs: number;
  /** Where its records come from. */
  readonly runtime: 'kafka' | 'spark';
  readonly pid: number;
  readonly host: string;
  readonly rssMegabytes: number;
  readonly cpuSeconds: number;
  readonly decided: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  readonly errors: number;
  readonly ruleErrors: number;
  readonly modelVersion: string;
  /** Milliseconds, of the last minute; null when nothing was measured. */
  readonly engineP50: number | null;
  readonly engineP99: number | null;
  readonly commitP50: number | null;
  readonly commitP99: number | null;
  readonly partitions: readonly {
    readonly partition: number;
    readonly committedOffset: number;
    readonly publishedOffset: number;
    readonly lag: number | null;
    readonly oldestWaitingMs: number | null;
  }[];
};

export async function reportWorker(redis: RedisConnection, report: WorkerReport): Promise<void> {
  await redis.send(['HSET', KEY, report.id, JSON.stringify(report)]);
}

export async function forgetWorker(redis: RedisConnection, id: string): Promise<void> {
  await redis.send(['HDEL', KEY, id]);
}

/** Workers that reported lately. */
export async function liveWorkers(redis: RedisConnection, nowMs: number): Promise<WorkerReport[]> {
  const answer = await redis.send(['HVALS', KEY]);
  const reports: WorkerReport[] = [];
  for (const value of Array.isArray(answer) ? answer : []) {
    const report: unknown = JSON.parse(String(value));
    if (!isObject(report)) continue;
    const known = report as WorkerReport;
    if (nowMs - known.atMs < STALE_MS) reports.push(known);
    else if (nowMs - known.atMs > FORGOTTEN_MS) await forgetWorker(redis, known.id);
  }
  return reports.sort((a, b) => a.id.localeCompare(b.id));
}
