// What all parts of a simulated stream share: time, chance, calls that may fail, the log and the outputs.
import { createMemoryPastValues } from '../../src/adapters/memory/past-values.ts';
import { createRandom, type Random } from '../../src/domain/random.ts';
import type { PastValues } from '../../src/ports/past-values.ts';
import type { Output, PartitionInput, StreamRecord } from '../../src/ports/stream/stream.ts';
import type { Faults } from './faults.ts';
import { createVirtualTime, type Process } from './virtual-time.ts';

export const PARTITIONS = 2;
/** Where an account is: a0 in the first, a1 in the second, a2 in the first. */
export const partitionIn = (accountId: string): number => Number(accountId.slice(1)) % PARTITIONS;
export const START_MS = Date.UTC(2026, 0, 5, 12);
/** Faults and transactions come for so long. */
export const BUSY_MS = 1000;

export type World = {
  readonly seed: number;
  readonly faults: Faults;
  readonly random: Random;
  readonly time: ReturnType<typeof createVirtualTime>;
  /** Lives until the end: for what is done by nobody. */
  readonly process: Process;
  readonly log: readonly StreamRecord[][];
  /** Where the catalogue of own aggregates is. */
  readonly book: { state: 'draft' | 'filling' | 'live' };
  /** What its features would have had for what was decided before. */
  readonly values: PastValues;
  readonly outputs: Readonly<Record<Output, readonly StreamRecord[][]>>;
  chance(share: number): boolean;
  between(low: number, high: number): number;
  trouble(): boolean;
  /** A call over the network: it may fail before or after it was carried out. */
  callOver<T>(process: Process, work: () => Promise<T>): Promise<T>;
  /** Puts a record at the end of a partition, and wakes who waits for it. */
  append(
    records: StreamRecord[],
    key: Uint8Array,
    value: Uint8Array,
    headers?: ReadonlyMap<string, string>,
  ): void;
  inputOver(process: Process, records: readonly StreamRecord[], fromOffset: number): PartitionInput;
};

/** What the log and the outputs hold, and who waits at their ends. */
function createRecords(random: Random, time: World['time']): Pick<World, 'append' | 'inputOver'> {
  const waiting: { process: Process; wake(): void }[] = [];
  function arrived(): void {
    for (const { process, wake } of waiting.splice(0)) void time.sleep(process, 1).then(wake);
  }

  return {
    append(records, key, value, headers = new Map()) {
      records.push({ offset: records.length, timestampMs: time.nowMs(), key, value, headers });
      arrived();
    },
    inputOver(process, records, fromOffset) {
      let next = fromOffset;
      let closed = false;
      return {
        async take(max) {
          for (;;) {
            await time.moment(process);
            if (closed) return [];
            const found = records.slice(next, next + Math.min(max, 1 + Math.floor(random.next() * 4)));
            if (found.length > 0) {
              next += found.length;
              return found;
            }
            await new Promise<void>((wake) => waiting.push({ process, wake }));
          }
        },
        close() {
          closed = true;
          arrived();
        },
      };
    },
  };
}

const emptyPartitions = (): StreamRecord[][] => Array.from({ length: PARTITIONS }, () => []);

export function createWorld(seed: number, faults: Faults): World {
  const random = createRandom(seed, 1);
  const time = createVirtualTime(random, START_MS);
  const chance = (share: number): boolean => random.next() < share;
  const trouble = (): boolean => faults.errors && time.nowMs() < START_MS + BUSY_MS && chance(0.06);
  return {
    seed,
    faults,
    random,
    time,
    process: { alive: true, pausedUntilMs: 0 },
    log: emptyPartitions(),
    book: { state: faults.catalogue === 'own' ? 'live' : 'draft' },
    values: createMemoryPastValues(),
    outputs: { decisions: emptyPartitions(), 'dead-letters': emptyPartitions() },
    chance,
    between: (low, high) => low + random.next() * (high - low),
    trouble,
    async callOver(process, work) {
      await time.moment(process);
      if (trouble()) throw new Error('connection reset');
      const answer = await work();
      await time.moment(process);
      if (trouble()) throw new Error('connection reset, the answer is lost');
      return answer;
    },
    ...createRecords(random, time),
  };
}
