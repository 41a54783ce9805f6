// A copy of the histories that accounts of all partitions share (merchants, devices, addresses, payees, entities of one's own).
// What this worker decides goes in at once; what others decided is read from the state store.
import { allEntries, encodedPieces } from '../features/encoded-pieces.ts';
import { loadEntities } from '../features/entity-codec.ts';
import { createEntityTable } from '../features/entity-table.ts';
import { type FeatureState, isOwnStore, type Store, tableOf, tablesOf } from '../features/feature-state.ts';
import { applySharedChanges } from '../features/shared-codec.ts';
import type { BaseHistories } from '../ports/stream/history.ts';
import type { StateStore } from '../ports/stream/state-store.ts';
import { type ByPartition, createPartitionStores } from './partition-stores.ts';

const BATCHES_AT_ONCE = 200;
/** So many are encoded between two pauses: a few milliseconds of work. */
const PIECE_BYTES = 1 << 20;

export type SharedHistories = {
  /**
   * Those of all that share them, and of one's own what belongs to this partition where it was taken. The account table is the caller's
   * own.
   */
  tablesFor(partition?: number): Omit<FeatureState, 'account'>;
  readonly bytesReserved: number;
  /** Reads what others did, up to now. Own partitions are left out: their changes are in already. */
  catchUp(): Promise<void>;
  /** From here on this worker decides the partition: first everything its former owner did is read. */
  take(partition: number): Promise<void>;
  /** Number of the snapshot that this copy began with or kept last; 0 without one. */
  readonly snapshotNumber: number;
  /**
   * Keeps this copy, which must own no partition, as the newest snapshot; false when another did. It is encoded in
   * parts with a `pause` after each, and nothing may be read into the copy meanwhile.
   */
  keepSnapshot(pause: () => Promise<void>): Promise<boolean>;
  /** Up to where this copy holds what a partition did. */
  offsetOf(partition: number): number;
  /** The stores of one's own that this copy keeps: what is told of others is passed over. */
  readonly ownStores: ReadonlySet<string>;
  /** Lets go of those of one's own that are not among these. */
  keepOnly(stores: ReadonlySet<string>): void;
  /** Those that were filled, and are in every snapshot from the one that said so on. */
  readonly filled: ReadonlySet<string>;
  /** Takes over a copy of what was filled up to exactly where this one is; what is told from here on is added. */
  adopt(filled: FeatureState, stores: readonly string[], pause: () => Promise<void>): Promise<void>;
  /** From here on others decide it; `offset` is where this worker left it. */
  release(partition: number, offset: number): void;
};

export function createSharedHistories(
  store: StateStore,
  base: BaseHistories,
  partitions: number,
  /** Stores of one's own that are kept. */
  stores: ReadonlySet<string>,
  /** Those of them that belong to partitions: kept while theirs is taken here. Without it all are kept for all. */
  byPartition?: ByPartition,
): SharedHistories {
  const tables = newTables();
  const state: FeatureState = { ...tables, account: createEntityTable() };
  const offsets = new Map<number, number>(Array.from({ length: partitions }, (_, p) => [p, 0]));
  const own = new Set<number>();
  const kept = new Set([...stores].filter(isOwnStore));
  const filled = new Set<string>();
  const ofPartitions = createPartitionStores(store, byPartition, (name) => kept.has(name));
  const wants = (name: string): boolean => kept.has(name) && byPartition?.stores.has(name) !== true;
  let snapshotNumber = 0;

  async function read(which: ReadonlySet<number>): Promise<void> {
    for (;;) {
      const wanted = new Map([...offsets].filter(([partition]) => which.has(partition)));
      const batches = await store.sharedAfter(wanted, BATCHES_AT_ONCE);
      for (const { partition, nextOffset, changes } of batches) {
        // It was taken while the answer was on its way.
        if (!which.has(partition) || nextOffset <= (offsets.get(partition) ?? 0)) continue;
        applySharedChanges(state, changes, wants);
        offsets.set(partition, nextOffset);
      }
      if (batches.length === 0) return;
    }
  }

  async function begin(): Promise<void> {
    const snapshot = await ofPartitions.snapshot();
    if (!snapshot) return base.loadShared(tables);
    for (const piece of snapshot.pieces) loadEntities(piece, state, wants);
    for (const name of snapshot.filled) if (kept.has(name)) filled.add(name);
    for (const [partition, offset] of snapshot.offsets) offsets.set(partition, offset);
    snapshotNumber = snapshot.number;
  }

  const inTurn = oneAtATime(begin);
  return {
    tablesFor(partition) {
      for (const name of kept) if (wants(name)) tableOf(state, name);
      if (partition === undefined) return tables;
      return { ...tables, own: ofPartitions.with(partition, tables.own) };
    },
    get bytesReserved() {
      return bytesOf(state) + ofPartitions.bytesReserved;
    },
    catchUp: () =>
      inTurn(async () => {
        ofPartitions.forgetSnapshot();
        await read(new Set([...offsets.keys()].filter((partition) => !own.has(partition))));
      }),
    take: (partition) =>
      inTurn(async () => {
        await read(new Set([partition]));
        const reached = await ofPartitions.take(partition, BATCHES_AT_ONCE);
        // What a snapshot holds of a partition, and its state does not, is of before a loss: whoever takes it sees that.
        offsets.set(partition, Math.max(reached, offsets.get(partition) ?? 0));
        own.add(partition);
      }),
    get snapshotNumber() {
      return snapshotNumber;
    },
    async keepSnapshot(pause) {
      const kept = await store.keepSnapshot({
        number: snapshotNumber + 1,
        offsets: new Map(offsets),
        filled: [...filled],
        pieces: piecesOf(state, pause, (kind) => kind !== 'account'),
      });
      if (kept) snapshotNumber++;
      return kept;
    },
    ownStores: kept,
    keepOnly(wanted) {
      for (const name of [...kept]) {
        if (wanted.has(name)) continue;
        kept.delete(name);
        filled.delete(name);
        tables.own.delete(name);
        ofPartitions.drop(name);
      }
    },
    filled,
    async adopt(from, names, pause) {
      const wanted = new Set(names);
      for (const name of names) tables.own.delete(name);
      const pieces = piecesOf(from, pause, (name) => wanted.has(name));
      for await (const piece of pieces) loadEntities(piece, state, (name) => wanted.has(name));
      for (const name of names) {
        kept.add(name);
        filled.add(name);
      }
    },
    offsetOf: (partition) => offsets.get(partition) ?? 0,
    release(partition, offset) {
      own.delete(partition);
      ofPartitions.release(partition);
      offsets.set(partition, Math.max(offset, offsets.get(partition) ?? 0));
    },
  };
}

/** One reader at a time, so that each change is applied once; before the first of them `begin`. */
function oneAtATime(begin: () => Promise<void>): (work: () => Promise<void>) => Promise<void> {
  let isBegun = false;
  let reading: Promise<void> = Promise.resolve();
  return (work) => {
    const turn = reading.then(async () => {
      if (!isBegun) await begin();
      isBegun = true;
      await work();
    });
    reading = turn.catch(() => undefined);
    return turn;
  };
}

const newTables = () => ({
  merchant: createEntityTable({ notesChanges: false }),
  device: createEntityTable({ notesChanges: false }),
  ip: createEntityTable({ notesChanges: false }),
  counterparty: createEntityTable({ notesChanges: false }),
  own: new Map<string, Store>(),
});

/** Histories of these stores, with a pause after each piece. */
async function* piecesOf(
  state: FeatureState,
  pause: () => Promise<void>,
  wants: (store: string) => boolean,
): AsyncGenerator<Uint8Array> {
  for (const piece of encodedPieces(state, { wants, of: allEntries, pieceBytes: PIECE_BYTES })) {
    yield piece;
    await pause();
  }
}

function bytesOf(state: FeatureState): number {
  let bytes = 0;
  for (const [kind, table] of tablesOf(state)) if (kind !== 'account') bytes += table.bytesReserved;
  return bytes;
}
