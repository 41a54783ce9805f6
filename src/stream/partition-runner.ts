// One partition at work: take records, decide, publish, commit. A batch is decided while the one before is being
// published and the ones before that are being committed; nothing is committed before it is published (decision 018).
import type { HistoryItem } from '../ports/stream/history.ts';
import { FencedError } from '../ports/stream/state-store.ts';
import type { LastPublished, PartitionInput, StreamMessage } from '../ports/stream/stream.ts';
import { createCommitter } from './committer.ts';
import { decideBatch, decideWithoutHistories } from './decide-batch.ts';
import { type PartitionParts, type PartitionRun, persistently, stopRun } from './partition-run.ts';
import { acquirePartition, commitBatches, type Job, loadHistories } from './partition-store.ts';
import { createWork, type Work } from './partition-work.ts';
import { readRecords } from './read-records.ts';
import { needsOf, redoBatch } from './redo-batch.ts';
import { tellOthers } from './telling.ts';

export const MAX_BATCH_RECORDS = 500;
/** How often a partition that nothing comes to looks whether its state is still there. */
const STANDS_MS = 1000;

export type PartitionStatus = {
  readonly partition: number;
  readonly nextOffset: number;
  readonly committedOffset: number;
  readonly publishedOffset: number;
  readonly cacheBytes: number;
  readonly storeAway: boolean;
  /** What its former owners published is committed, and it decides what comes. */
  readonly decides: boolean;
};

/**
 * `abandoned`: the partition was lost to another worker, or stopped while the store was away. What was decided last
 * is not committed, so that the copy of the shared histories holds more than it should.
 */
export type Ending = 'stopped' | 'abandoned';

export type PartitionRunner = {
  /** Rejects on faults of the program only. */
  readonly ended: Promise<Ending>;
  /** Finishes what is under way. */
  stop(): void;
  /**
   * Says what others are told of, where that changed; and now and then looks whether the partition is still its own, so that state
   * that was lost is built again though no record comes. Without effect before it decides.
   */
  lookAfter(): Promise<void>;
  /** Undefined until it was acquired. */
  status(): PartitionStatus | undefined;
};

/** Takes a partition and works on it until it is stopped, or lost to another worker. */
export function startPartition(parts: PartitionParts): PartitionRunner {
  const run: PartitionRun = { parts, stopping: false, input: undefined, work: undefined };
  return {
    ended: runToEnd(run),
    stop: () => stopRun(run),
    lookAfter: () => lookAfter(run),
    status: () =>
      run.work && {
        partition: parts.partition,
        nextOffset: run.work.nextOffset,
        committedOffset: run.work.committedOffset,
        publishedOffset: run.work.publishedOffset,
        cacheBytes: run.work.cache.bytes,
        storeAway: run.work.storeAway,
        decides: run.input !== undefined,
      },
  };
}

async function runToEnd(run: PartitionRun): Promise<Ending> {
  const { partition, events } = run.parts;
  try {
    const job = await begin(run);
    if (typeof job === 'string') return job;
    const { work, committer } = job;
    const input = run.parts.source.open(partition, work.nextOffset);
    run.input = input;
    if (run.stopping) input.close();
    await decideAll(run, job, input);
    await committer.flush();
    await work.publishing.catch(() => undefined);
    return endingOf(work);
  } catch (error) {
    if (error instanceof FencedError) {
      events.onTrouble?.(partition, 'commit', error);
      return 'abandoned';
    }
    throw error;
  } finally {
    stopRun(run);
    // Whoever works on this partition next in this process must find nothing of ours on its way out.
    await run.work?.publishing.catch(() => undefined);
  }
}

const endingOf = (work: Work): Ending => (work.committedOffset === work.nextOffset ? 'stopped' : 'abandoned');

async function lookAfter(run: PartitionRun): Promise<void> {
  const { work, parts } = run;
  // Until it decides it has not said anything yet: it does so before it does.
  if (!work || !run.input || work.storeAway || run.stopping) return;
  const nowMs = parts.monotonicMs();
  try {
    await tellOthers(run, work);
    if (nowMs - work.lookedAtMs < STANDS_MS) return;
    work.lookedAtMs = nowMs;
    await parts.store.labels(parts.partition, work.head.epoch, ['']);
  } catch (error) {
    if (!(error instanceof FencedError)) throw error;
    stopRun(run);
  }
}

/** Takes the partition and its outputs, and brings its state to where they are; the ending where that was stopped. */
async function begin(run: PartitionRun): Promise<Job | Ending> {
  const { partition, shared, publisher, events, monotonicMs, sleep } = run.parts;
  const head = await persistently(run, 'acquire', () => acquirePartition(run));
  if (!head) return 'stopped';
  const taken = await persistently(run, 'read shared histories', async () => {
    await shared.take(partition);
    return true;
  });
  if (!taken) return 'stopped';
  // The store lost what this copy holds: without another copy, it would hold it twice once it is rebuilt.
  if (shared.offsetOf(partition) > (head.nextOffset ?? 0)) return 'abandoned';
  const work = createWork(run.parts, head);
  run.work = work;
  const told = await persistently(run, 'say what others are told of', async () => {
    await tellOthers(run, work);
    return true;
  });
  if (!told) return 'stopped';
  const committer = createCommitter({
    commit: (commit) => commitBatches(run, work, commit),
    // Noticed at once, not when the next record comes.
    onFenced: () => stopRun(run),
    monotonicMs,
    sleep,
  });
  const job: Job = { work, committer };
  const last = await persistently(run, 'claim the outputs', () => publisher.claim(partition));
  if (!last) return 'stopped';
  if (last.decisions >= work.nextOffset) {
    events.onRebuild?.(partition, work.nextOffset, last.decisions);
    const done = await persistently(run, 'rebuild', () => redo(run, job, last));
    if (!done) return endingOf(work);
  }
  work.publishedOffset = work.nextOffset;
  return job;
}

/** Takes the state to where the outputs are, when it is behind: it was lost, or decisions were made without it. */
async function redo(run: PartitionRun, job: Job, last: LastPublished): Promise<boolean> {
  const { partition, history, events } = run.parts;
  const { work, committer } = job;
  for await (const items of history.replay(partition, work.nextOffset, last.decisions)) {
    const { accounts, labelled } = needsOf(items);
    const labels = await loadHistories(
      run,
      job,
      accounts,
      labelled.map((label) => label.transactionId),
    );
    if (!labels) return false;
    const refused = (item: HistoryItem, reason: string): void => events.onRefused?.(partition, item, reason);
    committer.add(redoBatch(work, items, labels, refused), Promise.resolve());
    if (!(await committer.flush())) return false;
  }
  return true;
}

/** Decides what comes in until the input is closed, or what was decided cannot be committed any more. */
async function decideAll(run: PartitionRun, job: Job, input: PartitionInput): Promise<void> {
  const { clock, events, maxOutboxBytes } = run.parts;
  const { work, committer } = job;
  for (;;) {
    if (work.unpublishedBytes > maxOutboxBytes) await work.publishing.catch(() => undefined);
    const raw = await input.take(MAX_BATCH_RECORDS);
    if (raw.length === 0) break;
    decidesBy(run, work);
    const batch = readRecords(work, raw, clock.nowMs(), events.onDeadLetter);
    const labels = work.storeAway ? undefined : await loadHistories(run, job, batch.accounts, batch.labelled);
    if (work.storeAway) {
      const { messages, output } = decideWithoutHistories(work, batch, clock.nowMs());
      events.onDecided?.(output, batch);
      publish(run, work, batch.nextOffset, messages);
      continue;
    }
    if (!labels) break;
    const { commit, messages, output } = decideBatch(work, batch, labels, clock.nowMs());
    events.onDecided?.(output, batch);
    committer.add(commit, publish(run, work, batch.nextOffset, messages));
    if (!(await committer.room()) && !work.storeAway) break;
  }
}

/** Tells with which record another catalogue begins to decide. */
function decidesBy({ parts }: PartitionRun, work: Work): void {
  const catalogue = work.catalogue();
  if (work.decidesBy === catalogue.hash) return;
  work.decidesBy = catalogue.hash;
  parts.events.onCatalogue?.(parts.partition, catalogue.hash, work.nextOffset);
}

/** Resolves when all is published. */
function publish(
  run: PartitionRun,
  work: Work,
  nextOffset: number,
  messages: readonly StreamMessage[],
): Promise<void> {
  const { partition, publisher, events } = run.parts;
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
    if (error instanceof FencedError) stopRun(run);
  });
  return work.publishing;
}
