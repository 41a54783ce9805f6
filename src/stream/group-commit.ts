// Several sinks over one store: what waits while a transaction is under way goes into the next one together.
import { isRecordFault } from '../domain/fault.ts';
import type { Collector, SinkBatch, SinkStore } from '../ports/stream/sink-store.ts';
import { FencedError } from '../ports/stream/state-store.ts';

export function groupCommits<Collected extends Collector>(store: SinkStore<Collected>): SinkStore<Collected> {
  type Waiting = {
    readonly batches: readonly SinkBatch<Collected>[];
    resolve(): void;
    reject(error: Error): void;
  };
  let waiting: Waiting[] = [];
  let busy = false;

  async function storeAlone(item: Waiting): Promise<void> {
    try {
      await store.store(item.batches);
      item.resolve();
    } catch (error) {
      item.reject(error as Error);
    }
  }

  async function drain(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      // All who were answered together come back together.
      await new Promise((resolve) => setImmediate(resolve));
      const group = waiting;
      waiting = [];
      try {
        await store.store(group.flatMap((item) => item.batches));
        for (const item of group) item.resolve();
      } catch (error) {
        // One of them is not where it thinks, or has a record that cannot be stored: the others must not wait for it.
        if ((error instanceof FencedError || isRecordFault(error)) && group.length > 1)
          for (const item of group) await storeAlone(item);
        else for (const item of group) item.reject(error as Error);
      }
    }
    busy = false;
  }

  return {
    progress: (output, partition) => store.progress(output, partition),
    collect: (partition) => store.collect(partition),
    store: (batches) =>
      new Promise((resolve, reject) => {
        waiting.push({ batches, resolve, reject });
        if (!busy) void drain();
      }),
  };
}
