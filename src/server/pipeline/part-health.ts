// Health of the parts that the server itself knows: what feeds it, what waits for somebody, its live feed and its process; and of
// all parts as the API answers it.
import { type LatencyWindow, NOTHING_MEASURED } from '../../engine/latency-window.ts';
import { type Boundary, shownError } from '../../ports/boundary.ts';
import type { PartHealth } from '../../ports/desk.ts';
import { type Restarts, restartsText } from '../../ports/restarts.ts';
import type { ServiceHealth } from '../../protocol/pipeline.ts';
import { timeOrNull } from '../edge/unknown.ts';

const STALE_MS = 10_000;
/** So long the pipeline shows that something was caught at last resort, or that the process was started again. */
const TROUBLED_MS = 600_000;

/** What feeds transactions in: the simulator, or callers of the API. */
export type ProducerState = {
  readonly running: boolean;
  readonly detail: string;
  readonly produced: number;
  readonly errors: number;
  readonly lastAtMs: number | undefined;
  readonly latency: LatencyWindow;
  readonly targetPerSecond: number | undefined;
};

export type FeedState = {
  readonly clients: number;
  readonly lastSentAtMs: number | undefined;
  readonly latency: LatencyWindow;
  readonly resyncs: number;
};

const isFresh = (atMs: number | undefined, nowMs: number): boolean =>
  atMs !== undefined && nowMs - atMs < STALE_MS;

export const producerHealth = (producer: ProducerState, nowMs: number): PartHealth => ({
  name: 'producer',
  title: 'Source',
  status: !producer.running ? 'unknown' : isFresh(producer.lastAtMs, nowMs) ? 'up' : 'degraded',
  measures: 'send to durable in the log',
  latency: producer.latency.summary(nowMs),
  perSecond: producer.running ? producer.targetPerSecond : undefined,
  waiting: undefined,
  errors: producer.errors,
  lastAtMs: producer.lastAtMs,
  detail: producer.detail,
});

/** Shown as long as somebody has to look at it. */
export function quarantineHealth(quarantined: number): PartHealth[] {
  if (quarantined === 0) return [];
  return [
    {
      name: 'quarantine',
      title: 'Quarantine',
      status: 'degraded',
      measures: 'nothing',
      latency: NOTHING_MEASURED,
      perSecond: undefined,
      waiting: quarantined,
      errors: 0,
      lastAtMs: undefined,
      detail: `${quarantined} accepted ${quarantined === 1 ? 'record' : 'records'} could not be decided or stored: see the dead letters`,
    },
  ];
}

export const feedHealth = (feed: FeedState, nowMs: number): PartHealth => ({
  name: 'feed',
  title: 'Live feed',
  status: feed.clients === 0 ? 'unknown' : isFresh(feed.lastSentAtMs, nowMs) ? 'up' : 'degraded',
  measures: 'WebSocket ping to pong',
  latency: feed.latency.summary(nowMs),
  perSecond: undefined,
  waiting: undefined,
  errors: 0,
  lastAtMs: feed.lastSentAtMs,
  detail: `${feed.clients} ${feed.clients === 1 ? 'client' : 'clients'}, ${feed.resyncs} resyncs`,
});

/** This process: what nobody caught, and how often it was started again. */
export function processHealth(
  { count, last }: Pick<Boundary, 'count' | 'last'>,
  restarts: Restarts,
  startMs: number,
  nowMs: number,
): PartHealth {
  const before = restartsText(restarts);
  const recent = last !== undefined && nowMs - last.atMs < TROUBLED_MS;
  const errors =
    last === undefined
      ? 'no error came to the last resort'
      : `errors caught at last resort: ${count}, the last one at ${new Date(last.atMs).toISOString()}, ${last.what}: ${last.text}`;
  return {
    name: 'process',
    title: 'Process',
    status: recent || (before !== '' && nowMs - startMs < TROUBLED_MS) ? 'degraded' : 'up',
    measures: 'nothing: errors that nobody caught, and restarts',
    latency: NOTHING_MEASURED,
    perSecond: undefined,
    waiting: undefined,
    errors: count,
    lastAtMs: nowMs,
    detail: [errors, ...(before ? [before] : [])].join('; '),
    figures: { errors_at_last_resort: count, restarts: restarts.count },
  };
}

/** What is down and does not say why has not been heard of since then. */
function troubleOf(
  trouble: PartHealth['trouble'],
  status: PartHealth['status'],
  lastAtMs: number | undefined,
): ServiceHealth['trouble'] {
  if (trouble) return { since: new Date(trouble.sinceMs).toISOString(), why: shownError(trouble.why) };
  if (status !== 'down' || lastAtMs === undefined) return null;
  return { since: new Date(lastAtMs).toISOString(), why: 'no answer since then' };
}

export const serviceHealth = ({
  latency,
  perSecond,
  waiting,
  lastAtMs,
  trouble,
  figures: _forMetrics,
  ...rest
}: PartHealth): ServiceHealth => ({
  ...rest,
  trouble: troubleOf(trouble, rest.status, lastAtMs),
  latencyMs: latency,
  perSecond: perSecond ?? null,
  waiting: waiting ?? null,
  lastSuccessAt: timeOrNull(lastAtMs),
});
