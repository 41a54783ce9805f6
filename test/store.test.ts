// One contract, two databases: PGlite in the process, and a real PostgreSQL server.
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { kyselyOver } from '../src/adapters/sql/kysely-session.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import { createSqlStore } from '../src/adapters/sql/store.ts';
import { freePort } from '../src/stack/free-port.ts';
import { startPostgresServer } from '../src/stack/postgres.ts';
import { storeContract } from './contracts/store.ts';
import { makeFolder } from './desk-process.ts';

const folder = makeFolder();
// The server runs under another account when this is root; it must be able to enter.
chmodSync(folder.path, 0o711);
const server = await startPostgresServer({
  folder: join(folder.path, 'postgres'),
  port: await freePort(),
  logFile: join(folder.path, 'postgres.log'),
});
after(async () => {
  await server.stop();
  folder.remove();
});

storeContract('PGlite', async () => {
  const session = openEmbeddedDatabase(join(folder.path, 'pglite'), (error) => {
    throw error;
  });
  const db = kyselyOver(session);
  await migrate(db, 'embedded');
  return { store: createSqlStore(session, db), close: () => session.close() };
});

storeContract('PostgreSQL', async () => {
  const { session, db } = await openPostgres({ url: server.url });
  await migrate(db, 'embedded');
  return { store: createSqlStore(session, db), close: () => session.close() };
});

test('a wrong address, password or database names the setting and shows no password', async () => {
  const cases: [string, RegExp][] = [
    [server.url.replace(/:[^:@/]+@/, ':wrong@'), /DATABASE_URL: .* does not accept this user and password/],
    [server.url.replace('frauddb', 'nothere'), /DATABASE_URL: there is no such database.*create it first/],
    ['postgres://u:secret@no.such.host.invalid/db', /DATABASE_URL: .* is not the address/],
  ];
  for (const [url, said] of cases) {
    await assert.rejects(openPostgres({ url, connectTimeoutMs: 3000 }), (error: Error) => {
      assert.match(error.message, said);
      assert.ok(!/wrong@|secret/.test(error.message));
      return true;
    });
  }
});

test('a statement that takes too long is ended', async () => {
  const { session } = await openPostgres({ url: server.url, statementTimeoutMs: 200 });
  await assert.rejects(session.query('select pg_sleep(5)', []), /statement timeout/);
  assert.deepEqual(await session.query('select 1 as one', []), [{ one: 1 }]);
  await session.close();
});
