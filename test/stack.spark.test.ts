// The whole chain on this machine with Spark in it, as ./run.sh --stack --spark starts it: from the simulator to the
// desk, and down again without leaving anything behind.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder, smallest } from './desk-process.ts';
import { clientOf } from './people.ts';

const GOSHAWK = join(import.meta.dirname, '../goshawk');
const folder = makeFolder();
after(() => folder.remove());

test('S1 S4 one command starts Kafka, Spark, PostgreSQL, Redis and the desk, and takes all of it down', {
  timeout: 240_000,
}, async () => {
  const logs = join(folder.path, 'logs');
  const stack = spawn(
    GOSHAWK,
    [
      'stack', '--spark', '--port', '0', '--preset', 'classic', '--rate', '50',
      '--data-dir', join(folder.path, 'var'), '--log-dir', logs,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  ); // biome-ignore format: a command
  let said = '';
  for (const stream of [stack.stdout, stack.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk;
    });
  }
  const exited = once(stack, 'exit');
  try {
    const until = async <T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> => {
      for (const end = Date.now() + 120_000; ; await sleep(200)) {
        const found = await look();
        if (found !== undefined) return found;
        if (stack.exitCode !== null || Date.now() > end) throw new Error(`${what}: ${said}`);
      }
    };
    const url = await until('the desk listens', () => /Ready: (\S+)/.exec(said)?.[1]);
    const client = clientOf({ url });
    await until('every part is up', async () => {
      const { services } = await client.call('getPipeline');
      // The live feed is known once somebody looks at it.
      const wanted = ['log', 'spark', 'engine', 'state', 'database', 'sink'];
      const up = new Set(services.filter(({ status }) => status === 'up').map(({ name }) => name));
      return wanted.every((name) => up.has(name)) || undefined;
    });
    await client.call('decide', { body: smallest('through-spark') });
    await until('simulated transactions are stored', async () => {
      const { items } = await client.call('listTransactions', { query: { limit: 100 } });
      return items.length === 100 || undefined;
    });
    assert.ok(existsSync(join(logs, 'spark-streaming.log')));
  } finally {
    stack.kill('SIGTERM');
    await exited;
  }
  assert.match(said, /Stopped\. Everything is kept/);
  const left = spawnSync('pgrep', ['-f', folder.path], { encoding: 'utf8' }).stdout.trim();
  assert.equal(left, '', readFileSync(join(logs, 'spark-streaming.log'), 'utf8').slice(-1000));
});
