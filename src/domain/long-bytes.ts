// Whole numbers as signed 64 bits, by way of two words: a bigint would take ten times as long. Exact up to 2^53 either way.
const WORD = 2 ** 32;

/** Gives the place behind what was written. */
export function writeLongLE(bytes: Buffer, value: number, at: number): number {
  const high = Math.floor(value / WORD);
  bytes.writeUInt32LE(value - high * WORD, at);
  return bytes.writeInt32LE(high, at + 4);
}

export const readLongLE = (bytes: Buffer, at: number): number =>
  bytes.readInt32LE(at + 4) * WORD + bytes.readUInt32LE(at);

/** Gives the place behind what was written. */
export function writeLongBE(bytes: Buffer, value: number, at: number): number {
  const high = Math.floor(value / WORD);
  bytes.writeInt32BE(high, at);
  return bytes.writeUInt32BE(value - high * WORD, at + 4);
}

export const readLongBE = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at) * WORD + bytes.readUInt32BE(at + 4);
