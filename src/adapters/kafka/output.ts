// The outputs of a stream as topics with one writer for each partition.
//
// A claim takes the partition's producer id with a higher epoch (InitProducerId) and writes a record with it: from
// then on brokers refuse what writers of lower epochs still send. The record says how far the output went, so that
// the last record of a partition always tells.
import { fetchV15, findCoordinatorV4, initProducerIdV4, listOffsetsV7 } from '@platformatic/kafka';
import { FencedError } from '../../ports/stream/state-store.ts';
import { OUTPUTS, type Output, type OutputLog, type StreamMessage } from '../../ports/stream/stream.ts';
import { claimMessage, sourceOffsetOf } from '../../stream/message-codec.ts';
import { HEADERS, SCHEMA_VERSION } from '../../stream/record-codec.ts';
import { isCoordinatorSettling, isKafkaError, type KafkaClient } from './client.ts';
import { openBatchProducer } from './produce.ts';
import { encodeHeaders, type ProducedRecord } from './record-batch.ts';

const PRODUCE_TIMEOUT_MS = 10_000;
const TRANSACTION = 1;
const LATEST = -1n;
const TAIL_BYTES = 1 << 20;
const COORDINATOR_TRIES = 20;
const COORDINATOR_PAUSE_MS = 100;

const isPassing = (error: unknown): boolean =>
  isCoordinatorSettling(error) || isKafkaError(error, 'CONCURRENT_TRANSACTIONS');

type Writer = {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly sequences: Record<Output, number>;
};

export type KafkaOutputParts = {
  readonly client: KafkaClient;
  readonly topics: Readonly<Record<Output, string>>;
};

/** Records of somebody else, at the end of an output, that are passed over. */
const MAX_FOREIGN = 1000;
const PLAIN_HEADERS = encodeHeaders([[HEADERS.schemaVersion, SCHEMA_VERSION]]);

export function openKafkaOutput({ client, topics }: KafkaOutputParts): OutputLog {
  const writers = new Map<number, Writer>();
  const produceBatch = openBatchProducer(client);

  async function leaderOf(output: Output, partition: number): Promise<number> {
    const leader = (await client.topic(topics[output]))?.leaders[partition];
    if (leader === undefined || leader < 0) {
      client.forget();
      throw new Error(`partition ${partition} of topic ${topics[output]} has no leader`);
    }
    return leader;
  }

  /** Producer id of a partition with an epoch above all given out before. */
  async function takeProducerId(partition: number): Promise<Writer> {
    const id = `${topics.decisions}-${partition}`;
    for (let tries = 1; ; tries++) {
      try {
        const found = await client.request(await client.anyNode(), findCoordinatorV4.api, TRANSACTION, [id]);
        const { nodeId } = found.coordinators[0];
        const { producerId, producerEpoch } = await client.request(
          nodeId,
          initProducerIdV4.api,
          id,
          PRODUCE_TIMEOUT_MS,
          -1n,
          -1,
        );
        return { producerId, producerEpoch, sequences: { decisions: 0, 'dead-letters': 0 } };
      } catch (error) {
        if (tries === COORDINATOR_TRIES || !isPassing(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, COORDINATOR_PAUSE_MS));
      }
    }
  }

  /** Source offset that the last message before an offset tells of; -1 when there is none. What others wrote there is passed over. */
  async function tellsBefore(output: Output, partition: number, end: number): Promise<number> {
    for (let before = end; before > Math.max(0, end - MAX_FOREIGN); before--) {
      const told = await toldAt(output, partition, before);
      if (told !== 'foreign') return told;
    }
    if (end <= MAX_FOREIGN) return -1;
    throw new Error(
      `the last ${MAX_FOREIGN} records of ${topics[output]}, partition ${partition}, are not of this program`,
    );
  }

  /** What the record before an offset tells of. */
  async function toldAt(output: Output, partition: number, end: number): Promise<number | 'foreign'> {
    const topic = topics[output];
    const node = await leaderOf(output, partition);
    const info = await client.topic(topic);
    if (!info) throw new Error(`topic ${topic} is not there`);
    const request = {
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(end - 1),
      lastFetchedEpoch: -1,
      partitionMaxBytes: TAIL_BYTES,
    };
    const answer = await client
      .request(
        node, fetchV15.api,
        0, 1, TAIL_BYTES, 0, 0, -1, [{ topicId: info.id, partitions: [request] }], [], '',
      ) // biome-ignore format: in the order of the protocol
      .catch((error: Error) => {
        // The retention took what there was.
        if (isKafkaError(error, 'OFFSET_OUT_OF_RANGE')) return undefined;
        throw error;
      });
    for (const batch of answer?.responses[0]?.partitions[0]?.records ?? []) {
      const record = batch.records.find(
        ({ offsetDelta }) => Number(batch.firstOffset) + offsetDelta === end - 1,
      );
      if (record) return (record.value && sourceOffsetOf(record.value)) ?? 'foreign';
    }
    return -1;
  }

  async function endOf(output: Output, partition: number): Promise<number> {
    const answer = await client.request(await leaderOf(output, partition), listOffsetsV7.api, -1, 0, [
      {
        name: topics[output],
        partitions: [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp: LATEST }],
      },
    ]);
    return Number(answer.topics[0].partitions[0].offset);
  }

  /** Appends records of one output; gives the offset of the first. */
  async function produce(
    output: Output,
    partition: number,
    writer: Writer,
    records: readonly ProducedRecord[],
  ): Promise<number> {
    const node = await leaderOf(output, partition);
    const sequence = writer.sequences[output];
    writer.sequences[output] += records.length;
    try {
      return await produceBatch(node, {
        topic: topics[output],
        partition,
        records,
        timestampMs: Date.now(),
        producer: { id: writer.producerId, epoch: writer.producerEpoch, sequence },
      });
    } catch (error) {
      if (!(error instanceof FencedError)) client.forget();
      throw error;
    }
  }

  async function claimOutput(output: Output, partition: number, writer: Writer): Promise<number> {
    const mark = (sourceOffset: number): ProducedRecord[] => [
      { key: null, value: claimMessage(sourceOffset), headers: PLAIN_HEADERS },
    ];
    const expected = await tellsBefore(output, partition, await endOf(output, partition));
    const markedAt = await produce(output, partition, writer, mark(expected));
    // A writer before us may have appended between the look and the mark; none can after it.
    const actual = await tellsBefore(output, partition, markedAt);
    if (actual > expected) await produce(output, partition, writer, mark(actual));
    return Math.max(actual, expected);
  }

  const toRecord = ({ key, value, traceparent }: StreamMessage): ProducedRecord => ({
    key: Buffer.from(key),
    value,
    headers:
      traceparent === undefined
        ? PLAIN_HEADERS
        : encodeHeaders([
            [HEADERS.schemaVersion, SCHEMA_VERSION],
            [HEADERS.traceparent, traceparent],
          ]),
  });

  return {
    async claim(partition) {
      writers.delete(partition);
      const writer = await takeProducerId(partition);
      const [decisions, deadLetters] = await Promise.all(
        OUTPUTS.map((output) => claimOutput(output, partition, writer)),
      );
      writers.set(partition, writer);
      return { decisions, 'dead-letters': deadLetters };
    },
    async append(partition, messages) {
      const writer = writers.get(partition);
      if (!writer) throw new Error(`partition ${partition} is not claimed`);
      await Promise.all(
        OUTPUTS.map(async (output) => {
          const records = messages.filter((message) => message.output === output).map(toRecord);
          if (records.length > 0) await produce(output, partition, writer, records);
        }),
      );
    },
  };
}
