// Records as a produce request of version 9 with batches of format 2 (https://kafka.apache.org/documentation/#messageformat),
// written straight into one buffer: the library's general writer took as long for a record as deciding it.
import { crc32c, createAPI, produceV9, Writer } from '@platformatic/kafka';

export type ProducedRecord = {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  /** Encoded by `encodeHeaders`. */
  readonly headers: Uint8Array;
};

export type ProducedBatch = {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ProducedRecord[];
  readonly timestampMs: number;
  /** For a writer that brokers accept alone. */
  readonly producer?: { readonly id: bigint; readonly epoch: number; readonly sequence: number };
};

const BATCH_HEAD_BYTES = 61;
const MAX_RECORD_HEAD_BYTES = 32;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const MAGIC = 2;
const ALL_REPLICAS = -1;

let scratch = Buffer.alloc(1 << 20);

function unsignedVarint(at: number, value: number): number {
  let rest = value;
  let position = at;
  while (rest > 127) {
    scratch[position++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  scratch[position++] = rest;
  return position;
}

const varint = (at: number, value: number): number =>
  unsignedVarint(at, ((value << 1) ^ (value >> 31)) >>> 0);

const sizeOfVarint = (value: number): number => {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  return zigzag < 1 << 7 ? 1 : zigzag < 1 << 14 ? 2 : zigzag < 1 << 21 ? 3 : zigzag < 1 << 28 ? 4 : 5;
};

/** Headers as they stand in a record, so that those which all records share are encoded once. */
export function encodeHeaders(headers: readonly (readonly [string, string])[]): Uint8Array {
  let at = varint(0, headers.length);
  for (const header of headers) {
    for (const text of header) {
      const bytes = Buffer.from(text);
      at = varint(at, bytes.length);
      at += bytes.copy(scratch, at);
    }
  }
  return Uint8Array.prototype.slice.call(scratch, 0, at);
}

function encodeBatch({ records, timestampMs, producer }: ProducedBatch): Buffer {
  let most = BATCH_HEAD_BYTES;
  for (const { key, value, headers } of records) {
    most += MAX_RECORD_HEAD_BYTES + (key?.length ?? 0) + value.length + headers.length;
  }
  if (most > scratch.length) scratch = Buffer.alloc(most * 2);
  let at = BATCH_HEAD_BYTES;
  records.forEach(({ key, value, headers }, i) => {
    const keyLength = key === null ? -1 : key.length;
    const length =
      2 + sizeOfVarint(i) + sizeOfVarint(keyLength) + Math.max(0, keyLength) +
      sizeOfVarint(value.length) + value.length + headers.length; // biome-ignore format: in the order of the format
    at = varint(at, length);
    scratch[at++] = 0;
    scratch[at++] = 0;
    at = varint(at, i);
    at = varint(at, keyLength);
    if (key !== null) {
      scratch.set(key, at);
      at += key.length;
    }
    at = varint(at, value.length);
    scratch.set(value, at);
    at += value.length;
    scratch.set(headers, at);
    at += headers.length;
  });
  scratch.writeBigInt64BE(0n, 0);
  scratch.writeInt32BE(at - 12, 8);
  scratch.writeInt32BE(0, 12);
  scratch[16] = MAGIC;
  scratch.writeInt16BE(0, ATTRIBUTES_AT);
  scratch.writeInt32BE(records.length - 1, 23);
  scratch.writeBigInt64BE(BigInt(timestampMs), 27);
  scratch.writeBigInt64BE(BigInt(timestampMs), 35);
  scratch.writeBigInt64BE(producer?.id ?? -1n, 43);
  scratch.writeInt16BE(producer?.epoch ?? -1, 51);
  scratch.writeInt32BE(producer?.sequence ?? -1, 53);
  scratch.writeInt32BE(records.length, 57);
  scratch.writeUInt32BE(crc32c(scratch.subarray(ATTRIBUTES_AT, at)) >>> 0, CRC_AT);
  return Buffer.from(scratch.subarray(0, at));
}

function createRequest(timeoutMs: number, batches: readonly ProducedBatch[]): Writer {
  const byTopic = [...Map.groupBy(batches, (batch) => batch.topic)];
  return Writer.create()
    .appendString(null)
    .appendInt16(ALL_REPLICAS)
    .appendInt32(timeoutMs)
    .appendArray(byTopic, (writer, [topic, list]) => {
      writer.appendString(topic).appendArray(list, (inner, batch) => {
        const bytes = encodeBatch(batch);
        inner
          .appendInt32(batch.partition)
          .appendUnsignedVarInt(bytes.length + 1)
          .append(bytes);
      });
    })
    .appendTaggedFields();
}

/** A partition may stand in it once. */
export const produceApi = createAPI<
  [timeoutMs: number, batches: readonly ProducedBatch[]],
  ReturnType<typeof produceV9.parseResponse>
>(0, 9, createRequest, produceV9.parseResponse);
