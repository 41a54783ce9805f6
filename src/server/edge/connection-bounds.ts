// How many connections there may be, and how slow: whoever sends headers or a body too slowly is cut off, a stream of
// transactions that keeps coming is not, however long it takes.
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Boundary } from '../../ports/boundary.ts';
import { isLoopback } from './guard.ts';
import { answerUnread } from './unread-requests.ts';

/** For all at once; a dashboard takes a few, a client of the API one. */
const MAX_CONNECTIONS = 4096;
/** Beyond this machine, where no proxy stands for many. */
const MAX_CONNECTIONS_EACH = 1024;
const MAX_HEADERS = 100;
const BODY_MS = 10_000;
/** A body that may be large has this much more time: for each byte that is allowed. */
const SLOWEST_BYTES_PER_SECOND = 64 * 1024;
/** Between two whole elements of a stream. */
const STREAM_IDLE_MS = 60_000;
const STREAM_CHECK_MS = 5000;
/** An answer is read before the connection goes. */
const LINGER_MS = 2000;

/** What Node bounds itself, as options of its server. */
export const HTTP_BOUNDS = {
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2000,
  keepAliveTimeout: 72_000,
} as const;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads its body itself, element by element, and watches its pace. */
    streams?: boolean;
    /** Its body is read as it comes: one with a Content-Encoding is refused. */
    takesNoEncoding?: boolean;
  }
  interface FastifyRequest {
    bodyDeadline: NodeJS.Timeout | undefined;
  }
}

/** Bounds the connections of a server, all and those of one address. */
export function boundConnections(server: Server, behindProxy: boolean): void {
  server.maxConnections = MAX_CONNECTIONS;
  server.maxHeadersCount = MAX_HEADERS;
  if (behindProxy) return;
  const held = new Map<string, number>();
  server.on('connection', (socket) => {
    const { remoteAddress: address = '' } = socket;
    if (isLoopback(address.replace(/^::ffff:/, ''))) return;
    const count = (held.get(address) ?? 0) + 1;
    if (count > MAX_CONNECTIONS_EACH) {
      socket.destroy();
      return;
    }
    held.set(address, count);
    socket.once('close', () => {
      const left = (held.get(address) ?? 1) - 1;
      if (left > 0) held.set(address, left);
      else held.delete(address);
    });
  });
}

/** A server of our own within the bounds. */
export function boundedServer(
  listener: RequestListener,
  { behindProxy }: { readonly behindProxy: boolean },
): Server {
  const server = createServer({ ...HTTP_BOUNDS, requestTimeout: 0 }, listener);
  boundConnections(server, behindProxy);
  server.on('clientError', answerUnread);
  return server;
}

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Answers 408 unless an answer is on its way, and ends the connection. */
function cutOff(request: FastifyRequest, reply: FastifyReply, detail: string): void {
  const { raw } = request;
  const { socket } = raw;
  if (raw.complete || socket.destroyed) return;
  if (!reply.raw.headersSent && socket.writable) {
    const body = JSON.stringify({ type: 'about:blank', title: 'Request Timeout', status: 408, detail });
    socket.end(
      `HTTP/1.1 408 Request Timeout\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
        `connection: close\r\n\r\n${body}`,
    );
  }
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Every body has to be whole by its deadline, also where the request was answered before it had come. */
export function boundBodies(app: FastifyInstance, leastMs = BODY_MS): void {
  app.decorateRequest('bodyDeadline', undefined);
  app.addHook('onRequest', (request, reply, done) => {
    if (request.raw.socket.remoteAddress === undefined) {
      // Whoever asked is gone already; nobody hears an answer, and nothing is wrong here.
      reply.hijack();
      return;
    }
    if (hasBody(request.raw)) {
      const { bodyLimit = 0 } = request.routeOptions;
      const ms = leastMs + (1000 * bodyLimit) / SLOWEST_BYTES_PER_SECOND;
      const detail = `The body did not come within ${Math.round(ms / 1000)} s.`;
      request.bodyDeadline = setTimeout(() => cutOff(request, reply, detail), ms).unref();
    }
    done();
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.raw.complete || request.routeOptions.config.streams) clearTimeout(request.bodyDeadline);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    const { raw } = request;
    if (request.bodyDeadline !== undefined) {
      clearTimeout(request.bodyDeadline);
      // It was answered before it was whole; what is still to come is of no use.
      if (!raw.complete) setTimeout(() => raw.complete || raw.socket.destroy(), LINGER_MS).unref();
    }
    done();
  });
}

/** Watches a body that is read element by element: call what it gives with each. Ends the connection when none comes for long. */
export function watchPace(
  request: FastifyRequest,
  reply: FastifyReply,
  boundary: Boundary,
  sofar: () => string,
  idleMs = STREAM_IDLE_MS,
): { readonly came: () => void; stop(): void } {
  let elements = 0;
  let seen = 0;
  let seenAtMs = performance.now();
  const stop = boundary.every('pace of a stream', Math.min(STREAM_CHECK_MS, idleMs / 4), () => {
    const now = performance.now();
    if (elements !== seen) {
      seen = elements;
      seenAtMs = now;
    } else if (now - seenAtMs > idleMs) {
      stop();
      cutOff(request, reply, `No whole element came for ${idleMs / 1000} s. ${sofar()}`);
    }
  });
  return {
    came: () => {
      elements++;
    },
    stop,
  };
}
