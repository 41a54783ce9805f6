// ./goshawk spark stream and spark-engine: the engine inside Apache Spark.
import { accessSync, constants, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { openSparkLink } from '../adapters/spark/link.ts';
import { InputError } from '../domain/input-error.ts';
import { restartsOf } from '../ports/restarts.ts';
import { sparkFeed } from '../runtimes/spark-feed.ts';
import { streamSettings } from '../runtimes/stream-settings.ts';
import { openWorker } from '../runtimes/worker.ts';
import { engineCommand, localSparkCommand } from '../stack/spark.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';
import { runService } from './service.ts';
import { backfillCommand } from './spark-batch-commands.ts';

const HELP: OptionSpec = { type: 'boolean', help: 'show this text' };
const STREAM: Readonly<Record<string, OptionSpec>> = {
  trigger: { type: 'string', default: 'real-time', help: 'real-time | micro-batch' },
  'batch-ms': {
    type: 'string',
    value: 'N',
    help: 'real-time: between checkpoints, 30000 where not said; micro-batch: between batches, 0',
  },
  'data-dir': {
    type: 'string',
    value: 'DIR',
    default: './var/spark',
    help: 'checkpoint and what Spark spills',
  },
  memory: { type: 'string', value: 'MB', default: '1024', help: 'heap of Spark' },
  help: HELP,
};
export async function sparkCommand(args: readonly string[]): Promise<void> {
  const [job, ...rest] = args;
  if (job === 'stream') return streamCommand(rest);
  if (job === 'backfill') return backfillCommand(rest);
  const text =
    'Usage: ./goshawk spark stream | backfill [options]\n\n' +
    '  stream     decide the transactions of the stream inside Spark, on this machine\n' +
    '  backfill   features, scores and labels of a whole history as Parquet\n\n' +
    'docs/spark.md says how to run the jobs on a cluster.';
  if (job !== undefined && job !== '--help' && job !== '-h')
    throw new InputError(`There is no job "${job}".\n${text}`);
  console.log(text);
}

async function streamCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('spark stream', args, STREAM);
  if (options.flag('help')) {
    console.log(
      helpText(
        './goshawk spark stream [options]',
        'Decides the transactions of the stream inside Spark, driver and executor in one process on this machine.\n' +
          'Servers are named by KAFKA_BROKERS, REDIS_URL and DATABASE_URL; see docs/spark.md.',
        STREAM,
      ),
    );
    return;
  }
  const settings = streamSettings(process.env);
  const folder = resolve(options.text('data-dir') ?? './var/spark');
  mkdirSync(folder, { recursive: true });
  const batchMs = options.text('batch-ms');
  const { program, words, env } = localSparkCommand(
    'goshawk.spark.GoshawkStream',
    [
      ...['--checkpoint', join(folder, 'checkpoint')],
      ...['--trigger', options.text('trigger') ?? 'real-time'],
      ...(batchMs === undefined ? [] : ['--batch-ms', batchMs]),
      ...engineCommand('spark-engine').flatMap((word) => ['--engine', word]),
    ],
    {
      // Real-time mode needs a slot for every partition at once.
      slots: Math.max(settings.partitions, availableParallelism()),
      heapMegabytes: options.number('memory', 256, 65_536),
      folder,
    },
  );
  replaceProcess(program, words, env);
}

/** From here on this process is the other program: who signals or kills it means that one. */
function replaceProcess(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): never {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  if (!path || !process.execve)
    throw new InputError(`${program} is not on the PATH; install Java 17 or newer.`);
  return process.execve(path, [program, ...words], { ...process.env, ...env });
}

export async function sparkEngineCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('spark-engine', args, { help: HELP });
  if (options.flag('help')) {
    console.log(
      helpText(
        './goshawk spark-engine',
        'The engine of a Spark executor; started by the job, which speaks to it over standard input and output.',
        { help: HELP },
      ),
    );
    return;
  }
  const settings = streamSettings(process.env);
  const link = openSparkLink(process.stdin, process.stdout);
  const running = runService(
    'spark-engine',
    (onNotice, onFailure, boundary) => {
      void link.ended.then((error) => error && onFailure(error));
      const restarts = restartsOf(process.env);
      return openWorker({ settings, onNotice, onFailure, boundary, restarts }, sparkFeed(link));
    },
    // Standard output belongs to the protocol. Several of them have one environment: Spark knows of each whether it lives.
    { write: (line) => process.stderr.write(`${line}\n`), tellsHealth: false },
  );
  // Spark has gone: finish what is under way, and end.
  void link.ended.then((error) => error ?? process.emit('SIGTERM', 'SIGTERM'));
  await running;
}
