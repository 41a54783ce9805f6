// The gamma distribution: what intervals of counts are made of.

const TINY = 1e-300;
const STEPS = 500;
const CLOSE = 1e-15;

const LANCZOS = [
  76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
  -0.5395239384953e-5,
] as const;

/** The logarithm of the gamma function (Lanczos), to ten digits. */
function logGamma(x: number): number {
  const base = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
  const series = LANCZOS.reduce((sum, term, i) => sum + term / (x + 1 + i), 1.00000000019);
  return Math.log((2.506628274631 * series) / x) - base;
}

/** How likely it is that a gamma variable of this shape, of scale 1, is at most `x`: a series, or beyond the mean a continued fraction. */
export function gammaAtMost(shape: number, x: number): number {
  if (!(x > 0)) return 0;
  const scale = Math.exp(shape * Math.log(x) - x - logGamma(shape));
  if (x < shape + 1) {
    let [term, sum] = [1 / shape, 1 / shape];
    for (let n = 1; n < STEPS * 20 && term > sum * CLOSE; n++) {
      term *= x / (shape + n);
      sum += term;
    }
    return Math.min(1, sum * scale);
  }
  let b = x + 1 - shape;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < STEPS * 20; n++) {
    const a = -n * (n - shape);
    b += 2;
    d = 1 / (a * d + b || TINY);
    c = b + a / c || TINY;
    const factor = c * d;
    fraction *= factor;
    if (Math.abs(factor - 1) < CLOSE) break;
  }
  return Math.max(0, 1 - scale * fraction);
}

/** The value that a gamma variable of this shape, of scale 1, is at most with a probability: by halving, which never strays. */
export function gammaQuantile(shape: number, probability: number): number {
  if (!(shape > 0)) return 0;
  let low = 0;
  let high = shape + 10;
  while (gammaAtMost(shape, high) < probability) high *= 2;
  for (let step = 0; step < 200 && high - low > 1e-12 * high; step++) {
    const middle = (low + high) / 2;
    if (gammaAtMost(shape, middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
