// Appends transactions and labels to the stream's input. What resolved is on all in-sync replicas; an append whose
// answer was lost is sent again, and workers know a repetition by its id.
import { type MessageRecord, produceV9 } from '@platformatic/kafka';
import type { EncodedRecord } from '../../stream/record-codec.ts';
import { HEADERS, SCHEMA_VERSION } from '../../stream/record-codec.ts';
import type { KafkaClient } from './client.ts';
import { partitionOf } from './partition-of.ts';

const ALL_REPLICAS = -1;
const PRODUCE_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 20;
const SLOWEST_RETRY_MS = 1000;

export type RecordProducer = {
  /** Resolves when all are durable, in order within a partition. Rejects when it takes longer than `timeoutMs`. */
  append(records: readonly EncodedRecord[], timeoutMs: number): Promise<void>;
};

const headersOf = (kind: EncodedRecord['kind']): Map<Buffer, Buffer> =>
  new Map([
    [Buffer.from(HEADERS.schemaVersion), Buffer.from(SCHEMA_VERSION)],
    [Buffer.from(HEADERS.kind), Buffer.from(kind)],
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
    const byLeader = new Map<number, MessageRecord[]>();
    const timestamp = BigInt(Date.now());
    for (const { records } of batch) {
      for (const { key, value, kind } of records) {
        const keyBytes = Buffer.from(key);
        const partition = partitionOf(keyBytes, info.leaders.length);
        const leader = info.leaders[partition];
        const list = byLeader.get(leader) ?? [];
        list.push({
          topic,
          partition,
          key: keyBytes,
          value: Buffer.from(value),
          headers: HEADERS_OF[kind],
          timestamp,
        });
        byLeader.set(leader, list);
      }
    }
    await Promise.all(
      [...byLeader].map(([leader, records]) =>
        client.request(leader, produceV9.api, ALL_REPLICAS, PRODUCE_TIMEOUT_MS, records, {}),
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
