// The bytes between a Spark task of a backfill and its engine process. Each frame is a length (four bytes, of what
// follows), a kind (one byte) and a body; numbers are little-endian. Rows carry what Spark sorts and places them by:
// their time, their place among rows of that time, and a hash; the rest is the engine's affair.
import { readLongLE, writeLongLE } from '../../domain/long-bytes.ts';
import { createFrameCutter } from './frame-cutter.ts';

/** Of the frames of a backfill. */
export const BATCH_PROTOCOL = 2;
export const BATCH_KIND = { row: 1, bad: 2, result: 3 } as const;
const ROW_HEAD = 25;

export type BatchRow = {
  readonly timeMs: number;
  /** Rows of the same time are taken in this order; a stretch of numbers belongs to a transaction. */
  readonly order: number;
  readonly hash: number;
  readonly body: Uint8Array;
};

export function encodeRow({ timeMs, order, hash, body }: BatchRow): Buffer {
  const bytes = Buffer.allocUnsafe(ROW_HEAD + body.length);
  bytes.writeUInt32LE(bytes.length - 4, 0);
  bytes.writeUInt8(BATCH_KIND.row, 4);
  writeLongLE(bytes, timeMs, 5);
  writeLongLE(bytes, order, 13);
  bytes.writeInt32LE(hash | 0, 21);
  bytes.set(body, ROW_HEAD);
  return bytes;
}

/** `bad` for a line that cannot be read, as JSON; `result` for a row of the output. */
export function encodeOther(kind: 'bad' | 'result', body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(5 + body.length);
  bytes.writeUInt32LE(bytes.length - 4, 0);
  bytes.writeUInt8(BATCH_KIND[kind], 4);
  bytes.set(body, 5);
  return bytes;
}

/** Cuts a stream of bytes into rows; the bodies are views into the chunks. Throws on anything but rows. */
export async function* readRows(input: AsyncIterable<Buffer>): AsyncGenerator<BatchRow[]> {
  const cutter = createFrameCutter('row', ROW_HEAD - 4);
  for await (const chunk of input) {
    const rows = cutter.cut(chunk).map((frame): BatchRow => {
      if (frame.readUInt8(0) !== BATCH_KIND.row) throw new Error('a frame that is not a row');
      return {
        timeMs: readLongLE(frame, 1),
        order: readLongLE(frame, 9),
        hash: frame.readInt32LE(17),
        body: frame.subarray(ROW_HEAD - 4),
      };
    });
    if (rows.length > 0) yield rows;
  }
  if (cutter.waiting > 0) throw new Error('the input ends inside a row');
}
