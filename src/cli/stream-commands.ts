// ./goshawk worker, sink, server, simulate, prepare-stream, rebuild-state: the processes of a distributed installation.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Boundary } from '../ports/boundary.ts';
import { systemClock } from '../ports/clock.ts';
import { restartsOf } from '../ports/restarts.ts';
import { createBacktester } from '../runtimes/backtest.ts';
import { createFeaturePreviewer } from '../runtimes/feature-preview.ts';
import { openFileImporter } from '../runtimes/file-importer.ts';
import { kafkaFeed } from '../runtimes/kafka-feed.ts';
import { createModelTrial } from '../runtimes/model-trial.ts';
import { startProducer } from '../runtimes/producer.ts';
import { createRetrainer, retrainEvery } from '../runtimes/retrain.ts';
import { openSink } from '../runtimes/sink.ts';
import { openStreamDesk } from '../runtimes/stream-desk.ts';
import { openIntake, prepareStream, rebuildState, streamPeople } from '../runtimes/stream-maintenance.ts';
import { streamSettings } from '../runtimes/stream-settings.ts';
import { openWorker } from '../runtimes/worker.ts';
import { buildApp } from '../server/app.ts';
import { proxiesOf } from '../server/edge/proxies.ts';
import { mailSettings } from '../server/notifications/mail.ts';
import { oidcSettings } from '../server/sign-in/oidc-settings.ts';
import { LIVE_LABEL_MATURITY_MS, PRESETS } from '../training/simulated-past.ts';
import {
  HOST_SPECS,
  listen,
  listenerOf,
  loginRequired,
  packageVersion,
  sayFirstLink,
  targetsOf,
} from './listen.ts';
import { helpText, type OptionSpec, type Options, presetOf, readOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { runService, type Service } from './service.ts';

const HELP: OptionSpec = { type: 'boolean', help: 'show this text' };
const SETTINGS_HELP =
  'Servers are named by KAFKA_BROKERS, REDIS_URL and DATABASE_URL; see docs/distributed.md for all settings.';

/** The options of a command, or nothing after its help was shown. */
function optionsOf(
  command: string,
  about: string,
  args: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
): Options | undefined {
  const all = { ...specs, help: HELP };
  const options = readOptions(command, args, all);
  if (!options.flag('help')) return options;
  console.log(helpText(`./goshawk ${command} [options]`, `${about}\n${SETTINGS_HELP}`, all));
  return undefined;
}

export async function workerCommand(args: readonly string[]): Promise<void> {
  if (!optionsOf('worker', 'Decides the transactions of its share of the stream.', args, {})) return;
  const settings = streamSettings(process.env);
  await runService('worker', (onNotice, onFailure, boundary) =>
    openWorker({ settings, onNotice, onFailure, boundary, restarts: restartsOf(process.env) }, kafkaFeed),
  );
}

export async function sinkCommand(args: readonly string[]): Promise<void> {
  if (!optionsOf('sink', 'Stores what workers decided in PostgreSQL.', args, {})) return;
  const settings = streamSettings(process.env);
  await runService('sink', (onNotice, onFailure, boundary) =>
    openSink({ settings, onNotice, onFailure, boundary, restarts: restartsOf(process.env) }),
  );
}

export async function serverCommand(args: readonly string[]): Promise<void> {
  const options = optionsOf(
    'server',
    'Serves API, live feed and dashboard of a distributed installation.',
    args,
    {
      port: { type: 'string', value: 'N', default: '8000', help: 'port of API and dashboard' },
      ...HOST_SPECS,
      'retrain-hours': {
        type: 'string',
        value: 'N',
        default: '0',
        help: 'train a candidate every N hours; 0 for never',
      },
      'log-level': { type: 'string', default: 'warn', help: 'fatal | error | warn | info | debug' },
    },
  );
  if (!options) return;
  const settings = streamSettings(process.env);
  const host = options.text('host') ?? '127.0.0.1';
  const port = options.number('port', 0, 65_535);
  const retrainHours = options.number('retrain-hours', 0, 500);
  const oidc = oidcSettings(process.env);
  const mail = mailSettings(process.env);
  const targets = targetsOf(options);
  const proxies = proxiesOf(options.text('behind-proxy'));
  const open = async (
    say: (text: string) => void,
    fail: (error: Error) => void,
    boundary: Boundary,
  ): Promise<Service> => {
    const desk = await openStreamDesk({ settings, onNotice: say, onFailure: fail, boundary });
    try {
      const retrainer = createRetrainer(desk, LIVE_LABEL_MATURITY_MS);
      const stopRetraining = retrainEvery(retrainer, retrainHours, boundary);
      const app = await buildApp({
        desk,
        boundary,
        restarts: restartsOf(process.env),
        version: packageVersion(),
        producer: desk.source,
        // The simulator is a process of its own there.
        simulation: () => undefined,
        maturityMs: LIVE_LABEL_MATURITY_MS,
        retrainer,
        backtester: createBacktester(desk, systemClock.nowMs),
        previewer: createFeaturePreviewer(desk),
        modelTrial: createModelTrial(desk),
        importer: await openFileImporter({
          desk,
          boundary,
          folder: await mkdtemp(join(tmpdir(), 'goshawk-uploads-')),
        }),
        allowedHosts: new Set([host.toLowerCase()]),
        loginRequired: loginRequired(host),
        proxies,
        targets,
        oidc,
        mail,
        logLevel: options.text('log-level') ?? 'warn',
      });
      const url = await listen(listenerOf(app), host, port);
      await sayFirstLink(app, url, say);
      say(`listens at ${url}`);
      return {
        async stop() {
          stopRetraining();
          await app.close();
          await desk.close();
        },
      };
    } catch (error) {
      await desk.close();
      throw error;
    }
  };
  await runService('server', open, { answersPeople: true });
}

const SIMULATION: Readonly<Record<string, OptionSpec>> = {
  preset: { type: 'string', default: 'default', help: `what is simulated: ${PRESETS.join(' | ')}` },
  rate: { type: 'string', value: 'N', default: '20', help: 'simulated transactions a second' },
  seed: { type: 'string', value: 'N', default: '1', help: 'seed of all randomness' },
};

export async function simulateCommand(args: readonly string[]): Promise<void> {
  const options = optionsOf(
    'simulate',
    'Writes simulated transactions and their labels to the stream.',
    args,
    {
      ...SIMULATION,
      'no-events': { type: 'boolean', help: 'simulated people only pay: no logins and other events' },
      'log-dir': { type: 'string', value: 'DIR', default: './logs', help: 'folder of producer.log' },
    },
  );
  if (!options) return;
  const settings = streamSettings(process.env);
  const rate = options.number('rate', 0.01, 50_000);
  const seed = options.number('seed', 0, 2 ** 31);
  const preset = presetOf(options.text('preset'));
  await runService('simulator', async () => {
    const intake = await openIntake(settings);
    const producer = await startProducer(intake, {
      preset,
      rate,
      seed,
      logFile: `${options.text('log-dir') ?? './logs'}/producer.log`,
      events: !options.flag('no-events'),
      people: await streamPeople(settings),
    });
    return {
      async stop() {
        await producer.stop();
        await intake.close();
      },
    };
  });
}

export async function prepareStreamCommand(args: readonly string[]): Promise<void> {
  const options = optionsOf(
    'prepare-stream',
    'Makes topics, tables and the first model, where they are missing.',
    args,
    SIMULATION,
  );
  if (!options) return;
  const progress = createProgress('First model');
  const made = await prepareStream(streamSettings(process.env), {
    preset: presetOf(options.text('preset')),
    seed: options.number('seed', 0, 2 ** 31),
    endMs: systemClock.nowMs(),
    liveRate: options.number('rate', 0.01, 50_000),
    onProgress: (step, done, of) => progress.update(done, of, step),
  });
  if (made) progress.end(made);
  console.log('The stream is ready.');
}

export async function rebuildStateCommand(args: readonly string[]): Promise<void> {
  const options = optionsOf(
    'rebuild-state',
    'Builds the state in Redis again from what was decided. Workers take it up by themselves; nothing is lost if they run.',
    args,
    {},
  );
  if (!options) return;
  const progress = createProgress('Rebuilding');
  const done = await rebuildState(streamSettings(process.env), (partition, of) =>
    progress.update(partition, of, 'partitions'),
  );
  progress.end(
    `${done.transactions.toLocaleString('en')} transactions, ${done.accounts.toLocaleString('en')} accounts`,
  );
}
