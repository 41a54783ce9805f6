// The two kinds of databases that suites run on: PGlite in the process, and a real PostgreSQL server; each suite has one of its own.
import { join } from 'node:path';
import { after } from 'node:test';
import type { Kysely } from 'kysely';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { createSinkStore } from '../src/adapters/postgres/sink-store.ts';
import { kyselyOver } from '../src/adapters/sql/kysely-session.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import type { Tables } from '../src/adapters/sql/schema.ts';
import type { SqlSession } from '../src/adapters/sql/session.ts';
import { createSqlStore } from '../src/adapters/sql/store.ts';
import { freePort } from '../src/stack/free-port.ts';
import { startPostgresServer } from '../src/stack/postgres.ts';
import type { OfficeWorld } from './contracts/office-world.ts';
import { collectedOf } from './contracts/sink-store.ts';
import { makeFolder } from './desk-process.ts';

/** Starts a server, which ends with the tests of the file. */
export async function startDatabases() {
  const folder = makeFolder();
  const server = await startPostgresServer({
    folder: join(folder.path, 'postgres'),
    port: await freePort(),
    logFile: join(folder.path, 'postgres.log'),
  });
  after(async () => {
    await server.stop();
    folder.remove();
  });

  const urlOf = (name: string): string => server.url.replace('frauddb', name);

  function pglite(name: string) {
    const session = openEmbeddedDatabase(join(folder.path, `pglite-${name}`), (error) => {
      throw error;
    });
    return { session, db: kyselyOver(session) };
  }

  async function postgres(name: string) {
    const { session: root } = await openPostgres({ url: server.url });
    await root.query(`create database ${name}`, []);
    await root.close();
    return openPostgres({ url: urlOf(name) });
  }

  /** Runs a suite against both; `kind` is the schema that the server's database has. */
  function onBoth<World>(
    contract: (name: string, open: () => Promise<World>) => void,
    name: string,
    kind: 'embedded' | 'server',
    worldOf: (session: SqlSession, db: Kysely<Tables>) => World | Promise<World>,
  ): void {
    contract('PGlite', async () => {
      const { session, db } = pglite(name);
      await migrate(db, 'embedded');
      return worldOf(session, db);
    });
    contract('PostgreSQL', async () => {
      const { session, db } = await postgres(name);
      await migrate(db, kind);
      return worldOf(session, db);
    });
  }

  /** Runs suites of what people work with: in the process decisions come as a desk commits them, on the server as a sink stores them. */
  function onBothOffices(
    contract: (name: string, open: () => Promise<OfficeWorld>) => void,
    database: string,
  ): void {
    contract('PGlite, as a desk commits', async () => {
      const { session, db } = pglite(database);
      await migrate(db, 'embedded');
      const store = createSqlStore(session, db);
      let offset = 0;
      return {
        session,
        async commit(decided, labelled = []) {
          const firstOffset = offset;
          offset += decided.length + labelled.length;
          await store.commit({
            partition: 0,
            firstOffset,
            nextOffset: offset,
            decided,
            labelled,
            observed: [],
            quarantined: [],
            results: [],
          });
        },
        close: () => session.close(),
      };
    });
    contract('PostgreSQL, as a sink stores', async () => {
      const { session, db, pool } = await postgres(database);
      await migrate(db, 'server');
      const sink = createSinkStore(pool);
      let before = await sink.progress('decisions', 0);
      return {
        session,
        async commit(decided, labelled = []) {
          const nextOffset = before.nextOffset + 1 + decided.length + labelled.length;
          const after = { nextOffset, sourceOffset: nextOffset };
          const collected = collectedOf(sink, 0, decided);
          for (const item of labelled) collected.labelled(item);
          await sink.store([{ output: 'decisions', partition: 0, before, after, collected }]);
          before = after;
        },
        close: () => session.close(),
      };
    });
  }

  return { server, urlOf, postgres, onBoth, onBothOffices };
}
