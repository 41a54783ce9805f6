// The live feed: a snapshot to each new client, then one difference at most every 100 ms.
// Bounded per client: one that cannot keep up is sent nothing until it can, and then a fresh snapshot.
import type { WebSocket } from '@fastify/websocket';
import type { Sight } from '../../domain/sight.ts';
import { createLatencyWindow } from '../../engine/latency-window.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk } from '../../ports/desk.ts';
import type { Committed } from '../../ports/stream/committed.ts';
import type { Monitor } from '../pipeline/monitor.ts';
import type { FeedState } from '../pipeline/part-health.ts';
import type { FeedClient, FeedReader } from './feed-client.ts';
import { createFeedClients } from './feed-clients.ts';
import { type ForAll, figuresAt, hello, newsForAll, serverTime, snapshot, textsOf } from './feed-messages.ts';
import { createNews, type News } from './feed-news.ts';

const TICK_MS = 100;
const PING_EVERY_TICKS = 50;
const RIGHTS_EVERY_TICKS = 20;
/** Unsent bytes at which a client counts as slow. */
const SLOW_BYTES = 1 << 20;

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

  function send(client: FeedClient, text: string): void {
    client.socket.send(text);
    lastSentAtMs = desk.clock.nowMs();
  }

  async function sendSnapshot(client: FeedClient): Promise<void> {
    if (!monitor) return;
    const message = await snapshot(desk, monitor, clients.presence, client.reader.sight);
    client.needsSnapshot = false;
    send(client, JSON.stringify(message));
  }

  function startAnew(client: FeedClient): void {
    sendSnapshot(client).catch((error: Error) => {
      boundary.caught('feed, snapshot', error);
      clients.letGo(client, 1011, 'the snapshot failed; connect again');
    });
  }

  /** What is told to everybody now, beside rows. */
  function forAll(latest: News): ForAll {
    const presence = clients.presenceIfChanged();
    const rest: ForAll = {
      ...newsForAll(latest),
      ...(monitor && figuresAt(tick, monitor)),
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
    const textFor = textsOf(latest, rest, serverTime(desk));
    for (const client of clients.all) tell(client, textFor);
    if (tick % PING_EVERY_TICKS === 0) clients.pingAll();
  }

  const stop = boundary.every('feed', TICK_MS, broadcast);

  return {
    join(socket, reader) {
      const client = clients.join(socket, reader);
      if (!client) return;
      send(client, JSON.stringify(hello(desk, serverVersion)));
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
