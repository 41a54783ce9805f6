// ./goshawk stack (what ./run.sh --stack starts): a distributed installation on this machine.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../ports/clock.ts';
import { prepareStream } from '../runtimes/stream-maintenance.ts';
import { streamSettings } from '../runtimes/stream-settings.ts';
import { type GoshawkProcess, startGoshawk } from '../stack/goshawk-process.ts';
import { type Kept, keepRunning } from '../stack/keep-running.ts';
import { startServices } from '../stack/services.ts';
import { sparkJars } from '../stack/spark.ts';
import { PRESETS, type Preset } from '../training/simulated-past.ts';
import { CARD_SPECS, cardModeOf } from './card-key.ts';
import { HOST_SPECS, packageVersion } from './listen.ts';
import { helpText, type OptionSpec, type Options, presetOf, readOptions } from './options.ts';
import { createProgress } from './progress.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  port: { type: 'string', value: 'N', default: '8000', help: 'port of API and dashboard' },
  ...HOST_SPECS,
  ...CARD_SPECS,
  'data-dir': {
    type: 'string',
    value: 'DIR',
    default: './var',
    help: 'where servers of our own keep their data',
  },
  'log-dir': { type: 'string', value: 'DIR', default: './logs', help: 'folder of the log files' },
  workers: { type: 'string', value: 'N', default: '2', help: 'worker processes' },
  spark: { type: 'boolean', help: 'Spark Structured Streaming in place of the worker processes' },
  'spark-trigger': { type: 'string', default: 'real-time', help: 'with --spark: real-time | micro-batch' },
  rate: { type: 'string', value: 'N', default: '20', help: 'simulated transactions a second' },
  'no-simulator': { type: 'boolean', help: 'transactions come over the API and Kafka only' },
  'no-events': { type: 'boolean', help: 'simulated people only pay: no logins and other events' },
  'no-own-fields': { type: 'boolean', help: 'simulated payments have no fields of a bank’s own' },
  preset: {
    type: 'string',
    default: 'default',
    help: `what is simulated and learnt first: ${PRESETS.join(' | ')}`,
  },
  seed: { type: 'string', value: 'N', default: '1', help: 'seed of all randomness' },
  help: { type: 'boolean', help: 'show this text' },
};
const ABOUT =
  'Starts Kafka, Redis, PostgreSQL, workers, a sink, a server and the simulator on this machine. Servers named by ' +
  'KAFKA_BROKERS, REDIS_URL or DATABASE_URL are used instead of our own.';
const READY_MS = 60_000;

/** What was asked for, checked. */
type Asked = {
  readonly options: Options;
  readonly port: number;
  readonly host: string;
  readonly workers: number;
  readonly rate: number;
  readonly seed: number;
  readonly preset: Preset;
  readonly dataFolder: string;
  readonly logFolder: string;
};

/** Throws InputError. */
const askedFor = (options: Options): Asked => ({
  options,
  port: options.number('port', 0, 65_535),
  host: options.text('host') ?? '127.0.0.1',
  workers: options.number('workers', 1, 64),
  rate: options.number('rate', 0.01, 50_000),
  seed: options.number('seed', 0, 2 ** 31),
  preset: presetOf(options.text('preset')),
  dataFolder: options.text('data-dir') ?? './var',
  logFolder: options.text('log-dir') ?? './logs',
});

const say = (text: string): void => console.log(text);

type Environment = Readonly<Record<string, string>>;

/** Processes of ours that are kept running. */
type Processes = {
  /** A process that dies is started again: what it had under way goes on where it was committed. */
  keep(name: string, command: () => readonly string[]): GoshawkProcess;
  /** Those who send first, those who store last. */
  stopAll(): Promise<void>;
};

function keepProcesses(logFolder: string, environment: Environment): Processes {
  const running: { readonly name: string; readonly kept: Kept<GoshawkProcess> }[] = [];
  return {
    keep(name, command) {
      const logFile = join(logFolder, `${name}.log`);
      const kept = keepRunning({
        name,
        start: (env) => startGoshawk({ name, args: command(), env: { ...environment, ...env }, logFile }),
        say,
        advice: `see ${logFile}`,
      });
      running.push({ name, kept });
      return kept.current;
    },
    async stopAll() {
      const inOrder = [/^simulator/, /^server/, /^(worker|spark)/, /^sink/];
      for (const pattern of inOrder) {
        await Promise.all(running.filter(({ name }) => pattern.test(name)).map(({ kept }) => kept.stop()));
      }
    },
  };
}

/** Makes topics, tables and the first model, where they are not there yet. */
async function prepare({ preset, seed, rate }: Asked, environment: Environment): Promise<void> {
  const progress = createProgress('First model');
  const made = await prepareStream(streamSettings({ ...process.env, ...environment }), {
    preset,
    seed,
    endMs: systemClock.nowMs(),
    liveRate: rate,
    onProgress: (step, done, of) => progress.update(done, of, step),
  });
  if (made) progress.end(made);
}

/** Starts those who decide, workers or Spark, and the sink. */
function startEngines({ options, workers, dataFolder }: Asked, { keep }: Processes): GoshawkProcess[] {
  const started: GoshawkProcess[] = [];
  if (options.flag('spark')) {
    sparkJars();
    const folder = join(dataFolder, 'spark');
    const trigger = options.text('spark-trigger') ?? 'real-time';
    const command = ['spark', 'stream', '--data-dir', folder, '--trigger', trigger];
    started.push(keep('spark-streaming', () => command));
  } else {
    for (let number = 1; number <= workers; number++)
      started.push(keep(`worker-${number}`, () => ['worker']));
  }
  started.push(keep('sink', () => ['sink']));
  return started;
}

/** Starts the server; gives where it listens, once it does and the engines are ready. */
async function startServer(
  { options, port, host }: Asked,
  { keep }: Processes,
  engines: readonly GoshawkProcess[],
): Promise<string> {
  const behind = options.text('behind-proxy');
  const proxy = behind === undefined ? [] : [`--behind-proxy=${behind}`];
  const allowed = options.text('allow-webhook-targets');
  const hooks = allowed === undefined ? [] : [`--allow-webhook-targets=${allowed}`];
  // Started again it listens where it did, also where any free port was asked for.
  let listensAt = port;
  const server = keep('server', () => [
    'server',
    '--port',
    String(listensAt),
    '--host',
    host,
    ...proxy,
    ...hooks,
  ]);
  await Promise.all(engines.map((child) => child.said(/ ready\n/, READY_MS)));
  const [said, url] = await server.said(/[\s\S]*listens at (\S+)/, READY_MS);
  listensAt = Number(new URL(url).port);
  const [firstLink] = /(Nobody can administer|Open to everybody).*/.exec(said) ?? [];
  if (firstLink) say(firstLink);
  return url;
}

export async function stackCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('stack', args, SPECS);
  if (options.flag('help')) {
    console.log(helpText('./run.sh --stack [options]', ABOUT, SPECS));
    return;
  }
  const asked = askedFor(options);
  const cardNumbers = cardModeOf(options.text('card-numbers'));
  const { rate, seed, preset, dataFolder, logFolder } = asked;
  mkdirSync(logFolder, { recursive: true });

  const stopping = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => stopping.resolve());
  }
  say(`Goshawk ${packageVersion()} · distributed · logs in ${logFolder}`);
  const services = await startServices({
    folder: join(dataFolder, 'stack'),
    logFolder,
    env: process.env,
    onNotice: (message) => say(`  ${message}`),
  });
  const environment = { ...services.env, CARD_NUMBERS: cardNumbers };
  const processes = keepProcesses(logFolder, environment);
  try {
    await prepare(asked, environment);
    const url = await startServer(asked, processes, startEngines(asked, processes));
    if (!options.flag('no-simulator')) {
      const simulation = ['--rate', String(rate), '--seed', String(seed), '--preset', preset];
      const without = ['no-events', 'no-own-fields'].flatMap((name) =>
        options.flag(name) ? [`--${name}`] : [],
      );
      processes.keep('simulator', () => ['simulate', ...simulation, ...without, '--log-dir', logFolder]);
    }
    say(`Ready: ${url}  (Ctrl-C stops)`);
    await stopping.promise;
    say('Stopping …');
  } finally {
    await processes.stopAll();
    await services.stop();
  }
  say('Stopped. Everything is kept; the next start goes on from here.');
  process.exit(0);
}
