// ./goshawk serve (what ./run.sh starts): the whole desk in one process, or one a tenant.
import { join } from 'node:path';
import { MAX_AMOUNT_MINOR } from '../domain/amount.ts';
import { maskCardNumbers } from '../domain/card-number.ts';
import { InputError } from '../domain/input-error.ts';
import { createBoundary } from '../ports/boundary.ts';
import { systemClock } from '../ports/clock.ts';
import { restartsOf, restartsText } from '../ports/restarts.ts';
import { amountLimit, maxAmountMinor } from '../runtimes/amount-limit.ts';
import { localTimeAsked, TIME_ZONE_SPEC } from '../runtimes/local-time.ts';
import { baseCurrencyAsked } from '../runtimes/money-in-service.ts';
import { proxiesOf } from '../server/edge/proxies.ts';
import { mailSettings } from '../server/notifications/mail.ts';
import { oidcSettings } from '../server/sign-in/oidc-settings.ts';
import { serveTenants, TENANT_NAME } from '../server/tenants/tenants.ts';
import { PRESETS } from '../training/simulated-past.ts';
import { CARD_SPECS, cardModeOf } from './card-key.ts';
import { catchAtLastResort, stopWithKeeper } from './last-resort.ts';
import {
  HOST_SPECS,
  listen,
  listenerOf,
  loginRequired,
  packageVersion,
  sayFirstLink,
  targetsOf,
} from './listen.ts';
import { type House, type HouseOptions, openHouse } from './open-house.ts';
import { helpText, type OptionSpec, presetOf, readOptions } from './options.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  port: { type: 'string', value: 'N', default: '8000', help: 'port of API and dashboard' },
  ...HOST_SPECS,
  tenants: {
    type: 'string',
    value: 'A,B',
    help: 'several tenants, each with a desk of its own, called as A.localhost and B.localhost',
  },
  'data-dir': { type: 'string', value: 'DIR', default: './var', help: 'where everything is kept' },
  rate: { type: 'string', value: 'N', default: '20', help: 'simulated transactions a second' },
  'no-simulator': { type: 'boolean', help: 'transactions come over the API only' },
  empty: {
    type: 'boolean',
    help: 'a first start leaves nothing of the simulated past that the model learns from',
  },
  'no-events': { type: 'boolean', help: 'simulated people only pay: no logins and other events' },
  'no-own-fields': { type: 'boolean', help: 'simulated payments have no fields of a bank’s own' },
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
  'max-amount-minor': {
    type: 'string',
    value: 'N',
    help: `the most that one transaction may move, in minor units [MAX_AMOUNT_MINOR, or ${MAX_AMOUNT_MINOR}]`,
  },
  'base-currency': {
    type: 'string',
    value: 'CODE',
    help: 'what a new desk counts in; it stays that for good [BASE_CURRENCY, or EUR]',
  },
  'time-zone': TIME_ZONE_SPEC,
  ...CARD_SPECS,
  'log-dir': { type: 'string', value: 'DIR', default: './logs', help: 'folder of producer.log' },
  'log-level': { type: 'string', default: 'warn', help: 'fatal | error | warn | info | debug' },
  help: { type: 'boolean', help: 'show this text' },
};

const MAX_TENANTS = 16;
/** What was not closed in order by then is ended all the same: nothing that was accepted is lost by it. */
const STOP_MS = 60_000;

/** Undefined where there is one desk for all. Throws InputError. */
function tenantsOf(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const wrong = names.find((name) => !TENANT_NAME.test(name));
  if (wrong !== undefined) {
    throw new InputError(
      `--tenants: "${wrong}" cannot be part of a host name; use small letters, digits and hyphens.`,
    );
  }
  if (names.length > MAX_TENANTS) {
    throw new InputError(`--tenants: at most ${MAX_TENANTS} share a process; start another one for more.`);
  }
  return names;
}

export async function serveCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('serve', args, SPECS);
  if (options.flag('help')) {
    console.log(helpText('./run.sh [options]', 'Starts a live fraud desk in one process.', SPECS));
    return;
  }
  const port = options.number('port', 0, 65_535);
  const host = options.text('host') ?? '127.0.0.1';
  const dataDir = options.text('data-dir') ?? './var';
  const logDir = options.text('log-dir') ?? './logs';
  const tenants = tenantsOf(options.text('tenants'));
  const say = (text: string): void => console.log(maskCardNumbers(text));
  const stopping = Promise.withResolvers<Error | undefined>();
  const boundary = createBoundary(systemClock.nowMs, (text) =>
    console.error(`${new Date().toISOString()} ${text}`),
  );
  const settings = {
    rate: options.number('rate', 0.01, 20_000),
    seed: options.number('seed', 0, 2 ** 31),
    preset: presetOf(options.text('preset')),
    simulates: !options.flag('no-simulator'),
    startsEmpty: options.flag('empty'),
    simulatesEvents: !options.flag('no-events'),
    simulatesOwnFields: !options.flag('no-own-fields'),
    retrainHours: options.number('retrain-hours', 0, 500),
    oidc: oidcSettings(process.env),
    mail: mailSettings(process.env),
    targets: targetsOf(options),
    proxies: proxiesOf(options.text('behind-proxy')),
    maxAmountMinor:
      options.text('max-amount-minor') === undefined
        ? maxAmountMinor(process.env)
        : amountLimit('--max-amount-minor', options.text('max-amount-minor')),
    baseCurrency: baseCurrencyAsked(options.text('base-currency')),
    offsetAt: localTimeAsked(options.text('time-zone')),
    cardMode: cardModeOf(options.text('card-numbers')),
    // Tenants share no key.
    cardKey: tenants ? undefined : process.env.CARD_TOKEN_KEY,
    logLevel: options.text('log-level') ?? 'warn',
    allowedHosts: new Set([host.toLowerCase()]),
    // Whoever calls a desk by a tenant's name has to be somebody there.
    loginRequired: loginRequired(host) || tenants !== undefined,
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stopping.resolve(undefined);
      // Whoever presses Ctrl-C again does not want to wait; what is committed stays committed.
      process.once(signal, () => process.exit(130));
    });
  }
  stopWithKeeper(() => stopping.resolve(undefined));
  let { caught } = boundary;
  catchAtLastResort((what, error) => caught(what, error), stopping.resolve, 'when unsound');

  say(`Goshawk ${packageVersion()} · data in ${dataDir}`);
  const before = restartsText(restartsOf(process.env));
  if (before) say(`This desk was ${before}`);
  const at = { host, port };
  const opening = tenants
    ? runTenants(tenants, { ...settings, dataDir, logDir, say, boundary }, at)
    : runDesk(
        { ...settings, dataDir, producerLog: join(logDir, 'producer.log'), say, boundary },
        stopping.resolve,
        at,
      );
  const running = await Promise.race([opening, stopping.promise.then((why) => (why ? opening : undefined))]);
  if (!running) {
    say('Stopped before it was ready: the next start does again what was not finished.');
    // Nothing was accepted yet, and the data folder is whole at every moment.
    process.exit(0);
  }
  caught = running.caught;
  say(`Ready: ${running.url}  (Ctrl-C stops)`);
  const failure = await stopping.promise;
  say(failure ? `Stopping: ${failure.message}` : 'Stopping …');
  setTimeout(() => process.exit(failure ? 1 : 0), STOP_MS).unref();
  await running.close();
  if (failure) {
    console.error(
      `goshawk: ${maskCardNumbers(failure.message)}. What was accepted is in ${dataDir}; start again once this is mended.`,
    );
    process.exit(1);
  }
  say('Stopped. Everything is kept; the next start goes on from here.');
  process.exit(0);
}

type Running = {
  readonly url: string;
  /** Hears of errors that belong to nobody in particular. */
  caught(what: string, error: unknown): void;
  close(): Promise<void>;
};
type At = { readonly host: string; readonly port: number };

/** One desk for all: what ends it ends the process. */
async function runDesk(
  options: Omit<HouseOptions, 'onFailure'>,
  onFailure: (error: Error) => void,
  { host, port }: At,
): Promise<Running> {
  const house = await openHouse({ ...options, onFailure });
  const { say, boundary } = options;
  try {
    const url = await listen(listenerOf(house.app), host, port);
    await house.startSimulator();
    await sayFirstLink(house.app, url, say);
    return { url, caught: boundary.caught, close: () => house.close() };
  } catch (error) {
    await house.close();
    throw error;
  }
}

type TenantSettings = Omit<HouseOptions, 'onFailure' | 'producerLog'> & { readonly logDir: string };

/** A desk each: one that fails is opened again, and the others go on. */
async function runTenants(
  names: readonly string[],
  { dataDir, logDir, say, ...settings }: TenantSettings,
  { host, port }: At,
): Promise<Running> {
  let url = '';
  const sayOf =
    (name: string) =>
    (text: string): void =>
      say(`${name}: ${text}`);
  const front = await serveTenants<House>({
    names,
    behindProxy: settings.proxies !== undefined,
    say: (name, text) => sayOf(name)(text),
    open: (name, onFailure) =>
      openHouse({
        ...settings,
        onFailure,
        boundary: createBoundary(systemClock.nowMs, sayOf(name)),
        dataDir: join(dataDir, 'tenants', name),
        producerLog: join(logDir, name, 'producer.log'),
        say: sayOf(name),
      }),
    async onOpen(name, house) {
      await house.startSimulator();
      const own = tenantUrl(url, name);
      await sayFirstLink(house.app, own, sayOf(name));
      say(`${name}: ${own}`);
    },
  });
  try {
    url = await listen(front, host, port);
    await front.begin();
  } catch (error) {
    await front.close();
    throw error;
  }
  return {
    url,
    caught(what, error) {
      settings.boundary.caught(what, error);
      // It cannot be told to be one tenant's: each shows that there was one, without its text, which may be another's.
      const shown = new Error('of no tenant in particular; the log of the process has it');
      for (const house of front.desks()) house.boundary.caught(what, shown);
    },
    close: () => front.close(),
  };
}

/** How a tenant is called on this machine; elsewhere its name comes before the host's. */
function tenantUrl(url: string, name: string): string {
  const { port } = new URL(url);
  return `http://${name}.localhost:${port}`;
}
