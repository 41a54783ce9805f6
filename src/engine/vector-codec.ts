// Feature vectors as few bytes, bit for bit: zeros and missing values cost two bits, whole numbers one to five
// bytes, all else the eight bytes of the double.
import { copyBytes } from '../domain/bytes.ts';

// The tag 0 is a zero.
const MISSING = 1;
const WHOLE = 2;
const DOUBLE = 3;
const MAX_WHOLE = 2 ** 35;

export type VectorCodec = {
  encode(vector: Float64Array): Uint8Array;
  /** The vector behind `encode`; throws when the bytes are not one. */
  decode(bytes: Uint8Array): Float64Array;
  /** Writes what an encoded vector has into another; what it misses stays as it is there. Throws when the bytes are not one. */
  merge(bytes: Uint8Array, vector: Float64Array): void;
};

/** For vectors of `size` values; it has scratch space of its own. */
export function createVectorCodec(size: number): VectorCodec {
  const tagBytes = Math.ceil(size / 4);
  const scratch = new Uint8Array(tagBytes + size * 8);
  const view = new DataView(scratch.buffer);

  function encode(vector: Float64Array): Uint8Array {
    scratch.fill(0, 0, tagBytes);
    let at = tagBytes;
    for (let i = 0; i < size; i++) {
      const value = vector[i];
      // Positive, for zero has a sign that must come back.
      if (value === 0 && 1 / value > 0) continue;
      let tag = DOUBLE;
      if (Number.isNaN(value)) tag = MISSING;
      else if (value > 0 && value < MAX_WHOLE && Math.floor(value) === value) {
        tag = WHOLE;
        let rest = value;
        while (rest > 127) {
          scratch[at++] = (rest % 128) | 128;
          rest = Math.floor(rest / 128);
        }
        scratch[at++] = rest;
      } else {
        view.setFloat64(at, value, true);
        at += 8;
      }
      scratch[i >> 2] |= tag << ((i & 3) * 2);
    }
    // Out of a pool: memory of its own for so few bytes takes as long as all of the above.
    const bytes = Buffer.allocUnsafe(at);
    copyBytes(scratch, 0, at, bytes, 0);
    return bytes;
  }

  function merge(bytes: Uint8Array, vector: Float64Array): void {
    const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = tagBytes;
    for (let i = 0; i < size; i++) {
      const tag = (bytes[i >> 2] >> ((i & 3) * 2)) & 3;
      if (tag === MISSING) continue;
      if (tag === DOUBLE) {
        vector[i] = source.getFloat64(at, true);
        at += 8;
      } else if (tag === WHOLE) {
        let byte = source.getUint8(at++);
        let value = byte & 127;
        for (let factor = 128; byte > 127; factor *= 128) {
          byte = source.getUint8(at++);
          value += (byte & 127) * factor;
        }
        vector[i] = value;
      } else vector[i] = 0;
    }
    if (at !== bytes.byteLength) throw new Error('these bytes are not a feature vector of this catalogue');
  }

  return {
    encode,
    decode(bytes) {
      const vector = new Float64Array(size).fill(Number.NaN);
      merge(bytes, vector);
      return vector;
    },
    merge,
  };
}

const codecs = new Map<number, VectorCodec>();

/** The codec of this thread for vectors of `size` values. */
export function vectorCodec(size: number): VectorCodec {
  let codec = codecs.get(size);
  if (!codec) {
    codec = createVectorCodec(size);
    codecs.set(size, codec);
  }
  return codec;
}
