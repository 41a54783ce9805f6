// Commits what a partition decided once it is published: then a state that is behind its outputs is all that a death can
// leave, and a successor takes it to where they are. Batches that wait for the same moment go into one commit.
import { FencedError, MAX_COMMIT_LABELS, type PartitionCommit } from '../ports/stream/state-store.ts';

export type Committer = {
  /** Takes the next batch; it is committed some time after `published` has resolved. */
  add(commit: PartitionCommit, published: Promise<void>): void;
  /** What a transaction was labelled by a batch that waits. */
  labelOf(transactionId: string): boolean | undefined;
  /** Resolves once there is room for another batch; false when committing was given up. Rejects with FencedError. */
  room(): Promise<boolean>;
  /** Resolves once all is committed; false when that was given up. Rejects with FencedError. */
  flush(): Promise<boolean>;
};

export type CommitterParts = {
  /** False when it was given up, for good. Rejects with FencedError. */
  readonly commit: (commit: PartitionCommit) => Promise<boolean>;
  /** Somebody else has the partition, or its outputs. */
  readonly onFenced: () => void;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};

/** Time between two commits when nobody waits for them: others see shared histories that much later. */
const EVERY_MS = 20;
const MAX_WAITING_RECORDS = 2000;
/** Of one commit, which is one script call. */
const MAX_RECORDS_TOGETHER = 2000;

type Waiting = { readonly commit: PartitionCommit; readonly published: Promise<void>; isPublished: boolean };

const recordsOf = (commit: PartitionCommit): number => commit.nextOffset - commit.firstOffset;

/** How many from the head of a queue go into one commit: what is published, and one at least. */
function together(queue: readonly Waiting[]): number {
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
function merged(commits: readonly PartitionCommit[]): PartitionCommit {
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

export function createCommitter({ commit, onFenced, monotonicMs, sleep }: CommitterParts): Committer {
  const queue: Waiting[] = [];
  let working: Promise<boolean> = Promise.resolve(true);
  let busy = false;
  let ended = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  let hurried = false;
  let wake: (() => void) | undefined;
  let step = Promise.withResolvers<void>();

  /** A commit has ended, or all have. */
  function tell(): void {
    step.resolve();
    step = Promise.withResolvers();
  }

  /** Whether it was published; false when that was given up. */
  async function isPublished({ published }: Waiting): Promise<boolean> {
    try {
      await published;
      return true;
    } catch (error) {
      if (error instanceof FencedError) throw error;
      return false;
    }
  }

  /** Until the time has come, or somebody waits. */
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      void sleep(ms).then(resolve);
    });

  async function work(): Promise<boolean> {
    while (queue.length > 0) {
      const early = lastMs + EVERY_MS - monotonicMs();
      if (early > 0 && !hurried) await pause(early);
      if (!(await isPublished(queue[0]))) return false;
      const count = together(queue);
      lastMs = monotonicMs();
      if (!(await commit(merged(queue.slice(0, count).map((item) => item.commit))))) return false;
      queue.splice(0, count);
      tell();
    }
    return true;
  }

  async function start(): Promise<boolean> {
    busy = true;
    try {
      const done = await work();
      ended = !done;
      return done;
    } catch (error) {
      ended = true;
      if (error instanceof FencedError) onFenced();
      throw error;
    } finally {
      busy = false;
      hurried = false;
      tell();
    }
  }

  function hurryUp(): void {
    if (hurried || !busy) return;
    hurried = true;
    wake?.();
  }

  const waitingRecords = (): number => queue.reduce((sum, item) => sum + recordsOf(item.commit), 0);

  return {
    add(next, published) {
      if (ended) return;
      const entry: Waiting = { commit: next, published, isPublished: false };
      published.then(
        () => {
          entry.isPublished = true;
        },
        () => undefined,
      );
      queue.push(entry);
      if (busy) return;
      working = start();
      working.catch(() => undefined);
    },
    labelOf(transactionId) {
      for (const { commit: waiting } of queue.toReversed()) {
        const label = waiting.labels.findLast((item) => item.transactionId === transactionId);
        if (label) return label.fraud;
      }
      return undefined;
    },
    async room() {
      while (!ended && waitingRecords() > MAX_WAITING_RECORDS) {
        hurryUp();
        await step.promise;
      }
      return ended ? working : true;
    },
    flush() {
      hurryUp();
      return working;
    },
  };
}
