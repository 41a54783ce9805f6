// The workers of a distributed installation, as they report: how far each partition is, and their health together.
import type { ProcessRegistry, WorkerReport } from '../adapters/redis/process-registry.ts';
import { type LatencySummary, slowestOf } from '../engine/latency-window.ts';
import type { Clock } from '../ports/clock.ts';
import type { Measurements, PartHealth, PartitionLag } from '../ports/desk.ts';
import { watchProgress } from '../ports/progress-watch.ts';
import { ENGINE_PART } from './probe.ts';
import {
  type Holder,
  LAGGING_RECORDS,
  missingText,
  processFigures,
  startedAgain,
  sum,
  troubleOf,
  whyStill,
} from './process-words.ts';
import { stillOf } from './still.ts';

const LATE_MS = 5000;
const NEVER_DECIDED = -1;

export type WorkersWatchParts = {
  readonly registry: ProcessRegistry<WorkerReport>;
  readonly clock: Clock;
  readonly measurements: Measurements;
  readonly partitions: number;
  /** Where the partitions of the transactions end, as far as it was asked. */
  readonly ends: () => readonly number[];
};

export type WorkersWatch = {
  /** Reads what workers report. */
  read(): Promise<void>;
  /** Looks whether each partition gets on. */
  look(atMs: number): void;
  health(nowMs: number, perSecond: number): PartHealth;
  /** How soon they commit, the slowest of them. */
  commit(): LatencySummary;
  partitions(): PartitionLag[];
  /** Whether any reads from Kafka itself. */
  readKafka(): boolean;
};

/** Watches workers; a partition that nobody has stands still as well. */
export function watchWorkers(parts: WorkersWatchParts): WorkersWatch {
  const { registry, clock, measurements, partitions, ends } = parts;
  let workers: readonly WorkerReport[] = [];
  /** When one said something last; from the start on, where none ever did. */
  let heardAtMs = clock.nowMs();
  const deciding = watchProgress();
  const decidedTo = new Map<number, number>();
  return {
    async read() {
      workers = (await registry.live(clock.nowMs())).map((worker) => withLag(worker, ends()));
      if (workers.length > 0) heardAtMs = clock.nowMs();
    },
    // Where nobody has a partition, whatever is sent now waits: that counts as waiting before anything was sent.
    look(atMs) {
      const held = new Set<number>();
      for (const { partition, committedOffset, publishedOffset } of partitionsOf(workers)) {
        held.add(partition);
        decidedTo.set(partition, Math.max(committedOffset, publishedOffset));
      }
      for (const [partition, end] of ends().entries()) {
        const position = decidedTo.get(partition) ?? NEVER_DECIDED;
        const waiting = position === NEVER_DECIDED ? 0 : Math.max(0, end - position);
        deciding.sample(String(partition), {
          atMs,
          position,
          waiting: held.has(partition) ? waiting : waiting + 1,
        });
      }
    },
    health(nowMs, perSecond) {
      const load = loadOf(workers, partitions, nowMs);
      const still = stillOf(deciding, (key) =>
        whyStill(Number(key), workers.map(holderOf), load.inSpark ? 'engine' : 'worker'),
      );
      const silent = { sinceMs: heardAtMs, why: 'no worker reports' };
      return {
        ...ENGINE_PART,
        title: load.inSpark ? 'Engines' : 'Workers',
        status: workers.length === 0 ? 'down' : (still?.status ?? (isDegraded(load) ? 'degraded' : 'up')),
        ...troubleOf(still, workers.length > 0 ? undefined : silent),
        latency: measurements.engine.summary(nowMs),
        perSecond,
        waiting: load.lag,
        errors: sum(workers.map((worker) => worker.errors + worker.ruleErrors)) + load.unscored,
        lastAtMs: measurements.lastCommitAtMs,
        detail: detailOf(workers, load, partitions),
        ...(workers.length > 0 && { figures: figuresOf(workers) }),
      };
    },
    commit: () => slowestOf(workers.map((worker) => worker.commit)),
    partitions: () => workers.flatMap(lagsOf),
    readKafka: () => workers.some((worker) => worker.runtime === 'kafka'),
  };
}

/** Spark does not say how far a partition's end is; Kafka does. */
const withLag = (worker: WorkerReport, ends: readonly number[]): WorkerReport => ({
  ...worker,
  partitions: worker.partitions.map((item) => ({
    ...item,
    lag: item.lag ?? Math.max(0, (ends[item.partition] ?? 0) - item.committedOffset),
  })),
});

const partitionsOf = (workers: readonly WorkerReport[]): WorkerReport['partitions'] =>
  workers.flatMap((worker) => worker.partitions);

const holderOf = (worker: WorkerReport): Holder => ({
  ...worker,
  holds: worker.partitions.map(({ partition }) => partition),
});

const lagsOf = ({ id, partitions }: WorkerReport): PartitionLag[] =>
  partitions.map(({ partition, lag, oldestWaitingMs }) => ({
    partition,
    worker: id,
    lag: lag ?? undefined,
    oldestMs: oldestWaitingMs ?? undefined,
  }));

/** What all workers have to do together. */
type Load = {
  /** Partitions that nobody has. */
  readonly missing: number;
  readonly lag: number;
  /** How long the oldest record waits; undefined where none does. */
  readonly oldestMs: number | undefined;
  /** Transactions that a model could not score or explain. */
  readonly unscored: number;
  readonly inSpark: boolean;
};

function loadOf(workers: readonly WorkerReport[], partitions: number, nowMs: number): Load {
  const held = partitionsOf(workers);
  const oldest = Math.min(...held.map((item) => item.oldestWaitingMs ?? Number.POSITIVE_INFINITY));
  return {
    missing: partitions - new Set(held.map(({ partition }) => partition)).size,
    lag: sum(held.map((item) => item.lag ?? 0)),
    oldestMs: Number.isFinite(oldest) ? nowMs - oldest : undefined,
    // A worker of the version before does not say.
    unscored: sum(workers.map((worker) => worker.modelFailures ?? 0)),
    inSpark: workers.length > 0 && workers.every(({ runtime }) => runtime === 'spark'),
  };
}

const isDegraded = ({ missing, lag, oldestMs = 0, unscored }: Load): boolean =>
  missing > 0 || oldestMs > LATE_MS || unscored > 0 || lag > LAGGING_RECORDS;

function detailOf(workers: readonly WorkerReport[], load: Load, partitions: number): string {
  const { missing, oldestMs, unscored, inSpark } = load;
  const share = workers
    .map(({ pid, partitions: own }) => `${pid}: ${own.map(({ partition }) => partition).join(' ') || 'none'}`)
    .join(' · ');
  return [
    `${workers.length} ${inSpark ? 'engine' : 'worker'}${workers.length === 1 ? '' : 's'}`,
    ...missingText(missing, partitions),
    ...(oldestMs !== undefined ? [`oldest record ${(oldestMs / 1000).toFixed(1)} s`] : []),
    ...(unscored > 0 ? [`${unscored} that a model could not score or explain`] : []),
    ...(share ? [`partitions ${share}`] : []),
    ...cataloguesText(workers),
    ...startedAgain(workers),
  ].join(', ');
}

/** Which catalogue decides, and with which record it began where a worker saw it begin. */
function cataloguesText(workers: readonly WorkerReport[]): string[] {
  const versions = new Map<number, string[]>();
  for (const { catalogueVersion, partitions } of workers) {
    if (catalogueVersion === undefined) continue;
    const from = partitions.flatMap(({ partition, catalogueFrom }) =>
      typeof catalogueFrom === 'number' ? [`${partition} from ${catalogueFrom}`] : [],
    );
    versions.set(catalogueVersion, [...(versions.get(catalogueVersion) ?? []), ...from]);
  }
  return [...versions]
    .filter(([version]) => version > 0 || versions.size > 1)
    .map(([version, from]) => `catalogue ${version}${from.length > 0 ? ` (${from.join(', ')})` : ''}`);
}

function figuresOf(workers: readonly WorkerReport[]): NonNullable<PartHealth['figures']> {
  const most = (figure: (worker: WorkerReport) => number): number => Math.max(...workers.map(figure));
  return {
    ...processFigures(workers),
    least_catalogue_version: Math.min(...workers.map(({ catalogueVersion = 0 }) => catalogueVersion)),
    most_resident_bytes: most((worker) => worker.rssMegabytes * 1e6),
    most_account_history_bytes: most((worker) => worker.accountHistoryBytes),
    most_shared_history_bytes: most((worker) => worker.sharedHistoryBytes),
  };
}
