// Commits what a partition decided once it is published: then a state that is behind its outputs is all that a death can
// leave, and a successor takes it to where they are. Batches that wait for the same moment go into one commit.
import { FencedError, type PartitionCommit } from '../ports/stream/state-store.ts';
import { labelIn, merged, recordsIn, together, type Waiting } from './waiting-commits.ts';

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

/** Commits one after another, for as long as none is given up. */
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
    labelOf: (transactionId) => labelIn(queue, transactionId),
    async room() {
      while (!ended && recordsIn(queue) > MAX_WAITING_RECORDS) {
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
