// What befalls an installation at work, by the name of the fault.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import { openPostgres } from '../../src/adapters/postgres/session.ts';
import { openRedis } from '../../src/adapters/redis/connection.ts';
import type { Random } from '../../src/domain/random.ts';
import type { StreamSettings } from '../../src/runtimes/stream-settings.ts';
import type { Services } from '../../src/stack/services.ts';
import type { SparkCluster } from '../spark-cluster.ts';
import type { Installation } from './installation.ts';
import type { Processes } from './processes.ts';

export const FAULTS = [
  'worker killed',
  'server killed',
  'sink killed',
  'Kafka killed',
  'Redis killed',
  'Redis loses everything',
  'Redis is full',
  'outbox is full',
  'PostgreSQL killed',
  'worker sleeps',
  'rebalance storm',
  'slow PostgreSQL',
] as const;
export type Fault =
  | (typeof FAULTS)[number]
  | 'engine killed'
  | 'executor killed'
  | 'engine sleeps'
  | 'engine hangs'
  | 'second driver';

/** Faults of an installation with Spark; its driver is the worker. */
export const SPARK_FAULTS: readonly Fault[] = [
  ...FAULTS.filter((fault) => fault !== 'rebalance storm'),
  'engine killed',
  'engine sleeps',
  'engine hangs',
  'second driver',
];

const PAUSE_MS = 2000;
const FULL_MS = 8000;
const THROTTLED_BYTES_PER_SECOND = 1000;
const SLEEP_MS = 9000;
const STORM_MS = 6000;
const VISIT_MS = 5000;
const SLOW_MS = 10_000;

export type Scene = Pick<Installation, 'services' | 'settings'> & {
  readonly processes: Processes;
  readonly random: Random;
  readonly cluster?: SparkCluster;
};
/** `which` of the workers it is, where it is one of them. */
type Inflict = (scene: Scene, which: number) => Promise<void>;

const OF_SERVICES = {
  async 'Kafka killed'({ services, random }) {
    await services.kafka?.kill();
    await sleep(random.next() * PAUSE_MS);
    await services.restart('kafka');
  },
  async 'Redis killed'({ services, random }) {
    await services.redis?.kill();
    await sleep(random.next() * PAUSE_MS);
    await services.restart('redis');
  },
  'Redis loses everything': ({ services }) => tellRedis(services, ['FLUSHALL']),
  async 'Redis is full'({ services, random }) {
    await tellRedis(services, ['CONFIG', 'SET', 'maxmemory', '1mb']);
    await sleep(FULL_MS * random.next());
    await tellRedis(services, ['CONFIG', 'SET', 'maxmemory', '0']);
  },
  async 'outbox is full'({ settings }) {
    await throttleOutput(settings, THROTTLED_BYTES_PER_SECOND);
    await sleep(FULL_MS);
    await throttleOutput(settings, undefined);
  },
  async 'PostgreSQL killed'({ services, random }) {
    await services.postgres?.kill();
    await sleep(random.next() * PAUSE_MS);
    await services.restart('postgres');
  },
  'slow PostgreSQL': ({ services, random }) => slowDown(services, random),
} satisfies Partial<Record<Fault, Inflict>>;

const OF_PROCESSES = {
  'worker killed': ({ processes, random }, which) => processes.replaceWorker(which, random.next() * PAUSE_MS),
  'server killed': ({ processes }) => processes.replaceServer(),
  'sink killed': ({ processes, random }) => processes.replaceSink(random.next() * PAUSE_MS),
  async 'worker sleeps'({ processes }, which) {
    processes.workers[which].signal('SIGSTOP');
    await sleep(SLEEP_MS);
    processes.workers[which].signal('SIGCONT');
  },
  async 'rebalance storm'({ processes, random }) {
    for (const until = Date.now() + STORM_MS; Date.now() < until; ) {
      const visitor = processes.visitingWorker();
      await sleep(1000);
      if (random.next() < 0.5) visitor.signal('SIGKILL');
      else await visitor.stop();
    }
  },
} satisfies Partial<Record<Fault, Inflict>>;

const OF_SPARK = {
  async 'engine killed'({ processes }, which) {
    signalEngines(processes.workers[which].pid, 'SIGKILL');
  },
  async 'executor killed'({ cluster, random }) {
    const executors = cluster?.executors() ?? [];
    process.kill(executors[random.below(executors.length)], 'SIGKILL');
  },
  async 'engine sleeps'({ processes }, which) {
    signalEngines(processes.workers[which].pid, 'SIGSTOP');
    await sleep(SLEEP_MS);
    signalEngines(processes.workers[which].pid, 'SIGCONT');
  },
  // Spark has to notice, and end it.
  async 'engine hangs'({ processes }, which) {
    signalEngines(processes.workers[which].pid, 'SIGSTOP');
  },
  // It reads the same partitions at the same time.
  async 'second driver'({ processes }) {
    const visitor = await processes.visitingDriver();
    await sleep(VISIT_MS);
    visitor.signal('SIGKILL');
  },
} satisfies Partial<Record<Fault, Inflict>>;

const INFLICT: Readonly<Record<Fault, Inflict>> = { ...OF_SERVICES, ...OF_PROCESSES, ...OF_SPARK };

export const inflict = (fault: Fault, scene: Scene): Promise<void> =>
  INFLICT[fault](scene, scene.random.below(scene.processes.workers.length));

/** Engines are the children of Spark's process. */
function signalEngines(sparkPid: number, signal: NodeJS.Signals): void {
  const { stdout } = spawnSync('pgrep', ['-P', String(sparkPid)], { encoding: 'utf8' });
  for (const pid of stdout.split('\n').filter(Boolean)) process.kill(Number(pid), signal);
}

async function tellRedis(services: Services, command: readonly string[]): Promise<void> {
  const redis = await openRedis({ url: services.env.REDIS_URL });
  await redis.send([...command]);
  await redis.close();
}

/** The broker takes decisions at this rate only, or as fast as they come. */
async function throttleOutput(settings: StreamSettings, bytesPerSecond: number | undefined): Promise<void> {
  const admin = new Admin({ clientId: 'faults', bootstrapBrokers: [...settings.kafka.brokers] });
  const key = 'producer_byte_rate';
  await admin.alterClientQuotas({
    entries: [
      {
        entities: [{ entityType: 'client-id', entityName: 'goshawk-output' }],
        ops: [
          bytesPerSecond === undefined
            ? { key, remove: true }
            : { key, remove: false, value: bytesPerSecond },
        ],
      },
    ],
  });
  await admin.close();
}

/** Somebody holds a lock that every sink needs. */
async function slowDown(services: Services, random: Random): Promise<void> {
  const { pool } = await openPostgres({
    url: services.env.DATABASE_URL,
    connections: 1,
    statementTimeoutMs: SLOW_MS * 2,
  });
  const client = await pool.connect();
  await client.query('begin');
  await client.query('lock table transactions in access exclusive mode');
  await client.query('select pg_sleep($1)', [(SLOW_MS * (0.5 + random.next() / 2)) / 1000]);
  await client.query('commit');
  client.release();
  await pool.end();
}
