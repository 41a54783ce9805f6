// What each worker and each sink says of itself, for the pipeline's health: renewed every second, ignored when it is
// old.
import type { FillProgress } from '../../domain/catalogue-version.ts';
import { isObject } from '../../domain/fields.ts';
import type { LatencySummary } from '../../engine/latency-window.ts';
import type { RedisConnection } from './connection.ts';

const STALE_MS = 5000;
const FORGOTTEN_MS = 3_600_000;

export type ProcessReport = {
  readonly id: string;
  readonly atMs: number;
  readonly pid: number;
  readonly host: string;
  readonly rssMegabytes: number;
  readonly cpuSeconds: number;
  /** Tries that failed; what they were for was tried again. */
  readonly errors: number;
  /** The last of them. */
  readonly trouble: { readonly text: string; readonly atMs: number } | null;
  /** Errors that nobody had caught. */
  readonly caught: number;
  /** How often it was started again, and how the one before it ended. */
  readonly restarts: number;
  readonly lastExit: string;
};

export type WorkerReport = ProcessReport & {
  /** Where its records come from. */
  readonly runtime: 'kafka' | 'spark';
  readonly decided: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  readonly ruleErrors: number;
  /** Transactions that its models could not score or explain. */
  readonly modelFailures: number;
  readonly modelVersion: string;
  /** The version of the catalogue that decides, 0 for the program's; a worker of the version before does not say. */
  readonly catalogueVersion?: number;
  /** Inside decide(). */
  readonly engine: LatencySummary;
  readonly commit: LatencySummary;
  /** Memory of histories: of accounts at hand (bounded), and of what accounts share (all of it). */
  readonly accountHistoryBytes: number;
  readonly sharedHistoryBytes: number;
  readonly partitions: readonly {
    readonly partition: number;
    readonly committedOffset: number;
    readonly publishedOffset: number;
    readonly lag: number | null;
    readonly oldestWaitingMs: number | null;
    /** The first record that this worker decided by the catalogue that decides. */
    readonly catalogueFrom?: number | null;
    /** Whether it decides what comes: what was published before is committed. */
    readonly decides?: boolean;
  }[];
};

export type SinkReport = ProcessReport & {
  /** From written to its topic to committed in the database, of each record. */
  readonly latency: LatencySummary;
  readonly partitions: readonly number[];
  /** The histories of a coming catalogue, where it fills them; a sink of the version before does not say. */
  readonly filling?: FillProgress | undefined;
};

export type ProcessRegistry<Report extends ProcessReport> = {
  report(report: Report): Promise<void>;
  forget(id: string): Promise<void>;
  /** Those that reported lately. */
  live(nowMs: number): Promise<Report[]>;
};

function processRegistry<Report extends ProcessReport>(
  redis: RedisConnection,
  key: string,
): ProcessRegistry<Report> {
  const forget = async (id: string): Promise<void> => {
    await redis.send(['HDEL', key, id]);
  };
  return {
    forget,
    async report(report) {
      await redis.send(['HSET', key, report.id, JSON.stringify(report)]);
    },
    async live(nowMs) {
      const answer = await redis.send(['HVALS', key]);
      const reports: Report[] = [];
      for (const value of Array.isArray(answer) ? answer : []) {
        const report: unknown = JSON.parse(String(value));
        if (!isObject(report)) continue;
        const known = report as Report;
        if (nowMs - known.atMs < STALE_MS) reports.push(known);
        else if (nowMs - known.atMs > FORGOTTEN_MS) await forget(known.id);
      }
      return reports.sort((a, b) => a.id.localeCompare(b.id));
    },
  };
}

export const workerRegistry = (redis: RedisConnection): ProcessRegistry<WorkerReport> =>
  processRegistry(redis, 'goshawk:reports:workers');

export const sinkRegistry = (redis: RedisConnection): ProcessRegistry<SinkReport> =>
  processRegistry(redis, 'goshawk:reports:sinks');
