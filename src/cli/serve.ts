// ./goshawk serve (what ./run.sh starts): the whole desk in one process, or one a tenant.
import { join } from 'node:path';
import { maskCardNumbers } from '../domain/card-number.ts';
import { MAX_AMOUNT_MINOR } from '../domain/codes.ts';
import { InputError } from '../domain/input-error.ts';
import { amountLimit, maxAmountMinor } from '../runtimes/amount-limit.ts';
import { oidcSettings } from '../server/access/oidc.ts';
import { mailSettings } from '../server/notifier.ts';
import { proxiesOf } from '../server/proxies.ts';
import { serveTenants, TENANT_NAME, type TenantServer } from '../server/tenants.ts';
import { PRESETS } from '../training/first-model.ts';
import { CARD_SPECS, cardModeOf } from './card-key.ts';
import {
  HOST_SPECS,
  listen,
  listenerOf,
  loginRequired,
  packageVersion,
  sayFirstLink,
  targetsOf,
} from './listen.ts';
import { type House, openHouse } from './open-house.ts';
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
  ...CARD_SPECS,
  'log-dir': { type: 'string', value: 'DIR', default: './logs', help: 'folder of producer.log' },
  'log-level': { type: 'string', default: 'warn', help: 'fatal | error | warn | info | debug' },
  help: { type: 'boolean', help: 'show this text' },
};

const MAX_TENANTS = 16;

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
  const settings = {
    rate: options.number('rate', 0.01, 20_000),
    seed: options.number('seed', 0, 2 ** 31),
    preset: presetOf(options.text('preset')),
    simulates: !options.flag('no-simulator'),
    retrainHours: options.number('retrain-hours', 0, 500),
    oidc: oidcSettings(process.env),
    mail: mailSettings(process.env),
    targets: targetsOf(options),
    proxies: proxiesOf(options.text('behind-proxy')),
    maxAmountMinor:
      options.text('max-amount-minor') === undefined
        ? maxAmountMinor(process.env)
        : amountLimit('--max-amount-minor', options.text('max-amount-minor')),
    cardMode: cardModeOf(options.text('card-numbers')),
    // Tenants share no key.
    cardKey: tenants ? undefined : process.env.CARD_TOKEN_KEY,
    logLevel: options.text('log-level') ?? 'warn',
    allowedHosts: new Set([host.toLowerCase()]),
    // Whoever calls a desk by a tenant's name has to be somebody there.
    loginRequired: loginRequired(host) || tenants !== undefined,
    onFailure: (error: Error) => stopping.resolve(error),
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stopping.resolve(undefined);
      // Whoever presses Ctrl-C again does not want to wait; what is committed stays committed.
      process.once(signal, () => process.exit(130));
    });
  }

  say(`Goshawk ${packageVersion()} · data in ${dataDir}`);
  const houses = new Map<string, House>();
  const closeAll = async (): Promise<void> => {
    for (const house of houses.values()) await house.close();
  };
  let front: TenantServer | undefined;
  let url: string;
  try {
    for (const name of tenants ?? ['']) {
      const house = await openHouse({
        ...settings,
        dataDir: name === '' ? dataDir : join(dataDir, 'tenants', name),
        producerLog: join(logDir, name, 'producer.log'),
        say: name === '' ? say : (text) => say(`${name}: ${text}`),
      });
      houses.set(name, house);
    }
    if (tenants) {
      front = await serveTenants(new Map([...houses].map(([name, { app }]) => [name, app])));
      url = await listen(front, host, port);
    } else {
      const [{ app }] = houses.values();
      url = await listen(listenerOf(app), host, port);
    }
  } catch (error) {
    await closeAll();
    throw error;
  }
  for (const [name, house] of houses) {
    await house.startSimulator();
    const own = name === '' ? url : tenantUrl(url, name);
    await sayFirstLink(house.app, own, name === '' ? say : (text) => say(`${name}: ${text}`));
    if (name !== '') say(`${name}: ${own}`);
  }
  say(`Ready: ${url}  (Ctrl-C stops)`);
  const failure = await stopping.promise;
  say(failure ? `Stopping: ${failure.message}` : 'Stopping …');
  await front?.close();
  await closeAll();
  if (failure) {
    console.error(
      `goshawk: ${maskCardNumbers(failure.message)}. What was accepted is in ${dataDir}; start again once this is mended.`,
    );
    process.exit(1);
  }
  say('Stopped. Everything is kept; the next start goes on from here.');
  process.exit(0);
}

/** How a tenant is called on this machine; elsewhere its name comes before the host's. */
function tenantUrl(url: string, name: string): string {
  const { port } = new URL(url);
  return `http://${name}.localhost:${port}`;
}
