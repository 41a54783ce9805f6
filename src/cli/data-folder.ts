// The database of a data folder, whether a desk runs on it or not.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../adapters/embedded/database.ts';
import { lockFolder } from '../adapters/embedded/folder-lock.ts';
import { kyselyOver } from '../adapters/sql/kysely-session.ts';
import { migrate } from '../adapters/sql/migrations.ts';
import { createOffice } from '../adapters/sql/office.ts';
import { InputError } from '../domain/input-error.ts';
import type { Office } from '../ports/office/office.ts';
import { askAdmin } from '../runtimes/admin-socket.ts';

export type DataFolder = {
  /** One statement, which can change nothing. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
};

/** Asks the running desk; where none runs, opens the folder until `close`. Throws InputError where there is none. */
export function openDataFolder(dataDir: string): DataFolder {
  let own: DataFolder | undefined;
  return {
    async query(sql) {
      if (!own) {
        const running = await askAdmin(dataDir, { sql });
        if (running) return running;
        own = openFolder(dataDir);
      }
      return own.query(sql);
    },
    async close() {
      await own?.close();
    },
  };
}

/** A folder on which no desk runs, until `close`. */
export function openFolder(dataDir: string): DataFolder & { office(): Promise<Office> } {
  if (!existsSync(join(dataDir, 'database'))) {
    throw new InputError(`There is no desk in ${dataDir}: start one with ./run.sh`);
  }
  const unlock = lockFolder(dataDir);
  const database = openEmbeddedDatabase(join(dataDir, 'database'), () => undefined);
  return {
    query: async (sql) => (await database.read(sql)) as Record<string, unknown>[],
    async office() {
      await migrate(kyselyOver(database), 'embedded');
      return createOffice(database);
    },
    async close() {
      await database.close();
      unlock();
    },
  };
}
