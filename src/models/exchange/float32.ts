// Libraries that compare in single precision, beside ours which compares in double: limits that send every double to
// the side that its rounded value would go to.

const float = new Float32Array(1);
const floatBits = new Int32Array(float.buffer);
const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);

/** The next smaller single-precision number; below all, the power of two where rounding to infinity begins. */
function floatBelow(value: number): number {
  float[0] = value;
  if (value === 0) return -(2 ** -149);
  floatBits[0] += value > 0 ? -1 : 1;
  return Math.max(float[0], -(2 ** 128));
}

const floatAbove = (value: number): number => -floatBelow(-value);

/** The next smaller double. */
export function doubleBelow(value: number): number {
  if (value === Number.NEGATIVE_INFINITY) return value;
  if (value === 0) return -Number.MIN_VALUE;
  double[0] = value;
  doubleBits[0] += value > 0 ? -1n : 1n;
  return double[0];
}

/** The largest double whose rounded value is less than a single-precision limit. */
export function limitBelowFloat(limit: number): number {
  if (!Number.isFinite(limit)) return limit > 0 ? doubleBelow(2 ** 128 - 2 ** 103) : limit;
  const rounded = Math.fround(limit);
  const middle = (floatBelow(rounded) + rounded) / 2;
  return Math.fround(middle) < rounded ? middle : doubleBelow(middle);
}

/** The largest double whose rounded value is at most a single-precision limit. */
export function limitUpToFloat(limit: number): number {
  if (!Number.isFinite(limit)) return limit;
  const rounded = Math.fround(limit);
  const middle = (rounded + floatAbove(rounded)) / 2;
  return Math.fround(middle) <= rounded ? middle : doubleBelow(middle);
}
