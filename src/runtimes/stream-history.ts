// What a stream decided so far. A short stretch at the end comes from the decisions topic alone, so that a worker that died
// is followed whatever the database does; a long one from the database as far as sinks have come, and from the topic beyond.
import type { Pool } from 'pg';
import { openKafkaClient } from '../adapters/kafka/client.ts';
import { endOffsets, firstOffsets } from '../adapters/kafka/offsets.ts';
import { openKafkaSource } from '../adapters/kafka/source.ts';
import { storedHistory } from '../adapters/postgres/history.ts';
import { createSinkStore } from '../adapters/postgres/sink-store.ts';
import type { DecidedHistory, HistoryItem } from '../ports/stream/history.ts';
import { offsetOf, readMessage, sourceOffsetOf } from '../stream/message-codec.ts';
import type { StreamSettings } from './stream-settings.ts';

const RECORDS_AT_ONCE = 500;
/** Source offsets that are read from the topic alone. */
const SHORT = 50_000;
/** Each record of the input makes one message at most; whoever claimed the output wrote another. */
const FEW_CLAIMS = 50;

/** `keyFields` are what entities of one's own are keyed by in what is live at the time (`OwnData.keyFields`). */
export function streamHistory(
  settings: StreamSettings,
  pool: Pool,
  keyFields: () => readonly string[] = () => [],
): DecidedHistory {
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
          const message = value && readMessage(value);
          if (!message) continue;
          const offset = offsetOf(message);
          // Claims tell how far the output went as well.
          if (offset <= reached) continue;
          reached = offset;
          if (offset < fromOffset || offset > toOffset) continue;
          if (message.kind === 'decision') {
            items.push({ kind: 'transaction', offset, transaction: message.decided.transaction });
          } else if (message.kind === 'event') {
            items.push({ kind: 'event', offset, event: message.observed.event });
          } else if (message.kind === 'label') items.push({ kind: 'label', offset, label: message.label });
        }
        if (items.length > 0) yield items;
      }
    } finally {
      await source.close();
    }
  }

  /** Where in the topic to read from so that no answer to `fromOffset` or later is missed; undefined when it is gone. */
  async function startOf(
    partition: number,
    fromOffset: number,
    toOffset: number,
  ): Promise<number | undefined> {
    const { kafka, topics } = settings;
    const client = openKafkaClient(kafka, 'history-ends');
    const source = openKafkaSource({ client, topic: topics.decisions });
    try {
      const first = (await firstOffsets(client, topics.decisions))[partition];
      const end = (await endOffsets(client, topics.decisions))[partition];
      for (let back = toOffset - fromOffset + FEW_CLAIMS; ; back *= 2) {
        const start = Math.max(first, end - back);
        const input = source.open(partition, start);
        const [{ value }] = await input.take(1);
        input.close();
        const told = value && sourceOffsetOf(value);
        if (typeof told === 'number' && told < fromOffset) return start;
        if (start === first) return first === 0 ? 0 : undefined;
      }
    } finally {
      await source.close();
    }
  }

  return {
    async *replay(partition, fromOffset, toOffset) {
      if (toOffset - fromOffset < SHORT) {
        const start = await startOf(partition, fromOffset, toOffset);
        if (start !== undefined) {
          yield* published(partition, start, fromOffset, toOffset);
          return;
        }
      }
      const { nextOffset, sourceOffset } = await sinks.progress('decisions', partition);
      yield* storedHistory(pool, partition, fromOffset, Math.min(toOffset, sourceOffset), keyFields());
      if (sourceOffset < toOffset) {
        yield* published(partition, nextOffset, Math.max(fromOffset, sourceOffset + 1), toOffset);
      }
    },
  };
}
