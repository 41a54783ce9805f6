// The outputs of a stream as topics with one writer for each partition.
//
// A claim takes the partition's producer id with a higher epoch (InitProducerId) and writes a record with it: from
// then on brokers refuse what writers of lower epochs still send. The record says how far the output went, so that
// the last record of a partition always tells.
import { findCoordinatorV4, initProducerIdV4 } from '@platformatic/kafka';
import { FencedError } from '../../ports/stream/state-store.ts';
import { OUTPUTS, type Output, type OutputLog, type StreamMessage } from '../../ports/stream/stream.ts';
import { claimMessage } from '../../stream/message-codec.ts';
import { HEADERS, SCHEMA_VERSION } from '../../stream/record-codec.ts';
import { isCoordinatorSettling, isKafkaError, type KafkaClient } from './client.ts';
import { endOf, leaderOf, tellsBefore } from './output-end.ts';
import { openBatchProducer } from './produce.ts';
import { encodeHeaders, type ProducedRecord } from './record-batch.ts';

const PRODUCE_TIMEOUT_MS = 10_000;
const TRANSACTION = 1;
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

const PLAIN_HEADERS = encodeHeaders([[HEADERS.schemaVersion, SCHEMA_VERSION]]);

/** The producer id of a name, with an epoch above all given out before. */
async function takeProducerId(client: KafkaClient, name: string): Promise<Writer> {
  for (let tries = 1; ; tries++) {
    try {
      const found = await client.request(await client.anyNode(), findCoordinatorV4.api, TRANSACTION, [name]);
      const { nodeId } = found.coordinators[0];
      const { producerId, producerEpoch } = await client.request(
        nodeId,
        initProducerIdV4.api,
        name,
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

/** Outputs of partitions that are claimed before they are written to. */
export function openKafkaOutput({ client, topics }: KafkaOutputParts): OutputLog {
  const writers = new Map<number, Writer>();
  const produceBatch = openBatchProducer(client);

  /** Appends records of one output; gives the offset of the first. */
  async function produce(
    output: Output,
    partition: number,
    writer: Writer,
    records: readonly ProducedRecord[],
  ): Promise<number> {
    const node = await leaderOf(client, topics[output], partition);
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
    const topic = topics[output];
    const expected = await tellsBefore(client, topic, partition, await endOf(client, topic, partition));
    const markedAt = await produce(output, partition, writer, mark(expected));
    // A writer before us may have appended between the look and the mark; none can after it.
    const actual = await tellsBefore(client, topic, partition, markedAt);
    if (actual > expected) await produce(output, partition, writer, mark(actual));
    return Math.max(actual, expected);
  }

  return {
    async claim(partition) {
      writers.delete(partition);
      const writer = await takeProducerId(client, `${topics.decisions}-${partition}`);
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
