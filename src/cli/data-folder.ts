// The database of a data folder, whether a desk runs on it or not.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../adapters/embedded/database.ts';
import { lockFolder } from '../adapters/embedded/folder-lock.ts';
import { InputError } from '../domain/input-error.ts';
import { askAdmin } from '../runtimes/admin-socket.ts';

export type DataFolder = {
  query(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
};

/** Asks the running desk; where none runs, opens the folder until `close`. Throws InputError where there is none. */
export function openDataFolder(dataDir: string): DataFolder {
  let own: DataFolder | undefined;
  return {
    async query(sql) {
      if (!own) {
        const running = await askAdmin(dataDir, sql);
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

function openFolder(dataDir: string): DataFolder {
  if (!existsSync(join(dataDir, 'database'))) {
    throw new InputError(`There is no desk in ${dataDir}: start one with ./run.sh`);
  }
  const unlock = lockFolder(dataDir);
  const database = openEmbeddedDatabase(join(dataDir, 'database'), () => undefined);
  return {
    query: async (sql) => (await database.query(sql, [])) as Record<string, unknown>[],
    async close() {
      await database.close();
      unlock();
    },
  };
}
