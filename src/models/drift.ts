// How far two samples lie apart: the population stability index, and the two-sample test of Kolmogorov and Smirnov.

/** Where each of `steps` equally large parts of a sample ends; equal values make fewer parts. Missing values are left out. */
export function quantileEdges(values: Float64Array, steps: number): number[] {
  const present = values.filter((value) => !Number.isNaN(value)).sort();
  const edges: number[] = [];
  for (let step = 1; step < steps && present.length > 0; step++) {
    const edge = present[Math.min(present.length - 1, Math.floor((step * present.length) / steps))];
    if (edges.length === 0 || edge > edges[edges.length - 1]) edges.push(edge);
  }
  return edges;
}

/** How many values lie in each part, what is missing counted last. A value belongs to the part that ends at or above it. */
export function countParts(values: Float64Array, edges: readonly number[]): Float64Array {
  const counts = new Float64Array(edges.length + 2);
  for (const value of values) {
    if (Number.isNaN(value)) {
      counts[edges.length + 1]++;
      continue;
    }
    let part = 0;
    while (part < edges.length && value > edges[part]) part++;
    counts[part]++;
  }
  return counts;
}

/**
 * Population stability index: ∑ (a − b) · ln(a / b) over the shares of the parts. Up to 0.1 is usually taken for stable,
 * from 0.25 on for changed. Empty parts count half a row, so that a single one decides nothing.
 */
export function stabilityIndex(before: Float64Array, after: Float64Array): number {
  const parts = before.length;
  const total = (counts: Float64Array): number => counts.reduce((sum, n) => sum + n + 0.5, 0);
  const totalBefore = total(before);
  const totalAfter = total(after);
  let index = 0;
  for (let part = 0; part < parts; part++) {
    const a = (after[part] + 0.5) / totalAfter;
    const b = (before[part] + 0.5) / totalBefore;
    index += (a - b) * Math.log(a / b);
  }
  return index;
}

/**
 * Two-sample Kolmogorov–Smirnov on counts of the same parts: the largest distance of the two distributions, and the chance
 * that samples of one distribution lie so far apart (Numerical Recipes, section 14.3; conservative for counts).
 */
export function kolmogorovSmirnov(
  before: Float64Array,
  after: Float64Array,
): { readonly distance: number; readonly probability: number } {
  const total = (counts: Float64Array): number => counts.reduce((sum, n) => sum + n, 0);
  const n = total(before);
  const m = total(after);
  if (n === 0 || m === 0) return { distance: 0, probability: 1 };
  let distance = 0;
  let left = 0;
  let right = 0;
  for (let part = 0; part < before.length; part++) {
    left += before[part] / n;
    right += after[part] / m;
    distance = Math.max(distance, Math.abs(left - right));
  }
  const root = Math.sqrt((n * m) / (n + m));
  const x = (root + 0.12 + 0.11 / root) * distance;
  let probability = 0;
  for (let k = 1, sign = 1; k <= 100; k++, sign = -sign) {
    const term = 2 * Math.exp(-2 * k * k * x * x);
    probability += sign * term;
    if (term < 1e-12) break;
  }
  return { distance, probability: x < 0.2 ? 1 : Math.min(1, Math.max(0, probability)) };
}

/** How one column was spread: where its parts end, and how many values lay in each; missing ones are counted last. */
export type Spread = { readonly edges: readonly number[]; readonly counts: readonly number[] };

/** How features and scores were spread in training: what later ones are compared with. */
export type DriftBaseline = {
  readonly features: Readonly<Record<string, Spread>>;
  readonly score: Spread;
};

const PARTS = 10;

export function spreadOf(values: Float64Array): Spread {
  const edges = quantileEdges(values, PARTS);
  return { edges, counts: [...countParts(values, edges)] };
}

export type Drift = {
  readonly name: string;
  readonly index: number;
  readonly probability: number;
  readonly missingBefore: number;
  readonly missingAfter: number;
  readonly alarm: boolean;
};

/** From here on a stability index is an alarm. */
export const DRIFT_ALARM = 0.25;
/** Chance of a distance this large between samples of one distribution, below which it is no chance. */
const MOST_PROBABILITY = 1e-4;

/** Whether values lie higher than they did: in a later part of the column before, in the mean of those that are known. */
export function hasRisen(before: Spread, values: Float64Array): boolean {
  return meanPart(countParts(values, before.edges)) > meanPart(Float64Array.from(before.counts));
}

/** The last part counts what is missing. */
function meanPart(counts: Float64Array): number {
  let sum = 0;
  let known = 0;
  for (let part = 0; part < counts.length - 1; part++) {
    sum += part * counts[part];
    known += counts[part];
  }
  return known === 0 ? 0 : sum / known;
}

/** A column now beside the same column in training. */
export function driftOf(name: string, before: Spread, values: Float64Array): Drift {
  const old = Float64Array.from(before.counts);
  const now = countParts(values, before.edges);
  const share = (counts: Float64Array): number =>
    counts[counts.length - 1] /
    Math.max(
      1,
      counts.reduce((sum, n) => sum + n, 0),
    );
  const index = stabilityIndex(old, now);
  const { probability } = kolmogorovSmirnov(old, now);
  return {
    name,
    index,
    probability,
    missingBefore: share(old),
    missingAfter: share(now),
    alarm: index >= DRIFT_ALARM && probability < MOST_PROBABILITY,
  };
}
