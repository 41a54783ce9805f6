// A Spark cluster on this machine: a master and workers, each of which starts executors; nothing but Spark's own classes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../src/stack/free-port.ts';
import { type GoshawkProcess, startProgram } from '../src/stack/goshawk-process.ts';
import { engineCommand, sparkClassWords, sparkJars } from '../src/stack/spark.ts';

const HEAP_MEGABYTES = 256;
const DRIVER_MEGABYTES = 512;
const EXECUTOR_MEGABYTES = 512;

export type SparkCluster = {
  /** Submits the streaming job, in real-time mode, as spark-submit does. */
  submit(name: string, env: Readonly<Record<string, string>>): GoshawkProcess;
  /** Process ids of the executors. */
  executors(): number[];
  stop(): Promise<void>;
};

export async function startSparkCluster(
  folder: string,
  workerCount: number,
  slots: number,
): Promise<SparkCluster> {
  const start = openSpark(folder);
  const port = String(await freePort());
  const url = `spark://127.0.0.1:${port}`;
  const at = async (): Promise<string[]> => [
    ...['--host', '127.0.0.1'],
    ...['--webui-port', String(await freePort())],
  ];
  const master = start(
    'spark-master',
    'org.apache.spark.deploy.master.Master',
    [...(await at()), '--port', port],
    HEAP_MEGABYTES,
  );
  const workers: GoshawkProcess[] = [];
  for (let i = 1; i <= workerCount; i++) {
    const name = `spark-worker-${i}`;
    const words = [
      ...(await at()),
      ...['--cores', String(slots), '--memory', `${EXECUTOR_MEGABYTES}m`],
      ...['--work-dir', join(folder, name), url],
    ];
    workers.push(start(name, 'org.apache.spark.deploy.worker.Worker', words, HEAP_MEGABYTES));
  }
  return {
    submit: (name, settings) =>
      start(
        name,
        'org.apache.spark.deploy.SparkSubmit',
        submitWords(folder, url, slots),
        DRIVER_MEGABYTES,
        settings,
      ),
    executors: () => workers.flatMap(({ pid }) => executorsOf(pid)),
    async stop() {
      await Promise.all([...workers, master].map((process) => process.stop()));
    },
  };
}

/** Makes Spark's home in the folder; what it gives starts a class of Spark's with it. */
function openSpark(folder: string) {
  const home = join(folder, 'spark-home');
  mkdirSync(join(folder, 'logs'), { recursive: true });
  mkdirSync(home, { recursive: true });
  // Workers look for the jars of their executors here.
  symlinkSync(sparkJars(), join(home, 'jars'));
  const env = {
    SPARK_HOME: home,
    SPARK_SCALA_VERSION: '2.13',
    SPARK_LOCAL_IP: '127.0.0.1',
    SPARK_LOCAL_DIRS: join(folder, 'spark-work'),
  };
  return (
    name: string,
    main: string,
    args: readonly string[],
    heapMegabytes: number,
    more: Readonly<Record<string, string>> = {},
  ): GoshawkProcess =>
    startProgram('java', {
      name,
      args: sparkClassWords(main, args, heapMegabytes, folder),
      env: { ...env, ...more },
      logFile: join(folder, 'logs', `${name}.log`),
    });
}

const submitWords = (folder: string, url: string, slots: number): string[] => [
  ...['--master', url, '--class', 'goshawk.spark.GoshawkStream'],
  ...['--conf', 'spark.ui.enabled=false', '--conf', `spark.executor.cores=${slots}`],
  ...['--conf', `spark.executor.memory=${EXECUTOR_MEGABYTES}m`, '--conf', 'spark.driver.host=127.0.0.1'],
  join(sparkJars(), 'goshawk-spark.jar'),
  ...['--checkpoint', join(folder, 'spark-checkpoint'), '--trigger', 'real-time'],
  ...engineCommand('spark-engine').flatMap((word) => ['--engine', word]),
];

function executorsOf(workerPid: number): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(workerPid), '-f', 'CoarseGrainedExecutorBackend'], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter(Boolean).map(Number);
}
