// Where the partitions of a topic begin and end, and which records were written when.
import { listOffsetsV7 } from '@platformatic/kafka';
import type { KafkaClient } from './client.ts';

const LATEST = -1;
const EARLIEST = -2;

/** The offset that each partition's next record will get. */
export const endOffsets = (client: KafkaClient, topic: string): Promise<number[]> =>
  listOffsets(client, topic, LATEST);

/** The offset of each partition's first record. */
export const firstOffsets = (client: KafkaClient, topic: string): Promise<number[]> =>
  listOffsets(client, topic, EARLIEST);

/** The offset of each partition's first record that was written at `timeMs` or later; where there is none, the end. */
export async function offsetsSince(client: KafkaClient, topic: string, timeMs: number): Promise<number[]> {
  const [since, ends] = [await listOffsets(client, topic, timeMs), await endOffsets(client, topic)];
  return since.map((offset, partition) => (offset < 0 ? ends[partition] : offset));
}

async function listOffsets(client: KafkaClient, topic: string, timestamp: number): Promise<number[]> {
  const info = await client.topic(topic);
  if (!info) throw new Error(`topic ${topic} is not there`);
  const byLeader = Map.groupBy([...info.leaders.keys()], (partition) => info.leaders[partition]);
  const offsets: number[] = info.leaders.map(() => 0);
  for (const [leader, partitions] of byLeader) {
    const answer = await client.request(leader, listOffsetsV7.api, -1, 0, [
      {
        name: topic,
        partitions: partitions.map((partitionIndex) => ({
          partitionIndex,
          currentLeaderEpoch: -1,
          timestamp: BigInt(timestamp),
        })),
      },
    ]);
    for (const { partitionIndex, offset } of answer.topics[0].partitions)
      offsets[partitionIndex] = Number(offset);
  }
  return offsets;
}
