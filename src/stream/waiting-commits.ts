// Commits of a partition that wait, in the order of their batches: which of them go together, and what they say meanwhile.
import { MAX_COMMIT_LABELS, type PartitionCommit } from '../ports/stream/state-store.ts';

/** Of one commit, which is one script call. */
const MAX_RECORDS_TOGETHER = 2000;

/** A batch that was decided, and whose commit waits for its decisions to be published. */
export type Waiting = {
  readonly commit: PartitionCommit;
  readonly published: Promise<void>;
  isPublished: boolean;
};

const recordsOf = (commit: PartitionCommit): number => commit.nextOffset - commit.firstOffset;

/** How many from the head of a queue go into one commit: what is published, and one at least. */
export function together(queue: readonly Waiting[]): number {
  let records = 0;
  let labels = 0;
  let count = 0;
  for (const { commit, isPublished } of queue) {
    records += recordsOf(commit);
    labels += commit.labels.length;
    const fits = records <= MAX_RECORDS_TOGETHER && labels <= MAX_COMMIT_LABELS;
    // New ids start with a commit of their own.
    if (count > 0 && !(isPublished && fits && !commit.startNewIds)) break;
    count++;
  }
  return count;
}

/** One commit that does what several do one after another. */
export function merged(commits: readonly PartitionCommit[]): PartitionCommit {
  const [first] = commits;
  if (commits.length === 1) return first;
  const accounts = new Map(
    commits.flatMap((commit) => commit.accounts).map((item) => [item.accountId, item]),
  );
  return {
    ...first,
    nextOffset: commits[commits.length - 1].nextOffset,
    accounts: [...accounts.values()],
    labels: commits.flatMap((commit) => commit.labels),
    decidedIds: Buffer.concat(commits.map((commit) => commit.decidedIds)),
    shared: Buffer.concat(commits.map((commit) => commit.shared)),
  };
}

/** What a transaction was labelled by a batch that waits. */
export function labelIn(queue: readonly Waiting[], transactionId: string): boolean | undefined {
  for (const { commit } of queue.toReversed()) {
    const label = commit.labels.findLast((item) => item.transactionId === transactionId);
    if (label) return label.fraud;
  }
  return undefined;
}

/** Records of all batches that wait. */
export const recordsIn = (queue: readonly Waiting[]): number =>
  queue.reduce((sum, item) => sum + recordsOf(item.commit), 0);
