// A worker: the partitions it was given, each at work on its own, over one copy of the shared histories.
import type { StateStore } from '../ports/stream/state-store.ts';
import type { PartitionParts } from './partition-run.ts';
import { type PartitionRunner, type PartitionStatus, startPartition } from './partition-runner.ts';
import { createSharedHistories, type SharedHistories } from './shared-histories.ts';

export type WorkerParts = Omit<PartitionParts, 'partition' | 'shared'> & {
  readonly store: StateStore;
  /** Of the whole stream, not of this worker alone. */
  readonly partitions: number;
  readonly onFailure: (error: Error) => void;
  /** How often the changes that others made to shared histories are read. */
  readonly catchUpMs?: number;
};

export type StreamWorker = {
  /** From now on these partitions are this worker's, and no others. */
  assign(partitions: readonly number[]): void;
  status(): PartitionStatus[];
  /** Partitions at work, those included that are just being given up. */
  readonly working: readonly number[];
  readonly sharedBytes: number;
  /** Finishes what is under way, then resolves. */
  stop(): Promise<void>;
};

const CATCH_UP_MS = 25;
/** Changes are kept for longer than this after they are in a snapshot. */
const TOO_LATE_MS = 60_000;
/** Two workers that both believe to own a partition do not take it from each other without a pause. */
const ABANDONED_PAUSE_MS = 200;

export function startWorker(parts: WorkerParts): StreamWorker {
  const { store, partitions, sleep, onFailure, events } = parts;
  let shared: SharedHistories = createSharedHistories(store, parts.base, partitions);
  let desired: ReadonlySet<number> = new Set();
  const running = new Map<number, PartitionRunner>();
  let tainted = false;
  let stopping = false;

  function reconcile(): void {
    for (const [partition, runner] of running) {
      if (tainted || !desired.has(partition)) runner.stop();
    }
    if (tainted && running.size === 0) {
      // What was decided and not committed must go; the store still has what was committed.
      shared = createSharedHistories(store, parts.base, partitions);
      tainted = false;
    }
    if (tainted) return;
    for (const partition of desired) if (!running.has(partition)) start(partition);
  }

  function start(partition: number): void {
    const runner = startPartition({ ...parts, partition, shared });
    running.set(partition, runner);
    runner.ended
      .then(async (ending) => {
        if (ending === 'abandoned') await sleep(ABANDONED_PAUSE_MS);
        running.delete(partition);
        const status = runner.status();
        if (ending === 'abandoned') tainted = true;
        else if (status) shared.release(partition, status.committedOffset);
        reconcile();
      })
      .catch(onFailure);
  }

  let caughtUpAtMs = parts.monotonicMs();
  async function catchUp(): Promise<void> {
    while (!stopping) {
      await sleep(parts.catchUpMs ?? CATCH_UP_MS);
      if (tainted) continue;
      try {
        const late = parts.monotonicMs() - caughtUpAtMs > TOO_LATE_MS;
        if (late) {
          // It slept, or the store was away: what it would read next may have been let go meanwhile. While the store
          // is still away there is nothing to begin anew with.
          await store.snapshotState(partitions);
          tainted = true;
          caughtUpAtMs = parts.monotonicMs();
          reconcile();
          continue;
        }
        await shared.catchUp();
        caughtUpAtMs = parts.monotonicMs();
      } catch (error) {
        events.onTrouble?.(-1, 'read shared histories', error as Error);
      }
    }
  }
  void catchUp();

  return {
    assign(list) {
      if (stopping) return;
      desired = new Set(list);
      reconcile();
    },
    get working() {
      return [...running.keys()];
    },
    status: () => [...running.values()].flatMap((runner) => runner.status() ?? []),
    get sharedBytes() {
      return shared.bytesReserved;
    },
    async stop() {
      stopping = true;
      desired = new Set();
      reconcile();
      await Promise.all([...running.values()].map((runner) => runner.ended.catch(() => undefined)));
    },
  };
}
