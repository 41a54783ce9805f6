// Where a stream's decisions, labels and dead letters end up, each once, with how far the outputs have been read.
import type { Problem } from '../domain/problem.ts';
import type { Decided, Labelled } from '../engine/process-batch.ts';
import type { Output } from './stream.ts';

export type DeadLetterEntry = {
  readonly source: string;
  readonly raw: string;
  readonly problems: readonly Problem[];
  readonly receivedAtMs: number;
  /** Where in the stream the record was decided nevertheless; `raw` is then its transaction. */
  readonly decidedAt?: { readonly partition: number; readonly offset: number };
};

/** How far an output of a partition is stored. */
export type SinkProgress = {
  /** Offset in the output's own topic that comes next. */
  readonly nextOffset: number;
  /** Highest source offset stored; messages up to it are repetitions. */
  readonly sourceOffset: number;
};

/** What was read of one output of one partition, without repetitions. */
export type SinkBatch = {
  readonly output: Output;
  readonly partition: number;
  readonly before: SinkProgress;
  readonly after: SinkProgress;
  readonly decided: readonly Decided[];
  readonly labelled: readonly Labelled[];
  readonly deadLetters: readonly DeadLetterEntry[];
};

export type SinkStore = {
  progress(output: Output, partition: number): Promise<SinkProgress>;
  /** One transaction for all. Throws FencedError when another sink has moved one of the outputs on. */
  store(batches: readonly SinkBatch[]): Promise<void>;
};

export const NO_PROGRESS: SinkProgress = { nextOffset: 0, sourceOffset: -1 };
