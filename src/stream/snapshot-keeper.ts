// Keeps snapshots of the shared histories, so that a worker starts quickly and the changes since stay few. It has a
// copy of its own that decides nothing: it holds exactly what others committed.
import type { BaseHistories } from '../ports/history.ts';
import type { StateStore } from '../ports/state-store.ts';
import { createSharedHistories } from './shared-histories.ts';

const LOOK_MS = 1000;
const EVERY_MS = 120_000;
/** Batches kept at once; about 500 transactions each when there is much to do. */
const MAX_BATCHES = 4000;

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
    if (batches === 0 || (batches < MAX_BATCHES && monotonicMs() - keptAtMs < EVERY_MS)) return;
    await copy.keepSnapshot();
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
