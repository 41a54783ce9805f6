// The goshawk command: finds the subcommand and turns errors into one clear message.
import { InputError } from '../domain/input-error.ts';

type Command = {
  readonly about: string;
  readonly load: () => Promise<(args: readonly string[]) => Promise<void>>;
};

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    about: 'start the desk: API, dashboard, engine, simulator (what ./run.sh does)',
    load: async () => (await import('./serve.ts')).serveCommand,
  },
  replay: {
    about: 'send a file of transactions through the engine and measure it',
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  sql: {
    about: 'ask the database of a desk, running or not',
    load: async () => (await import('./sql.ts')).sqlCommand,
  },
  evaluate: {
    about: 'train and test on a labelled file, in time order',
    load: async () => (await import('./evaluate.ts')).evaluateCommand,
  },
};

function overview(): string {
  const rows = Object.entries(COMMANDS).map(([name, command]) => `  ${name.padEnd(10)} ${command.about}`);
  return ['Usage: ./goshawk COMMAND [options]', '', ...rows, '', 'Every command has --help.'].join('\n');
}

const [name, ...args] = process.argv.slice(2);
if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
  console.log(overview());
} else if (!Object.hasOwn(COMMANDS, name)) {
  console.error(`goshawk: there is no command "${name}".\n\n${overview()}`);
  process.exitCode = 2;
} else {
  try {
    const run = await COMMANDS[name].load();
    await run(args);
  } catch (error) {
    console.error(error instanceof InputError ? `goshawk: ${error.message}` : error);
    process.exitCode = 1;
  }
}
