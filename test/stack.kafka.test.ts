// The servers of our own: each starts in an empty folder, and has what it had after SIGKILL and a second start.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { freePort } from '../src/stack/free-port.ts';
import { startKafkaServer } from '../src/stack/kafka.ts';
import { startPostgresServer } from '../src/stack/postgres.ts';
import { startRedisServer } from '../src/stack/redis.ts';
import { makeFolder } from './desk-process.ts';

const folder = makeFolder();
after(() => folder.remove());
const settings = async (name: string) => ({
  // Relative, as ./run.sh names it.
  folder: relative(process.cwd(), join(folder.path, name)),
  logFile: join(folder.path, `${name}.log`),
  port: await freePort(),
});

test('PostgreSQL of our own keeps what was committed through SIGKILL', { timeout: 60_000 }, async () => {
  const options = await settings('postgres');
  let server = await startPostgresServer(options);
  let { session } = await openPostgres({ url: server.url });
  await session.query('create table kept as select 42 as answer', []);
  await server.kill();
  await session.close();
  server = await startPostgresServer(options);
  ({ session } = await openPostgres({ url: server.url }));
  assert.deepEqual(await session.query('select answer from kept', []), [{ answer: 42 }]);
  await session.close();
  await server.stop();
});

test('Redis of our own keeps what it wrote through SIGKILL, and wants its password', {
  timeout: 60_000,
}, async () => {
  const options = await settings('redis');
  const ask = async (url: string, command: string): Promise<string> => {
    const { port, password } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(`${password ? `AUTH ${password}\r\n` : ''}${command}\r\nQUIT\r\n`);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    await once(socket, 'close');
    return answer;
  };
  let server = await startRedisServer(options);
  assert.match(await ask(server.url.replace(/:[^:@/]+@/, ''), 'GET kept'), /NOAUTH/);
  assert.match(await ask(server.url, 'SET kept 42'), /\+OK/);
  // The file is written once a second.
  await new Promise((done) => setTimeout(done, 1500));
  await server.kill();
  server = await startRedisServer(options);
  assert.match(await ask(server.url, 'GET kept'), /\$2\r\n42/);
  await server.stop();
});

test('Kafka of our own starts, and starts again after SIGKILL', { timeout: 180_000 }, async () => {
  const options = { ...(await settings('kafka')), controllerPort: await freePort() };
  const server = await startKafkaServer(options);
  assert.match(server.brokers, /^127\.0\.0\.1:\d+$/);
  await server.kill();
  await (await startKafkaServer(options)).stop();
});
