// The log: an ordered, durable sequence of records per partition.
import type { LogRecord } from '../engine/records.ts';

export type LogBatch = { readonly firstOffset: number; readonly records: readonly LogRecord[] };

export type Log = {
  /** Appends in order; resolves with the offset of the first record once all of them are durable. */
  append(records: readonly LogRecord[]): Promise<number>;
  /** Records from an offset on, at most `max`; empty when there are none yet. */
  read(fromOffset: number, max: number): Promise<LogBatch>;
  /** Offset that the next record will get. */
  endOffset(): number;
};
