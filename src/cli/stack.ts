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
import { PRESETS } from '../training/first-model.ts';
import { CARD_SPECS, cardModeOf } from './card-key.ts';
import { HOST_SPECS, packageVersion } from './listen.ts';
import { helpText, type OptionSpec, presetOf, readOptions } from './options.ts';
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

export async function stackCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('stack', args, SPECS);
  if (options.flag('help')) {
    console.log(helpText('./run.sh --stack [options]', ABOUT, SPECS));
    return;
  }
  const port = options.number('port', 0, 65_535);
  const host = options.text('host') ?? '127.0.0.1';
  const workers = options.number('workers', 1, 64);
  const rate = options.number('rate', 0.01, 50_000);
  const seed = options.number('seed', 0, 2 ** 31);
  const preset = presetOf(options.text('preset'));
  const cardNumbers = cardModeOf(options.text('card-numbers'));
  const logFolder = options.text('log-dir') ?? './logs';
  mkdirSync(logFolder, { recursive: true });

  const say = (text: string): void => console.log(text);
  const stopping = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => stopping.resolve());
  }
  say(`Goshawk ${packageVersion()} · distributed · logs in ${logFolder}`);
  const services = await startServices({
    folder: join(options.text('data-dir') ?? './var', 'stack'),
    logFolder,
    env: process.env,
    onNotice: (message) => say(`  ${message}`),
  });
  const running: { readonly name: string; readonly kept: Kept<GoshawkProcess> }[] = [];

  /** A process of ours that dies is started again: what it had under way goes on where it was committed. */
  function keep(name: string, command: () => readonly string[]): GoshawkProcess {
    const logFile = join(logFolder, `${name}.log`);
    const kept = keepRunning({
      name,
      start: (env) =>
        startGoshawk({
          name,
          args: command(),
          env: { ...services.env, CARD_NUMBERS: cardNumbers, ...env },
          logFile,
        }),
      say,
      advice: `see ${logFile}`,
    });
    running.push({ name, kept });
    return kept.current;
  }

  async function stopAll(): Promise<void> {
    const inOrder = [/^simulator/, /^server/, /^(worker|spark)/, /^sink/];
    for (const pattern of inOrder) {
      await Promise.all(running.filter(({ name }) => pattern.test(name)).map(({ kept }) => kept.stop()));
    }
    await services.stop();
  }

  try {
    const progress = createProgress('First model');
    const made = await prepareStream(
      streamSettings({ ...process.env, ...services.env, CARD_NUMBERS: cardNumbers }),
      {
        preset,
        seed,
        endMs: systemClock.nowMs(),
        liveRate: rate,
        onProgress: (step, done, of) => progress.update(done, of, step),
      },
    );
    if (made) progress.end(made);
    const started: GoshawkProcess[] = [];
    if (options.flag('spark')) {
      sparkJars();
      const folder = join(options.text('data-dir') ?? './var', 'spark');
      const trigger = options.text('spark-trigger') ?? 'real-time';
      const command = ['spark', 'stream', '--data-dir', folder, '--trigger', trigger];
      started.push(keep('spark-streaming', () => command));
    } else {
      for (let number = 1; number <= workers; number++)
        started.push(keep(`worker-${number}`, () => ['worker']));
    }
    started.push(keep('sink', () => ['sink']));
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
    await Promise.all(started.map((child) => child.said(/ ready\n/, READY_MS)));
    const [said, url] = await server.said(/[\s\S]*listens at (\S+)/, READY_MS);
    listensAt = Number(new URL(url).port);
    const [firstLink] = /(Nobody can administer|Open to everybody).*/.exec(said) ?? [];
    if (firstLink) say(firstLink);
    if (!options.flag('no-simulator')) {
      const simulation = ['--rate', String(rate), '--seed', String(seed), '--preset', preset];
      keep('simulator', () => ['simulate', ...simulation, '--log-dir', logFolder]);
    }
    say(`Ready: ${url}  (Ctrl-C stops)`);
    await stopping.promise;
    say('Stopping …');
  } finally {
    await stopAll();
  }
  say('Stopped. Everything is kept; the next start goes on from here.');
  process.exit(0);
}
