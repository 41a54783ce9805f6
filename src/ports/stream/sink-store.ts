// Where a stream's decisions, labels and dead letters end up, each once, with how far the outputs have been read.
import type { Decided, Labelled } from '../../engine/process-batch.ts';
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
