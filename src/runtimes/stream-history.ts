// What a stream decided so far: from the database as far as sinks have come, from the decisions topic beyond.
import type { Pool } from 'pg';
import { openKafkaClient } from '../adapters/kafka/client.ts';
import { openKafkaSource } from '../adapters/kafka/source.ts';
import { storedHistory } from '../adapters/postgres/history.ts';
import { createSinkStore } from '../adapters/postgres/sink-store.ts';
import type { DecidedHistory, HistoryItem } from '../ports/history.ts';
import { decodeMessage } from '../stream/message-codec.ts';
import type { StreamSettings } from './stream-settings.ts';

const RECORDS_AT_ONCE = 500;

export function streamHistory(settings: StreamSettings, pool: Pool): DecidedHistory {
  const sinks = createSinkStore(pool);

  async function* published(
    partition: number,
    topicOffset: number,
    fromOffset: number,
    toOffset: number,
  ): AsyncIterable<readonly HistoryItem[]> {
    const source = openKafkaSource({
      client: openKafkaClient(settings.kafka, 'history'),
      topic: settings.topics.decisions,
    });
    try {
      const input = source.open(partition, topicOffset);
      for (let reached = -1; reached < toOffset; ) {
        const items: HistoryItem[] = [];
        for (const { value } of await input.take(RECORDS_AT_ONCE)) {
          if (value === null) continue;
          const message = decodeMessage(value);
          const offset = message.kind === 'decision' ? message.decided.offset : message.offset;
          // Claims tell how far the output went as well.
          if (offset <= reached) continue;
          reached = offset;
          if (offset < fromOffset || offset > toOffset) continue;
          if (message.kind === 'decision') {
            items.push({ kind: 'transaction', offset, transaction: message.decided.transaction });
          } else if (message.kind === 'label') items.push({ kind: 'label', offset, label: message.label });
        }
        if (items.length > 0) yield items;
      }
    } finally {
      await source.close();
    }
  }

  return {
    async *replay(partition, fromOffset, toOffset) {
      const { nextOffset, sourceOffset } = await sinks.progress('decisions', partition);
      yield* storedHistory(pool, partition, fromOffset, Math.min(toOffset, sourceOffset));
      if (sourceOffset < toOffset) {
        yield* published(partition, nextOffset, Math.max(fromOffset, sourceOffset + 1), toOffset);
      }
    },
  };
}
