// Looks at drift now and then, so that metrics and the page can tell of it at once.
import type { Drift } from '../../models/drift.ts';
import type { Shift } from '../../models/shift.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { ModelReviews } from './model-reviews.ts';

const FIRST_MS = 60_000;
const EVERY_MS = 300_000;

export type DriftWatch = {
  /** Undefined before there was enough to look at. */
  latest(): readonly Drift[] | undefined;
  shifts(): readonly Shift[] | undefined;
  /** Features, the score and what comes in: how many raise an alarm; undefined while nothing is known. */
  alarms(): number | undefined;
  stop(): void;
};

export function watchDrift(reviews: ModelReviews, boundary: Boundary): DriftWatch {
  let latest: readonly Drift[] | undefined;
  let shifts: readonly Shift[] | undefined;
  const look = async (): Promise<void> => {
    // The database may be away; what was found before stands until it is back.
    latest = (await reviews.drift().catch(() => undefined)) ?? latest;
    shifts = (await reviews.shifts().catch(() => undefined)) ?? shifts;
  };
  const first = setTimeout(boundary.guarded('drift', look), FIRST_MS);
  first.unref();
  const stopLooking = boundary.every('drift', EVERY_MS, look);
  return {
    latest: () => latest,
    shifts: () => shifts,
    alarms() {
      if (!latest && !shifts) return undefined;
      return [...(latest ?? []), ...(shifts ?? [])].filter(({ alarm }) => alarm).length;
    },
    stop() {
      clearTimeout(first);
      stopLooking();
    },
  };
}
