// The StateStore in memory and on a Redis server, held to the same contract.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createMemoryStateStore } from '../src/adapters/memory/state-store.ts';
import { openRedis, type RedisConnection } from '../src/adapters/redis/connection.ts';
import { createRedisStateStore } from '../src/adapters/redis/state-store.ts';
import { freePort } from '../src/stack/free-port.ts';
import { type RedisServer, startRedisServer } from '../src/stack/redis.ts';
import { stateStoreContract } from './contracts/state-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'goshawk-redis-'));
let server: RedisServer;
let redis: RedisConnection;

before(async () => {
  server = await startRedisServer({ folder, port: await freePort(), logFile: join(folder, 'redis.log') });
  redis = await openRedis({ url: server.url });
});
after(async () => {
  await redis.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

stateStoreContract('memory', async () => {
  const store = createMemoryStateStore();
  return { store, lose: async () => store.loseEverything() };
});
stateStoreContract('Redis', async () => {
  const lose = async (): Promise<void> => {
    await redis.send(['FLUSHALL']);
  };
  await lose();
  return { store: createRedisStateStore(redis), lose };
});

test('a snapshot from before they had names is read, and followed by one that has', async () => {
  await redis.send(['FLUSHALL']);
  const store = createRedisStateStore(redis);
  await redis.send(['HSET', 'goshawk:{0}:head', 'next', '20']);
  await redis.send(['SET', 'goshawk:shared:3:0', Buffer.of(9)]);
  await redis.send(['HSET', 'goshawk:shared', 'number', '3', 'head', '{"pieces":1,"offsets":[[0,5]]}']);
  const old = await store.sharedSnapshot();
  assert.deepEqual(
    [old?.number, [...(old?.offsets ?? [])], old?.pieces.map((piece) => [...piece])],
    [3, [[0, 5]], [[9]]],
  );
  assert.ok(
    await store.keepSnapshot({
      number: 4,
      filled: [],
      offsets: new Map([[0, 6]]),
      pieces: [Uint8Array.of(1)],
    }),
  );
  assert.deepEqual(
    (await store.sharedSnapshot())?.pieces.map((piece) => [...piece]),
    [[1]],
  );
  assert.equal(await redis.send(['EXISTS', 'goshawk:shared:3:0']), 0);
});

test('a wrong password, address or host is said with the name of the setting', async () => {
  const wrong = new URL(server.url);
  wrong.password = 'wrong';
  await assert.rejects(openRedis({ url: wrong.href }), /refuses user or password. Look at REDIS_URL/);
  await assert.rejects(openRedis({ url: 'localhost' }), /REDIS_URL is not an address/);
  await assert.rejects(openRedis({ url: 'http://localhost' }), /must be redis:\/\/ or rediss:\/\//);
  await assert.rejects(
    openRedis({ url: `redis://127.0.0.1:${await freePort()}` }),
    /cannot be reached \(REDIS_URL\)/,
  );
});

test('commands fail at once while Redis is away, and work again when it is back', async () => {
  await redis.send(['SET', 'kept', 'x']);
  const { port } = new URL(server.url);
  await server.kill();
  await assert.rejects(Promise.resolve(redis.send(['GET', 'kept'])));
  server = await startRedisServer({ folder, port: Number(port), logFile: join(folder, 'redis.log') });
  const until = Date.now() + 10_000;
  let kept: unknown;
  while (kept === undefined && Date.now() < until) {
    kept = await redis.send(['GET', 'kept']).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(String(kept), 'x');
});
