// The period that figures stand for: the last hour comes with the feed, other ranges are asked for.
import type { Stats } from '../../../src/protocol/figures.ts';
import { useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';
import { useRoute } from '../live/route.ts';

export const PERIODS = [
  { value: '15m', minutes: 15, words: 'last 15 min' },
  { value: '1h', minutes: 60, words: 'last hour' },
  { value: '6h', minutes: 360, words: 'last 6 h' },
  { value: '24h', minutes: 1440, words: 'last 24 h' },
] as const;
export type Period = (typeof PERIODS)[number];

const FEED_MINUTES = 60;
const REFRESH_MS = 5000;

/** The period in the address bar, by default the last hour. */
export function usePeriod(): Period {
  const { query } = useRoute();
  return PERIODS.find(({ value }) => value === query.get('range')) ?? PERIODS[1];
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
