// The processes of one round: what decides, the sink and the server, each of which can be killed and started again.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GoshawkProcess, startGoshawk } from '../../src/stack/goshawk-process.ts';
import type { SparkCluster } from '../spark-cluster.ts';
import { ACCOUNT_CACHE_MB, type Installation } from './installation.ts';
import { FAULTY_PROGRAM } from './poison.ts';

/** What decides: two workers, or Spark with either trigger. */
export const DECIDERS = ['workers', 'real-time', 'micro-batch'] as const;
export type Decider = (typeof DECIDERS)[number];

/** With the traffic of a round it is full within seconds when nothing can be published. */
const OUTBOX_MB = '1';
const READY_MS = 60_000;

export type ProcessOptions = {
  readonly decider?: Decider;
  /** Spark decides on this cluster, not in one process. */
  readonly cluster?: SparkCluster;
  readonly round: string;
};

export type Processes = {
  /** Two, or Spark's one driver. */
  readonly workers: readonly GoshawkProcess[];
  /** Where the server listens, while it does. */
  url(): string | undefined;
  replaceWorker(which: number, pauseMs: number): Promise<void>;
  replaceServer(): Promise<void>;
  replaceSink(pauseMs: number): Promise<void>;
  /** One worker more, for whoever started it to end. */
  visitingWorker(): GoshawkProcess;
  /** One driver more, once it decides. */
  visitingDriver(): Promise<GoshawkProcess>;
  stop(): Promise<void>;
};

export async function startProcesses(
  { services, settings, folder }: Installation,
  { decider = 'workers', cluster, round }: ProcessOptions,
): Promise<Processes> {
  const env = {
    ...services.env,
    KAFKA_PARTITIONS: String(settings.partitions),
    ACCOUNT_CACHE_MB,
    OUTBOX_MB,
  };
  const ofWorkers = { ...env, NODE_OPTIONS: `--import ${FAULTY_PROGRAM}` };
  const start = (name: string, args: readonly string[], more: Record<string, string> = env): GoshawkProcess =>
    startGoshawk({ name, args, env: more, logFile: join(folder, 'logs', `${name}.log`) });
  const startDriver = (name: string, dataDir: string): GoshawkProcess =>
    start(name, ['spark', 'stream', '--trigger', decider, '--data-dir', join(folder, dataDir)], ofWorkers);
  const startWorker = (which: number): GoshawkProcess => {
    if (cluster) return cluster.submit('spark-streaming', env);
    return decider === 'workers'
      ? start(`worker-${which + 1}`, ['worker'], ofWorkers)
      : startDriver('spark-streaming', `spark-${decider}`);
  };
  const startSink = (): GoshawkProcess => start('sink', ['sink']);
  const startServer = (): GoshawkProcess => start('server', ['server', '--port', '0']);

  const workers = decider === 'workers' && !cluster ? [startWorker(0), startWorker(1)] : [startWorker(0)];
  let sink = startSink();
  let server = startServer();
  let url: string | undefined;
  const findServer = async (): Promise<void> => {
    const [, found] = await server.said(/listens at (\S+)/, READY_MS);
    url = found;
  };
  await Promise.all([...workers, sink].map((process) => process.said(/ ready\n/, READY_MS)));
  await findServer();

  return {
    workers,
    url: () => url,
    async replaceWorker(which, pauseMs) {
      workers[which].signal('SIGKILL');
      await sleep(pauseMs);
      workers[which] = startWorker(which);
    },
    async replaceServer() {
      url = undefined;
      server.signal('SIGKILL');
      server = startServer();
      await findServer();
    },
    async replaceSink(pauseMs) {
      sink.signal('SIGKILL');
      await sleep(pauseMs);
      sink = startSink();
    },
    visitingWorker: () => start('worker-visitor', ['worker'], ofWorkers),
    async visitingDriver() {
      const visitor = startDriver('spark-visitor', `spark-visitor-${round}`);
      await visitor.said(/is decided here/, READY_MS);
      return visitor;
    },
    async stop() {
      await Promise.all([server.stop(), ...workers.map((worker) => worker.stop()), sink.stop()]);
    },
  };
}
