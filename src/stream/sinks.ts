// The sinks of one process: one for each output of each partition that it was given.
import type { Collector } from '../ports/stream/sink-store.ts';
import { OUTPUTS, type Output } from '../ports/stream/stream.ts';
import { type SinkParts, type SinkRunner, startSink } from './sink.ts';

export type Sinks = {
  /** From now on these partitions are stored here, and no others. */
  assign(partitions: readonly number[]): void;
  /** Partitions at work, those included that are just being given up. */
  readonly working: readonly number[];
  /** Finishes what is under way, then resolves. */
  stop(): Promise<void>;
};

/** `onFailure` hears of faults of the program. */
export function startSinks<Collected extends Collector>(
  partsOf: (output: Output, partition: number) => SinkParts<Collected>,
  onFailure: (error: Error) => void,
): Sinks {
  const running = new Map<number, readonly SinkRunner[]>();
  let wanted: readonly number[] = [];

  /** One that is given up and wanted again before it has ended is started when it has. */
  function reconcile(): void {
    for (const [partition, runners] of running) {
      if (!wanted.includes(partition)) for (const runner of runners) runner.stop();
    }
    for (const partition of wanted) if (!running.has(partition)) start(partition);
  }

  function start(partition: number): void {
    const runners = OUTPUTS.map((output) => startSink(partsOf(output, partition)));
    running.set(partition, runners);
    Promise.all(runners.map((runner) => runner.ended))
      .then(() => {
        running.delete(partition);
        reconcile();
      })
      .catch(onFailure);
  }

  return {
    assign(partitions) {
      wanted = partitions;
      reconcile();
    },
    get working() {
      return [...running.keys()];
    },
    async stop() {
      wanted = [];
      reconcile();
      const ending = [...running.values()].flat();
      await Promise.all(ending.map((runner) => runner.ended.catch(() => undefined)));
    },
  };
}
