// A distributed installation on real Kafka, Redis and PostgreSQL, for the tests of one file: its processes, what is sent to it,
// and how one waits for what comes of it.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openRedis } from '../src/adapters/redis/connection.ts';
import { ApiProblem } from '../src/client/client.ts';
import { type GoshawkProcess, startGoshawk } from '../src/stack/goshawk-process.ts';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';
import { type Installation, openInstallation } from './faults/installation.ts';
import { clientOf } from './people.ts';

export const PARTITIONS = 4;
export const MAIN = join(import.meta.dirname, '../src/cli/main.ts');

export type Distributed = {
  readonly folder: string;
  readonly installation: Installation;
  readonly env: Readonly<Record<string, string>>;
  start(name: string, args: readonly string[], more?: Readonly<Record<string, string>>): GoshawkProcess;
  stop(): Promise<void>;
};

export async function openDistributed(
  name: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Distributed> {
  const folder = makeTemporaryFolder(name);
  const installation = await openInstallation(folder, PARTITIONS);
  const env = {
    ...installation.services.env,
    KAFKA_PARTITIONS: String(PARTITIONS),
    ACCOUNT_CACHE_MB: '32',
    ...more,
  };
  const started: GoshawkProcess[] = [];
  return {
    folder,
    installation,
    env,
    start(called, args, own = {}) {
      const logFile = join(folder, 'logs', `${called}.log`);
      const process = startGoshawk({ name: called, args, env: { ...env, ...own }, logFile });
      started.push(process);
      return process;
    },
    async stop() {
      // A test that failed leaves its processes behind, and they would keep this one alive.
      for (const process of started) process.signal('SIGKILL');
      await installation.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Two workers, a sink and a server, ready. */
export async function startAll({ start }: Distributed): Promise<{
  url: string;
  workers: readonly GoshawkProcess[];
  sink: GoshawkProcess;
  stop(): Promise<void>;
}> {
  const processes = [start('worker-1', ['worker']), start('worker-2', ['worker']), start('sink', ['sink'])];
  const server = start('server', ['server', '--port', '0']);
  const [, url] = await server.said(/listens at (\S+)/, 60_000);
  await Promise.all(processes.map((process) => process.said(/ ready\n/, 60_000)));
  return {
    url,
    workers: processes.slice(0, 2),
    sink: processes[2],
    async stop() {
      await server.stop();
      await Promise.all(processes.map((process) => process.stop()));
    },
  };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function until<T>(what: string, look: () => Promise<T | undefined>, ms = 30_000): Promise<T> {
  for (const end = Date.now() + ms; ; await sleep(100)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
  }
}

export const transaction = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  accountId: 'account-1',
  occurredAt: '2026-11-01T10:00:00.000Z',
  amountMinor: 1234,
  currency: 'EUR',
  type: 'purchase' as const,
  ...more,
});

export async function send(
  url: string,
  path: string,
  body: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : {} };
}

/** All there is to say about a transaction, once it is stored. */
export const storyOf = (url: string, id: string) =>
  clientOf({ url })
    .call('getTransaction', { params: { id } })
    .catch((error: unknown) => {
      if (error instanceof ApiProblem && error.status === 404) return undefined;
      throw error;
    });

/** Every history of every partition, as bytes. */
export async function historiesInRedis({ env }: Distributed): Promise<Map<string, string>> {
  const redis = await openRedis({ url: env.REDIS_URL });
  const all = new Map<string, string>();
  try {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const key = `goshawk:{${partition}}:accounts`;
      const [accounts, histories] = await Promise.all(
        ['HKEYS', 'HVALS'].map(async (command) => [
          ...((await redis.send([command, key])) as Iterable<Buffer>),
        ]),
      );
      accounts.forEach((account, i) => {
        all.set(String(account), histories[i].toString('hex'));
      });
    }
  } finally {
    await redis.close();
  }
  return all;
}
