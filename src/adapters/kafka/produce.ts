// Produce requests: what is ready for a broker in the same moment goes in one, since each costs it as much as a hundred
// records, whatever is in it; each partition is answered for itself.
import type { produceV9 } from '@platformatic/kafka';
import { FencedError } from '../../ports/stream/state-store.ts';
import type { KafkaClient } from './client.ts';
import { type ProducedBatch, produceApi } from './record-batch.ts';

const TIMEOUT_MS = 10_000;
const MAX_REQUEST_BYTES = 8 << 20;
/** INVALID_PRODUCER_EPOCH and PRODUCER_FENCED (https://kafka.apache.org/protocol#protocol_error_codes). */
const FENCED_CODES = [47, 90];

type Answer = ReturnType<typeof produceV9.parseResponse>;
type PartitionAnswer = Answer['responses'][number]['partitionResponses'][number];
type Waiting = {
  readonly batch: ProducedBatch;
  readonly bytes: number;
  resolve(baseOffset: number): void;
  reject(error: Error): void;
};

/** What a broker answered for each partition, although the request failed for one of them. */
function answerIn(error: unknown): Answer | undefined {
  if (!(error instanceof Error)) return undefined;
  if (!('response' in error)) return answerIn(error.cause);
  const { response } = error as { response?: Answer };
  return typeof response === 'object' ? response : undefined;
}

const partitionIn = (answer: Answer | undefined, batch: ProducedBatch): PartitionAnswer | undefined =>
  answer?.responses
    .find(({ name }) => name === batch.topic)
    ?.partitionResponses.find(({ index }) => index === batch.partition);

/** Appends a batch, together with others for the same node; gives the offset of its first record. */
export type BatchProducer = (node: number, batch: ProducedBatch) => Promise<number>;

/** Rejects with FencedError when a batch's producer is not the partition's any more. */
export function openBatchProducer(client: KafkaClient): BatchProducer {
  const waiting = new Map<number, Waiting[]>();

  async function send(node: number, list: readonly Waiting[]): Promise<void> {
    let answer: Answer | undefined;
    let failure: Error | undefined;
    try {
      const batches = list.map(({ batch }) => batch);
      answer = await client.request(node, produceApi, TIMEOUT_MS, batches);
    } catch (error) {
      answer = answerIn(error);
      failure = error as Error;
    }
    for (const { batch, resolve, reject } of list) {
      const own = partitionIn(answer, batch);
      if (own?.errorCode === 0) resolve(Number(own.baseOffset));
      else if (own && FENCED_CODES.includes(own.errorCode))
        reject(
          new FencedError(`partition ${batch.partition} of ${batch.topic} was claimed by another worker`),
        );
      else reject(failure ?? new Error(`no answer for partition ${batch.partition} of ${batch.topic}`));
    }
  }

  function sendAll(node: number): void {
    const list = waiting.get(node) ?? [];
    waiting.delete(node);
    let bytes = 0;
    let from = 0;
    list.forEach((item, i) => {
      bytes += item.bytes;
      if (bytes <= MAX_REQUEST_BYTES || i === from) return;
      void send(node, list.slice(from, i));
      from = i;
      bytes = item.bytes;
    });
    void send(node, list.slice(from));
  }

  return (node, batch) =>
    new Promise((resolve, reject) => {
      const item = {
        batch,
        bytes: batch.records.reduce((sum, { value }) => sum + value.length, 0),
        resolve,
        reject,
      };
      const list = waiting.get(node);
      if (list) list.push(item);
      else {
        waiting.set(node, [item]);
        setImmediate(sendAll, node);
      }
    });
}
