// The period that figures stand for: the last hour comes with the feed, other ranges are asked for.
import { rootRouteId, useSearch } from '@tanstack/react-router';
import type { Stats } from '../../../src/protocol/figures.ts';
import { useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';
import { PERIODS, type Period } from './search.ts';

const FEED_MINUTES = 60;
const REFRESH_MS = 5000;

/** The period in the address bar, by default the last hour. */
export function usePeriod(): Period {
  const { range } = useSearch({ from: rootRouteId });
  return PERIODS.find(({ value }) => value === range) ?? PERIODS[1];
}

/** Figures of the period; undefined while they are on their way. */
export function useStats(): Stats | undefined {
  const { minutes } = usePeriod();
  const live = useLive((state) => state.stats);
  const { data: asked } = useAnswer(
    'getStats',
    minutes === FEED_MINUTES ? undefined : { query: { minutes } },
    REFRESH_MS,
  );
  if (minutes === FEED_MINUTES) return live;
  return asked?.periodMinutes === minutes ? asked : undefined;
}
