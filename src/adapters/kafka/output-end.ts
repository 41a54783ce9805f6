// How far an output went: the last record of a partition that is of this program tells.
import { fetchV15, listOffsetsV7 } from '@platformatic/kafka';
import { sourceOffsetOf } from '../../stream/message-codec.ts';
import { isKafkaError, type KafkaClient } from './client.ts';

const LATEST = -1n;
const TAIL_BYTES = 1 << 20;
/** Records of somebody else, at the end of an output, that are passed over. */
const MAX_FOREIGN = 1000;

/** The broker that leads a partition. Rejects while there is none. */
export async function leaderOf(client: KafkaClient, topic: string, partition: number): Promise<number> {
  const leader = (await client.topic(topic))?.leaders[partition];
  if (leader === undefined || leader < 0) {
    client.forget();
    throw new Error(`partition ${partition} of topic ${topic} has no leader`);
  }
  return leader;
}

/** Offset that the next record will get. */
export async function endOf(client: KafkaClient, topic: string, partition: number): Promise<number> {
  const answer = await client.request(await leaderOf(client, topic, partition), listOffsetsV7.api, -1, 0, [
    {
      name: topic,
      partitions: [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp: LATEST }],
    },
  ]);
  return Number(answer.topics[0].partitions[0].offset);
}

/** Source offset that the last message before an offset tells of; -1 when there is none. What others wrote there is passed over. */
export async function tellsBefore(
  client: KafkaClient,
  topic: string,
  partition: number,
  end: number,
): Promise<number> {
  for (let before = end; before > Math.max(0, end - MAX_FOREIGN); before--) {
    const told = await toldAt(client, topic, partition, before);
    if (told !== 'foreign') return told;
  }
  if (end <= MAX_FOREIGN) return -1;
  throw new Error(
    `the last ${MAX_FOREIGN} records of ${topic}, partition ${partition}, are not of this program`,
  );
}

/** What the record before an offset tells of. */
async function toldAt(
  client: KafkaClient,
  topic: string,
  partition: number,
  end: number,
): Promise<number | 'foreign'> {
  const node = await leaderOf(client, topic, partition);
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
