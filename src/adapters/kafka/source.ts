// Records of a topic's partitions: one request at a time to each broker, for all partitions that have room. A broker
// that is away is asked again for as long as it takes.
import { listOffsetsV7 } from '@platformatic/kafka';
import type { PartitionInput, StreamRecord, StreamSource } from '../../ports/stream/stream.ts';
import { isKafkaError, type KafkaClient, type TopicInfo } from './client.ts';
import { fetchApi } from './fetch.ts';
import type { ReadBatch } from './read-records.ts';

const MAX_BYTES = 8 << 20;
const PARTITION_BYTES = 1 << 20;
/** Records that wait in memory for a partition; beyond this no more are asked for. */
const MAX_WAITING_BYTES = 2 << 20;
const FIRST_RETRY_MS = 50;
const SLOWEST_RETRY_MS = 2000;
const READ_COMMITTED = 1;
const EARLIEST = -2n;
const AT_ONCE: Patience = { bytes: 1, waitMs: 200 };
/** What came longer ago than this counts for little. */
const LATELY_MS = 300;

type Reading = {
  readonly partition: number;
  nextOffset: number;
  highWatermark: number;
  waiting: StreamRecord[];
  waitingBytes: number;
  wake: (() => void) | undefined;
  closed: boolean;
};

export type KafkaSource = StreamSource & {
  /** Records behind the newest, for each open partition; undefined before the first answer. */
  lag(partition: number): number | undefined;
  /** Everything before this offset of an open partition was taken, or holds no record. */
  takenTo(partition: number): number;
  /** When the oldest record was written that was read and not taken yet. */
  oldestWaitingMs(partition: number): number | undefined;
  close(): Promise<void>;
};

export type Patience = { readonly bytes: number; readonly waitMs: number };

export type SourceParts = {
  readonly client: KafkaClient;
  readonly topic: string;
  /**
   * A reader that need not hear at once asks for so many bytes, and waits for them up to so long: each answer costs the
   * broker as much as a hundred records. Given is what came lately.
   */
  readonly patience?: (bytesPerSecond: number) => Patience | undefined;
  readonly onTrouble?: (error: Error) => void;
  /** Records were deleted by the topic's retention before they were read. */
  readonly onGap?: (partition: number, from: number, to: number) => void;
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function openKafkaSource({ client, topic, patience, onTrouble, onGap }: SourceParts): KafkaSource {
  const open = new Map<number, Reading>();
  let closed = false;
  let somethingToDo: (() => void) | undefined;
  const loops = new Map<number, Promise<void>>();
  let info: TopicInfo | undefined;

  const poke = (): void => {
    somethingToDo?.();
    somethingToDo = undefined;
  };

  const wanting = (node: number): Reading[] =>
    [...open.values()].filter(
      (reading) => info?.leaders[reading.partition] === node && reading.waitingBytes < MAX_WAITING_BYTES,
    );

  /** Starts a loop for each broker that leads an open partition. */
  async function dispatch(): Promise<void> {
    for (let wait = FIRST_RETRY_MS; !closed; ) {
      try {
        if (open.size > 0) {
          info ??= await client.topic(topic, true);
          if (!info) throw new Error(`topic ${topic} is not there`);
          for (const { partition } of open.values()) {
            const node = info.leaders[partition];
            if (node !== undefined && node >= 0 && !loops.has(node)) {
              loops.set(
                node,
                fetchFrom(node).finally(() => loops.delete(node)),
              );
            }
          }
        }
        wait = FIRST_RETRY_MS;
        await new Promise<void>((resolve) => {
          somethingToDo = resolve;
        });
      } catch (error) {
        onTrouble?.(error as Error);
        info = undefined;
        await sleep(wait);
        wait = Math.min(wait * 2, SLOWEST_RETRY_MS);
      }
    }
  }

  /** Asks one broker until nothing more is wanted of it, or it fails: then leaders are looked up again. */
  async function fetchFrom(node: number): Promise<void> {
    let wait = FIRST_RETRY_MS;
    let latelyBytes = 0;
    let countedAtMs = performance.now();
    while (!closed && info) {
      const readings = wanting(node);
      if (readings.length === 0) return;
      try {
        const { id } = info;
        const { bytes, waitMs } = patience?.((latelyBytes * 1000) / LATELY_MS) ?? AT_ONCE;
        const partitions = readings.map(({ partition, nextOffset }) => ({
          partition,
          currentLeaderEpoch: -1,
          fetchOffset: BigInt(nextOffset),
          lastFetchedEpoch: -1,
          partitionMaxBytes: PARTITION_BYTES,
        }));
        const answer = await client.request(
          node, fetchApi,
          waitMs, bytes, MAX_BYTES, READ_COMMITTED, 0, -1, [{ topicId: id, partitions }], [], '',
        ); // biome-ignore format: in the order of the protocol
        const nowMs = performance.now();
        latelyBytes *= Math.exp((countedAtMs - nowMs) / LATELY_MS);
        countedAtMs = nowMs;
        for (const { partition, highWatermark, aborted, batches } of answer) {
          const reading = open.get(partition);
          if (!reading || !readings.includes(reading)) continue;
          reading.highWatermark = highWatermark;
          const abortedFrom = new Map(aborted.map((t) => [t.producerId, Number(t.firstOffset)]));
          latelyBytes += take(reading, batches, abortedFrom);
        }
        wait = FIRST_RETRY_MS;
      } catch (error) {
        if (isKafkaError(error, 'OFFSET_OUT_OF_RANGE')) {
          await Promise.all(readings.map((reading) => skipGap(node, reading))).catch((problem: Error) =>
            onTrouble?.(problem),
          );
        } else onTrouble?.(error as Error);
        await sleep(wait);
        wait = Math.min(wait * 2, SLOWEST_RETRY_MS);
        const fresh = await client.topic(topic, true).catch(() => undefined);
        if (fresh) info = fresh;
        if (fresh && !wanting(node).length) {
          poke();
          return;
        }
      }
    }
  }

  /** What the topic's retention deleted cannot be read any more: it is told, and the stream goes on. */
  async function skipGap(node: number, reading: Reading): Promise<void> {
    const answer = await client.request(node, listOffsetsV7.api, -1, READ_COMMITTED, [
      {
        name: topic,
        partitions: [{ partitionIndex: reading.partition, currentLeaderEpoch: -1, timestamp: EARLIEST }],
      },
    ]);
    const earliest = Number(answer.topics[0]?.partitions[0]?.offset ?? 0);
    if (earliest > reading.nextOffset) {
      onGap?.(reading.partition, reading.nextOffset, earliest);
      reading.nextOffset = earliest;
    } else if (reading.nextOffset > earliest) {
      onTrouble?.(
        new Error(
          `partition ${reading.partition} of ${topic} ends before offset ${reading.nextOffset}: was the topic made anew?`,
        ),
      );
    }
  }

  /** Gives the bytes of the records. */
  function take(reading: Reading, batches: readonly ReadBatch[], aborted: Map<bigint, number>): number {
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

  const dispatching = dispatch();

  return {
    open(partition, fromOffset): PartitionInput {
      const reading: Reading = {
        partition,
        nextOffset: fromOffset,
        highWatermark: -1,
        waiting: [],
        waitingBytes: 0,
        wake: undefined,
        closed: false,
      };
      open.set(partition, reading);
      poke();
      return {
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
          poke();
          return taken;
        },
        close() {
          reading.closed = true;
          if (open.get(partition) === reading) open.delete(partition);
          reading.wake?.();
        },
      };
    },
    lag(partition) {
      const reading = open.get(partition);
      if (!reading || reading.highWatermark < 0) return undefined;
      return Math.max(0, reading.highWatermark - reading.nextOffset + reading.waiting.length);
    },
    takenTo(partition) {
      const reading = open.get(partition);
      return reading?.waiting[0]?.offset ?? reading?.nextOffset ?? 0;
    },
    oldestWaitingMs: (partition) => open.get(partition)?.waiting[0]?.timestampMs,
    async close() {
      closed = true;
      for (const reading of open.values()) {
        reading.closed = true;
        reading.wake?.();
      }
      open.clear();
      poke();
      await client.close().catch(() => undefined);
      await dispatching;
    },
  };
}
