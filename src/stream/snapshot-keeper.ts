// Keeps snapshots of the shared histories, so that a worker starts quickly and the changes since stay few. It has a
// copy of its own that decides nothing: it holds exactly what others committed. What a coming catalogue needs of the past is filled
// beside it (decisions 034 and 044).
import { isOwnStore } from '../features/feature-state.ts';
import type { StateStore } from '../ports/stream/state-store.ts';
import { type ComingFillParts, createComingFill, type Wanted } from './coming-fill.ts';
import { createSharedHistories, type SharedHistories } from './shared-histories.ts';

const LOOK_MS = 1000;
const EVERY_MS = 120_000;
/** Changes of so many batches are kept at once; a snapshot is then made early, but not before it is worth its cost. */
const MAX_BATCHES = 4000;
const SOONEST_MS = 30_000;

export type SnapshotKeeper = { stop(): Promise<void> };

export type KeeperParts = ComingFillParts & {
  readonly store: StateStore;
  /** Looks what is in service, and what is to be filled. */
  wanted(): Promise<Wanted>;
  /** How often it looks, where that is not the preset. */
  readonly lookMs?: number;
};

export function startSnapshotKeeper(parts: KeeperParts): SnapshotKeeper {
  const { store, base, partitions, monotonicMs, sleep, lookMs = LOOK_MS } = parts;
  let copy: SharedHistories | undefined;
  const fill = createComingFill(parts);
  let keptAtMs = monotonicMs();
  let stopping = false;

  /** What serves and what comes next; a copy that has to keep more begins anew with the newest snapshot. */
  async function copyNow({ stores, coming }: Wanted): Promise<SharedHistories> {
    const kept = new Set(
      [...stores, ...(coming?.catalogue.stores.map(({ id }) => id) ?? [])].filter(isOwnStore),
    );
    copy?.keepOnly(kept);
    const isWhole = [...stores].every((id) => !isOwnStore(id) || copy?.ownStores.has(id));
    if (copy && isWhole) return copy;
    const now = createSharedHistories(store, base, partitions, kept);
    // What is only told of, and was not filled, is nobody's past.
    await now.catchUp();
    const filled = now.filled;
    now.keepOnly(new Set([...kept].filter((id) => stores.has(id) || filled.has(id))));
    copy = now;
    return now;
  }

  async function look(): Promise<void> {
    const wanted = await parts.wanted();
    const now = await copyNow(wanted);
    const toFill = await fill.ask(wanted, () => stopping);
    await now.catchUp();
    const { number, batches } = await store.snapshotState(partitions);
    if (number !== now.snapshotNumber) {
      // Lost, or kept by another sink: what this copy holds may not be what is there.
      copy = undefined;
      return;
    }
    if (
      toFill &&
      !(await fill.run(
        toFill,
        now,
        () => keep(now),
        () => stopping,
      ))
    ) {
      copy = undefined;
      return;
    }
    const sinceMs = monotonicMs() - keptAtMs;
    if (batches === 0 || sinceMs < (batches < MAX_BATCHES ? EVERY_MS : SOONEST_MS)) return;
    // Refused: another sink keeps them, or this copy is of before a loss.
    if (!(await keep(now))) copy = undefined;
  }

  async function keep(now: SharedHistories): Promise<boolean> {
    const kept = await now.keepSnapshot(() => sleep(0));
    keptAtMs = monotonicMs();
    return kept;
  }

  async function run(): Promise<void> {
    while (!stopping) {
      await sleep(lookMs);
      await look().catch(parts.onTrouble);
    }
    await fill.close();
  }
  const running = run();
  return {
    async stop() {
      stopping = true;
      await running;
    },
  };
}
