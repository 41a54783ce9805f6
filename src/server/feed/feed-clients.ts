// The connections of the live feed: who has a place, what each says, whether it is alive and may still be here.
import type { WebSocket } from '@fastify/websocket';
import type { Sight } from '../../domain/sight.ts';
import type { LatencyWindow } from '../../engine/latency-window.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Presence } from '../../protocol/feed.ts';
import { readClientMessage } from './client-message.ts';
import { placeFor } from './feed-places.ts';

/** Unsent bytes at which a client is let go: it sends pings and reads none of the answers. */
const STUCK_BYTES = 16 << 20;
/** A dashboard says a few words a minute. */
const MESSAGES_PER_TICK = 20;
/** For the other end to close, too. */
const CLOSE_MS = 2000;
/** What a connection is closed with when its session has ended or its rights are others. */
const RIGHTS_CHANGED = 4401;

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

export type FeedClient = {
  readonly socket: WebSocket;
  readonly reader: FeedReader;
  needsSnapshot: boolean;
  pingedAt: number;
  alive: boolean;
  looking: number | undefined;
  messagesThisTick: number;
};

export type FeedClients = {
  readonly all: ReadonlySet<FeedClient>;
  /** A client that has a place and is listened to; undefined where there was none, which it was told. */
  join(socket: WebSocket, reader: FeedReader): FeedClient | undefined;
  /** From now on it is one of those that are told. */
  add(client: FeedClient): void;
  /** Ends a connection with a code; one that does not close its end is cut off. */
  letGo(client: FeedClient, code: number, reason: string): void;
  /** Who looks at which alert, where that has changed since it was last asked. */
  presenceIfChanged(): Presence[] | undefined;
  presence(): Presence[];
  /** What clients said is counted anew. */
  nextTick(): void;
  /** Whoever may do more or less than when they came is sent off, and comes back as who they are now. */
  lookAtRights(): void;
  pingAll(): void;
  close(): void;
};

export function createFeedClients(
  boundary: Boundary,
  latency: LatencyWindow,
  nowMs: () => number,
): FeedClients {
  const clients = new Set<FeedClient>();
  let presenceChanged = false;

  function gone(client: FeedClient): void {
    clients.delete(client);
    if (client.looking !== undefined) presenceChanged = true;
  }

  function letGo(client: FeedClient, code: number, reason: string): void {
    gone(client);
    client.socket.close(code, reason);
    setTimeout(() => client.socket.terminate(), CLOSE_MS).unref();
  }

  function heard(client: FeedClient, data: unknown, isBinary: boolean): void {
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

  function listen(client: FeedClient): void {
    const { socket } = client;
    const guarded = <Given extends readonly unknown[]>(what: string, listener: (...given: Given) => void) =>
      boundary.guarded(`feed, ${what}`, listener, () => {
        clients.delete(client);
        socket.terminate();
      });
    const pong = guarded('pong', () => {
      client.alive = true;
      latency.add(performance.now() - client.pingedAt, nowMs());
    });
    const ping = guarded('ping', () => {
      if (socket.bufferedAmount > STUCK_BYTES) socket.terminate();
    });
    socket.on('pong', pong);
    socket.on('ping', ping);
    socket.on(
      'message',
      guarded('message', (data, isBinary) => heard(client, data, isBinary)),
    );
    socket.on(
      'close',
      guarded('close', () => gone(client)),
    );
  }

  const presence = (): Presence[] =>
    [...clients].flatMap(({ looking, reader }) =>
      looking === undefined ? [] : [{ alert: looking, name: reader.name }],
    );

  return {
    all: clients,
    join(socket, reader) {
      const client: FeedClient = {
        socket,
        reader,
        needsSnapshot: false,
        pingedAt: 0,
        alive: true,
        looking: undefined,
        messagesThisTick: 0,
      };
      // Its errors end it and nothing else; ws closes it with a code of its own.
      socket.on('error', () => clients.delete(client));
      if (!hasPlace(socket, reader)) return undefined;
      listen(client);
      return client;
    },
    add: (client) => clients.add(client),
    letGo,
    presence,
    presenceIfChanged() {
      if (!presenceChanged) return undefined;
      presenceChanged = false;
      return presence();
    },
    nextTick() {
      for (const client of clients) client.messagesThisTick = 0;
    },
    lookAtRights() {
      for (const client of clients) {
        client.reader.sameRights().then(
          (same) => same || letGo(client, RIGHTS_CHANGED, 'signed out, or rights have changed'),
          // A database that is away is no reason to send anybody off.
          () => undefined,
        );
      }
    },
    pingAll() {
      for (const client of clients) {
        if (!client.alive) {
          client.socket.terminate();
          continue;
        }
        client.alive = false;
        client.pingedAt = performance.now();
        client.socket.ping();
      }
    },
    close() {
      for (const client of clients) client.socket.close(1001, 'the desk is stopping');
      clients.clear();
    },
  };
}
