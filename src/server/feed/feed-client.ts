// One connection of the live feed: what it says, whether it is alive, and how it ends.
import type { WebSocket } from '@fastify/websocket';
import type { Sight } from '../../domain/sight.ts';
import type { Boundary } from '../../ports/boundary.ts';
import { readClientMessage } from './client-message.ts';

/** Unsent bytes at which a client is let go: it sends pings and reads none of the answers. */
const STUCK_BYTES = 16 << 20;
/** A dashboard says a few words a minute. */
const MESSAGES_PER_TICK = 20;
/** For the other end to close, too. */
const CLOSE_MS = 2000;

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

/** Who keeps the connections hears what happens to one. */
export type ClientListener = {
  /** It looks at another alert, or at none. */
  looksElsewhere(): void;
  answeredPing(afterMs: number): void;
  /** It said what is not allowed. */
  misbehaved(code: number, reason: string): void;
  closed(): void;
  /** Listening to it failed. */
  failed(): void;
};

/** A connection that was just opened. */
export const newClient = (socket: WebSocket, reader: FeedReader): FeedClient => ({
  socket,
  reader,
  needsSnapshot: false,
  pingedAt: 0,
  alive: true,
  looking: undefined,
  messagesThisTick: 0,
});

/** Takes in what a client says from now on. */
export function listenTo(client: FeedClient, boundary: Boundary, listener: ClientListener): void {
  const { socket } = client;
  const guarded = <Given extends readonly unknown[]>(what: string, hear: (...given: Given) => void) =>
    boundary.guarded(`feed, ${what}`, hear, () => {
      listener.failed();
      socket.terminate();
    });
  const pong = guarded('pong', () => {
    client.alive = true;
    listener.answeredPing(performance.now() - client.pingedAt);
  });
  const ping = guarded('ping', () => {
    if (socket.bufferedAmount > STUCK_BYTES) socket.terminate();
  });
  socket.on('pong', pong);
  socket.on('ping', ping);
  socket.on(
    'message',
    guarded('message', (data, isBinary) => heard(client, data, isBinary, listener)),
  );
  socket.on(
    'close',
    guarded('close', () => listener.closed()),
  );
}

function heard(client: FeedClient, data: unknown, isBinary: boolean, listener: ClientListener): void {
  if (client.socket.readyState !== client.socket.OPEN) return;
  client.messagesThisTick++;
  if (client.messagesThisTick > MESSAGES_PER_TICK) {
    listener.misbehaved(1008, 'too many messages');
    return;
  }
  const read = readClientMessage(data, isBinary);
  if (!read.ok) {
    listener.misbehaved(read.code, read.reason);
    return;
  }
  const looking = read.message.alert ?? undefined;
  if (looking === client.looking) return;
  client.looking = looking;
  listener.looksElsewhere();
}

/** Asks whether a client is there; one that did not answer the last time is cut off. */
export function pingOrEnd(client: FeedClient): void {
  if (!client.alive) {
    client.socket.terminate();
    return;
  }
  client.alive = false;
  client.pingedAt = performance.now();
  client.socket.ping();
}

/** Ends a connection with a code; one that does not close its end is cut off. */
export function endClient({ socket }: FeedClient, code: number, reason: string): void {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), CLOSE_MS).unref();
}
