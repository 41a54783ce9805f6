// ./goshawk serve (what ./run.sh starts): the whole desk in one process.
import { join } from 'node:path';
import { lastSeenOf } from '../features/history-codec.ts';
import { systemClock } from '../ports/clock.ts';
import { serveAdmin } from '../runtimes/admin-socket.ts';
import { createBacktester } from '../runtimes/backtest.ts';
import { openDesk } from '../runtimes/embedded.ts';
import { apiProducerState, type Producer, startProducer } from '../runtimes/producer.ts';
import { createRetrainer, retrainEvery } from '../runtimes/retrain.ts';
import { oidcSettings } from '../server/access/oidc.ts';
import { buildApp } from '../server/app.ts';
import { mailSettings } from '../server/notifier.ts';
import { LIVE_LABEL_MATURITY_MS, PRESETS, trainFirstModel } from '../training/first-model.ts';
import { HOST_SPECS, listen, loginRequired, packageVersion, sayFirstLink } from './listen.ts';
import { helpText, type OptionSpec, presetOf, readOptions } from './options.ts';
import { createProgress } from './progress.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  port: { type: 'string', value: 'N', default: '8000', help: 'port of API and dashboard' },
  ...HOST_SPECS,
  'data-dir': { type: 'string', value: 'DIR', default: './var', help: 'where everything is kept' },
  rate: { type: 'string', value: 'N', default: '20', help: 'simulated transactions a second' },
  'no-simulator': { type: 'boolean', help: 'transactions come over the API only' },
  preset: {
    type: 'string',
    default: 'default',
    help: `what is simulated and learnt first: ${PRESETS.join(' | ')}`,
  },
  seed: { type: 'string', value: 'N', default: '1', help: 'seed of all randomness' },
  'retrain-hours': {
    type: 'string',
    value: 'N',
    default: '0',
    help: 'train a candidate every N hours; 0 for never',
  },
  'log-dir': { type: 'string', value: 'DIR', default: './logs', help: 'folder of producer.log' },
  'log-level': { type: 'string', default: 'warn', help: 'fatal | error | warn | info | debug' },
  help: { type: 'boolean', help: 'show this text' },
};

export async function serveCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('serve', args, SPECS);
  if (options.flag('help')) {
    console.log(helpText('./run.sh [options]', 'Starts a live fraud desk in one process.', SPECS));
    return;
  }
  const port = options.number('port', 0, 65_535);
  const host = options.text('host') ?? '127.0.0.1';
  const rate = options.number('rate', 0.01, 20_000);
  const seed = options.number('seed', 0, 2 ** 31);
  const dataDir = options.text('data-dir') ?? './var';
  const preset = presetOf(options.text('preset'));
  const retrainHours = options.number('retrain-hours', 0, 500);
  const oidc = oidcSettings(process.env);
  const mail = mailSettings(process.env);
  const say = (text: string): void => console.log(text);
  const stopping = Promise.withResolvers<Error | undefined>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stopping.resolve(undefined);
      // Whoever presses Ctrl-C again does not want to wait; what is committed stays committed.
      process.once(signal, () => process.exit(130));
    });
  }

  say(`Goshawk ${packageVersion()} · data in ${dataDir}`);
  const progress = createProgress('First model');
  const desk = await openDesk({
    dataDir,
    clock: systemClock,
    firstModel: async (state) => {
      say('No model yet: simulating a history and training one …');
      const model = await trainFirstModel(state, {
        preset,
        seed,
        endMs: systemClock.nowMs(),
        liveRate: rate,
        onProgress: (step, done, of) => progress.update(done, of, step),
      });
      const { heldOut, version } = model.info;
      progress.end(
        `${version}, on later data: average precision ${heldOut?.averagePrecision.toFixed(3)}, ` +
          `recall ${heldOut?.recall.toFixed(3)}, accuracy ${heldOut?.accuracy.toFixed(4)}`,
      );
      return model;
    },
    onNotice: say,
    onFailure: (error) => stopping.resolve(error),
  });
  let producer: Producer | undefined;
  const retrainer = createRetrainer(desk, LIVE_LABEL_MATURITY_MS);
  retrainEvery(retrainer, retrainHours);
  const app = await buildApp({
    desk,
    version: packageVersion(),
    producer: () => producer?.state() ?? apiProducerState(desk),
    simulation: () => producer?.simulation,
    maturityMs: LIVE_LABEL_MATURITY_MS,
    retrainer,
    backtester: createBacktester(desk.office, systemClock.nowMs),
    allowedHosts: new Set([host.toLowerCase()]),
    loginRequired: loginRequired(host),
    behindProxy: options.flag('behind-proxy'),
    oidc,
    mail,
    logLevel: options.text('log-level') ?? 'warn',
  });
  let url: string;
  try {
    url = await listen(app, host, port);
  } catch (error) {
    await app.close();
    await desk.close();
    throw error;
  }
  const admin = await serveAdmin(dataDir, (sql) => desk.query(sql));
  if (!options.flag('no-simulator')) {
    const logFile = join(options.text('log-dir') ?? './logs', 'producer.log');
    const { account } = desk.engine.state;
    producer = await startProducer(desk, {
      preset,
      rate,
      seed,
      logFile,
      // The people of the history the model learnt from, and those who have come since.
      people: {
        accounts: Math.max(account.size, 1000),
        lastSeenMs: (accountId) => lastSeenOf(account, accountId) * 1000 || 1,
      },
    });
    say(`Simulator: ${rate} transactions a second, log in ${logFile}`);
  }
  await sayFirstLink(app, url, host, say);
  say(`Ready: ${url}  (Ctrl-C stops)`);
  const failure = await stopping.promise;
  say(failure ? `Stopping: ${failure.message}` : 'Stopping …');
  await producer?.stop().catch(() => undefined);
  admin.close();
  await app.close();
  await desk.close().catch((error: Error) => console.error(`goshawk: on the way out: ${error.message}`));
  if (failure) {
    console.error(
      `goshawk: ${failure.message}. What was accepted is in ${dataDir}; start again once this is mended.`,
    );
    process.exit(1);
  }
  say('Stopped. Everything is kept; the next start goes on from here.');
  process.exit(0);
}
