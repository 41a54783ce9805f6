// The log: an ordered, durable sequence of records per partition.
import type { LogRecord } from '../../engine/records.ts';

export type LogBatch = { readonly firstOffset: number; readonly records: readonly LogRecord[] };

/**
 * **Contract**
 * - LOG1 What an append resolved for is there for whoever opens the log again, at the offset that it gave.
 * - LOG2 Offsets have no gap, and records stand in the order in which appends were called.
 * - LOG3 A read begins at the offset that it is asked for, gives at most so many records, and none only at the end.
 * - LOG4 An append that fails takes no offset: what comes next stands there.
 * - LOG5 Whoever waits for an offset hears when a record is there, and when they are woken.
 *
 * **Caller invariants**
 * - One process has a log open at a time (A4).
 * - Who was woken looks again: an arrival says that there may be something.
 */
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
