// The connections of the live feed: who has a place, who looks at which alert, and who may still be here.
import type { WebSocket } from '@fastify/websocket';
import type { LatencyWindow } from '../../engine/latency-window.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Presence } from '../../protocol/feed.ts';
import {
  endClient,
  type FeedClient,
  type FeedReader,
  listenTo,
  newClient,
  pingOrEnd,
} from './feed-client.ts';
import { placeFor } from './feed-places.ts';

/** What a connection is closed with when its session has ended or its rights are others. */
const RIGHTS_CHANGED = 4401;

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

/** `latency` takes in how soon pings are answered. */
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
    endClient(client, code, reason);
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

  const presence = (): Presence[] =>
    [...clients].flatMap(({ looking, reader }) =>
      looking === undefined ? [] : [{ alert: looking, name: reader.name }],
    );

  return {
    all: clients,
    join(socket, reader) {
      const client = newClient(socket, reader);
      // Its errors end it and nothing else; ws closes it with a code of its own.
      socket.on('error', () => clients.delete(client));
      if (!hasPlace(socket, reader)) return undefined;
      listenTo(client, boundary, {
        looksElsewhere() {
          presenceChanged = true;
        },
        answeredPing: (afterMs) => latency.add(afterMs, nowMs()),
        misbehaved: (code, reason) => letGo(client, code, reason),
        closed: () => gone(client),
        failed: () => clients.delete(client),
      });
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
      for (const client of clients) pingOrEnd(client);
    },
    close() {
      for (const client of clients) client.socket.close(1001, 'the desk is stopping');
      clients.clear();
    },
  };
}
