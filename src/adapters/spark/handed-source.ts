// A source whose records are handed over by Spark tasks instead of being fetched. What is handed over is kept until
// it is safe, so that a partition that has to be acquired anew goes on where the state store is.
import type { PartitionInput, StreamRecord, StreamSource } from '../../ports/stream/stream.ts';

export type HandedSource = StreamSource & {
  /**
   * Takes records in offset order; those it was handed before are left out. Gives `elsewhere` when what comes
   * before them was never seen here: whoever decides them must ask the state store where it is.
   */
  hand(partition: number, records: readonly StreamRecord[]): 'goes on' | 'elsewhere';
  /** Everything before this offset is safe. */
  safe(partition: number, offset: number): void;
  /** When the oldest record was written that waits to be decided. */
  oldestWaitingMs(partition: number): number | undefined;
};

type Queue = {
  /** Records that are not safe yet, in order. */
  kept: StreamRecord[];
  /** Those before it were taken by the input at hand. */
  taken: number;
  /** One past the last record that was handed over. */
  nextOffset: number;
  /** Where the input at hand began: what lies before it was decided before. */
  fromOffset: number;
  input: { wake: (() => void) | undefined; closed: boolean } | undefined;
};

export function createHandedSource(
  onGap: (partition: number, fromOffset: number, toOffset: number) => void,
): HandedSource {
  const queues = new Map<number, Queue>();

  function queueOf(partition: number): Queue {
    let queue = queues.get(partition);
    if (!queue) {
      queue = { kept: [], taken: 0, nextOffset: -1, fromOffset: 0, input: undefined };
      queues.set(partition, queue);
    }
    return queue;
  }

  return {
    hand(partition, records) {
      const queue = queueOf(partition);
      let goesOn = true;
      const expected = queue.nextOffset;
      for (const record of records) {
        // One by one: a task that is being given up may still hand over while its successor does.
        if (record.offset < queue.nextOffset) continue;
        if (queue.nextOffset === expected) goesOn = record.offset === expected;
        queue.nextOffset = record.offset + 1;
        if (record.offset >= queue.fromOffset) queue.kept.push(record);
      }
      queue.input?.wake?.();
      return goesOn ? 'goes on' : 'elsewhere';
    },

    safe(partition, offset) {
      const queue = queueOf(partition);
      let count = 0;
      while (count < queue.taken && queue.kept[count].offset < offset) count++;
      if (count === 0) return;
      queue.kept.splice(0, count);
      queue.taken -= count;
    },

    oldestWaitingMs: (partition) => {
      const queue = queues.get(partition);
      return queue?.kept[queue.taken]?.timestampMs;
    },

    open(partition, fromOffset): PartitionInput {
      const queue = queueOf(partition);
      const input: NonNullable<Queue['input']> = { wake: undefined, closed: false };
      queue.input = input;
      queue.fromOffset = fromOffset;
      queue.kept = queue.kept.filter(({ offset }) => offset >= fromOffset);
      queue.taken = 0;
      let expected: number | undefined = fromOffset;
      return {
        async take(max) {
          while (!input.closed && queue.taken >= queue.kept.length) {
            await new Promise<void>((resolve) => {
              input.wake = resolve;
            });
          }
          if (input.closed) return [];
          const records = queue.kept.slice(queue.taken, queue.taken + max);
          queue.taken += records.length;
          if (expected !== undefined && records[0].offset > expected)
            onGap(partition, expected, records[0].offset);
          expected = undefined;
          return records;
        },
        close() {
          input.closed = true;
          input.wake?.();
        },
      };
    },
  };
}
