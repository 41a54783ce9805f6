// The goshawk command: finds the subcommand and turns errors into one clear message.
import { inspect } from 'node:util';
import { maskCardNumbers } from '../domain/card-number.ts';
import { InputError } from '../domain/input-error.ts';
import { endAsFirstProcess, USAGE_EXIT_CODE } from './last-resort.ts';

type Command = {
  readonly about: string;
  /** Something keeps it running (run.sh, stack, a container): its exit code says whether another start would help. */
  readonly isKept?: boolean;
  readonly load: () => Promise<(args: readonly string[]) => Promise<void>>;
};

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    about: 'start the desk: API, dashboard, engine, simulator (what ./run.sh does)',
    isKept: true,
    load: async () => (await import('./serve.ts')).serveCommand,
  },
  replay: {
    about: 'send a file of transactions through the engine and measure it',
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  import: {
    about: 'bring files of a bank’s past to a running desk: what is in them, a trial, the import',
    load: async () => (await import('./import.ts')).importCommand,
  },
  sql: {
    about: 'ask the database of a desk, running or not',
    load: async () => (await import('./sql.ts')).sqlCommand,
  },
  'dead-letters': {
    about: 'what could not be used, and what is in quarantine: list, show, retry, discard',
    load: async () => (await import('./dead-letters.ts')).deadLettersCommand,
  },
  rates: {
    about: 'exchange rates of a desk: show, import',
    load: async () => (await import('./rates.ts')).ratesCommand,
  },
  catalogue: {
    about: 'own fields, entities and features of a desk: show, check, diff, apply, export',
    load: async () => (await import('./catalogue.ts')).catalogueCommand,
  },
  erase: {
    about: 'erase a person at a desk: what would go (--dry-run), erase, list, show',
    load: async () => (await import('./erase.ts')).eraseCommand,
  },
  people: {
    about: 'accounts, by whoever has the machine: people list, people make-administrator NAME',
    load: async () => (await import('./people.ts')).peopleCommand,
  },
  audit: {
    about: 'prove that the audit trail is what was written (audit verify)',
    load: async () => (await import('./audit.ts')).auditCommand,
  },
  evaluate: {
    about: 'train and test on a labelled file, in time order',
    load: async () => (await import('./evaluate.ts')).evaluateCommand,
  },
  train: {
    about: 'train a model on a labelled file, or on a table of past transactions (spark backfill)',
    load: async () => (await import('./train.ts')).trainCommand,
  },
  retrain: {
    about: 'have a running desk train a candidate from what it decided',
    load: async () => (await import('./retrain.ts')).retrainCommand,
  },
  model: {
    about: 'models as files: import from XGBoost, LightGBM, ONNX; export to ONNX; show; file',
    load: async () => (await import('./model-commands.ts')).modelCommand,
  },
  worker: {
    about: 'distributed: decide the transactions of a share of the stream',
    isKept: true,
    load: async () => (await import('./stream-commands.ts')).workerCommand,
  },
  sink: {
    about: 'distributed: store what workers decided in PostgreSQL',
    isKept: true,
    load: async () => (await import('./stream-commands.ts')).sinkCommand,
  },
  server: {
    about: 'distributed: API, live feed and dashboard',
    isKept: true,
    load: async () => (await import('./stream-commands.ts')).serverCommand,
  },
  simulate: {
    about: 'distributed: write simulated transactions to the stream',
    isKept: true,
    load: async () => (await import('./stream-commands.ts')).simulateCommand,
  },
  'prepare-stream': {
    about: 'distributed: make topics, tables and the first model',
    load: async () => (await import('./stream-commands.ts')).prepareStreamCommand,
  },
  'rebuild-state': {
    about: 'distributed: build the state in Redis again from what was decided',
    load: async () => (await import('./stream-commands.ts')).rebuildStateCommand,
  },
  spark: {
    about:
      'distributed: the engine inside Apache Spark (spark stream), a history as Parquet (spark backfill)',
    load: async () => (await import('./spark-commands.ts')).sparkCommand,
  },
  'spark-engine': {
    about: 'the engine of a Spark executor; started by the job',
    load: async () => (await import('./spark-commands.ts')).sparkEngineCommand,
  },
  'spark-step': {
    about: 'a step of a backfill; started by Spark',
    load: async () => (await import('./spark-step-command.ts')).sparkStepCommand,
  },
  health: {
    about: 'whether a process on this machine is ready, as an exit code (what containers ask)',
    load: async () => (await import('./health.ts')).healthCommand,
  },
  keep: {
    about: 'start a command and start it again when it dies (what ./run.sh does with serve)',
    isKept: true,
    load: async () => (await import('./keep.ts')).keepCommand,
  },
  stack: {
    about: 'distributed, all on this machine (what ./run.sh --stack does)',
    isKept: true,
    load: async () => (await import('./stack.ts')).stackCommand,
  },
};

function overview(): string {
  const rows = Object.entries(COMMANDS).map(([name, command]) => `  ${name.padEnd(14)} ${command.about}`);
  return [
    'Usage: ./goshawk COMMAND [options]',
    '',
    ...rows,
    '',
    'Every command has --help. ./goshawk --version says what this is and which forms it writes.',
  ].join('\n');
}

endAsFirstProcess();
const [name, ...args] = process.argv.slice(2);
if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
  console.log(overview());
} else if (name === '--version' || name === '-v' || name === 'version') {
  const [{ versionText }, { packageVersion }, { API_VERSION, PROTOCOL_VERSION }] = await Promise.all([
    import('../runtimes/version.ts'),
    import('./listen.ts'),
    import('../protocol/version.ts'),
  ]);
  console.log(versionText(packageVersion(), { API: API_VERSION, 'live feed': String(PROTOCOL_VERSION) }));
} else if (!Object.hasOwn(COMMANDS, name)) {
  console.error(`goshawk: there is no command "${name}".\n\n${overview()}`);
  process.exitCode = USAGE_EXIT_CODE;
} else {
  try {
    const run = await COMMANDS[name].load();
    await run(args);
  } catch (error) {
    console.error(
      maskCardNumbers(error instanceof InputError ? `goshawk: ${error.message}` : inspect(error)),
    );
    // Whoever keeps it running waits for its end, whatever is still open in it.
    if (COMMANDS[name].isKept) process.exit(error instanceof InputError ? USAGE_EXIT_CODE : 1);
    process.exitCode = 1;
  }
}
