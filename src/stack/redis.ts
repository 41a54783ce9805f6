// A Redis server of our own in a folder, with an append-only file: for a laptop's stack, tests and benchmarks.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { InputError } from '../domain/input-error.ts';
import { type ServerFolder, type ServerProcess, startServerProcess } from './server-process.ts';

export type RedisServer = ServerProcess & { readonly url: string };

const READY_MS = 20_000;

/** Starts a server on 127.0.0.1 and waits until it answers, its file loaded. Throws InputError where there is none. */
export async function startRedisServer(options: ServerFolder): Promise<RedisServer> {
  const { folder, port, logFile } = options;
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
  } catch {
    throw new InputError(
      'There is no Redis server on this machine. Install the package redis-server, or name a server with REDIS_URL.',
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const settings = join(folder, 'redis.conf');
  const passwordFile = join(folder, 'password');
  if (!existsSync(passwordFile)) {
    writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  }
  const password = readFileSync(passwordFile, 'utf8');
  // In a file, so that the password does not stand in the list of processes.
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir ${folder}`,
    `requirepass ${password}`,
    'appendonly yes',
    'appendfsync everysec',
    // By default the file is written anew whenever it has doubled: under load, a tenth of a core all the while.
    'auto-aof-rewrite-percentage 300',
    'auto-aof-rewrite-min-size 512mb',
    'save ""',
  ];
  writeFileSync(settings, `${lines.join('\n')}\n`, { mode: 0o600 });
  const server = await startServerProcess({
    name: 'redis',
    program: 'redis-server',
    args: [settings],
    logFile,
    stopSignal: 'SIGTERM',
    readyMs: READY_MS,
    probe: () => ping(port, password),
  });
  return { ...server, url: `redis://:${password}@127.0.0.1:${port}` };
}

async function ping(port: number, password: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer')));
    socket.write(`AUTH ${password}\r\nPING\r\n`);
    let answer = '';
    while (!answer.includes('+PONG')) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      answer += chunk.toString('latin1');
      if (/-(LOADING|WRONGPASS|ERR)/.test(answer)) throw new Error(answer.trim());
    }
  } finally {
    socket.destroy();
  }
}
