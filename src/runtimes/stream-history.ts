// What a stream decided so far. A short stretch at the end comes from the decisions topic alone, so that a worker that died
// is followed whatever the database does; a long one from the database as far as sinks have come, and from the topic beyond.
import type { Pool } from 'pg';
import { openKafkaClient } from '../adapters/kafka/client.ts';
import { endOffsets, firstOffsets } from '../adapters/kafka/offsets.ts';
import { openKafkaSource } from '../adapters/kafka/source.ts';
import { storedHistory, storedTransactions } from '../adapters/postgres/history.ts';
import { createSinkStore } from '../adapters/postgres/sink-store.ts';
import type { OwnData } from '../domain/own-data.ts';
import type { DecidedHistory, HistoryItem } from '../ports/stream/history.ts';
import { offsetOf, readMessage, sourceOffsetOf } from '../stream/message-codec.ts';
import { saysAll, withKeysOf } from './redo.ts';
import type { StreamSettings } from './stream-settings.ts';

const RECORDS_AT_ONCE = 500;
/** Source offsets that are read from the topic alone. */
const SHORT = 50_000;
/** Each record of the input makes one message at most; whoever claimed the output wrote another. */
const FEW_CLAIMS = 50;

/** `live` is what the catalogue declares that is live at the time. */
export function streamHistory(
  settings: StreamSettings,
  pool: Pool,
  live: () => OwnData | undefined = () => undefined,
): DecidedHistory {
  const sinks = createSinkStore(pool);

  async function* published(
    partition: number,
    topicOffset: number,
    fromOffset: number,
    toOffset: number,
    declared: OwnData | undefined,
  ): AsyncIterable<readonly HistoryItem[]> {
    const source = openKafkaSource({
      client: openKafkaClient(settings.kafka, 'history'),
      topic: settings.topics.decisions,
    });
    try {
      const client = openKafkaClient(settings.kafka, 'history-ends');
      const end = (await endOffsets(client, settings.topics.decisions).finally(() => client.close()))[
        partition
      ];
      const input = source.open(partition, topicOffset);
      // What was published before is before the end, whatever of it said nothing.
      for (let reached = -1, topicAt = topicOffset; reached < toOffset && topicAt < end; ) {
        const items: HistoryItem[] = [];
        for (const { value, offset: at } of await input.take(RECORDS_AT_ONCE)) {
          topicAt = at + 1;
          const message = value && readMessage(value);
          if (!message) continue;
          const offset = offsetOf(message);
          // Claims tell how far the output went as well.
          if (offset <= reached) continue;
          reached = offset;
          if (offset < fromOffset || offset > toOffset) continue;
          if (message.kind === 'decision') {
            const { transaction, receivedAtMs, vector, decision } = message.decided;
            const decidedBy = { catalogueHash: decision.catalogueHash, vector };
            items.push({ kind: 'transaction', offset, transaction, receivedAtMs, decidedBy });
          } else if (message.kind === 'event') {
            const { event, receivedAtMs } = message.observed;
            items.push({ kind: 'event', offset, event, receivedAtMs });
          } else if (message.kind === 'label') items.push({ kind: 'label', offset, label: message.label });
        }
        if (items.length > 0) yield await withKeys(items, declared);
      }
    } finally {
      await source.close();
    }
  }

  /** Labels that came in before an entity was declared say nothing of it: their transactions do. */
  async function withKeys(
    items: readonly HistoryItem[],
    declared: OwnData | undefined,
  ): Promise<readonly HistoryItem[]> {
    if (!declared) return items;
    const ids = items.flatMap((item) =>
      item.kind === 'label' && !saysAll(item.label, declared.keyFields) ? [item.label.transactionId] : [],
    );
    if (ids.length === 0) return items;
    const transactions = await storedTransactions(pool, ids);
    return items.map((item) =>
      item.kind === 'label' ? { ...item, label: withKeysOf(item.label, transactions, declared) } : item,
    );
  }

  return {
    async *replay(partition, fromOffset, toOffset, coming) {
      const declared = coming ?? live();
      // Of a coming catalogue few labels in the topic say what they need: the database has their transactions.
      if (toOffset - fromOffset < SHORT && !coming) {
        const start = await startOf(settings, partition, fromOffset, toOffset);
        if (start !== undefined) {
          yield* published(partition, start, fromOffset, toOffset, declared);
          return;
        }
      }
      const { nextOffset, sourceOffset } = await sinks.progress('decisions', partition);
      yield* storedHistory(pool, partition, fromOffset, Math.min(toOffset, sourceOffset), declared);
      if (sourceOffset < toOffset) {
        yield* published(partition, nextOffset, Math.max(fromOffset, sourceOffset + 1), toOffset, declared);
      }
    },
  };
}

/** Where in the topic to read from so that no answer to `fromOffset` or later is missed; undefined when it is gone. */
async function startOf(
  { kafka, topics }: StreamSettings,
  partition: number,
  fromOffset: number,
  toOffset: number,
): Promise<number | undefined> {
  const client = openKafkaClient(kafka, 'history-ends');
  const source = openKafkaSource({ client, topic: topics.decisions });
  try {
    const first = (await firstOffsets(client, topics.decisions))[partition];
    const end = (await endOffsets(client, topics.decisions))[partition];
    // Nothing was published: there is no answer that could be missed.
    if (end === first) return first === 0 ? 0 : undefined;
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
