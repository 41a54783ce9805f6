// ./goshawk people list | make-administrator NAME: accounts, by whoever has the machine; of a desk that runs or not, or of a
// server's database.
import { userInfo } from 'node:os';
import { openPostgres } from '../adapters/postgres/session.ts';
import { createOffice } from '../adapters/sql/office.ts';
import { InputError } from '../domain/input-error.ts';
import { systemClock } from '../ports/clock.ts';
import { askAdmin } from '../runtimes/admin-socket.ts';
import { type PeopleCommand, runPeopleCommand } from '../runtimes/people-at-machine.ts';
import { openFolder } from './data-folder.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';
import { table } from './table.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  'data-dir': { type: 'string', value: 'DIR', default: './var', help: 'data folder of a desk' },
  database: { type: 'boolean', help: 'the PostgreSQL of DATABASE_URL instead' },
  help: { type: 'boolean', help: 'show this text' },
};
const ABOUT =
  'list: everybody who has an account. make-administrator NAME: makes the account NAME an administrator’s, or makes it where it is\n' +
  'not there, lets it in again where it was shut out, and prints a link that sets its password, once, within three days.\n' +
  'For a desk that nobody can administer any more; the audit trail says who did it.';

/** PostgreSQL's codes for a table, a column and a function that are not there. */
const NOT_THERE = new Set(['42P01', '42703', '42883']);

type Answer = readonly Readonly<Record<string, unknown>>[];

function commandOf(positionals: readonly string[]): PeopleCommand | undefined {
  const [action, id, ...more] = positionals;
  if (action === 'list' && id === undefined) return { action };
  if (action === 'make-administrator' && id !== undefined && more.length === 0) {
    return { action, id, by: userInfo().username };
  }
  return undefined;
}

async function inDatabase(command: PeopleCommand): Promise<Answer> {
  const url = process.env.DATABASE_URL;
  if (!url)
    throw new InputError('DATABASE_URL is not set; it names the PostgreSQL whose accounts are meant.');
  const { session } = await openPostgres({ url });
  try {
    return await runPeopleCommand(createOffice(session), systemClock, command);
  } catch (error) {
    if (!NOT_THERE.has((error as { code?: string }).code ?? '')) throw error;
    throw new InputError(
      'The database of DATABASE_URL was not made by this version of Goshawk. Start its server first, which brings it up to date.',
    );
  } finally {
    await session.close();
  }
}

async function inFolder(dataDir: string, command: PeopleCommand): Promise<Answer> {
  const running = await askAdmin(dataDir, { people: command }).catch((error: Error) => {
    throw new InputError(error.message);
  });
  if (running) return running;
  const folder = openFolder(dataDir);
  try {
    return await runPeopleCommand(await folder.office(), systemClock, command);
  } finally {
    await folder.close();
  }
}

export async function peopleCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('people', args, SPECS);
  const command = commandOf(options.positionals);
  if (options.flag('help') || !command) {
    console.log(helpText('./goshawk people list | make-administrator NAME [options]', ABOUT, SPECS));
    if (!options.flag('help')) process.exitCode = 2;
    return;
  }
  const rows = options.flag('database')
    ? await inDatabase(command)
    : await inFolder(options.text('data-dir') ?? './var', command);
  console.log(table(rows));
  if (command.action === 'make-administrator') {
    console.log(
      'Open the link at the address of the desk, such as http://127.0.0.1:8000, to set the password.',
    );
  }
}
