// A worker: the partitions it was given, each at work on its own, over one copy of the shared histories. Another catalogue that
// keeps more takes their place with a copy of its own, between two batches of all of them.
import type { Catalogue } from '../features/catalogue.ts';
import type { StateStore } from '../ports/stream/state-store.ts';
import type { PartitionParts } from './partition-run.ts';
import { type PartitionRunner, type PartitionStatus, startPartition } from './partition-runner.ts';
import { createSharedHistories, type SharedHistories } from './shared-histories.ts';
import { ownStoresOf, partitionStoresOf } from './telling.ts';

export type WorkerParts = Omit<PartitionParts, 'partition' | 'shared'> & {
  readonly store: StateStore;
  /** Of the whole stream, not of this worker alone. */
  readonly partitions: number;
  /** Where the stream puts an account. */
  readonly partitionOf: (accountId: string) => number;
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
  /**
   * Has another catalogue decide: `take` is called when nothing is being decided, once the histories that accounts share are
   * there for it. These are the stores of that catalogue. Rejects where they could not be read: nothing was changed.
   */
  change(catalogue: Pick<Catalogue, 'stores' | 'parts'>, take: () => void): Promise<void>;
  /** Finishes what is under way, then resolves. */
  stop(): Promise<void>;
};

/** Another catalogue, with the histories that accounts share as it keeps them. */
type Coming = {
  readonly copy: SharedHistories;
  take(): void;
  taken(): void;
};

const CATCH_UP_MS = 25;
/** Changes are kept for longer than this after they are in a snapshot. */
const TOO_LATE_MS = 60_000;
/** Two workers that both believe to own a partition do not take it from each other without a pause. */
const ABANDONED_PAUSE_MS = 200;

export function startWorker(parts: WorkerParts): StreamWorker {
  const { store, partitions, sleep, onFailure } = parts;
  const copyFor = (catalogue: Stores): SharedHistories =>
    createSharedHistories(store, parts.base, partitions, ownStoresOf(catalogue), {
      stores: partitionStoresOf(catalogue),
      partitionOf: parts.partitionOf,
    });
  const newCopy = (): SharedHistories => copyFor(parts.inService().catalogue);
  let shared: SharedHistories = newCopy();
  let coming: Coming | undefined;
  let desired: ReadonlySet<number> = new Set();
  const running = new Map<number, PartitionRunner>();
  let tainted = false;
  let stopping = false;

  function reconcile(): void {
    const isEnding = tainted || coming !== undefined;
    for (const [partition, runner] of running) {
      if (isEnding || !desired.has(partition)) runner.stop();
    }
    if (isEnding && running.size === 0) {
      coming?.take();
      // What was decided and not committed must go; the store still has what was committed.
      shared = coming && !tainted ? coming.copy : newCopy();
      coming?.taken();
      coming = undefined;
      tainted = false;
    }
    if (tainted || coming) return;
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

  void catchUp(parts, {
    isOver: () => stopping,
    isEnding: () => tainted,
    async read() {
      await shared.catchUp();
      for (const runner of running.values()) await runner.lookAfter();
    },
    beginAnew() {
      tainted = true;
      reconcile();
    },
  });

  return {
    async change(catalogue, take) {
      const stores = ownStoresOf(catalogue);
      if (!keepsMore(parts.inService().catalogue, catalogue)) {
        take();
        shared.keepOnly(stores);
        return;
      }
      // It is read while decisions go on by the copy of before.
      const copy = copyFor(catalogue);
      await copy.catchUp();
      if (stopping || coming) return;
      await new Promise<void>((taken) => {
        coming = { copy, take, taken };
        reconcile();
      });
    },
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

type Stores = Pick<Catalogue, 'stores' | 'parts'>;

/** Whether another copy is needed: one that keeps more. Accounts have their histories in the state store. */
function keepsMore(before: Stores, after: Stores): boolean {
  const now = new Set(before.stores.map(({ id }) => id));
  // What accounts of other partitions ask from now on must be there of all.
  const [owned, later] = [partitionStoresOf(before), partitionStoresOf(after)];
  const isShared = after.stores.some(({ id }) => owned.has(id) && !later.has(id));
  return isShared || after.stores.some(({ id }) => id !== 'account' && !now.has(id));
}

/** Reads what others did, again and again. */
async function catchUp(
  { store, partitions, sleep, events, monotonicMs, catchUpMs = CATCH_UP_MS }: WorkerParts,
  copy: { isOver(): boolean; isEnding(): boolean; read(): Promise<void>; beginAnew(): void },
): Promise<void> {
  let caughtUpAtMs = monotonicMs();
  while (!copy.isOver()) {
    await sleep(catchUpMs);
    if (copy.isEnding()) continue;
    try {
      if (monotonicMs() - caughtUpAtMs > TOO_LATE_MS) {
        // It slept, or the store was away: what it would read next may have been let go meanwhile. While the store
        // is still away there is nothing to begin anew with.
        await store.snapshotState(partitions);
        copy.beginAnew();
      } else await copy.read();
      caughtUpAtMs = monotonicMs();
    } catch (error) {
      events.onTrouble?.(-1, 'read shared histories', error as Error);
    }
  }
}
