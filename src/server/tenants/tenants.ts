// Several tenants behind one port. Each has a whole desk of its own (data folder, database, engine, accounts, keys); nothing but
// the port is shared, so nothing of one can be reached from another. The first part of the host name says which is meant. A desk
// that fails is closed, says so, and is opened again; the others go on.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keepOpen, type Opening } from './keep-open.ts';
import { tenantDoor } from './tenant-door.ts';
import type { Place, TenantDesk } from './tenant-place.ts';

export const TENANT_NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;

type At = { readonly port: number; readonly host: string };

export type TenantServer<Desk extends TenantDesk> = {
  listen(at: At): Promise<void>;
  /** From here on `onOpen` is told; resolves when it was of those that are open now. */
  begin(): Promise<void>;
  address(): AddressInfo | string | null;
  /** Those that are open now. */
  desks(): readonly Desk[];
  close(): Promise<void>;
};

const listening = (server: Server, { port, host }: At): Promise<void> =>
  new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      done();
    });
  });

async function shut(server: Server): Promise<void> {
  if (!server.listening) return;
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}

/** Opens all desks; those that cannot be opened are tried again while the others work. Rejects when none can. */
export async function serveTenants<Desk extends TenantDesk>({
  names,
  behindProxy,
  ...opening
}: Opening<Desk> & { readonly names: readonly string[]; readonly behindProxy: boolean }): Promise<
  TenantServer<Desk>
> {
  const places = new Map<string, Place<Desk>>();
  const stopping = new AbortController();
  const stopped = new Promise<undefined>((done) =>
    stopping.signal.addEventListener('abort', () => done(undefined)),
  );
  const begun = Promise.withResolvers<void>();
  const told: Promise<void>[] = [];
  const opened = (one: Promise<void>): void => {
    if (told.length < names.length) told.push(one);
  };
  const keeping = { opening, places, begun: begun.promise, opened, stopping: stopping.signal, stopped };
  const server = tenantDoor((name) => places.get(name), behindProxy);

  const kept: Promise<void>[] = [];
  const failed: Error[] = [];
  // One after the other: each trains its first model on all cores.
  for (const name of names) {
    const first = Promise.withResolvers<Error | undefined>();
    kept.push(keepOpen(name, keeping, first.resolve));
    const error = await first.promise;
    if (error) failed.push(error);
  }
  const close = async (): Promise<void> => {
    stopping.abort();
    await shut(server);
    await Promise.all(kept);
  };
  if (failed.length === names.length) {
    await close();
    throw failed[0];
  }
  return {
    listen: (at) => listening(server, at),
    async begin() {
      begun.resolve();
      await Promise.allSettled(told.splice(0));
    },
    address: () => server.address(),
    desks: () => [...places.values()].flatMap((place) => (place.kind === 'open' ? [place.desk] : [])),
    close,
  };
}
