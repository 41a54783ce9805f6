// A desk with its server and its simulator, on a data folder of its own: what ./goshawk serve opens once, or once a tenant.
import { join } from 'node:path';
import type { CardMode } from '../domain/card-policy.ts';
import { lastSeenMs } from '../features/history-codec.ts';
import type { Boundary } from '../ports/boundary.ts';
import { systemClock } from '../ports/clock.ts';
import { restartsOf } from '../ports/restarts.ts';
import { serveAdmin } from '../runtimes/admin-socket.ts';
import { createBacktester } from '../runtimes/backtest.ts';
import { type EmbeddedDesk, openDesk } from '../runtimes/embedded.ts';
import { createFeaturePreviewer } from '../runtimes/feature-preview.ts';
import { openFileImporter } from '../runtimes/file-importer.ts';
import { createModelTrial } from '../runtimes/model-trial.ts';
import { peopleCommand, runPeopleCommand } from '../runtimes/people-at-machine.ts';
import { apiProducerState, type Producer, startProducer } from '../runtimes/producer.ts';
import { createRetrainer, retrainEvery } from '../runtimes/retrain.ts';
import { FEWEST_PEOPLE } from '../runtimes/store-past.ts';
import { type App, buildApp } from '../server/app.ts';
import type { Proxies } from '../server/edge/proxies.ts';
import type { MailSettings } from '../server/notifications/mail.ts';
import type { Targets } from '../server/notifications/webhook-targets.ts';
import type { OidcSettings } from '../server/sign-in/oidc-settings.ts';
import { trainFirstModel } from '../training/first-model.ts';
import { LIVE_LABEL_MATURITY_MS, type PastOptions, type Preset } from '../training/simulated-past.ts';
import { cardsOfFolder } from './card-key.ts';
import { packageVersion } from './listen.ts';
import { createProgress } from './progress.ts';

export type HouseOptions = {
  /** Where the errors of this desk end that nobody waits for. */
  readonly boundary: Boundary;
  readonly dataDir: string;
  readonly producerLog: string;
  readonly preset: Preset;
  readonly rate: number;
  readonly seed: number;
  readonly simulates: boolean;
  /** Whether a first start leaves nothing of what was simulated before. */
  readonly startsEmpty: boolean;
  /** Whether simulated people log in, too. */
  readonly simulatesEvents: boolean;
  readonly retrainHours: number;
  readonly allowedHosts: ReadonlySet<string>;
  readonly loginRequired: boolean;
  readonly proxies: Proxies | undefined;
  readonly targets: Targets;
  readonly oidc: OidcSettings | undefined;
  readonly mail: MailSettings | undefined;
  readonly logLevel: string;
  readonly maxAmountMinor: number;
  /** The base currency that was asked for. */
  readonly baseCurrency: string | undefined;
  /** How far the clocks of the desk's time zone are ahead of UTC, where it has one. */
  readonly offsetAt: ((timeMs: number) => number) | undefined;
  readonly cardMode: CardMode;
  /** Where the data folder is not to keep one of its own. */
  readonly cardKey: string | undefined;
  readonly say: (text: string) => void;
  readonly onFailure: (error: Error) => void;
};

export type House = {
  readonly app: App;
  readonly boundary: Boundary;
  /** Call once the server listens. */
  startSimulator(): Promise<void>;
  close(): Promise<void>;
};

export const openHouse = (options: HouseOptions): Promise<House> => options.boundary.own(() => open(options));

async function open(options: HouseOptions): Promise<House> {
  const { dataDir, preset, rate, seed, say, boundary } = options;
  const progress = createProgress('First model');
  const first = (): PastOptions => ({ preset, seed, endMs: systemClock.nowMs(), liveRate: rate });
  const desk = await openDesk({
    dataDir,
    clock: systemClock,
    maxAmountMinor: options.maxAmountMinor,
    ...(options.baseCurrency !== undefined && { baseCurrency: options.baseCurrency }),
    ...(options.offsetAt && { offsetAt: options.offsetAt }),
    cards: cardsOfFolder(dataDir, options.cardMode, options.cardKey),
    ...(options.simulates &&
      !options.startsEmpty && { firstPast: { ...first(), events: options.simulatesEvents } }),
    onPastStored: (done, of) => progress.update(done, of, 'deciding the last of the history'),
    firstModel: async (state, past) => {
      say('No model yet: simulating a history and training one …');
      const model = await trainFirstModel(state, {
        ...(past ?? first()),
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
    onFailure: options.onFailure,
    boundary,
  });
  try {
    return await openServer(options, desk);
  } catch (error) {
    // Whoever tries again finds the folder as it was.
    await desk.close().catch((late: Error) => say(`on the way out: ${late.message}`));
    throw error;
  }
}

async function openServer(options: HouseOptions, desk: EmbeddedDesk): Promise<House> {
  const { dataDir, preset, rate, seed, say, boundary } = options;
  let producer: Producer | undefined;
  const retrainer = createRetrainer(desk, LIVE_LABEL_MATURITY_MS);
  const stopRetraining = retrainEvery(retrainer, options.retrainHours, boundary);
  const app = await buildApp({
    desk,
    boundary,
    restarts: restartsOf(process.env),
    version: packageVersion(),
    producer: () => producer?.state() ?? apiProducerState(desk),
    simulation: () => producer?.simulation,
    maturityMs: LIVE_LABEL_MATURITY_MS,
    retrainer,
    backtester: createBacktester(desk, systemClock.nowMs),
    previewer: createFeaturePreviewer(desk),
    modelTrial: createModelTrial(desk),
    importer: await openFileImporter({ desk, boundary, folder: join(dataDir, 'uploads') }),
    allowedHosts: options.allowedHosts,
    loginRequired: options.loginRequired,
    proxies: options.proxies,
    targets: options.targets,
    oidc: options.oidc,
    mail: options.mail,
    logLevel: options.logLevel,
  });
  const admin = await serveAdmin(
    dataDir,
    {
      sql: (sql) => desk.read(sql),
      people: (command) => runPeopleCommand(desk.office, systemClock, peopleCommand(command)),
    },
    boundary,
  );
  return {
    app,
    boundary,
    async startSimulator() {
      if (!options.simulates) return;
      const { account } = desk.engine.state;
      producer = await startProducer(desk, {
        preset,
        rate,
        seed,
        logFile: options.producerLog,
        events: options.simulatesEvents,
        ...(desk.stream && { stream: desk.stream }),
        // The people of the history the model learnt from, and those who have come since.
        people: {
          accounts: Math.max(account.size, FEWEST_PEOPLE),
          lastSeenMs: (accountId) => lastSeenMs(account, accountId),
        },
      });
      say(`Simulator: ${rate} transactions a second, log in ${options.producerLog}`);
    },
    async close() {
      stopRetraining();
      // One that cannot be closed does not keep the others open.
      const steps = [() => producer?.stop(), () => admin.close(), () => app.close(), () => desk.close()];
      for (const step of steps) {
        try {
          await step();
        } catch (error) {
          console.error(`goshawk: on the way out: ${(error as Error).message}`);
        }
      }
    },
  };
}
