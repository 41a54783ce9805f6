// ./goshawk sql: asks the database, also while the desk runs.
import { InputError } from '../domain/input-error.ts';
import { openDataFolder } from './data-folder.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';
import { table } from './table.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  'data-dir': { type: 'string', value: 'DIR', default: './var', help: 'data folder' },
  json: { type: 'boolean', help: 'print JSON' },
  help: { type: 'boolean', help: 'show this text' },
};

async function ask(dataDir: string, sql: string): Promise<Record<string, unknown>[]> {
  const folder = openDataFolder(dataDir);
  try {
    return await folder.query(sql);
  } finally {
    await folder.close();
  }
}

export async function sqlCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('sql', args, SPECS);
  const [sql] = options.positionals;
  if (options.flag('help') || sql === undefined) {
    console.log(
      helpText(
        './goshawk sql "SELECT …" [options]',
        'Asks the database of a desk, running or not. It changes nothing.',
        SPECS,
      ),
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
  console.log(table(rows));
}
