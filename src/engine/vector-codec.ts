// Feature vectors as few bytes, bit for bit: zeros and missing values cost two bits, whole numbers one to five
// bytes, all else the eight bytes of the double.
import { copyBytes } from '../domain/bytes.ts';
import { FEATURE_COUNT } from '../features/catalogue.ts';

// The tag 0 is a zero.
const MISSING = 1;
const WHOLE = 2;
const DOUBLE = 3;
const MAX_WHOLE = 2 ** 35;
const TAG_BYTES = Math.ceil(FEATURE_COUNT / 4);
const scratch = new Uint8Array(TAG_BYTES + FEATURE_COUNT * 8);
const view = new DataView(scratch.buffer);

export function encodeVector(vector: Float64Array): Uint8Array {
  scratch.fill(0, 0, TAG_BYTES);
  let at = TAG_BYTES;
  for (let i = 0; i < FEATURE_COUNT; i++) {
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

/** The vector behind `encodeVector`; throws when the bytes are not one. */
export function decodeVector(bytes: Uint8Array): Float64Array {
  const vector = new Float64Array(FEATURE_COUNT).fill(Number.NaN);
  mergeVector(bytes, vector);
  return vector;
}

/** Writes what an encoded vector has into another; what it misses stays as it is there. Throws when the bytes are not one. */
export function mergeVector(bytes: Uint8Array, vector: Float64Array): void {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = TAG_BYTES;
  for (let i = 0; i < FEATURE_COUNT; i++) {
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
