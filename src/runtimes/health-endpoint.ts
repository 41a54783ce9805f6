// A port that says whether a process is well, for those that serve nothing else (workers, sinks, the simulator): what a container
// engine or Kubernetes asks. It answers from the event loop that does the work, so that one that stands still does not answer.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError } from '../domain/input-error.ts';

export type Health = { readonly ready: boolean; readonly text: string };

export type HealthEndpoint = { readonly port: number; close(): Promise<void> };

const REQUEST_MS = 5000;
const MOST_CONNECTIONS = 32;

/** HEALTH_PORT of an environment: undefined where none is said. Throws InputError. */
export function healthPort(env: NodeJS.ProcessEnv): number | undefined {
  const { HEALTH_PORT: given } = env;
  if (given === undefined || given === '') return undefined;
  const port = Number(given);
  if (!/^\d{1,5}$/.test(given) || port < 1 || port > 65_535)
    throw new InputError(`HEALTH_PORT is "${given}"; it must be a port from 1 to 65535.`);
  return port;
}

/** `/healthz` answers 200 as long as the process turns; `/readyz` 200 where `health` says so, else 503 with its text. */
export async function startHealthEndpoint(port: number, health: () => Health): Promise<HealthEndpoint> {
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => {
      const answer = (status: number, text: string): void => {
        response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
        response.end(`${text}\n`);
      };
      const path = request.url?.split('?')[0];
      const { ready, text } = health();
      if (path === '/healthz') answer(200, 'alive');
      else if (path === '/readyz') answer(ready ? 200 : 503, text);
      else answer(404, 'Ask /healthz or /readyz.');
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new InputError(`HEALTH_PORT ${port} is in use: give each process on a machine one of its own.`)
          : error,
      ),
    );
    server.listen(port, resolve);
  });
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
