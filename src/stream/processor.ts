// Drives the engine over a log: reads, decides, commits, tells. One batch is decided while the one before is
// being committed; nobody hears of a decision before it is durable. A record that cannot be dealt with goes to the
// quarantine, alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecordFault } from '../domain/fault.ts';
import type { BatchOutput, Engine, KnownDecision, Memory, Result } from '../engine/process-batch.ts';
import type { Clock } from '../ports/clock.ts';
import { quarantinedEvent, quarantinedIdOf, subjectOf } from '../ports/office/dead-letters.ts';
import type { Store } from '../ports/store.ts';
import type { Log, LogBatch } from '../ports/stream/log.ts';
import { createAwaitedResults } from './awaited-results.ts';
import { createPauses } from './between-batches.ts';
import { commitNarrowed, narrowed } from './commit-narrowed.ts';

export type ProcessorHooks = {
  /** After a batch is committed. */
  readonly onCommitted: (output: BatchOutput, commitMs: number) => void;
  /** Between batches, when the state stands exactly at an offset; what it gives runs after that offset is committed. */
  readonly onBoundary: (offset: number) => (() => Promise<void>) | undefined;
  /** Something failed that is not a record's fault, and is tried again. */
  readonly onTrouble: (what: string, error: Error) => void;
  readonly onFailure: (error: Error) => void;
};

/**
 * **Contract**
 * - ROAD1 Records are decided once, in the order of their offsets, each batch by what the ones before said.
 * - ROAD2 Nobody hears of a decision before it is committed.
 * - ROAD3 A record that cannot be stored goes to the quarantine alone, and whoever waits for it, or repeats it, hears so.
 * - ROAD4 What the machine is at fault for is told and tried again; what goes on failing ends the processor, and all who wait hear why.
 * - ROAD5 Whoever stops it waits for what is under way; the rest is in the log for the next start.
 * - ROAD6 What a boundary asks for runs after its offset is committed, and before the next commit.
 * - ROAD7 What is asked for between two batches runs once all before it is committed, and before anything after it is decided.
 *
 * **Caller invariants**
 * - It starts at the offset that the store committed, with the engine's state at that offset.
 * - A result is waited for by one, and asked for before the record can have been committed.
 * - Nobody else commits to the store, or decides with the engine, meanwhile.
 */
export type Processor = {
  /** From now on this may be tried again; by `quarantinedIdOf`. */
  release(quarantinedId: string): void;
  /** Resolves when the record at this offset is decided and committed (undefined for labels and events). */
  resultAt(offset: number): Promise<Result | undefined>;
  readonly nextOffset: number;
  readonly committedOffset: number;
  /** Runs something between two batches, at the offset that comes next, and gives what it gives; the records wait meanwhile. */
  between<T>(work: (nextOffset: number) => Promise<T>): Promise<T>;
  start(): void;
  /** Finishes what is under way; what is in the log stays for the next start. */
  stop(): Promise<void>;
};

const PARTITION = 0;
const BATCH_RECORDS = 500;
const FIRST_RETRY_MS = 50;
/** What then still fails ends the desk, which is started again: a database that lost its thread does not come back by waiting. */
const RETRIES = 7;

type Patiently = <T>(what: string, attempt: () => Promise<T>) => Promise<T>;

/** The machine is given some time to come back; a record's own fault is told at once. */
function patience(onTrouble: ProcessorHooks['onTrouble'], isStopping: () => boolean): Patiently {
  return async (what, attempt) => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        if (isStopping() || tries > RETRIES || isRecordFault(error)) throw error;
        onTrouble(what, error as Error);
        await sleep(FIRST_RETRY_MS * 2 ** tries);
      }
    }
  };
}

/** What the store knows of the ids of a batch. */
type Known = {
  readonly decisions: ReadonlyMap<string, KnownDecision>;
  /** Content hashes of events. */
  readonly events: ReadonlyMap<string, string>;
};

/** The next batch of the log, and what was decided of its transactions before. */
type Prepared = { readonly batch: LogBatch; readonly known: Promise<Known> };

async function prepareAt(
  offset: number,
  log: Log,
  store: Store,
  patiently: Patiently,
): Promise<Prepared | undefined> {
  const batch = await patiently('read the log', () => log.read(offset, BATCH_RECORDS));
  if (batch.records.length === 0) return undefined;
  const ids: string[] = [];
  const eventIds: string[] = [];
  for (const record of batch.records) {
    if (record.kind === 'event') eventIds.push(record.event.id);
    else ids.push(record.kind === 'transaction' ? record.transaction.id : record.label.transactionId);
  }
  // An id that the database cannot be asked for is not known there.
  const look = async (): Promise<Known> => ({
    decisions: await narrowed(ids, (some) => patiently('look for repetitions', () => store.findKnown(some))),
    events: await narrowed(eventIds, (some) =>
      patiently('look for repeated events', () => store.knownEvents(some)),
    ),
  });
  const known = look();
  // It is awaited later; a failure must not count as unhandled before that.
  known.catch(() => undefined);
  return { batch, known };
}

/** The store may have answered before the two batches ahead were committed: their own words count. */
function memoryOf(
  known: Known,
  previous: readonly BatchOutput[],
  inQuarantine: ReadonlyMap<string, string>,
): Memory {
  const recent = new Map<string, KnownDecision>();
  const labels = new Map<string, boolean>();
  const events = new Map<string, string>();
  for (const output of previous) {
    for (const { event, contentHash } of output.observed) events.set(event.id, contentHash);
    for (const { transaction, decision, contentHash } of output.decided) {
      recent.set(transaction.id, { decision, contentHash, label: undefined });
    }
    for (const { label } of output.labelled) labels.set(label.transactionId, label.fraud);
  }
  return {
    decided: (id) => recent.get(id) ?? known.decisions.get(id),
    observed: (id) => events.get(id) ?? known.events.get(id),
    quarantined: (id) => inQuarantine.get(id),
    quarantinedEvent: (id) => inQuarantine.get(quarantinedEvent(id)),
    label: (id) => labels.get(id) ?? known.decisions.get(id)?.label,
  };
}

/** Decides what is in a log, from an offset on, once it is started. */
export function createProcessor(
  log: Log,
  store: Store,
  engine: Engine,
  clock: Clock,
  firstOffset: number,
  /** What is in quarantine, by `quarantinedIdOf`, each with the reason. */
  inQuarantine: Map<string, string>,
  hooks: ProcessorHooks,
): Processor {
  let nextOffset = firstOffset;
  let committedOffset = firstOffset;
  let stopping = false;
  let running: Promise<void> | undefined;
  const results = createAwaitedResults();
  const pauses = createPauses();

  const patiently = patience(hooks.onTrouble, () => stopping);
  const prepare = (offset: number): Promise<Prepared | undefined> => prepareAt(offset, log, store, patiently);

  function finish(output: BatchOutput, commitMs: number): void {
    committedOffset = output.nextOffset;
    for (const { record, reason } of output.quarantined) {
      if (record.kind !== 'label') inQuarantine.set(quarantinedIdOf(subjectOf(record)), reason);
    }
    hooks.onCommitted(output, commitMs);
    results.tell(output);
  }

  async function run(): Promise<void> {
    let previous: readonly BatchOutput[] = [];
    let committing: Promise<void> = Promise.resolve();
    let prepared: Prepared | undefined;
    while (!stopping) {
      if (pauses.waiting) {
        await committing;
        await pauses.take(nextOffset);
        continue;
      }
      prepared ??= await prepare(nextOffset);
      if (!prepared) {
        await committing;
        // Looked at again: a wake-up from stop() during the commit would be lost.
        if (!stopping && !pauses.waiting) await log.arrival(nextOffset);
        continue;
      }
      const { batch, known } = prepared;
      const memory = memoryOf(await known, previous, inQuarantine);
      const { firstOffset, records } = batch;
      const output = engine.processBatch(
        PARTITION,
        { firstOffset, nextOffset: firstOffset + records.length, records },
        memory,
        clock.nowMs(),
      );
      nextOffset = output.nextOffset;
      const afterCommit = hooks.onBoundary(nextOffset);
      // The next look-up is queued ahead of this commit, so that deciding and committing overlap.
      prepared = await prepare(nextOffset);
      await committing;
      const started = performance.now();
      committing = commitNarrowed(
        output,
        (part) => patiently('commit', () => store.commit(part)),
        (part) => finish(part, performance.now() - started),
      ).then(async () => afterCommit?.());
      committing.catch(() => undefined);
      previous = [...previous.slice(-1), output];
    }
    await committing;
  }

  return {
    resultAt: results.at,
    get nextOffset() {
      return nextOffset;
    },
    get committedOffset() {
      return committedOffset;
    },
    between(work) {
      const done = pauses.ask(work);
      log.wake();
      return done;
    },
    release(quarantinedId) {
      inQuarantine.delete(quarantinedId);
    },
    start() {
      running ??= run().then(
        () => pauses.end(new Error('the processor was stopped')),
        (error: Error) => {
          pauses.end(error);
          results.fail(error);
          hooks.onFailure(error);
        },
      );
    },
    async stop() {
      stopping = true;
      log.wake();
      await running;
    },
  };
}
