// Keeps snapshots of the shared histories, so that a worker starts quickly and the changes since stay few. It has a
// copy of its own that decides nothing: it holds exactly what others committed.
import type { BaseHistories } from '../ports/stream/history.ts';
import type { StateStore } from '../ports/stream/state-store.ts';
import { createSharedHistories } from './shared-histories.ts';

const LOOK_MS = 1000;
const EVERY_MS = 120_000;
/** Changes of so many batches are kept at once; a snapshot is then made early, but not before it is worth its cost. */
const MAX_BATCHES = 4000;
const SOONEST_MS = 30_000;

export type SnapshotKeeper = { stop(): Promise<void> };

export type KeeperParts = {
  readonly store: StateStore;
  readonly base: BaseHistories;
  readonly partitions: number;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onTrouble: (error: Error) => void;
};

export function startSnapshotKeeper(parts: KeeperParts): SnapshotKeeper {
  const { store, base, partitions, monotonicMs, sleep } = parts;
  let copy = createSharedHistories(store, base, partitions);
  let keptAtMs = monotonicMs();
  let stopping = false;

  async function look(): Promise<void> {
    await copy.catchUp();
    const { number, batches } = await store.snapshotState(partitions);
    if (number !== copy.snapshotNumber) {
      // Lost, or kept by another sink: what this copy holds may not be what is there.
      copy = createSharedHistories(store, base, partitions);
      return;
    }
    const sinceMs = monotonicMs() - keptAtMs;
    if (batches === 0 || sinceMs < (batches < MAX_BATCHES ? EVERY_MS : SOONEST_MS)) return;
    await copy.keepSnapshot(() => sleep(0));
    keptAtMs = monotonicMs();
  }

  async function run(): Promise<void> {
    while (!stopping) {
      await sleep(LOOK_MS);
      await look().catch(parts.onTrouble);
    }
  }
  const running = run();
  return {
    async stop() {
      stopping = true;
      await running;
    },
  };
}
