// Where the partitions of a topic end.
import { listOffsetsV7 } from '@platformatic/kafka';
import type { KafkaClient } from './client.ts';

const LATEST = -1n;

/** The offset that each partition's next record will get. */
export async function endOffsets(client: KafkaClient, topic: string): Promise<number[]> {
  const info = await client.topic(topic);
  if (!info) throw new Error(`topic ${topic} is not there`);
  const byLeader = Map.groupBy([...info.leaders.keys()], (partition) => info.leaders[partition]);
  const ends: number[] = info.leaders.map(() => 0);
  for (const [leader, partitions] of byLeader) {
    const answer = await client.request(leader, listOffsetsV7.api, -1, 0, [
      {
        name: topic,
        partitions: partitions.map((partitionIndex) => ({
          partitionIndex,
          currentLeaderEpoch: -1,
          timestamp: LATEST,
        })),
      },
    ]);
    for (const { partitionIndex, offset } of answer.topics[0].partitions)
      ends[partitionIndex] = Number(offset);
  }
  return ends;
}
