// The road of an embedded desk: what comes in is appended, the processor decides and commits it, then it is told.
import { openCheckpoints } from '../adapters/embedded/checkpoint.ts';
import type { BatchOutput, Engine } from '../engine/process-batch.ts';
import type { LogRecord } from '../engine/records.ts';
import { storesOf } from '../features/catalogue-outline.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Clock } from '../ports/clock.ts';
import { diskFullError, MAX_BACKLOG, type Measurements, OverCapacityError } from '../ports/desk.ts';
import { type Committed, committedOf } from '../ports/stream/committed.ts';
import { createProcessor, type Processor } from '../stream/processor.ts';
import { diskRoom } from './disk-room.ts';
import { type EmbeddedParts, stateFolder } from './embedded-parts.ts';
import { createMeasurements, measureCommit } from './measurements.ts';
import { inBaseAmount } from './money-in-service.ts';

const CHECKPOINT_RECORDS = 50_000;
const CHECKPOINT_MIN_BYTES = 8 << 20;

export type EmbeddedRoad = {
  readonly measurements: Measurements;
  readonly processor: Processor;
  /** What waits to be decided and committed, whether it is appended yet or not. */
  backlog(): number;
  /** Throws OverCapacityError when nothing more can be taken in right now. */
  checkCapacity(): void;
  /** Appends records in the order given; resolves with the first offset when they are durable. */
  append(records: readonly LogRecord[]): Promise<number>;
  /** What failed last and is tried again; undefined once something was committed after it. */
  trouble(): string | undefined;
  readonly hearers: Hearers;
  /** Writes histories to disk as they stand between two batches, at the offset that comes next. */
  checkpoint(offset: number): Promise<void>;
  /** Ends once what is under way is committed, and histories are on disk. */
  close(): Promise<void>;
};

/** The error that a desk ended with, told once. */
export type Failure = { readonly error: Error | undefined; tell(error: Error): void };

export function createFailure(onFailure: (error: Error) => void): Failure {
  let failure: Error | undefined;
  return {
    get error() {
      return failure;
    },
    tell(error) {
      if (failure) return;
      failure = error;
      onFailure(error);
    },
  };
}

export type RoadOptions = {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly boundary: Boundary;
  readonly onNotice: (message: string) => void;
};

/** Starts the processor where the log was committed last. */
export async function openRoad(
  { dataDir, clock, boundary, onNotice }: RoadOptions,
  { office, store, log, engine, money, committed, filled }: EmbeddedParts,
  failure: Failure,
): Promise<EmbeddedRoad> {
  const measurements = createMeasurements();
  const hearers = createHearers(boundary);
  const checkpoints = await keepCheckpoints(stateFolder(dataDir), engine, committed, filled);
  const disk = diskRoom(dataDir, onNotice);
  let trouble: string | undefined;
  const inQuarantine = await office.deadLetters.quarantinedIds();
  const processor = createProcessor(log, disk.waiting(store), engine, clock, committed, inQuarantine, {
    // What is told of a decision afterwards is not the road's affair.
    onCommitted: boundary.guarded('after a commit', (output, commitMs) => {
      trouble = undefined;
      measureCommit(measurements, output, commitMs, clock.nowMs());
      for (const { offset, reason } of output.quarantined) {
        onNotice(`The record at offset ${offset} could not be dealt with and is in quarantine: ${reason}`);
      }
      hearers.tell(output);
    }),
    onBoundary: checkpoints.at,
    onTrouble(what, error) {
      trouble = `${what}: ${error.message}`;
      onNotice(`${trouble}; tried again`);
    },
    onFailure: failure.tell,
  });
  processor.start();
  await disk.watch(boundary, failure.tell);

  const backlog = (): number => log.endOffset() - processor.committedOffset + log.pending;
  function checkCapacity(): void {
    if (failure.error) throw new OverCapacityError(`The desk stopped: ${failure.error.message}`, 30);
    if (disk.isFull) throw diskFullError();
    if (backlog() > MAX_BACKLOG) throw new OverCapacityError(`${backlog()} records wait to be decided.`, 1);
  }
  return {
    measurements,
    processor,
    hearers,
    backlog,
    checkpoint: checkpoints.now,
    checkCapacity,
    async append(records) {
      checkCapacity();
      const started = performance.now();
      const offset = await log.append(records.map((record) => inBaseAmount(record, money.current())));
      measurements.append.add(performance.now() - started, clock.nowMs());
      return offset;
    },
    trouble: () => (disk.isFull ? 'the disk is full' : trouble),
    async close() {
      disk.stop();
      await processor.stop();
      if (!failure.error) await checkpoints.finish(processor.committedOffset);
    },
  };
}

/** Histories go to disk once enough of them has changed. */
async function keepCheckpoints(folder: string, engine: Engine, committed: number, filled: Set<string>) {
  const checkpoints = await openCheckpoints(
    folder,
    engine.state,
    () => storesOf(engine.inService.catalogue),
    filled,
  );
  let lastAt = committed;
  return {
    /** As the processor asks between batches. */
    at(offset: number): (() => Promise<void>) | undefined {
      const due = offset - lastAt >= CHECKPOINT_RECORDS && checkpoints.changedBytes() >= CHECKPOINT_MIN_BYTES;
      if (!due) return undefined;
      lastAt = offset;
      return checkpoints.prepare(offset);
    },
    async now(offset: number): Promise<void> {
      lastAt = offset;
      await checkpoints.prepare(offset)();
    },
    async finish(offset: number): Promise<void> {
      if (offset > lastAt) await checkpoints.prepare(offset)();
    },
  };
}

/** Those who hear of what was committed; a listener's fault is not the road's. */
export type Hearers = {
  onCommitted(listener: (committed: Committed) => void): void;
  /** Every batch, whole. */
  onOutput(listener: (output: BatchOutput) => void): void;
  tell(output: BatchOutput): void;
};

function createHearers(boundary: Boundary): Hearers {
  const listeners: ((output: Committed) => void)[] = [];
  const outputListeners: ((output: BatchOutput) => void)[] = [];
  return {
    onCommitted: (listener) => {
      listeners.push(boundary.guarded('what hears of decisions', listener));
    },
    onOutput: (listener) => {
      outputListeners.push(boundary.guarded('what hears of batches', listener));
    },
    tell(output) {
      for (const listener of outputListeners) listener(output);
      const committed = committedOf(output.decided, output.labelled);
      for (const listener of listeners) listener(committed);
    },
  };
}
