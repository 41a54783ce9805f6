// What the live feed says: a greeting, a snapshot of the desk, and differences.
import type { Sight } from '../../domain/sight.ts';
import type { Desk } from '../../ports/desk.ts';
import type { Presence, ServerMessage } from '../../protocol/feed.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { Monitor } from '../pipeline/monitor.ts';
import { alertRow, alertRowOf, feedRow } from '../transactions/rows.ts';
import type { News } from './feed-news.ts';

const SNAPSHOT_ROWS = 200;
const SNAPSHOT_ALERTS = 50;
const STATS_MINUTES = 60;
const STATS_EVERY_TICKS = 10;
const PIPELINE_EVERY_TICKS = 20;
const MODEL_EVERY_TICKS = 50;

type Difference = Extract<ServerMessage, { type: 'diff' }>;
/** Of a difference, what is the same for everybody. */
export type ForAll = Omit<Difference, 'type' | 'serverTime' | 'rows' | 'alerts'>;

/** The time as the feed says it. */
export const serverTime = (desk: Desk): string => new Date(desk.clock.nowMs()).toISOString();

/** The first message to a client. */
export const hello = (desk: Desk, serverVersion: string): ServerMessage => ({
  type: 'hello',
  protocol: PROTOCOL_VERSION,
  serverVersion,
  serverTime: serverTime(desk),
  baseCurrency: desk.money().baseCurrency,
});

/** All that a dashboard shows at first, as a reader of this sight may see it. */
export async function snapshot(
  desk: Desk,
  monitor: Monitor,
  presence: () => Presence[],
  sight: Sight,
): Promise<ServerMessage> {
  const [recent, open] = await Promise.all([
    desk.store.search({}, SNAPSHOT_ROWS),
    desk.store.flagged({}, SNAPSHOT_ALERTS),
  ]);
  return {
    type: 'snapshot',
    rows: recent.items.map((item) => feedRow(item, sight, item.isFraud)).reverse(),
    alerts: open.items.map((alert) => alertRow(alert, sight)),
    stats: monitor.stats(STATS_MINUTES),
    pipeline: monitor.pipeline(),
    model: monitor.model(),
    presence: presence(),
  };
}

/** What everybody hears of news, beside rows. */
export const newsForAll = ({ latest, decided, labels }: News): ForAll => ({
  ...(latest.length > 0 && { decided }),
  ...(labels.length > 0 && { labels }),
});

/** The figures that are told again with this tick: what changes slowly more seldom. */
export const figuresAt = (tick: number, monitor: Monitor): ForAll => ({
  ...(tick % STATS_EVERY_TICKS === 0 && { stats: monitor.stats(STATS_MINUTES) }),
  ...(tick % PIPELINE_EVERY_TICKS === 0 && { pipeline: monitor.pipeline() }),
  ...(tick % MODEL_EVERY_TICKS === 0 && { model: monitor.model() }),
});

/** The text of a difference for each sight that somebody has, made once. */
export function textsOf(news: News, rest: ForAll, time: string): (sight: Sight) => string {
  const texts = new Map<Sight, string>();
  return (sight) => {
    const known = texts.get(sight);
    if (known !== undefined) return known;
    const difference: Difference = {
      type: 'diff',
      serverTime: time,
      ...(news.latest.length > 0 && { rows: news.latest.map((item) => feedRow(item, sight)) }),
      ...(news.flagged.length > 0 && { alerts: news.flagged.map((item) => alertRowOf(item, sight)) }),
      ...rest,
    };
    const text = JSON.stringify(difference);
    texts.set(sight, text);
    return text;
  };
}
