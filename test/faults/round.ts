// One round: an installation at work, faults at random moments, and then the question whether all is right.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import { openKafkaClient } from '../../src/adapters/kafka/client.ts';
import { endOffsets } from '../../src/adapters/kafka/offsets.ts';
import { openPostgres } from '../../src/adapters/postgres/session.ts';
import { openRedis } from '../../src/adapters/redis/connection.ts';
import { createRandom, type Random } from '../../src/domain/random.ts';
import { prepareStream } from '../../src/runtimes/stream-maintenance.ts';
import { type StreamSettings, streamSettings } from '../../src/runtimes/stream-settings.ts';
import { type GoshawkProcess, startGoshawk } from '../../src/stack/goshawk-process.ts';
import { type Services, startServices } from '../../src/stack/services.ts';
import type { SparkCluster } from '../spark-cluster.ts';
import { checkRound, type Findings } from './check.ts';
import { FAULTY_PROGRAM, mendDatabase, type Poison, poisonDatabase } from './poison.ts';
import { type Sent, sendTraffic } from './traffic.ts';

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

/** What decides: two workers, or Spark with either trigger. */
export const DECIDERS = ['workers', 'real-time', 'micro-batch'] as const;
export type Decider = (typeof DECIDERS)[number];
/** Faults of an installation with Spark; its driver is the worker. */
export const SPARK_FAULTS: readonly Fault[] = [
  ...FAULTS.filter((fault) => fault !== 'rebalance storm'),
  'engine killed',
  'engine sleeps',
  'engine hangs',
  'second driver',
];

/** With the traffic of a round it is full within seconds when nothing can be published. */
const OUTBOX_MB = '1';
const FULL_MS = 8000;
const THROTTLED_BYTES_PER_SECOND = 1000;
const SLEEP_MS = 9000;
const STORM_MS = 6000;
const VISIT_MS = 5000;
const SLOW_MS = 10_000;
const READY_MS = 60_000;
const SETTLED_MS = 120_000;

export type Installation = {
  readonly services: Services;
  readonly settings: StreamSettings;
  readonly folder: string;
  stop(): Promise<void>;
};

/** Services with topics, tables and a model; processes of ours come and go with the rounds. */
export async function openInstallation(folder: string, partitions: number): Promise<Installation> {
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const services = await startServices({
    folder: join(folder, 'services'),
    logFolder: join(folder, 'logs'),
    env: {},
    onNotice: () => undefined,
  });
  const settings = streamSettings({
    ...services.env,
    KAFKA_PARTITIONS: String(partitions),
    ACCOUNT_CACHE_MB: '32',
  });
  await prepareStream(settings, { preset: 'classic', seed: 1, endMs: Date.now(), liveRate: 20 });
  return { services, settings, folder, stop: () => services.stop() };
}

export type RoundOptions = {
  readonly decider?: Decider;
  /** Spark decides on this cluster, not in one process. */
  readonly cluster?: SparkCluster;
  readonly seed: number;
  readonly round: string;
  readonly faults: readonly Fault[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly onNotice: (message: string) => void;
};

export type RoundResult = Findings & { readonly sent: Sent };

export async function runRound(installation: Installation, options: RoundOptions): Promise<RoundResult> {
  const { services, settings, folder } = installation;
  const { round, onNotice } = options;
  const random = createRandom(options.seed, 5);
  const env = {
    ...services.env,
    KAFKA_PARTITIONS: String(settings.partitions),
    ACCOUNT_CACHE_MB: '32',
    OUTBOX_MB,
  };
  // On a cluster engines are started by executors, which have an environment of their own.
  const poisons: readonly Poison[] = options.cluster ? ['storing'] : ['deciding', 'storing'];
  const ofWorkers = { ...env, NODE_OPTIONS: `--import ${FAULTY_PROGRAM}` };
  const start = (name: string, args: readonly string[], more: Record<string, string> = env): GoshawkProcess =>
    startGoshawk({ name, args, env: more, logFile: join(folder, 'logs', `${name}.log`) });
  const startServer = (): GoshawkProcess => start('server', ['server', '--port', '0']);
  const { decider = 'workers' } = options;
  const spark = ['spark', 'stream', '--trigger', decider, '--data-dir', join(folder, `spark-${decider}`)];
  const startWorker = (which: number): GoshawkProcess => {
    if (options.cluster) return options.cluster.submit('spark-streaming', env);
    return decider === 'workers'
      ? start(`worker-${which + 1}`, ['worker'], ofWorkers)
      : start('spark-streaming', spark, ofWorkers);
  };
  const workers =
    decider === 'workers' && !options.cluster ? [startWorker(0), startWorker(1)] : [startWorker(0)];
  let sink = start('sink', ['sink']);
  let server = startServer();
  let url: string | undefined;
  const findServer = async (): Promise<void> => {
    const [, found] = await server.said(/listens at (\S+)/, READY_MS);
    url = found;
  };
  await Promise.all([...workers, sink].map((process) => process.said(/ ready\n/, READY_MS)));
  await findServer();

  const client = openKafkaClient(settings.kafka, 'round');
  const from = {
    transactions: await endOffsets(client, settings.topics.transactions),
    decisions: await endOffsets(client, settings.topics.decisions),
  };
  await client.close();

  async function inflict(fault: Fault): Promise<void> {
    const which = random.below(workers.length);
    switch (fault) {
      case 'worker killed':
        workers[which].signal('SIGKILL');
        await sleep(random.next() * 2000);
        workers[which] = startWorker(which);
        return;
      case 'server killed':
        url = undefined;
        server.signal('SIGKILL');
        server = startServer();
        await findServer();
        return;
      case 'sink killed':
        sink.signal('SIGKILL');
        await sleep(random.next() * 2000);
        sink = start('sink', ['sink']);
        return;
      case 'Kafka killed':
        await services.kafka?.kill();
        await sleep(random.next() * 2000);
        return services.restart('kafka');
      case 'Redis killed':
        await services.redis?.kill();
        await sleep(random.next() * 2000);
        return services.restart('redis');
      case 'Redis loses everything':
        return tellRedis(services, ['FLUSHALL']);
      case 'Redis is full':
        await tellRedis(services, ['CONFIG', 'SET', 'maxmemory', '1mb']);
        await sleep(FULL_MS * random.next());
        return tellRedis(services, ['CONFIG', 'SET', 'maxmemory', '0']);
      case 'outbox is full':
        await throttleOutput(settings, THROTTLED_BYTES_PER_SECOND);
        await sleep(FULL_MS);
        return throttleOutput(settings, undefined);
      case 'PostgreSQL killed':
        await services.postgres?.kill();
        await sleep(random.next() * 2000);
        return services.restart('postgres');
      case 'worker sleeps':
        workers[which].signal('SIGSTOP');
        await sleep(SLEEP_MS);
        workers[which].signal('SIGCONT');
        return;
      case 'engine killed':
        signalEngines(workers[which].pid, 'SIGKILL');
        return;
      case 'executor killed': {
        const executors = options.cluster?.executors() ?? [];
        process.kill(executors[random.below(executors.length)], 'SIGKILL');
        return;
      }
      case 'engine sleeps':
        signalEngines(workers[which].pid, 'SIGSTOP');
        await sleep(SLEEP_MS);
        signalEngines(workers[which].pid, 'SIGCONT');
        return;
      case 'engine hangs':
        // Spark has to notice, and end it.
        signalEngines(workers[which].pid, 'SIGSTOP');
        return;
      case 'second driver': {
        // It reads the same partitions at the same time.
        const visitor = start(
          'spark-visitor',
          [...spark.slice(0, -1), join(folder, `spark-visitor-${round}`)],
          ofWorkers,
        );
        await visitor.said(/is decided here/, READY_MS);
        await sleep(VISIT_MS);
        visitor.signal('SIGKILL');
        return;
      }
      case 'rebalance storm':
        for (const until = Date.now() + STORM_MS; Date.now() < until; ) {
          const visitor = start('worker-visitor', ['worker'], ofWorkers);
          await sleep(1000);
          if (random.next() < 0.5) visitor.signal('SIGKILL');
          else await visitor.stop();
        }
        return;
      case 'slow PostgreSQL':
        return slowDown(services, random);
    }
  }

  const postgres = await openPostgres({ url: services.env.DATABASE_URL, connections: 2 });
  const { pool } = postgres;
  await poisonDatabase(pool);
  const sending = sendTraffic({ ...options, poisons, settings, url: () => url });
  const disturbing = (async () => {
    for (const fault of options.faults) {
      await sleep((random.next() * options.seconds * 1000) / options.faults.length);
      onNotice(`${round}: ${fault}`);
      await inflict(fault);
    }
  })();
  const [sent] = await Promise.all([sending, disturbing]);
  const until = Date.now() + SETTLED_MS;
  for (;;) {
    const { rows } = await pool.query('select count(*)::int as n from transactions where id like $1', [
      `${round}-%`,
    ]);
    // One more look after a moment: what is doubled may come late.
    const letters = await pool.query(
      'select count(*)::int as n from dead_letters where transaction_id like $1 and step is not null',
      [`${round}-%`],
    );
    const isSettled = rows[0].n >= sent.accepted.size && letters.rows[0].n >= sent.poisoned.size;
    if (isSettled || Date.now() > until) break;
    await sleep(500);
  }
  await sleep(1500);
  const findings = await checkRound(settings, postgres, round, sent, from);
  await mendDatabase(pool);
  await pool.end();
  await Promise.all([server.stop(), ...workers.map((worker) => worker.stop()), sink.stop()]);
  return { ...findings, sent };
}

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
