// Bytes seen another way, and few of them copied.

/** A copy by the engine costs as much as some hundred steps of a loop. */
const LOOPED_BYTES = 128;

/** The same bytes as a Buffer; nothing is copied. */
export const asBuffer = (bytes: ArrayBufferView): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Copies the bytes from `start` to `end` to where `at` is in `to`. */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > LOOPED_BYTES) to.set(from.subarray(start, end), at);
  else for (let i = start, j = at; i < end; i++, j++) to[j] = from[i];
}
