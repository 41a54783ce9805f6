// Cuts the bytes of a pipe into frames: a length (four bytes, little-endian, of what follows) and what follows.

/** A frame of records ends at some 256 KB; a single record is never larger than what Kafka lets through. */
export const MAX_FRAME_BYTES = 16 << 20;

export type FrameCutter = {
  /** The frames that are whole by now, without their lengths; views into the chunks. Throws on a length out of bounds. */
  cut(chunk: Buffer): Buffer[];
  /** Bytes of a frame that is not whole yet. */
  readonly waiting: number;
};

/** `what` is the name of a frame in errors, `leastBytes` what it has at least. */
export function createFrameCutter(what: string, leastBytes: number): FrameCutter {
  let rest: Buffer = Buffer.alloc(0);
  return {
    cut(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const frames: Buffer[] = [];
      let at = 0;
      while (bytes.length - at >= 4) {
        const length = bytes.readUInt32LE(at);
        if (length < leastBytes || length > MAX_FRAME_BYTES) {
          throw new Error(
            `a ${what} of ${length} bytes; from ${leastBytes} to ${MAX_FRAME_BYTES} are allowed`,
          );
        }
        if (bytes.length - at - 4 < length) break;
        frames.push(bytes.subarray(at + 4, at + 4 + length));
        at += 4 + length;
      }
      rest = bytes.subarray(at);
      return frames;
    },
    get waiting() {
      return rest.length;
    },
  };
}
