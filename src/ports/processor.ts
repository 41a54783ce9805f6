// Drives the engine over a log: reads, decides, commits, tells. One batch is decided while the one before is
// being committed; nobody hears of a decision before it is durable.
import type { BatchOutput, Engine, KnownDecision, Memory, Result } from '../engine/process-batch.ts';
import type { Clock } from './clock.ts';
import type { Log, LogBatch } from './log.ts';
import type { Store } from './store.ts';

export type ProcessorHooks = {
  /** After a batch is committed. */
  readonly onCommitted: (output: BatchOutput, commitMs: number) => void;
  /** Between batches, when the state stands exactly at an offset; what it gives runs after that offset is committed. */
  readonly onBoundary: (offset: number) => (() => Promise<void>) | undefined;
  readonly onFailure: (error: Error) => void;
};

export type Processor = {
  /** Resolves when the record at this offset is decided and committed (undefined for labels). */
  resultAt(offset: number): Promise<Result | undefined>;
  readonly nextOffset: number;
  readonly committedOffset: number;
  start(): void;
  /** Finishes what is under way; what is in the log stays for the next start. */
  stop(): Promise<void>;
};

const PARTITION = 0;
const BATCH_RECORDS = 500;

export function createProcessor(
  log: Log,
  store: Store,
  engine: Engine,
  clock: Clock,
  firstOffset: number,
  hooks: ProcessorHooks,
): Processor {
  let nextOffset = firstOffset;
  let committedOffset = firstOffset;
  let stopping = false;
  let running: Promise<void> | undefined;
  const waiters = new Map<
    number,
    { resolve(result: Result | undefined): void; reject(error: Error): void }
  >();

  type Prepared = { readonly batch: LogBatch; readonly known: Promise<Map<string, KnownDecision>> };

  async function prepare(offset: number): Promise<Prepared | undefined> {
    const batch = await log.read(offset, BATCH_RECORDS);
    if (batch.records.length === 0) return undefined;
    const ids = batch.records.map((record) =>
      record.kind === 'transaction' ? record.transaction.id : record.label.transactionId,
    );
    const known = store.findKnown(ids);
    // It is awaited later; a failure must not count as unhandled before that.
    known.catch(() => undefined);
    return { batch, known };
  }

  /** `findKnown` may have been answered before the two batches ahead were committed: their own words count. */
  function withPrevious(known: Map<string, KnownDecision>, previous: readonly BatchOutput[]): Memory {
    const recent = new Map<string, KnownDecision>();
    const labels = new Map<string, boolean>();
    for (const output of previous) {
      for (const { transaction, decision, contentHash } of output.decided) {
        recent.set(transaction.id, { decision, contentHash, label: undefined });
      }
      for (const { label } of output.labelled) labels.set(label.transactionId, label.fraud);
    }
    return {
      decided: (id) => recent.get(id) ?? known.get(id),
      label: (id) => labels.get(id) ?? known.get(id)?.label,
    };
  }

  function finish(output: BatchOutput, commitMs: number): void {
    committedOffset = output.nextOffset;
    hooks.onCommitted(output, commitMs);
    const byOffset = new Map(output.results.map((result) => [result.offset, result]));
    for (let offset = output.firstOffset; offset < output.nextOffset; offset++) {
      const waiter = waiters.get(offset);
      if (!waiter) continue;
      waiters.delete(offset);
      waiter.resolve(byOffset.get(offset));
    }
  }

  async function run(): Promise<void> {
    let previous: readonly BatchOutput[] = [];
    let committing: Promise<void> = Promise.resolve();
    let prepared: Prepared | undefined;
    while (!stopping) {
      prepared ??= await prepare(nextOffset);
      if (!prepared) {
        await committing;
        // Looked at again: a wake-up from stop() during the commit would be lost.
        if (!stopping) await log.arrival(nextOffset);
        continue;
      }
      const { batch, known } = prepared;
      const memory = withPrevious(await known, previous);
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
      committing = store.commit(output).then(async () => {
        finish(output, performance.now() - started);
        await afterCommit?.();
      });
      committing.catch(() => undefined);
      previous = [...previous.slice(-1), output];
    }
    await committing;
  }

  return {
    resultAt: (offset) => new Promise((resolve, reject) => waiters.set(offset, { resolve, reject })),
    get nextOffset() {
      return nextOffset;
    },
    get committedOffset() {
      return committedOffset;
    },
    start() {
      running ??= run().catch((error: Error) => {
        for (const waiter of waiters.values()) waiter.reject(error);
        waiters.clear();
        hooks.onFailure(error);
      });
    },
    async stop() {
      stopping = true;
      log.wake();
      await running;
    },
  };
}
