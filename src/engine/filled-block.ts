// Values that were computed for transactions afterwards, many of them in one block: offsets, and a vector each.
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { copyBytes } from '../domain/bytes.ts';

/** So many transactions are in a block at most. */
export const BLOCK_ROWS = 1000;
/** Offset from the first (u32) and length (u16). */
const HEAD_BYTES = 6;

export type FilledBlock = {
  readonly firstOffset: number;
  /** Of the last transaction in it. */
  readonly lastOffset: number;
  readonly payload: Uint8Array;
};

export type FilledRow = { readonly offset: number; readonly vector: Uint8Array };

/** Of rows in the order of their offsets; one at least. */
export function encodeBlock(rows: readonly FilledRow[]): FilledBlock {
  const firstOffset = rows[0].offset;
  const size = rows.reduce((sum, { vector }) => sum + HEAD_BYTES + vector.length, 0);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { offset, vector } of rows) {
    bytes.writeUInt32LE(offset - firstOffset, at);
    bytes.writeUInt16LE(vector.length, at + 4);
    copyBytes(vector, 0, vector.length, bytes, at + HEAD_BYTES);
    at += HEAD_BYTES + vector.length;
  }
  return { firstOffset, lastOffset: rows[rows.length - 1].offset, payload: zstdCompressSync(bytes) };
}

/** The rows of a block that are asked for. */
export function* decodeBlock(
  { firstOffset, payload }: Pick<FilledBlock, 'firstOffset' | 'payload'>,
  isWanted: (offset: number) => boolean,
): Generator<FilledRow> {
  const bytes = zstdDecompressSync(payload);
  for (let at = 0; at < bytes.length; ) {
    const offset = firstOffset + bytes.readUInt32LE(at);
    const start = at + HEAD_BYTES;
    at = start + bytes.readUInt16LE(at + 4);
    if (isWanted(offset)) yield { offset, vector: bytes.subarray(start, at) };
  }
}
