// Several tenants behind one port. Each has a whole desk of its own (data folder, database, engine, accounts, keys); nothing but
// the port is shared, so nothing of one can be reached from another. The first part of the host name says which is meant.
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { App } from './app.ts';
import { answerUnread } from './unread-requests.ts';

export const TENANT_NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;

export type TenantServer = {
  listen(at: { readonly port: number; readonly host: string }): Promise<void>;
  address(): AddressInfo | string | null;
  close(): Promise<void>;
};

/** The tenant that a request names: the first part of its host. */
export function tenantOf(host: string | undefined): string {
  return (host ?? '').replace(/:\d+$/, '').split('.')[0].toLowerCase();
}

export async function serveTenants(apps: ReadonlyMap<string, App>): Promise<TenantServer> {
  await Promise.all([...apps.values()].map(({ server }) => server.ready()));
  const appOf = (request: IncomingMessage): App | undefined => apps.get(tenantOf(request.headers.host));
  const server = createServer((request, response) => {
    const app = appOf(request);
    if (app) {
      app.server.server.emit('request', request, response);
      return;
    }
    const status = 404;
    const detail =
      'No tenant has this name. A desk of several tenants is called as NAME.host, such as bank-a.localhost:8000.';
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail }));
  });
  server.on('clientError', answerUnread);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const app = appOf(request);
    if (app) app.server.server.emit('upgrade', request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
  });
  return {
    listen: ({ port, host }) =>
      new Promise((done, failed) => {
        server.once('error', failed);
        server.listen(port, host, done);
      }),
    address: () => server.address(),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
