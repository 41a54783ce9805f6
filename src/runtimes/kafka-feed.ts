// A worker's records from Kafka itself: a member of the consumer group that fetches what its partitions hold.
import { openKafkaClient } from '../adapters/kafka/client.ts';
import { joinGroup } from '../adapters/kafka/membership.ts';
import { openKafkaSource } from '../adapters/kafka/source.ts';
import type { FeedParts, WorkerFeed } from './worker.ts';

/** A batch costs as much as a dozen transactions in it: under load, some are waited for. */
const PATIENCE = { bytes: 32_000, waitMs: 4 };
/** Some thousand transactions a second. */
const LOAD_BYTES_PER_SECOND = 300_000;

export function kafkaFeed({ settings, groupClient, onNotice, trouble }: FeedParts): WorkerFeed {
  const { kafka, topics, group } = settings;
  const source = openKafkaSource({
    client: openKafkaClient(kafka, 'source'),
    topic: topics.transactions,
    patience: (bytesPerSecond) => (bytesPerSecond > LOAD_BYTES_PER_SECOND ? PATIENCE : undefined),
    onTrouble: (error) => trouble(`reading: ${error.message}`),
    onGap: (partition, from, to) =>
      onNotice(`partition ${partition}: offsets ${from} to ${to} were deleted before they were decided`),
  });
  let leaveGroup = async (): Promise<void> => undefined;
  return {
    runtime: 'kafka',
    source,
    lag: (partition) => source.lag(partition),
    oldestWaitingMs: (partition) => source.oldestWaitingMs(partition),
    attach(worker) {
      const membership = joinGroup({
        client: groupClient,
        group,
        topic: topics.transactions,
        onAssigned(assigned) {
          onNotice(`partitions ${assigned.join(', ') || 'none'}`);
          worker.assign(assigned);
        },
        working: () => worker.working,
        onTrouble: (error) => trouble(`group: ${error.message}`),
      });
      leaveGroup = () => membership.leave();
    },
    async leave() {
      await leaveGroup();
      await source.close();
    },
  };
}
