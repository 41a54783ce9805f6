// How sure a share is: Wilson's interval, which holds for few cases and for shares near nothing and all.

/** Of the normal distribution, for 95 of 100. */
const Z = 1.959963984540054;

export type Interval = { readonly low: number; readonly high: number };

/** Where the share lies of which `of` cases are a sample, with a confidence of 95 %. Of no cases nothing is known. */
export function wilsonInterval(hits: number, of: number): Interval {
  if (!(of > 0)) return { low: 0, high: 1 };
  const share = hits / of;
  const squared = Z * Z;
  const middle = share + squared / (2 * of);
  const half = Z * Math.sqrt((share * (1 - share)) / of + squared / (4 * of * of));
  const whole = 1 + squared / of;
  return { low: Math.max(0, (middle - half) / whole), high: Math.min(1, (middle + half) / whole) };
}
