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

/** Moves so many bytes from one place to another of the same array. */
export function moveBytes(bytes: Uint8Array, from: number, to: number, length: number): void {
  if (length > LOOPED_BYTES) bytes.copyWithin(to, from, from + length);
  else if (to < from) for (let i = 0; i < length; i++) bytes[to + i] = bytes[from + i];
  else for (let i = length - 1; i >= 0; i--) bytes[to + i] = bytes[from + i];
}
