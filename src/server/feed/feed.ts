// The live feed: a snapshot to each new client, then one difference at most every 100 ms.
// Bounded per client: one that cannot keep up is sent nothing until it can, and then a fresh snapshot.
import type { WebSocket } from '@fastify/websocket';
import type { Sight } from '../../domain/sight.ts';
import { createLatencyWindow } from '../../engine/latency-window.ts';
import type { Decided } from '../../engine/process-batch.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk } from '../../ports/desk.ts';
import type { Committed } from '../../ports/stream/committed.ts';
import type { Presence, ServerMessage } from '../../protocol/feed.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { Monitor } from '../pipeline/monitor.ts';
import type { FeedState } from '../pipeline/part-health.ts';
import { alertRow, alertRowOf, feedRow } from '../transactions/rows.ts';
import { readClientMessage } from './client-message.ts';
import { placeFor } from './feed-places.ts';

const TICK_MS = 100;
const STATS_EVERY_TICKS = 10;
const PIPELINE_EVERY_TICKS = 20;
const MODEL_EVERY_TICKS = 50;
const PING_EVERY_TICKS = 50;
const RIGHTS_EVERY_TICKS = 20;
const ROWS_PER_TICK = 50;
const SNAPSHOT_ROWS = 200;
const SNAPSHOT_ALERTS = 50;
/** Unsent bytes at which a client counts as slow. */
const SLOW_BYTES = 1 << 20;
/** Unsent bytes at which a client is let go: it sends pings and reads none of the answers. */
const STUCK_BYTES = 16 << 20;
/** A dashboard says a few words a minute. */
const MESSAGES_PER_TICK = 20;
/** For the other end to close, too. */
const CLOSE_MS = 2000;
const STATS_MINUTES = 60;
/** What a connection is closed with when its session has ended or its rights are others. */
const RIGHTS_CHANGED = 4401;

type Diff = Extract<ServerMessage, { type: 'diff' }>;

export type FeedReader = {
  /** Person, key or whoever is at the machine: all connections of one share their places. */
  readonly who: string;
  /** As others see who looks at an alert. */
  readonly name: string;
  /** What this reader may see. */
  readonly sight: Sight;
  /** Whether it may still do what it might when it came, no more and no less. */
  sameRights(): Promise<boolean>;
};

type Client = {
  readonly socket: WebSocket;
  readonly reader: FeedReader;
  needsSnapshot: boolean;
  pingedAt: number;
  alive: boolean;
  looking: number | undefined;
  messagesThisTick: number;
};

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
  const clients = new Set<Client>();
  const latency = createLatencyWindow();
  /** What came since the last tick; most of it is pushed out by newer decisions before it is sent. */
  let committed: Committed[] = [];
  const flagged: Decided[] = [];
  const labels: { transactionId: string; fraud: boolean }[] = [];
  let tick = 0;
  let resyncs = 0;
  let lastSentAtMs: number | undefined;
  let monitor: Monitor | undefined;
  let queueChanged = false;
  let presenceChanged = false;

  desk.onCommitted((output: Committed) => {
    if (clients.size === 0) return;
    // What is flagged is always shown; of the rest, the newest.
    for (const item of output.flagged) {
      if (flagged.length < ROWS_PER_TICK) flagged.push(item);
    }
    if (output.counts.length > 0) committed.push(output);
    for (const { label } of output.labelled) {
      if (labels.length < 1000) labels.push({ transactionId: label.transactionId, fraud: label.fraud });
    }
  });

  const presence = (): Presence[] =>
    [...clients].flatMap(({ looking, reader }) =>
      looking === undefined ? [] : [{ alert: looking, name: reader.name }],
    );

  /** Ends a connection with a code; one that does not close its end is cut off. */
  function letGo(client: Client, code: number, reason: string): void {
    clients.delete(client);
    if (client.looking !== undefined) presenceChanged = true;
    client.socket.close(code, reason);
    setTimeout(() => client.socket.terminate(), CLOSE_MS).unref();
  }

  function heard(client: Client, data: unknown, isBinary: boolean): void {
    if (client.socket.readyState !== client.socket.OPEN) return;
    client.messagesThisTick++;
    if (client.messagesThisTick > MESSAGES_PER_TICK) {
      letGo(client, 1008, 'too many messages');
      return;
    }
    const read = readClientMessage(data, isBinary);
    if (!read.ok) {
      letGo(client, read.code, read.reason);
      return;
    }
    const looking = read.message.alert ?? undefined;
    if (looking === client.looking) return;
    client.looking = looking;
    presenceChanged = true;
  }

  /** Whether there is a place for another connection of this reader; where the feed is full, who has most gives one. */
  function hasPlace(socket: WebSocket, { who }: FeedReader): boolean {
    const held = new Map<string, number>();
    for (const { reader } of clients) held.set(reader.who, (held.get(reader.who) ?? 0) + 1);
    const place = placeFor(who, held);
    if (place.kind === 'refused') {
      socket.close(1013, place.reason);
      return false;
    }
    if (place.kind === 'taken over') {
      const newest = [...clients].findLast(({ reader }) => reader.who === place.from);
      if (newest) letGo(newest, 1013, 'others need the place; try again later');
    }
    return true;
  }

  const now = (): string => new Date(desk.clock.nowMs()).toISOString();

  function send(client: Client, text: string): void {
    client.socket.send(text);
    lastSentAtMs = desk.clock.nowMs();
  }

  async function sendSnapshot(client: Client): Promise<void> {
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
      presence: presence(),
    };
    client.needsSnapshot = false;
    send(client, JSON.stringify(snapshot));
  }

  function startAnew(client: Client): void {
    sendSnapshot(client).catch((error: Error) => {
      boundary.caught('feed, snapshot', error);
      letGo(client, 1011, 'the snapshot failed; connect again');
    });
  }

  /** The newest of all that came, in their order. */
  function latestDecided(): Decided[] {
    const items: Decided[] = [];
    const outputs = committed;
    // What cannot be shown is not tried again with every tick.
    committed = [];
    for (const output of outputs.reverse()) {
      if (items.length >= ROWS_PER_TICK) break;
      items.unshift(...output.latest(ROWS_PER_TICK - items.length));
    }
    return items;
  }

  function broadcast(): void {
    tick++;
    for (const client of clients) client.messagesThisTick = 0;
    if (clients.size === 0) {
      committed = [];
      return;
    }
    const decided = committed.reduce((sum, { counts }) => sum + counts.length, 0);
    const alerts = flagged.splice(0);
    const labelled = labels.splice(0);
    const latest = latestDecided();
    const rest: Omit<Diff, 'type' | 'serverTime' | 'rows' | 'alerts'> = {
      ...(latest.length > 0 && { decided }),
      ...(labelled.length > 0 && { labels: labelled }),
      ...(tick % STATS_EVERY_TICKS === 0 && monitor && { stats: monitor.stats(STATS_MINUTES) }),
      ...(tick % PIPELINE_EVERY_TICKS === 0 && monitor && { pipeline: monitor.pipeline() }),
      ...(tick % MODEL_EVERY_TICKS === 0 && monitor && { model: monitor.model() }),
      ...(queueChanged && { queueChanged }),
      ...(presenceChanged && { presence: presence() }),
    };
    queueChanged = false;
    presenceChanged = false;
    if (tick % RIGHTS_EVERY_TICKS === 0) lookAtRights();
    if (alerts.length === 0 && Object.keys(rest).length === 0) return;
    // Rows are made for each sight that somebody has, once.
    const texts = new Map<Sight, string>();
    const textFor = (sight: Sight): string => {
      const known = texts.get(sight);
      if (known !== undefined) return known;
      const diff: Diff = {
        type: 'diff',
        serverTime: now(),
        ...(latest.length > 0 && { rows: latest.map((item) => feedRow(item, sight)) }),
        ...(alerts.length > 0 && { alerts: alerts.map((item) => alertRowOf(item, sight)) }),
        ...rest,
      };
      const text = JSON.stringify(diff);
      texts.set(sight, text);
      return text;
    };
    for (const client of clients) {
      if (client.socket.readyState !== client.socket.OPEN) continue;
      if (client.socket.bufferedAmount > SLOW_BYTES) {
        client.needsSnapshot = true;
        continue;
      }
      if (client.needsSnapshot) {
        resyncs++;
        client.needsSnapshot = false;
        startAnew(client);
        continue;
      }
      send(client, textFor(client.reader.sight));
    }
    if (tick % PING_EVERY_TICKS === 0) pingAll();
  }

  /** Whoever may do more or less than when they came is sent off, and comes back as who they are now. */
  function lookAtRights(): void {
    for (const client of clients) {
      client.reader.sameRights().then(
        (same) => same || letGo(client, RIGHTS_CHANGED, 'signed out, or rights have changed'),
        // A database that is away is no reason to send anybody off.
        () => undefined,
      );
    }
  }

  function pingAll(): void {
    for (const client of clients) {
      if (!client.alive) {
        client.socket.terminate();
        continue;
      }
      client.alive = false;
      client.pingedAt = performance.now();
      client.socket.ping();
    }
  }

  const stop = boundary.every('feed', TICK_MS, broadcast);

  return {
    join(socket, reader) {
      // Its errors end it and nothing else; ws closes it with a code of its own.
      socket.on('error', () => clients.delete(client));
      const client: Client = {
        socket,
        reader,
        needsSnapshot: false,
        pingedAt: 0,
        alive: true,
        looking: undefined,
        messagesThisTick: 0,
      };
      const guarded = <Given extends readonly unknown[]>(what: string, listener: (...given: Given) => void) =>
        boundary.guarded(`feed, ${what}`, listener, () => {
          clients.delete(client);
          socket.terminate();
        });
      if (!hasPlace(socket, reader)) return;
      socket.on(
        'pong',
        guarded('pong', () => {
          client.alive = true;
          latency.add(performance.now() - client.pingedAt, desk.clock.nowMs());
        }),
      );
      socket.on(
        'ping',
        guarded('ping', () => {
          if (socket.bufferedAmount > STUCK_BYTES) socket.terminate();
        }),
      );
      socket.on(
        'message',
        guarded('message', (data, isBinary) => heard(client, data, isBinary)),
      );
      socket.on(
        'close',
        guarded('close', () => {
          clients.delete(client);
          if (client.looking !== undefined) presenceChanged = true;
        }),
      );
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
    state: () => ({ clients: clients.size, lastSentAtMs, latency, resyncs }),
    queueChanged() {
      queueChanged = true;
    },
    attach(attached) {
      monitor = attached;
    },
    close() {
      stop();
      for (const client of clients) client.socket.close(1001, 'the desk is stopping');
      clients.clear();
    },
  };
}
