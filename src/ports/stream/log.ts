// The log: an ordered, durable sequence of records per partition.
import type { LogRecord } from '../../engine/records.ts';

export type LogBatch = { readonly firstOffset: number; readonly records: readonly LogRecord[] };

export type Log = {
  /** Appends in order; resolves with the offset of the first record once all of them are durable. */
  append(records: readonly LogRecord[]): Promise<number>;
  /** Records from an offset on, at most `max`; empty when there are none yet. */
  read(fromOffset: number, max: number): Promise<LogBatch>;
  /** Offset that the next record will get. */
  endOffset(): number;
  /** Resolves when there is a record at or after the offset, or when `wake` is called. */
  arrival(offset: number): Promise<void>;
  wake(): void;
  /** Records handed to `append` that are not durable yet. */
  readonly pending: number;
  /** How long the last append took; undefined before the first. */
  readonly lastAppendMs: number | undefined;
};
