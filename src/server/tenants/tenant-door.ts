// The port that tenants share: hands each connection to the desk that its host names.
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { boundedServer } from '../edge/connection-bounds.ts';
import { type Place, type Refusal, refusalOf, type TenantDesk } from './tenant-place.ts';

/** The tenant that a request names: the first part of its host. */
const tenantOf = (host: string | undefined): string =>
  (host ?? '').replace(/:\d+$/, '').split('.')[0].toLowerCase();

function answerRefusal(response: ServerResponse, { status, detail, retrySeconds }: Refusal): void {
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    ...(retrySeconds !== undefined && { 'retry-after': String(retrySeconds) }),
  });
  const title = STATUS_CODES[status];
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail }));
}

export function tenantDoor<Desk extends TenantDesk>(
  placeOf: (name: string) => Place<Desk> | undefined,
  behindProxy: boolean,
): Server {
  /** Hands something to the tenant that is meant; what is thrown there is that tenant's, and ends this connection alone. */
  function handTo(
    request: IncomingMessage,
    hand: (desk: Desk) => void,
    refuse: (refusal: Refusal) => void,
  ): void {
    const place = placeOf(tenantOf(request.headers.host));
    if (place?.kind !== 'open') {
      refuse(refusalOf(place));
      return;
    }
    const { desk } = place;
    desk.boundary.own(
      desk.boundary.guarded(
        'a connection',
        () => hand(desk),
        () => request.socket.destroy(),
      ),
    );
  }

  const server = boundedServer(
    (request: IncomingMessage, response: ServerResponse) => {
      handTo(
        request,
        ({ app }) => app.server.server.emit('request', request, response),
        (refusal) => answerRefusal(response, refusal),
      );
    },
    { behindProxy },
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    handTo(
      request,
      ({ app }) => app.server.server.emit('upgrade', request, socket, head),
      ({ status }) => socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n\r\n`),
    );
  });
  return server;
}
