// Appends transactions and labels to the stream's input. What resolved is on all in-sync replicas; an append whose
// answer was lost is sent again, and workers know a repetition by its id.
import type { EncodedRecord } from '../../stream/record-codec.ts';
import { HEADERS, SCHEMA_VERSION } from '../../stream/record-codec.ts';
import type { KafkaClient, TopicInfo } from './client.ts';
import { partitionOf } from './partition-of.ts';
import { openBatchProducer } from './produce.ts';
import { encodeHeaders, type ProducedRecord } from './record-batch.ts';

const FIRST_RETRY_MS = 20;
const SLOWEST_RETRY_MS = 1000;

export type RecordProducer = {
  /** Resolves when all are durable, in order within a partition. Rejects when it takes longer than `timeoutMs`. */
  append(records: readonly EncodedRecord[], timeoutMs: number): Promise<void>;
};

type Headed = Pick<EncodedRecord, 'kind' | 'traceparent' | 'attempt'>;
const headersOf = ({ kind, traceparent, attempt }: Headed): Uint8Array =>
  encodeHeaders([
    [HEADERS.schemaVersion, SCHEMA_VERSION],
    [HEADERS.kind, kind],
    ...(traceparent === undefined ? [] : [[HEADERS.traceparent, traceparent] as const]),
    ...(attempt === undefined ? [] : [[HEADERS.attempt, attempt] as const]),
  ]);
const HEADERS_OF = {
  transaction: headersOf({ kind: 'transaction' }),
  event: headersOf({ kind: 'event' }),
  label: headersOf({ kind: 'label' }),
};

export function openRecordProducer(client: KafkaClient, topic: string): RecordProducer {
  const produceBatch = openBatchProducer(client);
  type Waiting = { readonly records: readonly EncodedRecord[]; resolve(): void; reject(error: Error): void };
  let waiting: Waiting[] = [];
  let sending = false;

  type Pending = Map<number, ProducedRecord[]>;

  async function topicInfo(): Promise<TopicInfo> {
    const info = await client.topic(topic);
    if (!info) throw new Error(`topic ${topic} is not there`);
    return info;
  }

  async function byPartition(batch: readonly Waiting[]): Promise<Pending> {
    const { leaders } = await topicInfo();
    const pending: Pending = new Map();
    for (const { records } of batch) {
      for (const item of records) {
        const { key, value, kind, traceparent, attempt } = item;
        const partition = partitionOf(key, leaders.length);
        const isPlain = traceparent === undefined && attempt === undefined;
        const headers = isPlain ? HEADERS_OF[kind] : headersOf(item);
        const record = { key, value, headers };
        const list = pending.get(partition);
        if (list) list.push(record);
        else pending.set(partition, [record]);
      }
    }
    return pending;
  }

  /** One request to each leader; what it acknowledged leaves `pending`, also when other partitions fail. */
  async function send(pending: Pending): Promise<void> {
    const { leaders } = await topicInfo();
    const timestampMs = Date.now();
    const sent = await Promise.allSettled(
      [...pending].map(async ([partition, records]) => {
        await produceBatch(leaders[partition], { topic, partition, records, timestampMs });
        pending.delete(partition);
      }),
    );
    const failed = sent.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async function drain(deadlineOf: (batch: readonly Waiting[]) => number): Promise<void> {
    sending = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      let pending: Pending | undefined;
      for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
        try {
          pending ??= await byPartition(batch);
          await send(pending);
          for (const { resolve } of batch) resolve();
          break;
        } catch (error) {
          client.forget();
          if (performance.now() + wait > deadlineOf(batch)) {
            for (const { reject } of batch) reject(error as Error);
            break;
          }
          await new Promise((resolve) => setTimeout(resolve, wait));
        }
      }
    }
    sending = false;
  }

  const deadlines = new WeakMap<Waiting, number>();
  return {
    append: (records, timeoutMs) =>
      new Promise((resolve, reject) => {
        const entry: Waiting = { records, resolve, reject };
        deadlines.set(entry, performance.now() + timeoutMs);
        waiting.push(entry);
        if (!sending) {
          void drain((batch) => Math.min(...batch.map((item) => deadlines.get(item) ?? 0)));
        }
      }),
  };
}
