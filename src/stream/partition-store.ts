// What a partition at work has from its state store: the head, histories, labels, and room for what it decided. Where a
// fallback is configured, a store that is away for too long is left, and decisions go on without it.
import type { PartitionCommit, PartitionHead } from '../ports/stream/state-store.ts';
import type { Committer } from './committer.ts';
import { type PartitionRun, persistently, stopRun } from './partition-run.ts';
import { emptyCommit, type Work } from './partition-work.ts';

const STORE_PROBE_MS = 500;

export type Job = { readonly work: Work; readonly committer: Committer };

/** Acquires the partition; one that the store knows nothing of starts with the histories from before the stream. */
export async function acquirePartition(run: PartitionRun): Promise<PartitionHead> {
  const { partition, store, base } = run.parts;
  const head = await store.acquire(partition);
  if (head.nextOffset !== undefined) return head;
  const accounts = await base.accounts(partition);
  await store.commit({ ...emptyCommit(partition, head, 0, 0), accounts });
  return { ...head, nextOffset: 0 };
}

/** Ends the patience with the store where a fallback is configured. */
function fallbackOf(run: PartitionRun, work: Work): (() => boolean) | undefined {
  const { fallbackAfterMs, monotonicMs } = run.parts;
  if (fallbackAfterMs === undefined) return undefined;
  const started = monotonicMs();
  return () => {
    if (!work.storeAway && monotonicMs() - started < fallbackAfterMs) return false;
    if (!work.storeAway) leaveStore(run, work);
    return true;
  };
}

/**
 * From here on nothing is committed; what is published is the truth. Nobody else can publish for this partition
 * without claiming it, and whoever does brings the store up to what is published first.
 */
function leaveStore(run: PartitionRun, work: Work): void {
  const { partition, store, events, sleep } = run.parts;
  work.storeAway = true;
  events.onStoreAway?.(partition);
  void (async () => {
    // Writing is what has to work again; the partition is acquired anew in any case.
    while (!run.stopping) {
      await sleep(STORE_PROBE_MS);
      try {
        await store.acquire(partition);
        stopRun(run);
      } catch {
        // Still away.
      }
    }
  })();
}

/** Brings histories into memory; gives the labels known so far, or nothing when stopped meanwhile. */
export async function loadHistories(
  run: PartitionRun,
  { work, committer }: Job,
  accounts: Iterable<string>,
  labelled: readonly string[],
): Promise<Map<string, boolean> | undefined> {
  const { partition, store } = run.parts;
  // What is dropped must not be under way: the store would give its old form.
  if (work.cache.wantsRoom) {
    if (!(await committer.flush())) return undefined;
    work.cache.makeRoom();
  }
  const missing = work.cache.missing(accounts);
  const labels = new Map<string, boolean>();
  if (missing.length === 0 && labelled.length === 0) return labels;
  // Those of batches that wait to be committed; a commit may end while the store is asked.
  const waiting = labelled.map((id) => committer.labelOf(id));
  const found = await persistently(
    run,
    'read histories',
    () =>
      Promise.all([
        store.accounts(partition, work.head.epoch, missing),
        store.labels(partition, work.head.epoch, labelled),
      ]),
    fallbackOf(run, work),
  );
  if (!found) return undefined;
  missing.forEach((accountId, i) => {
    work.cache.put(accountId, found[0][i]);
  });
  labelled.forEach((id, i) => {
    const fraud = waiting[i] ?? found[1][i];
    if (fraud !== undefined) labels.set(id, fraud);
  });
  return labels;
}

/** False when the runner was stopped, or left the store, before the batches could be committed. */
export async function commitBatches(
  run: PartitionRun,
  work: Work,
  commit: PartitionCommit,
): Promise<boolean> {
  const { partition, store, events, monotonicMs } = run.parts;
  if (work.storeAway) return false;
  const started = monotonicMs();
  const done = await persistently(
    run,
    'commit',
    async () => {
      await store.commit(commit);
      return true;
    },
    fallbackOf(run, work),
  );
  if (!done) return false;
  work.committedOffset = commit.nextOffset;
  events.onCommitted?.(partition, commit.nextOffset - commit.firstOffset, monotonicMs() - started);
  return true;
}
