// Records of a topic's partitions: one request at a time to each broker, for all partitions that have room. A broker
// that is away is asked again for as long as it takes.
import { listOffsetsV7 } from '@platformatic/kafka';
import type { StreamSource } from '../../ports/stream/stream.ts';
import { isKafkaError, type KafkaClient, type TopicInfo } from './client.ts';
import { fetchApi } from './fetch.ts';
import { hasRoom, inputOf, lagOf, type Reading, startReading, stopReading, takeIn } from './reading.ts';

const MAX_BYTES = 8 << 20;
const PARTITION_BYTES = 1 << 20;
const FIRST_RETRY_MS = 50;
const SLOWEST_RETRY_MS = 2000;
const READ_COMMITTED = 1;
const EARLIEST = -2n;
const AT_ONCE: Patience = { bytes: 1, waitMs: 200 };
/** What came longer ago than this counts for little. */
const LATELY_MS = 300;

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

type Source = {
  readonly parts: SourceParts;
  readonly open: Map<number, Reading>;
  /** By the broker that is asked. */
  readonly loops: Map<number, Promise<void>>;
  /** Undefined when leaders are to be looked up. */
  info: TopicInfo | undefined;
  closed: boolean;
  somethingToDo: (() => void) | undefined;
};

/** Reads the partitions that are opened, until it is closed. */
export function openKafkaSource(parts: SourceParts): KafkaSource {
  const open = new Map<number, Reading>();
  const source: Source = {
    parts,
    open,
    loops: new Map(),
    info: undefined,
    closed: false,
    somethingToDo: undefined,
  };
  const dispatching = dispatch(source);
  return {
    open(partition, fromOffset) {
      const reading = startReading(partition, fromOffset);
      open.set(partition, reading);
      poke(source);
      return inputOf(
        reading,
        () => poke(source),
        () => {
          if (open.get(partition) === reading) open.delete(partition);
        },
      );
    },
    lag(partition) {
      const reading = open.get(partition);
      return reading && lagOf(reading);
    },
    takenTo(partition) {
      const reading = open.get(partition);
      return reading?.waiting[0]?.offset ?? reading?.nextOffset ?? 0;
    },
    oldestWaitingMs: (partition) => open.get(partition)?.waiting[0]?.timestampMs,
    async close() {
      source.closed = true;
      for (const reading of open.values()) stopReading(reading);
      open.clear();
      poke(source);
      await parts.client.close().catch(() => undefined);
      await dispatching;
    },
  };
}

/** Looks again at what is to be read. */
function poke(source: Source): void {
  source.somethingToDo?.();
  source.somethingToDo = undefined;
}

/** Open partitions that a broker leads and that have room. */
const wanting = ({ open, info }: Source, node: number): Reading[] =>
  [...open.values()].filter((reading) => info?.leaders[reading.partition] === node && hasRoom(reading));

/** Starts a loop for each broker that leads an open partition. */
async function dispatch(source: Source): Promise<void> {
  const { open, loops, parts } = source;
  const { client, topic, onTrouble } = parts;
  for (let wait = FIRST_RETRY_MS; !source.closed; ) {
    try {
      if (open.size > 0) {
        source.info ??= await client.topic(topic, true);
        const { info } = source;
        if (!info) throw new Error(`topic ${topic} is not there`);
        for (const { partition } of open.values()) {
          const node = info.leaders[partition];
          if (node !== undefined && node >= 0 && !loops.has(node)) {
            loops.set(
              node,
              fetchFrom(source, node).finally(() => loops.delete(node)),
            );
          }
        }
      }
      wait = FIRST_RETRY_MS;
      await new Promise<void>((resolve) => {
        source.somethingToDo = resolve;
      });
    } catch (error) {
      onTrouble?.(error as Error);
      source.info = undefined;
      await sleep(wait);
      wait = Math.min(wait * 2, SLOWEST_RETRY_MS);
    }
  }
}

/** Asks one broker until nothing more is wanted of it, or it fails: then leaders are looked up again. */
async function fetchFrom(source: Source, node: number): Promise<void> {
  const { client, topic, patience, onTrouble } = source.parts;
  let wait = FIRST_RETRY_MS;
  let latelyBytes = 0;
  let countedAtMs = performance.now();
  while (!source.closed && source.info) {
    const readings = wanting(source, node);
    if (readings.length === 0) return;
    try {
      const { id } = source.info;
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
        const reading = source.open.get(partition);
        if (!reading || !readings.includes(reading)) continue;
        reading.highWatermark = highWatermark;
        const abortedFrom = new Map(aborted.map((t) => [t.producerId, Number(t.firstOffset)]));
        latelyBytes += takeIn(reading, batches, abortedFrom);
      }
      wait = FIRST_RETRY_MS;
    } catch (error) {
      if (isKafkaError(error, 'OFFSET_OUT_OF_RANGE')) {
        await Promise.all(readings.map((reading) => skipGap(source, node, reading))).catch((problem: Error) =>
          onTrouble?.(problem),
        );
      } else onTrouble?.(error as Error);
      await sleep(wait);
      wait = Math.min(wait * 2, SLOWEST_RETRY_MS);
      const fresh = await client.topic(topic, true).catch(() => undefined);
      if (fresh) source.info = fresh;
      if (fresh && !wanting(source, node).length) {
        poke(source);
        return;
      }
    }
  }
}

/** What the topic's retention deleted cannot be read any more: it is told, and the stream goes on. */
async function skipGap(source: Source, node: number, reading: Reading): Promise<void> {
  const { client, topic, onTrouble, onGap } = source.parts;
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
