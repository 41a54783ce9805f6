// Opening the web server to the outside: what every command that serves the dashboard does alike.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { InputError } from '../domain/input-error.ts';
import type { App } from '../server/app.ts';
import { isLoopback } from '../server/edge/guard.ts';
import { type Targets, webhookTargets } from '../server/notifications/webhook-targets.ts';
import type { Options } from './options.ts';

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(version);
}

/** What every command that serves the dashboard says of who may come in. */
export const HOST_SPECS = {
  host: {
    type: 'string',
    value: 'H',
    default: '127.0.0.1',
    help: 'address to listen on; beyond this machine everybody must sign in',
  },
  'behind-proxy': {
    type: 'string',
    value: 'N',
    bare: '1',
    help: 'N proxies in a row (1 where N is not said), or their addresses and ranges, say in X-Forwarded-For and -Proto where a request comes from',
  },
  'allow-webhook-targets': {
    type: 'string',
    value: 'LIST',
    help: 'names, addresses and ranges inside that webhooks may go to, by http too (or ALLOW_WEBHOOK_TARGETS)',
  },
} as const;

/** Where webhooks may go, by the option or the environment. Throws InputError. */
export const targetsOf = (options: Options): Targets =>
  webhookTargets(options.text('allow-webhook-targets') ?? process.env.ALLOW_WEBHOOK_TARGETS);

export const loginRequired = (host: string): boolean => !isLoopback(host);

/** Tells how the first administrator comes in, as long as there is none. */
export async function sayFirstLink(app: App, url: string, say: (text: string) => void): Promise<void> {
  const path = await app.firstLink();
  if (path === undefined) return;
  const named = url.replace('//0.0.0.0', '//localhost').replace('//[::]', '//localhost');
  say(
    (await app.signInNeeded())
      ? `Nobody can administer this desk yet. This link makes the first administrator, once, within 24 hours: ${named}${path}`
      : `Open to everybody at this machine until somebody has an account. First administrator: ${named}${path}`,
  );
}

export type Listener = {
  listen(at: { readonly port: number; readonly host: string }): Promise<unknown>;
  address(): AddressInfo | string | null;
};

export const listenerOf = ({ server }: App): Listener => ({
  listen: (at) => server.listen(at),
  address: () => server.server.address(),
});

/** Starts listening; gives the address to open. Throws InputError where the port or the host cannot be had. */
export async function listen(listener: Listener, host: string, port: number): Promise<string> {
  try {
    await listener.listen({ port, host });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new InputError(`Port ${port} on ${host} is in use. Choose another: ./run.sh --port ${port + 1}`);
    }
    if (code === 'EACCES') {
      throw new InputError(`Port ${port} may not be used by this account. Choose one above 1023.`);
    }
    if (code === 'EADDRNOTAVAIL') throw new InputError(`${host} is not an address of this machine.`);
    throw error;
  }
  const address = listener.address();
  const listening = typeof address === 'object' && address ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${listening}`;
}
