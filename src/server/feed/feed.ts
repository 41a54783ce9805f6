// The live feed: a snapshot to each new client, then one difference at most every 100 ms.
// Bounded per client: one that cannot keep up is sent nothing until it can, and then a fresh snapshot.
import type { WebSocket } from '@fastify/websocket';
import type { Sight } from '../../domain/sight.ts';
import { createLatencyWindow } from '../../engine/latency-window.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk } from '../../ports/desk.ts';
import type { Committed } from '../../ports/stream/committed.ts';
import type { ServerMessage } from '../../protocol/feed.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { Monitor } from '../pipeline/monitor.ts';
import type { FeedState } from '../pipeline/part-health.ts';
import { alertRow, alertRowOf, feedRow } from '../transactions/rows.ts';
import { createFeedClients, type FeedClient, type FeedReader } from './feed-clients.ts';
import { createNews, type News } from './feed-news.ts';

export type { FeedReader } from './feed-clients.ts';

const TICK_MS = 100;
const STATS_EVERY_TICKS = 10;
const PIPELINE_EVERY_TICKS = 20;
const MODEL_EVERY_TICKS = 50;
const PING_EVERY_TICKS = 50;
const RIGHTS_EVERY_TICKS = 20;
const SNAPSHOT_ROWS = 200;
const SNAPSHOT_ALERTS = 50;
/** Unsent bytes at which a client counts as slow. */
const SLOW_BYTES = 1 << 20;
const STATS_MINUTES = 60;

type Difference = Extract<ServerMessage, { type: 'diff' }>;
/** Of a difference, what is the same for everybody. */
type ForAll = Omit<Difference, 'type' | 'serverTime' | 'rows' | 'alerts'>;

export type Feed = {
  /** Closes the socket at once, and says why, where there is no room for it. */
  join(socket: WebSocket, reader: FeedReader): void;
  state(): FeedState;
  /** Somebody did something with alerts: dashboards ask for the queue again. */
  queueChanged(): void;
  /** Set once the monitor stands; the feed shows its figures. */
  attach(monitor: Monitor): void;
  close(): void;
};

/** The text of a difference for each sight that somebody has, made once. */
function textsOf(news: News, rest: ForAll, serverTime: string): (sight: Sight) => string {
  const texts = new Map<Sight, string>();
  return (sight) => {
    const known = texts.get(sight);
    if (known !== undefined) return known;
    const difference: Difference = {
      type: 'diff',
      serverTime,
      ...(news.latest.length > 0 && { rows: news.latest.map((item) => feedRow(item, sight)) }),
      ...(news.flagged.length > 0 && { alerts: news.flagged.map((item) => alertRowOf(item, sight)) }),
      ...rest,
    };
    const text = JSON.stringify(difference);
    texts.set(sight, text);
    return text;
  };
}

export function createFeed(desk: Desk, serverVersion: string, boundary: Boundary): Feed {
  const latency = createLatencyWindow();
  const clients = createFeedClients(boundary, latency, () => desk.clock.nowMs());
  const news = createNews();
  let tick = 0;
  let resyncs = 0;
  let lastSentAtMs: number | undefined;
  let monitor: Monitor | undefined;
  let queueChanged = false;

  desk.onCommitted((output: Committed) => {
    if (clients.all.size > 0) news.add(output);
  });

  const now = (): string => new Date(desk.clock.nowMs()).toISOString();

  function send(client: FeedClient, text: string): void {
    client.socket.send(text);
    lastSentAtMs = desk.clock.nowMs();
  }

  async function sendSnapshot(client: FeedClient): Promise<void> {
    if (!monitor) return;
    const [recent, open] = await Promise.all([
      desk.store.search({}, SNAPSHOT_ROWS),
      desk.store.alerts({}, SNAPSHOT_ALERTS),
    ]);
    const { sight } = client.reader;
    const snapshot: ServerMessage = {
      type: 'snapshot',
      rows: recent.items.map((item) => feedRow(item, sight, item.isFraud)).reverse(),
      alerts: open.items.map((alert) => alertRow(alert, sight)),
      stats: monitor.stats(STATS_MINUTES),
      pipeline: monitor.pipeline(),
      model: monitor.model(),
      presence: clients.presence(),
    };
    client.needsSnapshot = false;
    send(client, JSON.stringify(snapshot));
  }

  function startAnew(client: FeedClient): void {
    sendSnapshot(client).catch((error: Error) => {
      boundary.caught('feed, snapshot', error);
      clients.letGo(client, 1011, 'the snapshot failed; connect again');
    });
  }

  /** What is told to everybody now, beside rows. */
  function forAll({ latest, decided, labels }: News): ForAll {
    const presence = clients.presenceIfChanged();
    const rest: ForAll = {
      ...(latest.length > 0 && { decided }),
      ...(labels.length > 0 && { labels }),
      ...(tick % STATS_EVERY_TICKS === 0 && monitor && { stats: monitor.stats(STATS_MINUTES) }),
      ...(tick % PIPELINE_EVERY_TICKS === 0 && monitor && { pipeline: monitor.pipeline() }),
      ...(tick % MODEL_EVERY_TICKS === 0 && monitor && { model: monitor.model() }),
      ...(queueChanged && { queueChanged }),
      ...(presence && { presence }),
    };
    queueChanged = false;
    return rest;
  }

  function tell(client: FeedClient, textFor: (sight: Sight) => string): void {
    if (client.socket.readyState !== client.socket.OPEN) return;
    if (client.socket.bufferedAmount > SLOW_BYTES) {
      client.needsSnapshot = true;
    } else if (client.needsSnapshot) {
      resyncs++;
      client.needsSnapshot = false;
      startAnew(client);
    } else send(client, textFor(client.reader.sight));
  }

  function broadcast(): void {
    tick++;
    clients.nextTick();
    if (clients.all.size === 0) {
      news.forget();
      return;
    }
    const latest = news.take();
    const rest = forAll(latest);
    if (tick % RIGHTS_EVERY_TICKS === 0) clients.lookAtRights();
    if (latest.flagged.length === 0 && Object.keys(rest).length === 0) return;
    const textFor = textsOf(latest, rest, now());
    for (const client of clients.all) tell(client, textFor);
    if (tick % PING_EVERY_TICKS === 0) clients.pingAll();
  }

  const stop = boundary.every('feed', TICK_MS, broadcast);

  return {
    join(socket, reader) {
      const client = clients.join(socket, reader);
      if (!client) return;
      const hello: ServerMessage = {
        type: 'hello',
        protocol: PROTOCOL_VERSION,
        serverVersion,
        serverTime: now(),
        baseCurrency: desk.money().baseCurrency,
      };
      send(client, JSON.stringify(hello));
      // Differences from now on, ahead of the snapshot: the client merges rows by id, so none is missed.
      clients.add(client);
      startAnew(client);
      client.pingedAt = performance.now();
      socket.ping();
    },
    state: () => ({ clients: clients.all.size, lastSentAtMs, latency, resyncs }),
    queueChanged() {
      queueChanged = true;
    },
    attach(attached) {
      monitor = attached;
    },
    close() {
      stop();
      clients.close();
    },
  };
}
