// Where a stream's decisions, events, labels and dead letters end up, each once, with how far the outputs have been read.
import type { Decided, Labelled, Observed } from '../../engine/process-batch.ts';
import type { DeadLetterEntry } from '../office/dead-letters.ts';
import type { Output } from './stream.ts';

/** How far an output of a partition is stored. */
export type SinkProgress = {
  /** Offset in the output's own topic that comes next. */
  readonly nextOffset: number;
  /** Highest source offset stored; messages up to it are repetitions. */
  readonly sourceOffset: number;
};

/** Takes what was read of an output of a partition, without repetitions, in order. What throws was not taken. */
export type Collector = {
  /** `message` is what the decision was read from. */
  decided(item: Decided, message: Uint8Array): void;
  observed(item: Observed): void;
  labelled(item: Labelled): void;
  deadLetter(entry: DeadLetterEntry): void;
};

export type SinkBatch<Collected> = {
  readonly output: Output;
  readonly partition: number;
  readonly before: SinkProgress;
  readonly after: SinkProgress;
  readonly collected: Collected;
};

/**
 * **Contract**
 * - SINK1 What was collected is stored together with how far its outputs are read, or neither is.
 * - SINK2 A batch that does not begin where its output is read to is refused with a FencedError, and so is what came with it.
 * - SINK3 An id that is taken, with the same time, is a repetition or a dead letter; what came with it is stored.
 * - SINK4 What was collected comes back as it went in.
 *
 * A database that dies may forget what it stored last, rows and progress alike (W13): whoever goes on asks for the progress.
 *
 * **Caller invariants**
 * - The progress of an output is asked for before its first batch, and again after an error.
 * - Each output of a partition is in one call once; what was collected is stored once, whatever becomes of it.
 */
export type SinkStore<Collected extends Collector> = {
  progress(output: Output, partition: number): Promise<SinkProgress>;
  /**
   * Where to put what is read of a partition: it is brought into the form in which it is stored at once, so that thousands
   * of decisions need not be kept while those before are being stored.
   */
  collect(partition: number): Collected;
  /** One transaction for all; what was collected is used up then. Throws FencedError when another sink has moved one of the outputs on. */
  store(batches: readonly SinkBatch<Collected>[]): Promise<void>;
};

export const NO_PROGRESS: SinkProgress = { nextOffset: 0, sourceOffset: -1 };
