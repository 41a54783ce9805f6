// What comes into the stream, from whomever: counted by where its topic ends.

export type Arrivals = {
  readonly total: number;
  /** Undefined until it was looked at twice. */
  readonly perSecond: number | undefined;
  readonly lastAtMs: number | undefined;
};

export type ArrivalsCount = {
  /** There were so many when it was looked at. */
  add(total: number, nowMs: number): void;
  soFar(): Arrivals;
};

export function countArrivals(): ArrivalsCount {
  let total = 0;
  let lookedAtMs: number | undefined;
  let perSecond: number | undefined;
  let lastAtMs: number | undefined;
  return {
    add(now, nowMs) {
      if (lookedAtMs !== undefined) perSecond = (1000 * (now - total)) / (nowMs - lookedAtMs);
      if (now > total && lookedAtMs !== undefined) lastAtMs = nowMs;
      lookedAtMs = nowMs;
      total = now;
    },
    soFar: () => ({ total, perSecond, lastAtMs }),
  };
}
