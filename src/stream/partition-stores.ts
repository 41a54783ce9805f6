// Histories of one's own that belong to the partitions of accounts: a worker has those of the partitions that it decides. They are read
// from the snapshot, and from what was told since, when a partition is taken, and let go with it.
import { loadOwnEntities } from '../features/entity-codec.ts';
import { createFeatureState, type FeatureState, type Store, tableOf } from '../features/feature-state.ts';
import { applySharedChanges } from '../features/shared-codec.ts';
import type { SharedSnapshot, StateStore } from '../ports/stream/state-store.ts';

/** Stores of one's own that belong to the partitions of accounts, and where the stream puts an account. */
export type ByPartition = {
  readonly stores: ReadonlySet<string>;
  readonly partitionOf: (accountId: string) => number;
};

type Stores = Map<string, Store>;

export type PartitionStores = {
  /** The newest snapshot, read once for partitions that are taken one after another. */
  snapshot(): Promise<SharedSnapshot | undefined>;
  forgetSnapshot(): void;
  /** Reads what the owners of a partition did to its histories; gives the offset up to which that is. */
  take(partition: number, batchesAtOnce: number): Promise<number>;
  release(partition: number): void;
  /** Those of all partitions and, where it was taken, those of this one. */
  with(partition: number, shared: ReadonlyMap<string, Store>): Map<string, Store>;
  /** Lets go of a store. */
  drop(name: string): void;
  readonly bytesReserved: number;
};

export function createPartitionStores(
  store: Pick<StateStore, 'sharedSnapshot' | 'sharedAfter'>,
  byPartition: ByPartition | undefined,
  isKept: (name: string) => boolean,
): PartitionStores {
  const taken = new Map<number, Stores>();
  /** What those who decide a partition were given. */
  const given = new Map<number, Stores>();
  let atHand: { readonly snapshot: SharedSnapshot | undefined } | undefined;
  const wants = (name: string): boolean => byPartition?.stores.has(name) === true && isKept(name);

  async function snapshot(): Promise<SharedSnapshot | undefined> {
    atHand ??= { snapshot: await store.sharedSnapshot() };
    return atHand.snapshot;
  }

  /** Adds what a partition told from an offset on; gives where that ends. */
  async function addTold(
    state: FeatureState,
    partition: number,
    from: number,
    atOnce: number,
  ): Promise<number> {
    for (let offset = from; ; ) {
      const batches = await store.sharedAfter(new Map([[partition, offset]]), atOnce);
      if (batches.length === 0) return offset;
      for (const { nextOffset, changes } of batches) {
        applySharedChanges(state, changes, wants);
        offset = nextOffset;
      }
    }
  }

  return {
    snapshot,
    forgetSnapshot() {
      atHand = undefined;
    },
    async take(partition, atOnce) {
      const names = [...(byPartition?.stores ?? [])].filter(isKept);
      if (!byPartition || names.length === 0) return 0;
      const own: Stores = new Map();
      // What is told of the program's histories goes into the others, which are let go.
      const state: FeatureState = { ...createFeatureState(), own };
      for (const name of names) tableOf(state, name);
      const newest = await snapshot();
      const isOf = (key: string): boolean => byPartition.partitionOf(key) === partition;
      for (const piece of newest?.pieces ?? []) loadOwnEntities(piece, state, wants, isOf);
      const reached = await addTold(state, partition, newest?.offsets.get(partition) ?? 0, atOnce);
      taken.set(partition, own);
      return reached;
    },
    release(partition) {
      taken.delete(partition);
      given.delete(partition);
    },
    with(partition, shared) {
      const stores: Stores = new Map([...shared, ...(taken.get(partition) ?? [])]);
      given.set(partition, stores);
      return stores;
    },
    drop(name) {
      for (const stores of [...taken.values(), ...given.values()]) stores.delete(name);
    },
    get bytesReserved() {
      let bytes = 0;
      for (const stores of taken.values())
        for (const { table } of stores.values()) bytes += table.bytesReserved;
      return bytes;
    },
  };
}
