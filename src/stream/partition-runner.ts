// One partition at work: take records, decide, commit, publish. A batch is decided while the one before is being
// committed and the one before that is being published; nothing is published before it is committed.
import type { Label } from '../domain/label.ts';
import type { Problem } from '../domain/problem.ts';
import { type BatchOutput, createEngine, type Engine } from '../engine/process-batch.ts';
import type { LogRecord } from '../engine/records.ts';
import { FEATURE_COUNT } from '../features/catalogue.ts';
import {
  applyLabel,
  changesHistories,
  type FeatureState,
  observe,
  sharedEventOf,
} from '../features/observe.ts';
import { encodeSharedChanges, type SharedChange } from '../features/shared-codec.ts';
import type { Scorer } from '../models/model.ts';
import type { Clock } from '../ports/clock.ts';
import type { BaseHistories, DecidedHistory } from '../ports/history.ts';
import {
  type AccountBytes,
  FencedError,
  type PartitionCommit,
  type PartitionHead,
  type StateStore,
} from '../ports/state-store.ts';
import type {
  LastPublished,
  PartitionInput,
  StreamMessage,
  StreamRecord,
  StreamSource,
} from '../ports/stream.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import { createAccountCache, historyBytes } from './account-cache.ts';
import { createDecidedIds, hashOfId } from './decided-ids.ts';
import { deadLetterMessage, decisionMessage, labelMessage } from './message-codec.ts';
import { decodeMessages, encodeMessages } from './outbox-codec.ts';
import type { Publisher } from './publisher.ts';
import { decodeRecord, HEADERS } from './record-codec.ts';
import type { SharedHistories } from './shared-histories.ts';

export const MAX_BATCH_RECORDS = 500;
/** Committed and not yet published; beyond this no more records are taken. */
const MAX_OUTBOX_BYTES = 16 << 20;
const NOTHING = new Uint8Array(0);
const FIRST_RETRY_MS = 20;
const SLOWEST_RETRY_MS = 2000;

export type PartitionEvents = {
  readonly onDecided?: (output: BatchOutput, duplicates: number) => void;
  readonly onCommitted?: (partition: number, records: number, commitMs: number) => void;
  readonly onPublished?: (partition: number, messages: readonly StreamMessage[]) => void;
  readonly onDeadLetter?: (record: StreamRecord, problems: readonly Problem[]) => void;
  /** The state is taken from one offset to another by what was published. */
  readonly onRebuild?: (partition: number, fromOffset: number, toOffset: number) => void;
  readonly onTrouble?: (partition: number, what: string, error: Error) => void;
};

export type PartitionParts = {
  readonly partition: number;
  readonly store: StateStore;
  readonly source: StreamSource;
  readonly publisher: Publisher;
  readonly shared: SharedHistories;
  readonly clock: Clock;
  /** Never goes back; it stands still for nobody, not for a process that sleeps either. */
  readonly monotonicMs: () => number;
  /** The model and rules in service; asked for each batch. */
  readonly inService: () => { readonly scorer: Scorer; readonly ruleset: Ruleset };
  readonly accountCacheBytes: number;
  readonly decidedIdsKept: number;
  /** For state that was lost, or is behind what was published. */
  readonly history: DecidedHistory;
  readonly base: BaseHistories;
  readonly sleep: (ms: number) => Promise<void>;
  readonly events: PartitionEvents;
};

export type PartitionStatus = {
  readonly partition: number;
  readonly nextOffset: number;
  readonly committedOffset: number;
  readonly publishedOffset: number;
  readonly cacheBytes: number;
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
  /** Undefined until it was acquired. */
  status(): PartitionStatus | undefined;
};

export function startPartition(parts: PartitionParts): PartitionRunner {
  const { partition, store, publisher, clock, monotonicMs, events, sleep } = parts;
  let stopping = false;
  let input: PartitionInput | undefined;
  let current: ReturnType<typeof createWork> | undefined;

  /** Ends this runner; the worker starts another if the partition is still its own. */
  function stopForNow(): void {
    stopping = true;
    input?.close();
  }

  /** Until it works or the runner is stopped: the store may be away for as long as it likes. */
  async function persistently<T>(what: string, attempt: () => Promise<T>): Promise<T | undefined> {
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof FencedError) throw error;
        events.onTrouble?.(partition, what, error as Error);
        if (stopping) return undefined;
        await sleep(wait);
      }
    }
  }

  function createWork(head: PartitionHead) {
    const cache = createAccountCache(parts.accountCacheBytes);
    const ids = createDecidedIds(head.decidedIds, parts.decidedIdsKept);
    const state: FeatureState = {
      ...parts.shared.tables,
      get account() {
        return cache.table;
      },
    };
    let engine: Engine | undefined;
    const engineInService = (): Engine => {
      const { scorer, ruleset } = parts.inService();
      if (engine?.scorer !== scorer || engine.ruleset !== ruleset)
        engine = createEngine(state, scorer, ruleset);
      return engine;
    };
    return {
      cache,
      ids,
      state,
      engineInService,
      nextOffset: head.nextOffset ?? 0,
      committedOffset: head.nextOffset ?? 0,
      publishedOffset: head.outbox.length > 0 ? head.outbox[0].nextOffset - 1 : (head.nextOffset ?? 0),
      unpublishedBytes: 0,
      committing: Promise.resolve(true),
      publishing: Promise.resolve(),
    };
  }

  type Work = NonNullable<typeof current>;
  type Prepared = {
    readonly records: readonly LogRecord[];
    readonly offsets: readonly number[];
    readonly decidedIds: readonly Buffer[];
    readonly duplicates: number;
    readonly deadLetters: readonly StreamMessage[];
    readonly traces: ReadonlyMap<number, string>;
    /** JSON of the transactions, by offset. */
    readonly texts: ReadonlyMap<number, string>;
    readonly labels: ReadonlyMap<string, boolean>;
    readonly nextOffset: number;
  };

  /** Brings histories into memory; gives the labels known so far, or nothing when stopped meanwhile. */
  async function loadHistories(
    work: Work,
    accounts: Iterable<string>,
    labelled: readonly string[],
  ): Promise<Map<string, boolean> | undefined> {
    // What is dropped must not be under way: the store would give its old form.
    if (work.cache.wantsRoom) {
      if (!(await work.committing)) return undefined;
      work.cache.makeRoom();
    }
    const missing = work.cache.missing(accounts);
    const labels = new Map<string, boolean>();
    if (missing.length === 0 && labelled.length === 0) return labels;
    // A label of the batch before may still be on its way.
    if (labelled.length > 0 && !(await work.committing)) return undefined;
    const found = await persistently('read histories', () =>
      Promise.all([store.accounts(partition, missing), store.labels(partition, labelled)]),
    );
    if (!found) return undefined;
    missing.forEach((accountId, i) => {
      work.cache.put(accountId, found[0][i]);
    });
    labelled.forEach((id, i) => {
      const fraud = found[1][i];
      if (fraud !== undefined) labels.set(id, fraud);
    });
    return labels;
  }

  const labelChange = (label: Label): SharedChange => ({
    kind: 'label',
    timeSeconds: Math.floor(label.occurredAtMs / 1000),
    fraud: label.fraud,
    keys: label,
  });

  /** Histories as they are now, to be committed. */
  function accountsOf(work: Work, accountIds: Iterable<string>): AccountBytes[] {
    const { table } = work.cache;
    table.clearChanged();
    return [...new Set(accountIds)].map((accountId) => ({
      accountId,
      bytes: historyBytes(table, accountId),
    }));
  }

  function startNewIds(work: Work): boolean {
    const { full } = work.ids;
    if (full) work.ids.startNew();
    return full;
  }

  /** Reads the records and brings the histories they need into memory. */
  async function prepare(work: Work, raw: readonly StreamRecord[]): Promise<Prepared | undefined> {
    const now = clock.nowMs();
    const records: LogRecord[] = [];
    const offsets: number[] = [];
    const decidedIds: Buffer[] = [];
    const deadLetters: StreamMessage[] = [];
    const traces = new Map<number, string>();
    const texts = new Map<number, string>();
    const accounts = new Set<string>();
    const labelled: string[] = [];
    let duplicates = 0;
    for (const item of raw) {
      const decoded = decodeRecord(item, now);
      if (!decoded.ok) {
        events.onDeadLetter?.(item, decoded.problems);
        deadLetters.push(deadLetterMessage(item, decoded.problems));
        continue;
      }
      const { record } = decoded;
      if (record.kind === 'transaction') {
        const id = hashOfId(record.transaction.id);
        if (!work.ids.add(id)) {
          duplicates++;
          continue;
        }
        decidedIds.push(id);
        accounts.add(record.transaction.accountId);
        const trace = item.headers.get(HEADERS.traceparent);
        if (trace !== undefined) traces.set(item.offset, trace);
        texts.set(item.offset, decoded.text);
      } else {
        accounts.add(record.label.accountId);
        labelled.push(record.label.transactionId);
      }
      records.push(record);
      offsets.push(item.offset);
    }
    const labels = await loadHistories(work, accounts, labelled);
    if (!labels) return undefined;
    const nextOffset = raw[raw.length - 1].offset + 1;
    return { records, offsets, decidedIds, duplicates, deadLetters, traces, texts, labels, nextOffset };
  }

  function decideBatch(
    work: Work,
    head: PartitionHead,
    batch: Prepared,
  ): { commit: PartitionCommit; messages: StreamMessage[]; output: BatchOutput } {
    const { records, offsets, nextOffset, labels } = batch;
    const firstOffset = work.nextOffset;
    const memory = { decided: () => undefined, label: (id: string) => labels.get(id) };
    const output = work
      .engineInService()
      .processBatch(partition, { firstOffset, nextOffset, records, offsets }, memory, clock.nowMs());
    work.nextOffset = nextOffset;

    const changed = new Set<string>();
    const changes: { offset: number; change: SharedChange }[] = [];
    for (const { offset, transaction } of output.decided) {
      changed.add(transaction.accountId);
      changes.push({ offset, change: { kind: 'event', event: sharedEventOf(transaction) } });
    }
    const latest = new Map(labels);
    for (const { offset, label } of output.labelled) {
      changed.add(label.accountId);
      if (changesHistories(label, latest.get(label.transactionId))) {
        changes.push({ offset, change: labelChange(label) });
      }
      latest.set(label.transactionId, label.fraud);
    }
    changes.sort((a, b) => a.offset - b.offset);

    const messages = [
      ...output.decided.map((item) =>
        decisionMessage(item, batch.texts.get(item.offset) ?? '{}', batch.traces.get(item.offset)),
      ),
      ...output.labelled.map(labelMessage),
      ...batch.deadLetters,
    ].sort((a, b) => a.sourceOffset - b.sourceOffset);
    const commit: PartitionCommit = {
      partition,
      epoch: head.epoch,
      firstOffset,
      nextOffset,
      accounts: accountsOf(work, changed),
      labels: output.labelled.map(({ label }) => ({
        transactionId: label.transactionId,
        fraud: label.fraud,
      })),
      decidedIds: Buffer.concat(batch.decidedIds),
      startNewIds: startNewIds(work),
      shared: encodeSharedChanges(changes.map(({ change }) => change)),
      outbox: encodeMessages(messages),
      publishedOffset: work.publishedOffset,
    };
    return { commit, messages, output };
  }

  /** False when the runner was stopped before the batch could be committed. */
  async function commitBatch(
    work: Work,
    commit: PartitionCommit,
    messages: StreamMessage[],
  ): Promise<boolean> {
    const started = monotonicMs();
    const done = await persistently('commit', async () => {
      await store.commit(commit);
      return true;
    });
    if (!done) return false;
    work.committedOffset = commit.nextOffset;
    events.onCommitted?.(partition, commit.nextOffset - commit.firstOffset, monotonicMs() - started);
    publish(work, commit.nextOffset, messages);
    return true;
  }

  function publish(work: Work, nextOffset: number, messages: readonly StreamMessage[]): void {
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
      // it again, and publishes from the outbox.
      if (error instanceof FencedError) stopForNow();
    });
  }

  /** Publishes what a predecessor committed and did not get to publish. */
  function publishLeftovers(work: Work, head: PartitionHead, last: LastPublished): void {
    for (const { nextOffset, messages } of head.outbox) {
      const missing = decodeMessages(messages).filter(
        ({ output, sourceOffset }) => sourceOffset > last[output],
      );
      publish(work, nextOffset, missing);
    }
  }

  /** Acquires the partition; one that the store knows nothing of starts with the histories from before the stream. */
  async function acquire(): Promise<PartitionHead> {
    const head = await store.acquire(partition);
    if (head.nextOffset !== undefined) return head;
    const accounts = await parts.base.accounts(partition);
    await store.commit({ ...emptyCommit(head, 0, 0), accounts });
    return { ...head, nextOffset: 0 };
  }

  const emptyCommit = (head: PartitionHead, firstOffset: number, nextOffset: number): PartitionCommit => ({
    partition,
    epoch: head.epoch,
    firstOffset,
    nextOffset,
    accounts: [],
    labels: [],
    decidedIds: NOTHING,
    startNewIds: false,
    shared: NOTHING,
    outbox: NOTHING,
    publishedOffset: -1,
  });

  /** Takes the state to where the outputs are, when it is behind: it was lost, or decisions were made without it. */
  async function redo(work: Work, head: PartitionHead, last: LastPublished): Promise<boolean> {
    const vector = new Float64Array(FEATURE_COUNT);
    for await (const items of parts.history.replay(partition, work.nextOffset, last.decisions)) {
      const labelled = items.flatMap((item) => (item.kind === 'label' ? [item.label] : []));
      const accounts = items.map((item) =>
        item.kind === 'label' ? item.label.accountId : item.transaction.accountId,
      );
      const labels = await loadHistories(
        work,
        accounts,
        labelled.map((label) => label.transactionId),
      );
      if (!labels) return false;
      const ids: Buffer[] = [];
      const changes: SharedChange[] = [];
      for (const item of items) {
        if (item.kind === 'transaction') {
          const id = hashOfId(item.transaction.id);
          if (!work.ids.add(id)) continue;
          ids.push(id);
          observe(work.state, item.transaction, vector);
          changes.push({ kind: 'event', event: sharedEventOf(item.transaction) });
        } else {
          const { label } = item;
          const previous = labels.get(label.transactionId);
          if (changesHistories(label, previous)) changes.push(labelChange(label));
          applyLabel(work.state, label, previous);
          labels.set(label.transactionId, label.fraud);
        }
      }
      const firstOffset = work.nextOffset;
      work.nextOffset = items[items.length - 1].offset + 1;
      const commit: PartitionCommit = {
        ...emptyCommit(head, firstOffset, work.nextOffset),
        accounts: accountsOf(work, accounts),
        labels: labelled.map(({ transactionId, fraud }) => ({ transactionId, fraud })),
        decidedIds: Buffer.concat(ids),
        startNewIds: startNewIds(work),
        shared: encodeSharedChanges(changes),
        publishedOffset: work.nextOffset,
      };
      work.committing = commitBatch(work, commit, []);
      if (!(await work.committing)) return false;
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
      const work = createWork(head);
      current = work;
      const last = await persistently('claim the outputs', () => publisher.claim(partition));
      if (!last) return 'stopped';
      publishLeftovers(work, head, last);
      if (last.decisions >= work.nextOffset) {
        events.onRebuild?.(partition, work.nextOffset, last.decisions);
        const done = await persistently('rebuild', () => redo(work, head, last));
        if (!done) return ended(work);
      }
      input = parts.source.open(partition, work.nextOffset);
      if (stopping) input.close();
      for (;;) {
        if (work.unpublishedBytes > MAX_OUTBOX_BYTES) await work.publishing.catch(() => undefined);
        const raw = await input.take(MAX_BATCH_RECORDS);
        if (raw.length === 0) break;
        const batch = await prepare(work, raw);
        if (!batch) break;
        const { commit, messages, output } = decideBatch(work, head, batch);
        events.onDecided?.(output, batch.duplicates);
        if (!(await work.committing)) break;
        work.committing = commitBatch(work, commit, messages);
        // Noticed at once, not when the next record comes.
        work.committing.catch(stopForNow);
      }
      await work.committing;
      await work.publishing.catch(() => undefined);
      return ended(work);
    } catch (error) {
      if (error instanceof FencedError) {
        events.onTrouble?.(partition, 'commit', error);
        return 'abandoned';
      }
      throw error;
    } finally {
      input?.close();
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
      },
  };
}
