// Spark on this machine, without a cluster: driver and executor in one Java process that runs the job in spark/.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError } from '../domain/input-error.ts';

const JARS_SCRIPT = resolve(import.meta.dirname, '../../scripts/spark.sh');
const MAIN = resolve(import.meta.dirname, '../cli/main.ts');

/** What Spark needs opened on Java 17 and newer (its launcher's JavaModuleOptions). */
const ADD_OPENS = [
  'java.base/java.lang',
  'java.base/java.lang.invoke',
  'java.base/java.lang.reflect',
  'java.base/java.io',
  'java.base/java.net',
  'java.base/java.nio',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/jdk.internal.ref',
  'java.base/sun.nio.ch',
  'java.base/sun.nio.cs',
  'java.base/sun.security.action',
  'java.base/sun.util.calendar',
];
const TRIES_OF_A_TASK = 4;

/** The words of an engine's command, as the job takes them. */
export const ENGINE_COMMAND = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  MAIN,
  'spark-engine',
] as const;

/**
 * Where the jars are: in GOSHAWK_SPARK_JARS, or fetched and built at first. Throws InputError where Java or Maven is
 * missing.
 */
export function sparkJars(): string {
  if (process.env.GOSHAWK_SPARK_JARS) return process.env.GOSHAWK_SPARK_JARS;
  try {
    return execFileSync(JARS_SCRIPT, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  } catch {
    throw new InputError('The jars of Spark could not be made ready; see above.');
  }
}

export type LocalSpark = {
  /** Real-time mode needs a slot for every partition at once. */
  readonly partitions: number;
  readonly heapMegabytes: number;
  /** Folder for what Spark spills. */
  readonly workFolder: string;
  readonly loggingFile: string;
};

/** The command that runs a class of the job with everything in one process. */
export function localSparkCommand(main: string, args: readonly string[], options: LocalSpark): string[] {
  const slots = Math.max(options.partitions, cpus().length);
  return [
    'java',
    `-Xmx${options.heapMegabytes}m`,
    '-XX:+UseSerialGC',
    ...ADD_OPENS.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
    `-Dlog4j2.configurationFile=${options.loggingFile}`,
    `-Dspark.master=local[${slots},${TRIES_OF_A_TASK}]`,
    '-Dspark.ui.enabled=false',
    `-Dspark.local.dir=${options.workFolder}`,
    `-Djava.io.tmpdir=${options.workFolder}`,
    '-Dspark.driver.host=127.0.0.1',
    '-Dspark.driver.bindAddress=127.0.0.1',
    // A batch may be so short that starting its tasks is most of its work.
    '-Dspark.sql.streaming.minBatchesToRetain=20',
    '-cp',
    join(sparkJars(), '*'),
    main,
    ...args,
  ];
}
