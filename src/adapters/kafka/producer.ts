// Appends transactions and labels to the stream's input. What resolved is on all in-sync replicas; an append whose
// answer was lost is sent again, and workers know a repetition by its id.
import type { EncodedRecord } from '../../stream/record-codec.ts';
import { HEADERS, SCHEMA_VERSION } from '../../stream/record-codec.ts';
import type { KafkaClient } from './client.ts';
import { partitionOf } from './partition-of.ts';
import { encodeHeaders, type ProducedRecord, produceApi } from './record-batch.ts';

const PRODUCE_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 20;
const SLOWEST_RETRY_MS = 1000;

export type RecordProducer = {
  /** Resolves when all are durable, in order within a partition. Rejects when it takes longer than `timeoutMs`. */
  append(records: readonly EncodedRecord[], timeoutMs: number): Promise<void>;
};

const headersOf = (kind: EncodedRecord['kind']): Uint8Array =>
  encodeHeaders([
    [HEADERS.schemaVersion, SCHEMA_VERSION],
    [HEADERS.kind, kind],
  ]);
const HEADERS_OF = { transaction: headersOf('transaction'), label: headersOf('label') };

export function openRecordProducer(client: KafkaClient, topic: string): RecordProducer {
  type Waiting = { readonly records: readonly EncodedRecord[]; resolve(): void; reject(error: Error): void };
  let waiting: Waiting[] = [];
  let sending = false;

  /** All that waits goes out as one request to each leader: one at a time, so that order holds through a retry. */
  async function send(batch: readonly Waiting[]): Promise<void> {
    const info = await client.topic(topic);
    if (!info) throw new Error(`topic ${topic} is not there`);
    const timestampMs = Date.now();
    const byPartition = new Map<number, ProducedRecord[]>();
    for (const { records } of batch) {
      for (const { key, value, kind } of records) {
        const keyBytes = Buffer.from(key);
        const partition = partitionOf(keyBytes, info.leaders.length);
        const list = byPartition.get(partition) ?? [];
        list.push({ key: keyBytes, value: Buffer.from(value), headers: HEADERS_OF[kind] });
        byPartition.set(partition, list);
      }
    }
    const byLeader = Map.groupBy(byPartition, ([partition]) => info.leaders[partition]);
    await Promise.all(
      [...byLeader].map(([leader, list]) =>
        client.request(
          leader,
          produceApi,
          PRODUCE_TIMEOUT_MS,
          list.map(([partition, records]) => ({ topic, partition, records, timestampMs })),
        ),
      ),
    );
  }

  async function drain(deadlineOf: (batch: readonly Waiting[]) => number): Promise<void> {
    sending = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
        try {
          await send(batch);
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
