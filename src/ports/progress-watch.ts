// Whether a part gets on: one that makes no progress while work waits is slow, and after a while down, with since when.

const SLOW_MS = 10_000;
const DOWN_MS = 30_000;

export type ProgressSample = {
  readonly atMs: number;
  /** Records that wait for the part. */
  readonly waiting: number;
  /** How far it is; any change is progress. */
  readonly position: number;
};

export type Progress =
  | { readonly kind: 'up' }
  /** It has not moved since then, and something waited all the time. */
  | { readonly kind: 'slow' | 'down'; readonly sinceMs: number };

/**
 * **Contract**
 * - WATCH1 What stands still while work waits is slow, then down, with since when; what moves, or has nothing to do, is up.
 * - WATCH2 The key that stands still for longest is the one that is shown, whatever the others do.
 *
 * **Caller invariants**
 * - Samples of a key come in the order of time; a key that is no more is forgotten.
 */
export type ProgressWatch = {
  /** Samples of a key come in the order of time; several keys are several partitions of one part. */
  sample(key: string, sample: ProgressSample): void;
  /** Of the key that stands still for longest. */
  worst(): Progress & { readonly key: string };
  forget(key: string): void;
};

const UP = { kind: 'up', key: '' } as const;

export function watchProgress(slowMs = SLOW_MS, downMs = DOWN_MS): ProgressWatch {
  const known = new Map<string, ProgressSample & { readonly stillSinceMs: number }>();
  return {
    sample(key, sample) {
      const before = known.get(key);
      const standsStill =
        before !== undefined &&
        before.waiting > 0 &&
        sample.waiting > 0 &&
        before.position === sample.position;
      known.set(key, { ...sample, stillSinceMs: standsStill ? before.stillSinceMs : sample.atMs });
    },
    worst() {
      let worst: Progress & { readonly key: string } = UP;
      let longestMs = slowMs;
      for (const [key, { atMs, stillSinceMs }] of known) {
        const stillMs = atMs - stillSinceMs;
        if (stillMs < longestMs) continue;
        longestMs = stillMs;
        worst = { kind: stillMs < downMs ? 'slow' : 'down', sinceMs: stillSinceMs, key };
      }
      return worst;
    },
    forget: (key) => {
      known.delete(key);
    },
  };
}
