// Minutes as charts show them: from the first transaction on, and the one under way apart.
import type { MinuteCount } from '../../../src/protocol/figures.ts';

/** Without the empty minutes before a new desk's first transaction; the newest where there is none. */
export function sinceFirst(minutes: readonly MinuteCount[]): readonly MinuteCount[] {
  const first = minutes.findIndex(({ transactions }) => transactions > 0);
  return minutes.slice(first < 0 ? -1 : first);
}

const MINUTE_MS = 60_000;
/** A chart has room for so many points that can be told from one another. */
const MOST_POINTS = 120;

/** How many minutes a point of a chart of so many stands for: the first of those that divide an hour. */
export const stepOf = (minutes: number): number =>
  [1, 2, 5, 10, 15].find((step) => minutes / step <= MOST_POINTS) ?? 15;

/** Minutes added up by steps that begin with the hour; each is called by its first. */
export function inSteps(minutes: readonly MinuteCount[], stepMinutes: number): readonly MinuteCount[] {
  if (stepMinutes === 1) return minutes;
  const stepMs = stepMinutes * MINUTE_MS;
  const steps = new Map<number, MinuteCount>();
  for (const one of minutes) {
    const at = Math.floor(Date.parse(one.minute) / stepMs) * stepMs;
    const sum = steps.get(at);
    steps.set(at, {
      minute: new Date(at).toISOString(),
      transactions: one.transactions + (sum?.transactions ?? 0),
      reviews: one.reviews + (sum?.reviews ?? 0),
      declines: one.declines + (sum?.declines ?? 0),
      scoreSum: one.scoreSum + (sum?.scoreSum ?? 0),
      flaggedMinor: one.flaggedMinor + (sum?.flaggedMinor ?? 0),
    });
  }
  return [...steps.values()];
}

/** The starts of so many minutes that are yet to come. */
export function toCome(minutes: readonly MinuteCount[], count: number): readonly string[] {
  const last = Date.parse(minutes.at(-1)?.minute ?? new Date().toISOString());
  return Array.from({ length: Math.max(0, count) }, (_, i) =>
    new Date(last + (i + 1) * MINUTE_MS).toISOString(),
  );
}
