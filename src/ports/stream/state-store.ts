// The state of a stream's partitions: histories, ids seen, labels and offset, moved in one atomic step.
//
// Delivery: what `commit` resolved for is kept, once; whoever acquired a partition later is the only one who can
// commit for it. A commit may be sent again after an error: it is carried out once.

/** Where a partition stands, told to whoever acquires it. */
export type PartitionHead = {
  /** Goes up with every acquisition; a commit with a lower one is refused. */
  readonly epoch: number;
  /** Undefined when nothing is known of the partition: it is new, or the state was lost. */
  readonly nextOffset: number | undefined;
  /** 12 bytes for each transaction decided, oldest first, in up to two pieces. */
  readonly decidedIds: readonly Uint8Array[];
  /** What its owner before told of; undefined where it said nothing. */
  readonly told: Told | undefined;
};

/** Of which histories of one's own a partition's owner tells others, and from which offset on all of it. */
export type Told = { readonly stores: readonly string[]; readonly fromOffset: number };

export type Standing = Pick<PartitionHead, 'nextOffset' | 'told'>;

export type AccountBytes = { readonly accountId: string; readonly bytes: Uint8Array };
export type KnownLabel = { readonly transactionId: string; readonly fraud: boolean };

/** Labels of one commit at most. */
export const MAX_COMMIT_LABELS = 900;

export type PartitionCommit = {
  readonly partition: number;
  readonly epoch: number;
  readonly firstOffset: number;
  readonly nextOffset: number;
  readonly accounts: readonly AccountBytes[];
  readonly labels: readonly KnownLabel[];
  /** 12 bytes for each transaction decided. */
  readonly decidedIds: Uint8Array;
  /** The piece of ids so far becomes the older one, the older one is forgotten. */
  readonly startNewIds: boolean;
  /** What was done to histories that accounts share (shared-codec). */
  readonly shared: Uint8Array;
};

export type SharedBatch = {
  readonly partition: number;
  readonly nextOffset: number;
  readonly changes: Uint8Array;
};

/** The shared histories as they stood when batches of each partition up to an offset were in them. */
export type SharedSnapshot = {
  /** Goes up by one with each. */
  readonly number: number;
  readonly offsets: ReadonlyMap<number, number>;
  /** Histories of one's own that were filled with what was before they were told of. */
  readonly filled: readonly string[];
  /** Encoded entities (entity-codec), in pieces of about a megabyte. */
  readonly pieces: readonly Uint8Array[];
};

/** A snapshot whose pieces come one after another: all of them need not be in memory at once. */
export type SnapshotToKeep = Omit<SharedSnapshot, 'pieces'> & {
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
};

/** Somebody else acquired the partition, or its state is not where this commit starts: acquire it again. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/**
 * **Contract**
 * - STATE1 What was committed is there for the next owner of the partition, byte for byte, and for no other partition.
 * - STATE2 A worker whose partition was acquired by another can neither commit for it nor read it.
 * - STATE3 A commit that is sent twice is carried out once; one that leaves out offsets, or goes back, is refused and leaves nothing.
 * - STATE4 Of the ids of decided transactions the two newest pieces are kept, in order.
 * - STATE5 What commits did to shared histories is read by others from any offset on, each partition in order.
 * - STATE6 A snapshot that does not follow the newest is refused; one that does lets go of what was in the one before.
 * - STATE7 Whoever is held up while keeping a snapshot, or is refused, leaves the newest as it is.
 * - STATE8 A commit is one step, however many accounts are in it.
 * - STATE9 After a loss nothing is known of a partition, its epochs go on rising, and nobody from before can commit or read.
 * - STATE10 What an owner says that it tells others of is there for all who ask and for the next owner; who lost the partition cannot say it.
 * - STATE11 A snapshot that holds more of a partition than the store does is refused: it is of before a loss.
 *
 * **Caller invariants**
 * - Commits of a partition come one at a time, each where the one before ended; after an error the same is sent again.
 * - A commit holds MAX_COMMIT_LABELS labels at most, and an account once.
 * - An epoch is used by the one who acquired it, and by nobody else.
 */
export type StateStore = {
  acquire(partition: number): Promise<PartitionHead>;
  /**
   * Histories as bytes, in the order asked for; undefined for accounts never seen. Throws FencedError when the epoch is not
   * the partition's any more: another acquired it, or its state was lost, and nobody must decide by what is not there.
   */
  accounts(
    partition: number,
    epoch: number,
    accountIds: readonly string[],
  ): Promise<(Uint8Array | undefined)[]>;
  /** What transactions were labelled, in the order asked for. Throws FencedError likewise. */
  labels(
    partition: number,
    epoch: number,
    transactionIds: readonly string[],
  ): Promise<(boolean | undefined)[]>;
  /** Says what the owner of a partition tells others of. Throws FencedError likewise. */
  tell(partition: number, epoch: number, told: Told): Promise<void>;
  /** Where partitions 0 to n-1 stand, and what their owners said last. */
  standing(partitions: number): Promise<readonly Standing[]>;
  /** Throws FencedError; any other error leaves open whether it was carried out. */
  commit(commit: PartitionCommit): Promise<void>;
  /** What batches of these partitions did to shared histories, after the offsets given, each partition in order. */
  sharedAfter(offsets: ReadonlyMap<number, number>, maxBatches: number): Promise<SharedBatch[]>;
  sharedSnapshot(): Promise<SharedSnapshot | undefined>;
  /**
   * Keeps a snapshot, and lets go of what was in the one before it already. False when the newest one is not its
   * predecessor: somebody else keeps them, or they were lost. The newest one stands whatever another leaves half done.
   */
  keepSnapshot(snapshot: SnapshotToKeep): Promise<boolean>;
  /** Number of the newest snapshot, 0 without one, and how many batches were kept since. */
  snapshotState(partitions: number): Promise<{ readonly number: number; readonly batches: number }>;
};
