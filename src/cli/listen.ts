// Opening the web server to the outside: what every command that serves the dashboard does alike.
import { readFileSync } from 'node:fs';
import { InputError } from '../domain/input-error.ts';
import type { buildApp } from '../server/app.ts';
import { isLoopback } from '../server/guard.ts';

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(version);
}

/** Throws InputError for an address that others can reach, unless that is wanted. */
export function refuseOpenHost(host: string, insecure: boolean): void {
  if (isLoopback(host) || insecure) return;
  throw new InputError(
    `--host ${host} would open the desk to others, and there is no login yet. Leave --host away, put a proxy with ` +
      'a login in front, or say --insecure-no-login if you know who can reach this address.',
  );
}

/** Starts listening; gives the address to open. Throws InputError where the port or the host cannot be had. */
export async function listen(
  app: Awaited<ReturnType<typeof buildApp>>,
  host: string,
  port: number,
): Promise<string> {
  try {
    await app.server.listen({ port, host });
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
  const address = app.server.server.address();
  const listening = typeof address === 'object' && address ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${listening}`;
}
