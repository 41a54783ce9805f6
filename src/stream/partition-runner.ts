// One partition at work: take records, decide, publish, commit. A batch is decided while the one before is being
// published and the ones before that are being committed; nothing is committed before it is published (decision 018).
import type { Problem } from '../domain/problem.ts';
import type { BatchOutput } from '../engine/process-batch.ts';
import type { Clock } from '../ports/clock.ts';
import type { BaseHistories, DecidedHistory, HistoryItem } from '../ports/stream/history.ts';
import {
  FencedError,
  type PartitionCommit,
  type PartitionHead,
  type StateStore,
} from '../ports/stream/state-store.ts';
import type {
  LastPublished,
  PartitionInput,
  StreamMessage,
  StreamRecord,
  StreamSource,
} from '../ports/stream/stream.ts';
import { type Committer, createCommitter } from './committer.ts';
import {
  createWork,
  decideBatch,
  decideWithoutHistories,
  emptyCommit,
  needsOf,
  type Read,
  readRecords,
  redoBatch,
  type Work,
  type WorkParts,
} from './partition-work.ts';
import type { Publisher } from './publisher.ts';

export const MAX_BATCH_RECORDS = 500;
const FIRST_RETRY_MS = 20;
const SLOWEST_RETRY_MS = 2000;
const STORE_PROBE_MS = 500;

export type PartitionEvents = {
  readonly onDecided?: (output: BatchOutput, batch: Pick<Read, 'duplicates' | 'traces'>) => void;
  readonly onCommitted?: (partition: number, records: number, commitMs: number) => void;
  readonly onPublished?: (partition: number, messages: readonly StreamMessage[]) => void;
  readonly onDeadLetter?: (record: StreamRecord, problems: readonly Problem[]) => void;
  /** The state is taken from one offset to another by what was published. */
  readonly onRebuild?: (partition: number, fromOffset: number, toOffset: number) => void;
  /** What was decided and cannot be taken into the histories any more. */
  readonly onRefused?: (partition: number, item: HistoryItem, reason: string) => void;
  /** Decisions are made without histories from here on, until the store answers. */
  readonly onStoreAway?: (partition: number) => void;
  readonly onTrouble?: (partition: number, what: string, error: Error) => void;
};

export type PartitionParts = WorkParts & {
  readonly store: StateStore;
  readonly source: StreamSource;
  readonly publisher: Publisher;
  readonly clock: Clock;
  /** Never goes back; it stands still for nobody, not for a process that sleeps either. */
  readonly monotonicMs: () => number;
  /** For state that was lost, or is behind what was published. */
  readonly history: DecidedHistory;
  readonly base: BaseHistories;
  readonly sleep: (ms: number) => Promise<void>;
  /** Decided and not yet published; beyond this no more records are taken. */
  readonly maxOutboxBytes: number;
  readonly events: PartitionEvents;
  /** After so long without the store, decisions are made without histories; without it they wait. */
  readonly fallbackAfterMs?: number;
};

export type PartitionStatus = {
  readonly partition: number;
  readonly nextOffset: number;
  readonly committedOffset: number;
  readonly publishedOffset: number;
  readonly cacheBytes: number;
  readonly storeAway: boolean;
};

/**
 * `abandoned`: the partition was lost to another worker, or stopped while the store was away. What was decided last
 * is not committed, so that the copy of the shared histories holds more than it should.
 */
export type Ending = 'stopped' | 'abandoned';

type Job = { readonly work: Work; readonly committer: Committer };

export type PartitionRunner = {
  /** Rejects on faults of the program only. */
  readonly ended: Promise<Ending>;
  /** Finishes what is under way. */
  stop(): void;
  /** Undefined until it was acquired. */
  status(): PartitionStatus | undefined;
};

export function startPartition(parts: PartitionParts): PartitionRunner {
  const { partition, store, publisher, clock, monotonicMs, events, sleep } = parts;
  let stopping = false;
  let input: PartitionInput | undefined;
  let current: Work | undefined;

  /** Ends this runner; the worker starts another if the partition is still its own. */
  function stopForNow(): void {
    stopping = true;
    input?.close();
  }

  /** Until it works or the runner is stopped: the store may be away for as long as it likes, or until `giveUp`. */
  async function persistently<T>(
    what: string,
    attempt: () => Promise<T>,
    giveUp?: () => boolean,
  ): Promise<T | undefined> {
    const { fallbackAfterMs } = parts;
    const once = async (): Promise<T> => {
      if (!giveUp || fallbackAfterMs === undefined) return attempt();
      // A store that hangs is as good as away.
      const late = sleep(fallbackAfterMs).then(() => {
        throw new Error(`no answer within ${fallbackAfterMs} ms`);
      });
      late.catch(() => undefined);
      return Promise.race([attempt(), late]);
    };
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
      try {
        return await once();
      } catch (error) {
        if (error instanceof FencedError) throw error;
        events.onTrouble?.(partition, what, error as Error);
        if (stopping || giveUp?.()) return undefined;
        await sleep(wait);
      }
    }
  }

  /** Ends the patience with the store where a fallback is configured. */
  function fallbackOf(work: Work): (() => boolean) | undefined {
    const { fallbackAfterMs } = parts;
    if (fallbackAfterMs === undefined) return undefined;
    const started = monotonicMs();
    return () => {
      if (!work.storeAway && monotonicMs() - started < fallbackAfterMs) return false;
      if (!work.storeAway) leaveStore(work);
      return true;
    };
  }

  /**
   * From here on nothing is committed; what is published is the truth. Nobody else can publish for this partition
   * without claiming it, and whoever does brings the store up to what is published first.
   */
  function leaveStore(work: Work): void {
    work.storeAway = true;
    events.onStoreAway?.(partition);
    void (async () => {
      // Writing is what has to work again; the partition is acquired anew in any case.
      while (!stopping) {
        await sleep(STORE_PROBE_MS);
        try {
          await store.acquire(partition);
          stopForNow();
        } catch {
          // Still away.
        }
      }
    })();
  }

  /** Brings histories into memory; gives the labels known so far, or nothing when stopped meanwhile. */
  async function loadHistories(
    { work, committer }: Job,
    accounts: Iterable<string>,
    labelled: readonly string[],
  ): Promise<Map<string, boolean> | undefined> {
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
      'read histories',
      () =>
        Promise.all([
          store.accounts(partition, work.head.epoch, missing),
          store.labels(partition, work.head.epoch, labelled),
        ]),
      fallbackOf(work),
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
  async function commitBatches(work: Work, commit: PartitionCommit): Promise<boolean> {
    if (work.storeAway) return false;
    const started = monotonicMs();
    const done = await persistently(
      'commit',
      async () => {
        await store.commit(commit);
        return true;
      },
      fallbackOf(work),
    );
    if (!done) return false;
    work.committedOffset = commit.nextOffset;
    events.onCommitted?.(partition, commit.nextOffset - commit.firstOffset, monotonicMs() - started);
    return true;
  }

  /** Resolves when all is published. */
  function publish(work: Work, nextOffset: number, messages: readonly StreamMessage[]): Promise<void> {
    const bytes = messages.reduce((sum, message) => sum + message.value.length, 0);
    work.unpublishedBytes += bytes;
    work.publishing = Promise.all([
      work.publishing,
      messages.length > 0 ? publisher.publish(partition, messages) : undefined,
    ]).then(() => {
      work.unpublishedBytes -= bytes;
      work.publishedOffset = Math.max(work.publishedOffset, nextOffset);
      events.onPublished?.(partition, messages);
    });
    work.publishing.catch((error: Error) => {
      // Another worker claimed the outputs, perhaps one that should not have: whoever owns the partition acquires
      // it again, and goes on from what is published.
      if (error instanceof FencedError) stopForNow();
    });
    return work.publishing;
  }

  /** Acquires the partition; one that the store knows nothing of starts with the histories from before the stream. */
  async function acquire(): Promise<PartitionHead> {
    const head = await store.acquire(partition);
    if (head.nextOffset !== undefined) return head;
    const accounts = await parts.base.accounts(partition);
    await store.commit({ ...emptyCommit(partition, head, 0, 0), accounts });
    return { ...head, nextOffset: 0 };
  }

  /** Takes the state to where the outputs are, when it is behind: it was lost, or decisions were made without it. */
  async function redo(job: Job, last: LastPublished): Promise<boolean> {
    const { work, committer } = job;
    for await (const items of parts.history.replay(partition, work.nextOffset, last.decisions)) {
      const { accounts, labelled } = needsOf(items);
      const labels = await loadHistories(
        job,
        accounts,
        labelled.map((label) => label.transactionId),
      );
      if (!labels) return false;
      const refused = (item: HistoryItem, reason: string): void =>
        events.onRefused?.(partition, item, reason);
      committer.add(redoBatch(work, items, labels, refused), Promise.resolve());
      if (!(await committer.flush())) return false;
    }
    return true;
  }

  async function run(): Promise<Ending> {
    try {
      const head = await persistently('acquire', acquire);
      if (!head) return 'stopped';
      const taken = await persistently('read shared histories', async () => {
        await parts.shared.take(partition);
        return true;
      });
      if (!taken) return 'stopped';
      // The store lost what this copy holds: without another copy, it would hold it twice once it is rebuilt.
      if (parts.shared.offsetOf(partition) > (head.nextOffset ?? 0)) return 'abandoned';
      const work = createWork(parts, head);
      current = work;
      const committer = createCommitter({
        commit: (commit) => commitBatches(work, commit),
        // Noticed at once, not when the next record comes.
        onFenced: stopForNow,
        monotonicMs,
        sleep,
      });
      const job: Job = { work, committer };
      const last = await persistently('claim the outputs', () => publisher.claim(partition));
      if (!last) return 'stopped';
      if (last.decisions >= work.nextOffset) {
        events.onRebuild?.(partition, work.nextOffset, last.decisions);
        const done = await persistently('rebuild', () => redo(job, last));
        if (!done) return ended(work);
      }
      work.publishedOffset = work.nextOffset;
      input = parts.source.open(partition, work.nextOffset);
      if (stopping) input.close();
      for (;;) {
        if (work.unpublishedBytes > parts.maxOutboxBytes) await work.publishing.catch(() => undefined);
        const raw = await input.take(MAX_BATCH_RECORDS);
        if (raw.length === 0) break;
        const batch = readRecords(work, raw, clock.nowMs(), events.onDeadLetter);
        const labels = work.storeAway ? undefined : await loadHistories(job, batch.accounts, batch.labelled);
        if (work.storeAway) {
          const { messages, output } = decideWithoutHistories(work, batch, clock.nowMs());
          events.onDecided?.(output, batch);
          publish(work, batch.nextOffset, messages);
          continue;
        }
        if (!labels) break;
        const { commit, messages, output } = decideBatch(work, batch, labels, clock.nowMs());
        events.onDecided?.(output, batch);
        committer.add(commit, publish(work, batch.nextOffset, messages));
        if (!(await committer.room()) && !work.storeAway) break;
      }
      await committer.flush();
      await work.publishing.catch(() => undefined);
      return ended(work);
    } catch (error) {
      if (error instanceof FencedError) {
        events.onTrouble?.(partition, 'commit', error);
        return 'abandoned';
      }
      throw error;
    } finally {
      stopForNow();
      // Whoever works on this partition next in this process must find nothing of ours on its way out.
      await current?.publishing.catch(() => undefined);
    }
  }

  const ended = (work: Work): Ending => (work.committedOffset === work.nextOffset ? 'stopped' : 'abandoned');

  return {
    ended: run(),
    stop: stopForNow,
    status: () =>
      current && {
        partition,
        nextOffset: current.nextOffset,
        committedOffset: current.committedOffset,
        publishedOffset: current.publishedOffset,
        cacheBytes: current.cache.bytes,
        storeAway: current.storeAway,
      },
  };
}
