// Several tenants behind one port. Each has a whole desk of its own (data folder, database, engine, accounts, keys); nothing but
// the port is shared, so nothing of one can be reached from another. The first part of the host name says which is meant. A desk
// that fails is closed, says so, and is opened again; the others go on.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Boundary, shownError } from '../ports/boundary.ts';
import { createRestartPolicy } from '../ports/restart-policy.ts';
import type { App } from './app.ts';
import { boundedServer } from './edge/connection-bounds.ts';

export const TENANT_NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;

/** A tenant's desk, open. */
export type TenantDesk = {
  readonly app: Pick<App, 'server'>;
  readonly boundary: Boundary;
  close(): Promise<void>;
};

export type TenantsOptions<Desk extends TenantDesk> = {
  readonly names: readonly string[];
  /** Opens a desk; `onFailure` hears when it can go on no longer. */
  readonly open: (name: string, onFailure: (error: Error) => void) => Promise<Desk>;
  /** Once begun, of every desk that is opened: at first and again. */
  readonly onOpen: (name: string, desk: Desk) => Promise<void>;
  readonly say: (name: string, text: string) => void;
  readonly behindProxy: boolean;
  /** Before a desk that failed is opened again; doubled while it keeps failing. */
  readonly firstPauseMs?: number;
};

export type TenantServer<Desk extends TenantDesk> = {
  listen(at: { readonly port: number; readonly host: string }): Promise<void>;
  /** From here on `onOpen` is told; resolves when it was of those that are open now. */
  begin(): Promise<void>;
  address(): AddressInfo | string | null;
  /** Those that are open now. */
  desks(): readonly Desk[];
  close(): Promise<void>;
};

type Place<Desk> =
  | { readonly kind: 'open'; readonly desk: Desk }
  | {
      readonly kind: 'closed';
      readonly why: string;
      readonly since: string;
      readonly retryAtMs: number | undefined;
    };

type Refusal = { readonly status: number; readonly detail: string; readonly retrySeconds?: number };

/** A desk that takes longer to close is not opened again: two must not work in one folder. */
const CLOSE_MS = 60_000;

/** The tenant that a request names: the first part of its host. */
export function tenantOf(host: string | undefined): string {
  return (host ?? '').replace(/:\d+$/, '').split('.')[0].toLowerCase();
}

/** Opens all desks; those that cannot be opened are tried again while the others work. Rejects when none can. */
export async function serveTenants<Desk extends TenantDesk>(
  options: TenantsOptions<Desk>,
): Promise<TenantServer<Desk>> {
  const { names, say } = options;
  const places = new Map<string, Place<Desk>>();
  const stopping = new AbortController();
  const stopped = new Promise<undefined>((done) =>
    stopping.signal.addEventListener('abort', () => done(undefined)),
  );
  const begun = Promise.withResolvers<void>();
  const opening: Promise<void>[] = [];

  function refusalOf(place: Place<Desk> | undefined): Refusal {
    if (place?.kind !== 'closed') {
      const detail =
        'No tenant has this name. A desk of several tenants is called as NAME.host, such as bank-a.localhost:8000.';
      return { status: 404, detail };
    }
    const again =
      place.retryAtMs === undefined ? 0 : Math.max(1, Math.ceil((place.retryAtMs - Date.now()) / 1000));
    const next =
      place.retryAtMs === undefined
        ? 'It is not opened again by itself.'
        : `It is opened again in ${again} s.`;
    return {
      status: 503,
      detail: `The desk of this tenant is closed since ${place.since}: ${place.why}. ${next} What was accepted is kept.`,
      ...(again > 0 && { retrySeconds: again }),
    };
  }

  /** Hands something to the tenant that is meant; what is thrown there is that tenant's, and ends this connection alone. */
  function handTo(
    request: IncomingMessage,
    hand: (desk: Desk) => void,
    refuse: (refusal: Refusal) => void,
  ): void {
    const place = places.get(tenantOf(request.headers.host));
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
        ({ status, detail, retrySeconds }) => {
          response.writeHead(status, {
            'content-type': 'application/problem+json',
            ...(retrySeconds !== undefined && { 'retry-after': String(retrySeconds) }),
          });
          const title = STATUS_CODES[status];
          response.end(JSON.stringify({ type: 'about:blank', title, status, detail }));
        },
      );
    },
    { behindProxy: options.behindProxy },
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    handTo(
      request,
      ({ app }) => app.server.server.emit('upgrade', request, socket, head),
      ({ status }) => socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n\r\n`),
    );
  });

  /** Keeps one tenant's desk open until all stop; `first` hears how its first opening went. */
  async function keepOpen(name: string, first: (error: Error | undefined) => void): Promise<void> {
    const policy = createRestartPolicy(options.firstPauseMs);
    while (!stopping.signal.aborted) {
      const startedMs = performance.now();
      const failure = Promise.withResolvers<Error>();
      let error: Error | undefined;
      let isClosed = true;
      try {
        const desk = await options.open(name, failure.resolve);
        await desk.app.server.ready();
        places.set(name, { kind: 'open', desk });
        first(undefined);
        const opened = begun.promise.then(() =>
          stopping.signal.aborted ? undefined : options.onOpen(name, desk),
        );
        opened.catch(failure.resolve);
        if (opening.length < names.length) opening.push(opened);
        error = await Promise.race([failure.promise, stopped]);
        places.set(name, closedPlace(error, undefined));
        isClosed = await within(desk.close(), CLOSE_MS);
      } catch (caught) {
        error = caught instanceof Error ? caught : new Error(shownError(caught));
        first(error);
      }
      if (stopping.signal.aborted || !error) return;
      if (!isClosed) {
        places.set(name, closedPlace(error, undefined));
        say(name, `the desk failed (${error.message}) and could not be closed; start the process again`);
        return;
      }
      const { pauseMs, isLoop, deaths } = policy.died(performance.now() - startedMs);
      places.set(name, closedPlace(error, Date.now() + pauseMs));
      const often = isLoop
        ? `, ${deaths} times in a row soon after it was opened; it needs somebody's look`
        : '';
      say(
        name,
        `the desk is closed: ${error.message}${often}. It is opened again in ${pauseMs / 1000} s; the other tenants go on`,
      );
      await Promise.race([stopped, new Promise((done) => setTimeout(done, pauseMs).unref())]);
    }
  }

  const closedPlace = (error: Error | undefined, retryAtMs: number | undefined): Place<Desk> => ({
    kind: 'closed',
    why: error ? shownError(error) : 'it is stopping',
    since: new Date().toISOString(),
    retryAtMs,
  });

  const kept: Promise<void>[] = [];
  const failed: Error[] = [];
  // One after the other: each trains its first model on all cores.
  for (const name of names) {
    const first = Promise.withResolvers<Error | undefined>();
    kept.push(keepOpen(name, first.resolve));
    const error = await first.promise;
    if (error) failed.push(error);
  }
  const close = async (): Promise<void> => {
    stopping.abort();
    if (server.listening) {
      const done = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await done;
    }
    await Promise.all(kept);
  };
  if (failed.length === names.length) {
    await close();
    throw failed[0];
  }
  return {
    async listen({ port, host }) {
      await new Promise<void>((done, fail) => {
        server.once('error', fail);
        server.listen(port, host, () => {
          server.off('error', fail);
          done();
        });
      });
    },
    async begin() {
      begun.resolve();
      await Promise.allSettled(opening.splice(0));
    },
    address: () => server.address(),
    desks: () => [...places.values()].flatMap((place) => (place.kind === 'open' ? [place.desk] : [])),
    close,
  };
}

/** Whether it was done in time; a closing that fails is done, too. */
async function within(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(false), ms);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}
