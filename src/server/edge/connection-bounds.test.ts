import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { jsonRecords } from '../../formats/json-records.ts';
import { createBoundary } from '../../ports/boundary.ts';
import { boundBodies, boundConnections, boundedServer, HTTP_BOUNDS, watchPace } from './connection-bounds.ts';

const BODY_MS = 300;
const boundary = createBoundary(Date.now, assert.fail);
const app = Fastify({
  bodyLimit: 1024,
  http: { ...HTTP_BOUNDS, headersTimeout: 300, connectionsCheckingInterval: 50 },
});
let port = 0;

before(async () => {
  boundConnections(app.server, false);
  boundBodies(app, BODY_MS);
  app.post('/whole', async (request) => request.body);
  app.addHook('onRequest', async (request, reply) => {
    if (request.url === '/refused') return reply.code(401).send({ refused: true });
  });
  app.post('/refused', async () => ({}));
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
    scope.post('/stream', { config: { streams: true } }, async (request, reply) => {
      let elements = 0;
      const pace = watchPace(request, reply, boundary, () => `${elements} were read.`, BODY_MS);
      try {
        for await (const _piece of jsonRecords(request.raw, 100)) {
          pace.came();
          elements++;
        }
      } finally {
        pace.stop();
      }
      return { elements };
    });
  });
  await app.listen({ port: 0 });
  port = (app.server.address() as AddressInfo).port;
});
after(() => app.close());

/** Sends the parts one after the other; gives what came back and how long the connection stood. */
function exchange(parts: readonly string[], pauseMs: number): Promise<{ answer: string; ms: number }> {
  return new Promise((done) => {
    const started = performance.now();
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => done({ answer, ms: performance.now() - started }));
    void (async () => {
      for (const part of parts) {
        if (socket.destroyed) return;
        socket.write(part);
        await sleep(pauseMs);
      }
    })();
  });
}
const head = (path: string, length: number): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

test('A11 no headers, slow headers and a slow body are cut off', async () => {
  const [none, headers, body, drip, refused] = await Promise.all([
    exchange([], 0),
    exchange(['POST /whole HTTP/1.1\r\nHost: x\r\n'], 0),
    exchange([head('/whole', 50), '{'], 10),
    exchange([head('/whole', 50), ...'{"a":"'.padEnd(49, 'x')], 50),
    exchange([head('/refused', 50), '{'], 10),
  ]);
  for (const { ms } of [none, headers, body, drip]) assert.ok(ms < 4000, `${ms} ms`);
  assert.match(headers.answer, /^HTTP\/1.1 408 /);
  for (const { answer } of [body, drip])
    assert.match(answer, /^HTTP\/1.1 408 [\s\S]*The body did not come within/);
  // Answered before its body was whole: it does not keep its connection either.
  assert.match(refused.answer, /^HTTP\/1.1 401 /);
  assert.ok(refused.ms < 4000, `${refused.ms} ms`);
  const fine = await exchange([head('/whole', 7), '{"a":1}'], 10);
  assert.match(fine.answer, /^HTTP\/1.1 200 [\s\S]*\{"a":1\}$/);
});

test('A11 a stream that keeps coming is taken however long it takes; one that stands still, or drips, is cut off', async () => {
  const line = '{"id":1}\n';
  const steady = Array.from({ length: 12 }, () => line);
  const slow = await exchange([head('/stream', 12 * line.length), ...steady], 100);
  assert.match(slow.answer, /^HTTP\/1.1 200 [\s\S]*\{"elements":12\}$/);
  assert.ok(slow.ms > 1000);
  const stands = await exchange([head('/stream', 1000), line, line], 10);
  assert.match(stands.answer, /^HTTP\/1.1 408 [\s\S]*No whole element came for 0.3 s. 2 were read\./);
  const drips = await exchange([head('/stream', 1000), line, ...'x'.repeat(60)], 30);
  assert.match(drips.answer, /^HTTP\/1.1 408 [\s\S]*1 were read\./);
  assert.equal(boundary.count, 0);
});

test('A11 a server takes so many connections and no more', async () => {
  const server = boundedServer((_request, response) => response.end('ok'), { behindProxy: false });
  server.maxConnections = 3;
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port: at } = server.address() as AddressInfo;
  const sockets = Array.from({ length: 10 }, () => connect(at, '127.0.0.1').on('error', () => undefined));
  await sleep(100);
  assert.equal(sockets.filter((socket) => !socket.destroyed && !socket.closed).length, 3);
  for (const socket of sockets) socket.destroy();
  server.close();
});
