// Keeps snapshots of the shared histories, so that a worker starts quickly and the changes since stay few. It has a
// copy of its own that decides nothing: it holds exactly what others committed. Histories that a coming catalogue needs and nobody
// keeps are filled here, beside it: once a snapshot holds them, whoever reads it can decide by them (decision 034).
import { isOwnStore } from '../features/feature-state.ts';
import type { BaseHistories, DecidedHistory } from '../ports/stream/history.ts';
import type { Standing, StateStore } from '../ports/stream/state-store.ts';
import { type ComingCatalogue, createSharedFill, type SharedFill } from './fill-shared.ts';
import { createSharedHistories, type SharedHistories } from './shared-histories.ts';

const LOOK_MS = 1000;
const EVERY_MS = 120_000;
/** Changes of so many batches are kept at once; a snapshot is then made early, but not before it is worth its cost. */
const MAX_BATCHES = 4000;
const SOONEST_MS = 30_000;
/** So long at once a coming catalogue is filled before others are heard again. */
const FILL_MS = 1000;

export type SnapshotKeeper = { stop(): Promise<void> };

export type KeeperParts = {
  readonly store: StateStore;
  readonly base: BaseHistories;
  readonly partitions: number;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onTrouble: (error: Error) => void;
  /** What was decided before, for what a coming catalogue needs. */
  readonly history: DecidedHistory;
  /** Looks what is in service: stores of one's own that are kept, and the version that is to be filled. */
  wanted(): Promise<Wanted>;
  /** From here on every snapshot holds what a version needs, from `fromMs` on where not all of the past is there. */
  onFilled(coming: ComingCatalogue, fromMs: number | undefined): Promise<void>;
  readonly onFilling?: (fill: SharedFill, of: number) => void;
};

export type Wanted = {
  readonly stores: ReadonlySet<string>;
  readonly coming: ComingCatalogue | undefined;
};

export function startSnapshotKeeper(parts: KeeperParts): SnapshotKeeper {
  const { store, base, partitions, monotonicMs, sleep } = parts;
  let copy: SharedHistories | undefined;
  let fill: SharedFill | undefined;
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
    // Asked before what was committed is read: then all of it, up to there, is in this copy.
    const standing = wanted.coming ? await store.standing(partitions) : [];
    await now.catchUp();
    const { number, batches } = await store.snapshotState(partitions);
    if (number !== now.snapshotNumber) {
      // Lost, or kept by another sink: what this copy holds may not be what is there.
      copy = undefined;
      return;
    }
    await fillNow(now, wanted, standing);
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

  async function fillNow(
    now: SharedHistories,
    { coming }: Wanted,
    standing: readonly Standing[],
  ): Promise<void> {
    if (fill && fill.coming.version !== coming?.version) fill = undefined;
    if (!coming) return;
    const lacking = coming.filling.stores.filter((id) => isOwnStore(id) && !now.filled.has(id));
    if (lacking.length === 0) {
      await parts.onFilled(coming, fill?.holdsFromMs);
      fill = undefined;
      return;
    }
    fill ??= createSharedFill(coming, parts.history);
    const offsets = offsetsOf(now, standing);
    const untilMs = monotonicMs() + FILL_MS;
    await fill.run(offsets, () => !stopping && monotonicMs() < untilMs);
    parts.onFilling?.(
      fill,
      [...offsets.values()].reduce((sum, offset) => sum + offset, 0),
    );
    if (!fill.isAt(offsets) || !isTold(lacking, standing)) return;
    now.adopt(fill.state, lacking);
    if (await keep(now)) await parts.onFilled(coming, fill.holdsFromMs);
    else copy = undefined;
    fill = undefined;
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

/** Up to where a copy holds what each partition did: what did nothing to shared histories is not in it, and may do something to others. */
const offsetsOf = (
  { offsetOf }: SharedHistories,
  standing: readonly Standing[],
): ReadonlyMap<number, number> =>
  new Map(
    standing.map(({ nextOffset = 0 }, partition) => [partition, Math.max(nextOffset, offsetOf(partition))]),
  );

/** Whether every owner tells of these stores from before where its partition stands. */
const isTold = (stores: readonly string[], standing: readonly Standing[]): boolean =>
  standing.every(
    ({ told, nextOffset = 0 }) =>
      told !== undefined && told.fromOffset <= nextOffset && stores.every((id) => told.stores.includes(id)),
  );
