// Fetch requests of version 15 (https://kafka.apache.org/protocol#The_Messages_Fetch). Answers with nothing special in them are read
// here, all others by the library.
import { createAPI, fetchV15, type Reader, type RecordsBatch } from '@platformatic/kafka';
import {
  HAS_APPEND_TIME,
  IS_CONTROL,
  IS_TRANSACTIONAL,
  type ReadBatch,
  readBatches,
} from './read-records.ts';

export type FetchedPartition = {
  readonly partition: number;
  readonly highWatermark: number;
  readonly aborted: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
  readonly batches: readonly ReadBatch[];
};

/** Undefined where the answer holds errors, compressed batches or a format of records from before 2017. */
function readPlain(reader: Reader): FetchedPartition[] | undefined {
  reader.readInt32();
  if (reader.readInt16() !== 0) return undefined;
  reader.readInt32();
  let plain = true;
  const topics = reader.readArray((r) => {
    r.readUUID();
    return r.readArray((inner): FetchedPartition => {
      const partition = inner.readInt32();
      if (inner.readInt16() !== 0) plain = false;
      const highWatermark = Number(inner.readInt64());
      inner.readInt64();
      inner.readInt64();
      const aborted = inner.readNullableArray((a) => ({
        producerId: a.readInt64(),
        firstOffset: a.readInt64(),
      }));
      inner.readInt32();
      const length = inner.readUnsignedVarInt() - 1;
      let batches: ReadBatch[] | undefined = [];
      if (length > 0) {
        if (plain) batches = readBatches(inner.buffer.slice(inner.position, inner.position + length));
        inner.skip(length);
      }
      if (!batches) plain = false;
      return { partition, highWatermark, aborted: aborted ?? [], batches: batches ?? [] };
    });
  });
  return plain ? topics.flat() : undefined;
}

function fromLibrary(batch: RecordsBatch): ReadBatch {
  const firstOffset = Number(batch.firstOffset);
  return {
    firstOffset,
    endOffset: firstOffset + batch.lastOffsetDelta + 1,
    isControl: (batch.attributes & IS_CONTROL) !== 0,
    isTransactional: (batch.attributes & IS_TRANSACTIONAL) !== 0,
    producerId: batch.producerId,
    records: batch.records.map((record) => ({
      offset: firstOffset + record.offsetDelta,
      timestampMs:
        (batch.attributes & HAS_APPEND_TIME) !== 0
          ? Number(batch.maxTimestamp)
          : Number(batch.firstTimestamp) + Number(record.timestampDelta),
      key: record.key,
      value: record.value,
      headers: new Map(record.headers.map(([key, value]) => [String(key ?? ''), String(value ?? '')])),
    })),
  };
}

function parseAnswer(
  correlationId: number,
  apiKey: number,
  apiVersion: number,
  reader: Reader,
): FetchedPartition[] {
  const start = reader.position;
  const plain = readPlain(reader);
  if (plain) return plain;
  reader.position = start;
  return fetchV15
    .parseResponse(correlationId, apiKey, apiVersion, reader)
    .responses.flatMap(({ partitions }) => partitions)
    .map(({ partitionIndex, highWatermark, abortedTransactions, records }) => ({
      partition: partitionIndex,
      highWatermark: Number(highWatermark),
      aborted: abortedTransactions ?? [],
      batches: (records ?? []).map(fromLibrary),
    }));
}

export const fetchApi = createAPI<Parameters<typeof fetchV15.createRequest>, FetchedPartition[]>(
  1,
  15,
  fetchV15.createRequest,
  parseAnswer,
);
