// A partition being read: the records that came in and wait to be taken.
import type { PartitionInput, StreamRecord } from '../../ports/stream/stream.ts';
import type { ReadBatch } from './read-records.ts';

/** Records that wait in memory for a partition; beyond this no more are asked for. */
const MAX_WAITING_BYTES = 2 << 20;

export type Reading = {
  readonly partition: number;
  nextOffset: number;
  highWatermark: number;
  waiting: StreamRecord[];
  waitingBytes: number;
  wake: (() => void) | undefined;
  closed: boolean;
};

/** Nothing came in yet. */
export const startReading = (partition: number, fromOffset: number): Reading => ({
  partition,
  nextOffset: fromOffset,
  highWatermark: -1,
  waiting: [],
  waitingBytes: 0,
  wake: undefined,
  closed: false,
});

/** Whether more may be asked for. */
export const hasRoom = (reading: Reading): boolean => reading.waitingBytes < MAX_WAITING_BYTES;

/** Takes in what a broker answered, but for what was aborted; gives the bytes of the records. */
export function takeIn(
  reading: Reading,
  batches: readonly ReadBatch[],
  aborted: Map<bigint, number>,
): number {
  const before = reading.waitingBytes;
  for (const { firstOffset, endOffset, isControl, isTransactional, producerId, records } of batches) {
    if (endOffset <= reading.nextOffset) continue;
    const abortedFrom = aborted.get(producerId);
    const isAborted = isTransactional && abortedFrom !== undefined && firstOffset >= abortedFrom;
    if (isControl) aborted.delete(producerId);
    for (const record of isControl || isAborted ? [] : records) {
      if (record.offset < reading.nextOffset) continue;
      reading.waiting.push(record);
      reading.waitingBytes += record.value?.length ?? 0;
    }
    reading.nextOffset = endOffset;
  }
  const bytes = reading.waitingBytes - before;
  if (reading.waiting.length > 0) {
    reading.wake?.();
    reading.wake = undefined;
  }
  return bytes;
}

/** Records behind the newest; undefined before the first answer. */
export const lagOf = (reading: Reading): number | undefined =>
  reading.highWatermark < 0
    ? undefined
    : Math.max(0, reading.highWatermark - reading.nextOffset + reading.waiting.length);

/** Nothing is taken from now on; whoever waits is told. */
export function stopReading(reading: Reading): void {
  reading.closed = true;
  reading.wake?.();
}

/** What is read, as an input. */
export const inputOf = (reading: Reading, onTaken: () => void, onClosed: () => void): PartitionInput => ({
  async take(max) {
    while (reading.waiting.length === 0) {
      if (reading.closed) return [];
      await new Promise<void>((resolve) => {
        reading.wake = resolve;
      });
    }
    if (reading.closed) return [];
    const taken = reading.waiting.splice(0, max);
    for (const record of taken) reading.waitingBytes -= record.value?.length ?? 0;
    onTaken();
    return taken;
  },
  close() {
    onClosed();
    stopReading(reading);
  },
});
