// Spark on this machine, without a cluster: driver and executor in one Java process that runs the job in spark/.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
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
const LOGGING = `status=warn
appender.console.type=Console
appender.console.name=console
appender.console.target=SYSTEM_ERR
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z'}{UTC} spark %p %c{1}: %m%n%ex{short}
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
`;

/** The words of an engine's command on this machine. */
export const engineCommand = (command: 'spark-engine' | 'spark-step'): readonly string[] => [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  MAIN,
  command,
];

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
  /** Tasks at once. */
  readonly slots: number;
  readonly heapMegabytes: number;
  /** For its logging settings and what it spills; must be there. */
  readonly folder: string;
};

const javaOptions = (heapMegabytes: number, loggingFile: string): string[] => [
  `-Xmx${heapMegabytes}m`,
  '-XX:+UseSerialGC',
  ...ADD_OPENS.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
  `-Dlog4j2.configurationFile=${loggingFile}`,
];

/** Words for `java` that run a class of Spark itself: a master, a worker, the program that submits. */
export function sparkClassWords(
  main: string,
  args: readonly string[],
  heapMegabytes: number,
  folder: string,
) {
  const loggingFile = join(folder, 'log4j2.properties');
  writeFileSync(loggingFile, LOGGING);
  return [...javaOptions(heapMegabytes, loggingFile), '-cp', join(sparkJars(), '*'), main, ...args];
}

/** The program that runs a class of the job with everything in one process, and the environment it needs. */
export function localSparkCommand(
  main: string,
  args: readonly string[],
  { slots, heapMegabytes, folder }: LocalSpark,
): { program: string; words: string[]; env: Record<string, string> } {
  const loggingFile = join(folder, 'log4j2.properties');
  writeFileSync(loggingFile, LOGGING);
  const workFolder = join(folder, 'work');
  mkdirSync(workFolder, { recursive: true });
  const words = [
    ...javaOptions(heapMegabytes, loggingFile),
    `-Dspark.master=local[${slots},${TRIES_OF_A_TASK}]`,
    '-Dspark.ui.enabled=false',
    `-Djava.io.tmpdir=${workFolder}`,
    '-Dspark.driver.host=127.0.0.1',
    '-Dspark.driver.bindAddress=127.0.0.1',
    // A batch may be so short that starting its tasks is most of its work.
    '-Dspark.sql.streaming.minBatchesToRetain=20',
    '-cp',
    join(sparkJars(), '*'),
    main,
    ...args,
  ];
  return { program: 'java', words, env: { SPARK_LOCAL_IP: '127.0.0.1', SPARK_LOCAL_DIRS: workFolder } };
}
