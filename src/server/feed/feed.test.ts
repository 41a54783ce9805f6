import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { WebSocket } from '@fastify/websocket';
import { shippedMoney } from '../../domain/base-amount.ts';
import { WHOLE } from '../../domain/sight.ts';
import { createBoundary } from '../../ports/boundary.ts';
import type { Desk } from '../../ports/desk.ts';
import type { ServerMessage } from '../../protocol/feed.ts';
import type { Monitor } from '../pipeline/monitor.ts';
import { createFeed } from './feed.ts';

const NOTHING = { items: [], next: undefined, looked: 0 };
const store: Pick<Desk['store'], 'search' | 'flagged'> = {
  search: async () => NOTHING,
  flagged: async () => NOTHING,
};

/** A socket whose unsent bytes the test sets: kernel buffers hide a slow reader for megabytes. */
class SlowSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: ServerMessage['type'][] = [];
  send(text: string): void {
    this.sent.push((JSON.parse(text) as ServerMessage).type);
  }
  ping(): void {
    this.emit('pong');
  }
  close(): void {
    this.readyState = 3;
  }
}

test('A3 a slow client is sent nothing until it has read, and then a fresh snapshot', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const desk = {
    clock: { nowMs: () => 0 },
    onCommitted: () => undefined,
    money: shippedMoney,
    store,
  } as unknown as Desk;
  const feed = createFeed(
    desk,
    '0',
    createBoundary(() => 0, assert.fail),
  );
  feed.attach({ stats: () => ({}), pipeline: () => ({}), model: () => ({}) } as unknown as Monitor);
  const socket = new SlowSocket();
  feed.join(socket as unknown as WebSocket, {
    who: 'person a',
    name: 'a',
    sight: WHOLE,
    sameRights: async () => true,
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      await new Promise((done) => setImmediate(done));
      t.mock.timers.tick(100);
    }
  };
  await pass(2000);
  assert.deepEqual(socket.sent.slice(0, 3), ['hello', 'snapshot', 'diff']);
  socket.bufferedAmount = 2 << 20;
  const before = socket.sent.length;
  await pass(10_000);
  assert.equal(socket.sent.length, before);
  socket.bufferedAmount = 0;
  await pass(2000);
  assert.equal(socket.sent[before], 'snapshot');
  assert.equal(feed.state().resyncs, 1);
  feed.close();
});
