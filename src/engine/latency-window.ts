// Percentiles of what was measured in the last minute, in bounded memory: logarithmic buckets, 5 % wide.

const SLOTS = 6;
const SLOT_MS = 10_000;
const BUCKETS = 400;
const GROWTH = 1.05;
const SMALLEST_MS = 0.001;

/** Measured in the last minute; null where nothing was. */
export type LatencySummary = {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly count: number;
};

export type LatencyWindow = {
  add(valueMs: number, nowMs: number, times?: number): void;
  /** Undefined when nothing was measured in the last minute. */
  percentile(share: number, nowMs: number): number | undefined;
  /** Measurements in the last minute. */
  count(nowMs: number): number;
  summary(nowMs: number): LatencySummary;
};

export const NOTHING_MEASURED: LatencySummary = { p50: null, p99: null, count: 0 };

/** Of several processes the slowest; their measurements together. */
export function slowestOf(summaries: readonly LatencySummary[]): LatencySummary {
  const measured = summaries.filter(({ count }) => count > 0);
  if (measured.length === 0) return NOTHING_MEASURED;
  return {
    p50: Math.max(...measured.map(({ p50 }) => p50 ?? 0)),
    p99: Math.max(...measured.map(({ p99 }) => p99 ?? 0)),
    count: measured.reduce((sum, { count }) => sum + count, 0),
  };
}

export function createLatencyWindow(): LatencyWindow {
  const slots = Array.from({ length: SLOTS }, () => ({ number: -1, buckets: new Uint32Array(BUCKETS) }));
  const slotAt = (nowMs: number) => {
    const number = Math.floor(nowMs / SLOT_MS);
    const slot = slots[number % SLOTS];
    if (slot.number !== number) {
      slot.number = number;
      slot.buckets.fill(0);
    }
    return slot;
  };
  const recent = (nowMs: number) => {
    const newest = Math.floor(nowMs / SLOT_MS);
    return slots.filter((slot) => slot.number > newest - SLOTS && slot.number <= newest);
  };
  const count = (nowMs: number): number =>
    recent(nowMs).reduce((sum, slot) => sum + slot.buckets.reduce((a, b) => a + b, 0), 0);
  function percentile(share: number, nowMs: number): number | undefined {
    const live = recent(nowMs);
    const total = count(nowMs);
    if (total === 0) return undefined;
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      for (const slot of live) seen += slot.buckets[bucket];
      if (seen >= share * total) return SMALLEST_MS * GROWTH ** bucket;
    }
    return undefined;
  }
  return {
    add(valueMs, nowMs, times = 1) {
      const bucket = Math.ceil(Math.log(Math.max(valueMs, SMALLEST_MS) / SMALLEST_MS) / Math.log(GROWTH));
      slotAt(nowMs).buckets[Math.min(bucket, BUCKETS - 1)] += times;
    },
    count,
    percentile,
    summary: (nowMs) => ({
      p50: percentile(0.5, nowMs) ?? null,
      p99: percentile(0.99, nowMs) ?? null,
      count: count(nowMs),
    }),
  };
}
