// Batches of records in format 2 (https://kafka.apache.org/documentation/#messageformat) as they stand in the answer to a fetch,
// read straight out of one buffer: the library's general reader took as long for a record as the engine for deciding it.
import { readLongBE } from '../../domain/long-bytes.ts';
import type { StreamRecord } from '../../ports/stream/stream.ts';

export type ReadBatch = {
  readonly firstOffset: number;
  /** One past the last offset, whether or not a record is left there. */
  readonly endOffset: number;
  readonly isControl: boolean;
  readonly isTransactional: boolean;
  readonly producerId: bigint;
  readonly records: readonly StreamRecord[];
};

const LENGTH_AT = 8;
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const FIRST_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const COUNT_AT = 57;
const RECORDS_AT = 61;
/** What comes before the bytes that a batch's length counts. */
const BATCH_HEAD_BYTES = 12;
const MAGIC = 2;
const IS_COMPRESSED = 0b111;
/** The broker's time of the append, which stands in the batch alone, is that of all its records. */
export const HAS_APPEND_TIME = 1 << 3;
export const IS_TRANSACTIONAL = 1 << 4;
export const IS_CONTROL = 1 << 5;

const NO_HEADERS: ReadonlyMap<string, string> = new Map();
/** Most records carry the same headers as the one before. */
let lastHeaderBytes: Uint8Array = new Uint8Array(0);
let lastHeaders = NO_HEADERS;

let position = 0;

/** A zigzag number of variable length at `position`, which moves behind it. */
function varint(bytes: Uint8Array): number {
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = bytes[position++];
    value += (byte & 127) * factor;
    if (byte < 128) break;
    factor *= 128;
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Bytes with their length before them; null for a length of -1. */
function part(bytes: Buffer): Buffer | null {
  const length = varint(bytes);
  if (length < 0) return null;
  position += length;
  return bytes.subarray(position - length, position);
}

function sameBytes(bytes: Uint8Array, from: number, to: number, other: Uint8Array): boolean {
  if (to - from !== other.length) return false;
  for (let i = 0; i < other.length; i++) if (bytes[from + i] !== other[i]) return false;
  return true;
}

function headersAt(bytes: Buffer, end: number): ReadonlyMap<string, string> {
  const from = position;
  if (sameBytes(bytes, from, end, lastHeaderBytes)) return lastHeaders;
  const headers = new Map<string, string>();
  for (let left = varint(bytes); left > 0; left--) {
    const key = part(bytes);
    headers.set(String(key ?? ''), String(part(bytes) ?? ''));
  }
  lastHeaderBytes = Uint8Array.from(bytes.subarray(from, end));
  lastHeaders = headers;
  return headers;
}

/**
 * The batches that are whole in `bytes`; the last one may be cut off. Undefined where one is compressed or of another format.
 * Keys and values are views into `bytes`.
 */
export function readBatches(bytes: Buffer): ReadBatch[] | undefined {
  const batches: ReadBatch[] = [];
  for (let at = 0; bytes.length - at >= RECORDS_AT; ) {
    const batchEnd = at + BATCH_HEAD_BYTES + bytes.readInt32BE(at + LENGTH_AT);
    if (batchEnd > bytes.length) break;
    const attributes = bytes.readInt16BE(at + ATTRIBUTES_AT);
    if (bytes[at + MAGIC_AT] !== MAGIC || (attributes & IS_COMPRESSED) !== 0) return undefined;
    const firstOffset = readLongBE(bytes, at);
    const firstTimestampMs = readLongBE(bytes, at + FIRST_TIMESTAMP_AT);
    const appendTimeMs =
      (attributes & HAS_APPEND_TIME) !== 0 ? readLongBE(bytes, at + MAX_TIMESTAMP_AT) : undefined;
    const records: StreamRecord[] = new Array(bytes.readInt32BE(at + COUNT_AT));
    position = at + RECORDS_AT;
    for (let i = 0; i < records.length; i++) {
      const length = varint(bytes);
      const end = position + length;
      // Attributes of a record mean nothing so far.
      position++;
      const createTimeMs = firstTimestampMs + varint(bytes);
      const timestampMs = appendTimeMs ?? createTimeMs;
      const offset = firstOffset + varint(bytes);
      const key = part(bytes);
      const value = part(bytes);
      records[i] = { offset, timestampMs, key, value, headers: headersAt(bytes, end) };
      position = end;
    }
    batches.push({
      firstOffset,
      endOffset: firstOffset + bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT) + 1,
      isControl: (attributes & IS_CONTROL) !== 0,
      isTransactional: (attributes & IS_TRANSACTIONAL) !== 0,
      producerId: bytes.readBigInt64BE(at + PRODUCER_ID_AT),
      records,
    });
    at = batchEnd;
  }
  return batches;
}
