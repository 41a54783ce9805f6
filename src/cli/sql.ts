// ./goshawk sql: asks the database, also while the desk runs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../adapters/embedded/database.ts';
import { lockFolder } from '../adapters/embedded/folder-lock.ts';
import { InputError } from '../domain/input-error.ts';
import { askAdmin } from '../runtimes/admin-socket.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  'data-dir': { type: 'string', value: 'DIR', default: './var', help: 'data folder' },
  json: { type: 'boolean', help: 'print JSON' },
  help: { type: 'boolean', help: 'show this text' },
};

async function ask(dataDir: string, sql: string): Promise<Record<string, unknown>[]> {
  const running = await askAdmin(dataDir, sql);
  if (running) return running;
  if (!existsSync(join(dataDir, 'database')))
    throw new InputError(`There is no desk in ${dataDir}: start one with ./run.sh`);
  const unlock = lockFolder(dataDir);
  const database = openEmbeddedDatabase(join(dataDir, 'database'), () => undefined);
  try {
    return (await database.query(sql, [])) as Record<string, unknown>[];
  } finally {
    await database.close();
    unlock();
  }
}

export async function sqlCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('sql', args, SPECS);
  const [sql] = options.positionals;
  if (options.flag('help') || sql === undefined) {
    console.log(
      helpText('./goshawk sql "SELECT …" [options]', 'Asks the database of a desk, running or not.', SPECS),
    );
    if (sql === undefined && !options.flag('help')) process.exitCode = 2;
    return;
  }
  let rows: Record<string, unknown>[];
  try {
    rows = await ask(options.text('data-dir') ?? './var', sql);
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(`SQL: ${(error as Error).message}`);
  }
  if (options.flag('json')) {
    console.log(JSON.stringify(rows));
    return;
  }
  if (rows.length === 0) {
    console.log('(no rows)');
    return;
  }
  const columns = Object.keys(rows[0]);
  console.log(columns.join('\t'));
  for (const row of rows) console.log(columns.map((column) => cell(row[column])).join('\t'));
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
