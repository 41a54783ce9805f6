// What features take, measured while they are computed: of one transaction in so many, each step by itself. What several share (a
// window that is read once, a history that is found) is divided among them.

/** One look in so many is timed. */
export const TIMED_ONE_IN = 64;
/** How much the newest time counts in a mean. */
const NEWEST = 0.05;
/** A thread that was held up by something else says nothing of a feature. */
const MOST_COUNTED_MICROS = 1000;

export type FeatureCosts = {
  /** From here on time is counted. */
  begin(): void;
  /** What passed since it is of these places of a vector. */
  lap(places: readonly number[]): void;
  /** Ends a look: what its laps came to is counted. */
  end(): void;
  /** Undefined where a place was never timed. */
  meanMicros(place: number): number | undefined;
};

export function createFeatureCosts(size: number, elapsedMs: () => number): FeatureCosts {
  const means = new Float64Array(size).fill(Number.NaN);
  const now = new Float64Array(size);
  const touched: number[] = [];
  let last = 0;
  return {
    begin() {
      touched.length = 0;
      last = elapsedMs();
    },
    lap(places) {
      const at = elapsedMs();
      const micros = Math.min(MOST_COUNTED_MICROS, (at - last) * 1000) / Math.max(1, places.length);
      for (const place of places) {
        if (!touched.includes(place)) {
          touched.push(place);
          now[place] = 0;
        }
        now[place] += micros;
      }
      last = at;
    },
    end() {
      for (const place of touched) {
        const mean = means[place];
        means[place] = Number.isNaN(mean) ? now[place] : mean + NEWEST * (now[place] - mean);
      }
    },
    meanMicros: (place) => (Number.isNaN(means[place]) ? undefined : means[place]),
  };
}
