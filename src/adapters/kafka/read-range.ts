// A stretch of a partition that is there already, from its first to before its last offset; it ends by itself.
import type { StreamRecord } from '../../ports/stream/stream.ts';
import type { KafkaClient } from './client.ts';
import { openKafkaSource } from './source.ts';

const RECORDS_AT_ONCE = 1000;
const LOOK_EVERY_MS = 100;

const sleep = (ms: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(resolve, ms, undefined));

export type Range = {
  readonly client: KafkaClient;
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  /** Offsets that the topic's retention deleted; what it throws ends the reading. */
  readonly onGap: (from: number, to: number) => void;
};

/** Closes the client at its end. A broker that is away is waited for. */
export async function* readRange({
  client,
  topic,
  partition,
  from,
  to,
  onGap,
}: Range): AsyncGenerator<readonly StreamRecord[]> {
  let gap: [number, number] | undefined;
  const source = openKafkaSource({
    client,
    topic,
    onGap: (_, first, next) => {
      gap ??= [first, next];
    },
  });
  try {
    const input = source.open(partition, from);
    for (let taking = input.take(RECORDS_AT_ONCE); ; ) {
      // Markers of transactions and what was compacted leave offsets without records: the end may have none.
      const ended = source.takenTo(partition) >= to;
      const records = await Promise.race([taking, sleep(ended ? 0 : LOOK_EVERY_MS)]);
      if (gap) onGap(...gap);
      if (!records) {
        if (ended) return;
        continue;
      }
      const wanted = records.filter(({ offset }) => offset < to);
      if (wanted.length > 0) yield wanted;
      if (wanted.length < records.length) return;
      taking = input.take(RECORDS_AT_ONCE);
    }
  } finally {
    await source.close();
  }
}
