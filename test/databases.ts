// The two kinds of databases that suites run on: PGlite in the process, and a real PostgreSQL server; each suite has one of its own.
import { join } from 'node:path';
import { after } from 'node:test';
import type { Kysely } from 'kysely';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { kyselyOver } from '../src/adapters/sql/kysely-session.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import type { Tables } from '../src/adapters/sql/schema.ts';
import type { SqlSession } from '../src/adapters/sql/session.ts';
import { freePort } from '../src/stack/free-port.ts';
import { startPostgresServer } from '../src/stack/postgres.ts';
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

  return { server, urlOf, pglite, postgres, onBoth };
}
