// The StateStore in memory: what simulations run on and crash on purpose.
import {
  FencedError,
  type PartitionCommit,
  type PartitionHead,
  type SharedBatch,
  type SharedSnapshot,
  type StateStore,
  type Told,
} from '../../ports/stream/state-store.ts';

type Partition = {
  epoch: number;
  nextOffset: number | undefined;
  readonly accounts: Map<string, Uint8Array>;
  readonly labels: Map<string, boolean>;
  olderIds: Uint8Array;
  ids: Uint8Array;
  shared: SharedBatch[];
  told: Told | undefined;
};

const NOTHING = new Uint8Array(0);

export type MemoryStateStore = StateStore & {
  /** Commits without looking at epoch and offset: what a store without a fence would do. */
  force(commit: PartitionCommit): void;
  /** Histories without a look at the epoch. */
  peek(partition: number, accountIds: readonly string[]): (Uint8Array | undefined)[];
  /** As when the server was started with an empty disk. */
  loseEverything(): void;
};

const emptyPartition = (): Partition => ({
  epoch: 0,
  nextOffset: undefined,
  accounts: new Map(),
  labels: new Map(),
  olderIds: NOTHING,
  ids: NOTHING,
  shared: [],
  told: undefined,
});

function apply(partition: Partition, commit: PartitionCommit): void {
  partition.nextOffset = commit.nextOffset;
  for (const { accountId, bytes } of commit.accounts) partition.accounts.set(accountId, bytes.slice());
  for (const { transactionId, fraud } of commit.labels) partition.labels.set(transactionId, fraud);
  if (commit.startNewIds) {
    partition.olderIds = partition.ids;
    partition.ids = NOTHING;
  }
  partition.ids = Buffer.concat([partition.ids, commit.decidedIds]);
  const { partition: number, nextOffset } = commit;
  if (commit.shared.length > 0) {
    partition.shared.push({ partition: number, nextOffset, changes: commit.shared.slice() });
  }
}

/** Holds nothing yet. */
export function createMemoryStateStore(): MemoryStateStore {
  const partitions = new Map<number, Partition>();
  /** Goes on through a loss, as the clock does. */
  let epochs = 0;
  let snapshot: SharedSnapshot | undefined;

  function at(number: number): Partition {
    let partition = partitions.get(number);
    if (!partition) {
      partition = emptyPartition();
      partitions.set(number, partition);
    }
    return partition;
  }

  function ownedBy(number: number, epoch: number): Partition {
    const partition = at(number);
    if (partition.epoch !== epoch)
      throw new FencedError(`partition ${number} was acquired by another worker, or lost`);
    return partition;
  }

  return {
    async acquire(number): Promise<PartitionHead> {
      const partition = at(number);
      partition.epoch = ++epochs;
      const { epoch, nextOffset, olderIds, ids, told } = partition;
      return { epoch, nextOffset, decidedIds: [olderIds, ids], told };
    },
    async accounts(number, epoch, accountIds) {
      if (accountIds.length === 0) return [];
      const { accounts } = ownedBy(number, epoch);
      return accountIds.map((id) => accounts.get(id));
    },
    async labels(number, epoch, transactionIds) {
      if (transactionIds.length === 0) return [];
      const { labels } = ownedBy(number, epoch);
      return transactionIds.map((id) => labels.get(id));
    },
    async tell(number, epoch, told) {
      ownedBy(number, epoch).told = told;
    },
    standing: async (count) =>
      Array.from({ length: count }, (_, number) => {
        const { nextOffset, told } = at(number);
        return { nextOffset, told };
      }),
    async commit(commit: PartitionCommit) {
      const partition = ownedBy(commit.partition, commit.epoch);
      if (partition.nextOffset === commit.nextOffset) return;
      if (partition.nextOffset !== undefined && partition.nextOffset !== commit.firstOffset) {
        throw new FencedError(
          `partition ${commit.partition} stands at offset ${partition.nextOffset}, not at ${commit.firstOffset}`,
        );
      }
      if (commit.nextOffset < commit.firstOffset) {
        throw new FencedError(
          `a commit from offset ${commit.firstOffset} back to ${commit.nextOffset} is none`,
        );
      }
      apply(partition, commit);
    },
    async sharedAfter(offsets, maxBatches) {
      return [...offsets].flatMap(([number, offset]) =>
        at(number)
          .shared.filter((batch) => batch.nextOffset > offset)
          .slice(0, maxBatches),
      );
    },
    sharedSnapshot: async () => snapshot,
    async keepSnapshot({ pieces: coming, ...rest }) {
      const pieces: Uint8Array[] = [];
      for await (const piece of coming) pieces.push(piece);
      const next: SharedSnapshot = { ...rest, pieces };
      if (next.number !== (snapshot?.number ?? 0) + 1) return false;
      if ([...next.offsets].some(([number, offset]) => offset > (at(number).nextOffset ?? 0))) return false;
      for (const [number, offset] of snapshot?.offsets ?? []) {
        const partition = at(number);
        partition.shared = partition.shared.filter((batch) => batch.nextOffset > offset);
      }
      snapshot = next;
      return true;
    },
    snapshotState: async () => ({
      number: snapshot?.number ?? 0,
      batches: [...partitions.values()].reduce((sum, partition) => sum + partition.shared.length, 0),
    }),
    force: (commit) => apply(at(commit.partition), commit),
    peek: (number, accountIds) => accountIds.map((id) => at(number).accounts.get(id)),
    loseEverything() {
      partitions.clear();
      snapshot = undefined;
    },
  };
}
