// Feature vectors as few bytes, bit for bit: zeros and missing values cost two bits, whole numbers one to five
// bytes, all else the eight bytes of the double.
import { FEATURE_COUNT } from '../features/catalogue.ts';

const ZERO = 0;
const MISSING = 1;
const WHOLE = 2;
const DOUBLE = 3;
const TAG_BYTES = Math.ceil(FEATURE_COUNT / 4);
const scratch = new Uint8Array(TAG_BYTES + FEATURE_COUNT * 8);
const view = new DataView(scratch.buffer);

export function encodeVector(vector: Float64Array): Uint8Array {
  scratch.fill(0, 0, TAG_BYTES);
  let at = TAG_BYTES;
  for (let i = 0; i < FEATURE_COUNT; i++) {
    const value = vector[i];
    let tag: number;
    if (Number.isNaN(value)) tag = MISSING;
    else if (Object.is(value, 0)) tag = ZERO;
    else if (Number.isInteger(value) && value > 0 && value < 2 ** 35) {
      tag = WHOLE;
      let rest = value;
      while (rest > 127) {
        scratch[at++] = (rest % 128) | 128;
        rest = Math.floor(rest / 128);
      }
      scratch[at++] = rest;
    } else {
      tag = DOUBLE;
      view.setFloat64(at, value, true);
      at += 8;
    }
    scratch[i >> 2] |= tag << ((i & 3) * 2);
  }
  return scratch.slice(0, at);
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
