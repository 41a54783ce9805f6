// What goes wrong at one connection ends that connection: the desk decides on, whatever is sent to it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { freePort } from '../src/stack/free-port.ts';
import { type DeskProcess, getJson, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';

const GOSHAWK = resolve(import.meta.dirname, '../goshawk');
const folder = makeFolder();
let desk: DeskProcess;
let port = 0;
let decided = 0;

before(async () => {
  port = await freePort();
  // As ./run.sh starts it; a port that is named twice is the last one.
  desk = await startDesk(folder.path, ['--no-simulator', '--port', String(port)], ['keep', 'serve']);
});
after(async () => {
  if (desk.child.exitCode === null && desk.child.signalCode === null) await desk.stop();
  folder.remove();
});

async function decides(): Promise<void> {
  const answer = await postJson(desk.url, '/v1/decisions', smallest(`still-${decided++}`));
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.equal(desk.child.exitCode, null, desk.output());
}

async function openFeed(): Promise<WebSocket> {
  const socket = new WebSocket(`${desk.url.replace('http', 'ws')}/v1/feed`);
  socket.on('error', () => undefined);
  await once(socket, 'message');
  return socket;
}

/** A frame as a client sends it, masked with zeros; whatever opcode and bits are wished. */
function frame(firstByte: number, payload: Buffer, length = payload.length): Buffer {
  const head =
    length < 126
      ? Buffer.from([firstByte, 0x80 | length])
      : Buffer.from([firstByte, 0x80 | 126, length >> 8, length & 0xff]);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

const HANDSHAKE =
  'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

/** A connection that bears being broken off. */
function raw(text: string | Buffer): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  socket.write(text);
  return socket;
}

const HOSTILE: readonly (string | Buffer)[] = [
  'null',
  '0',
  'true',
  '"looking"',
  '[]',
  '[null]',
  '{}',
  '{"type":null}',
  '{"type":"looking","alert":1e400}',
  '{"type":"looking","alert":{"valueOf":null}}',
  '{"__proto__":null}',
  '{"type":"looking","__proto__":{"alert":1}}',
  '{"type":"__proto__"}',
  '['.repeat(4000),
  '{"a":'.repeat(700),
  '\ufeff{"type":"looking","alert":1}',
  '\u0000',
  'x'.repeat(100_000),
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.alloc(0),
];

test('A10 no frame of a feed harms anything but its own connection', { timeout: 60_000 }, async () => {
  for (const hostile of HOSTILE) {
    const socket = await openFeed();
    const closed = once(socket, 'close');
    socket.send(hostile);
    const [code] = await closed;
    assert.ok([1003, 1007, 1009].includes(code), `${String(hostile).slice(0, 40)}: ${code}`);
  }
  await decides();
});

test('A10 two hundred hostile frames at one socket, and frames that are none', {
  timeout: 60_000,
}, async () => {
  const socket = await openFeed();
  for (let i = 0; i < 200; i++) socket.send(HOSTILE[i % HOSTILE.length]);
  await once(socket, 'close');
  const flood = await openFeed();
  for (let i = 0; i < 200; i++) flood.send(`{"type":"looking","alert":${i}}`);
  const [code] = await once(flood, 'close');
  assert.equal(code, 1008);
  const upgrade = `GET /v1/feed HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${HANDSHAKE}`;
  const frames = [
    frame(0x81, Buffer.from([0xc3, 0x28])),
    frame(0xf1, Buffer.from('reserved bits')),
    frame(0x83, Buffer.from('an opcode that is none')),
    frame(0x80, Buffer.from('goes on with nothing')),
    frame(0x88, Buffer.from([0x00])),
    frame(0x88, Buffer.from([0x03, 0xe7])),
    frame(0x89, Buffer.alloc(126)),
    frame(0x81, Buffer.alloc(10), 60_000),
    Buffer.from([0x81, 0x05, 1, 2, 3, 4, 5]),
    Buffer.alloc(500, 0xff),
  ];
  const sockets = frames.map((bytes) => raw(Buffer.concat([Buffer.from(upgrade), bytes])));
  await sleep(300);
  for (const each of sockets) each.destroy();
  // Broken off while it is being upgraded.
  for (let i = 0; i < 50; i++) raw(upgrade).resetAndDestroy();
  await decides();
});

test('A10 a thousand malformed connections', { timeout: 120_000 }, async () => {
  const host = `Host: 127.0.0.1:${port}\r\n`;
  const starts = [
    '\u0000\u0001\u0002',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /v1/me HTTP/1.1\r\n${host}X: ${'y'.repeat(70_000)}\r\n\r\n`,
    `GET /v1/me HTTP/1.1\r\n${host}${'A: b\r\n'.repeat(3000)}\r\n`,
    `POST /v1/decisions HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{`,
    `POST /v1/decisions HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `POST /v1/transactions HTTP/1.1\r\n${host}Content-Length: 1000\r\n\r\n{"id":`,
    `POST /v1/transactions HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5\r\n{"id"\r\n`,
    `POST /v1/decisions HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `GET /%00 HTTP/1.1\r\n${host}\r\n`,
    'GET http://[ HTTP/1.1\r\nHost: [\r\n\r\n',
    `CONNECT x:1 HTTP/1.1\r\n${host}\r\n`,
    `GET /v1/feed HTTP/1.1\r\n${host}Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n`,
    `GET /v1/feed HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    `GET /v1/me HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 10\r\n\r\n`,
  ];
  for (let i = 0; i < 1000; i += 50) {
    const sockets = Array.from({ length: 50 }, (_, j) => raw(starts[(i + j) % starts.length]));
    await sleep(30);
    for (const [j, socket] of sockets.entries()) {
      if (j % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
  }
  await decides();
  const lines = desk.output().split('\n').length;
  assert.ok(lines < 100, `${lines} lines in the log:\n${desk.output().slice(-3000)}`);
});

test('A10 what was caught at last resort is shown in the pipeline and counted for machines', async () => {
  const { services } = await getJson<{ services: { name: string; status: string; detail: string }[] }>(
    desk.url,
    '/v1/pipeline',
  );
  const part = services.find(({ name }) => name === 'process');
  assert.ok(part);
  assert.equal(part.status, 'up', part.detail);
  assert.match(part.detail, /no error came to the last resort/);
  const metrics = await (await fetch(`${desk.url}/metrics`)).text();
  assert.match(metrics, /goshawk_service_figure\{service="process",figure="errors_at_last_resort"\} 0/);
  assert.match(metrics, /goshawk_service_figure\{service="process",figure="restarts"\} 0/);
});

test('A12 a desk that dies is started again, says so, and has what it had decided', {
  timeout: 90_000,
}, async () => {
  const { pid } = JSON.parse(readFileSync(join(folder.path, 'var', 'lock'), 'utf8'));
  assert.notEqual(pid, desk.child.pid);
  process.kill(pid, 'SIGKILL');
  const until = performance.now() + 60_000;
  const isReady = async (): Promise<boolean> => {
    try {
      return (await fetch(`${desk.url}/readyz`)).ok;
    } catch {
      return false;
    }
  };
  await sleep(200);
  while (!(await isReady())) {
    assert.ok(performance.now() < until, desk.output());
    await sleep(100);
  }
  assert.equal((await fetch(`${desk.url}/v1/transactions/still-0`)).status, 200);
  await decides();
  const { services } = await getJson<{ services: { name: string; status: string; detail: string }[] }>(
    desk.url,
    '/v1/pipeline',
  );
  const part = services.find(({ name }) => name === 'process');
  assert.equal(part?.status, 'degraded');
  assert.match(part.detail, /started again once, the last time after: killed by a signal/);
  assert.match(desk.output(), /The desk ended \(killed by a signal\); it is started again in 1 s\./);
});

test('A12 what was asked for wrongly is not tried again', { timeout: 60_000 }, async () => {
  const keep = spawn(GOSHAWK, [
    'keep',
    'serve',
    '--port',
    String(port),
    '--data-dir',
    join(folder.path, 'var'),
  ]);
  let said = '';
  keep.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(keep, 'exit');
  assert.equal(code, 2);
  assert.match(said, /in use by process \d+[\s\S]*is not tried again/);
});

test('A12 a desk whose keeper is gone ends in order and leaves its folder', { timeout: 60_000 }, async () => {
  await desk.kill();
  const lock = join(folder.path, 'var', 'lock');
  for (const until = performance.now() + 30_000; existsSync(lock); await sleep(50)) {
    assert.ok(performance.now() < until, 'the desk goes on without its keeper');
  }
});
