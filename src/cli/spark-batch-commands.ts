// ./goshawk spark backfill.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { loadMapping } from '../adapters/files/mapping.ts';
import { loadModelFile } from '../adapters/files/model-file.ts';
import { openEvents } from '../adapters/files/read-events.ts';
import { openTransactions } from '../adapters/files/read-transactions.ts';
import { openKafkaClient } from '../adapters/kafka/client.ts';
import { endOffsets, firstOffsets, offsetsSince } from '../adapters/kafka/offsets.ts';
import { shippedMoney } from '../domain/base-amount.ts';
import { InputError } from '../domain/input-error.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { documentText } from '../features/checked-catalogue.ts';
import { createScorer } from '../models/model.ts';
import { eventsPartName, MAX_PARTS, topicPartName } from '../runtimes/backfill-read.ts';
import { localTimeAsked, TIME_ZONE_SPEC } from '../runtimes/local-time.ts';
import { baseCurrencyAsked } from '../runtimes/money-in-service.ts';
import { kafkaNames } from '../runtimes/stream-settings.ts';
import { engineCommand, localSparkCommand } from '../stack/spark.ts';
import { MONEY_SPECS, moneyOf } from './money-options.ts';
import { helpText, type OptionSpec, type Options, readOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { catalogueAsked } from './spark-catalogue.ts';
import { sparkLines } from './spark-lines.ts';
import { boundsNow } from './spark-step-command.ts';

const DAY_MS = 86_400_000;
const PLACES_PER_CORE = 2;
const HELP: OptionSpec = { type: 'boolean', help: 'show this text' };
const BACKFILL: Readonly<Record<string, OptionSpec>> = {
  output: { type: 'string', value: 'DIR', help: 'folder of the table (Parquet); must not be there yet' },
  mapping: { type: 'string', value: 'M', help: 'for CSV: a preset (handbook) or a JSON file' },
  events: {
    type: 'string',
    value: 'FILE',
    multiple: true,
    help: 'events of the same time as files of transactions, as POST /v1/events takes them; repeat it',
  },
  catalogue: {
    type: 'string',
    value: 'FILE',
    help: 'catalogue document; without it the one in service at the desk of DATABASE_URL, else that of the program and the own columns of the mapping',
  },
  model: { type: 'string', value: 'FILE', help: 'model that scores; without it there are no scores' },
  'delay-days': {
    type: 'string',
    value: 'N',
    default: '7',
    help: 'of files: days until the label of a row is known',
  },
  until: { type: 'string', value: 'DATE', help: 'leave out what happened on this day or later' },
  topic: { type: 'boolean', help: 'read the transactions topic of KAFKA_BROKERS, as far as it reaches now' },
  'written-since': {
    type: 'string',
    value: 'DATE',
    help: 'of the topic: records written on this day or later',
  },
  'written-until': { type: 'string', value: 'DATE', help: 'of the topic: records written before this day' },
  ...MONEY_SPECS,
  'time-zone': TIME_ZONE_SPEC,
  cores: { type: 'string', value: 'N', help: 'cores that Spark uses; all where not said' },
  memory: { type: 'string', value: 'MB', default: '2048', help: 'heap of Spark' },
  help: HELP,
};

export async function backfillCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('spark backfill', args, BACKFILL);
  if (options.flag('help')) {
    console.log(
      helpText(
        './goshawk spark backfill FILE … | --topic --output DIR [options]',
        'Features, scores and labels of a whole history as Parquet, in the order of time, by Spark on this machine.\n' +
          'Files are those of ./goshawk replay; labels on the topic are known when they say. docs/spark.md says what is in the table, and how to use a cluster.',
        BACKFILL,
      ),
    );
    return;
  }
  const output = outputOf(options);
  const files = options.positionals.map((file) => resolve(file));
  checkSources(options, files);
  const asked = await catalogueAsked(options, files);
  for (const sentence of asked.told) console.error(sentence);
  const history = await historyOf(options, files, asked.catalogue);
  const steps = stepWords(options, history);
  const cores =
    options.text('cores') === undefined ? availableParallelism() : options.number('cores', 1, 1024);
  const inputs = history.fromTopic ? await topicParts(options) : [...history.events, ...history.files];
  if (inputs.length > MAX_PARTS)
    throw new InputError(`A history may have ${MAX_PARTS} files; these are ${inputs.length}. Join some.`);
  const folder = resolve(`${output}.work`);
  mkdirSync(folder, { recursive: true });
  const catalogueFile = join(folder, 'catalogue.json');
  writeFileSync(catalogueFile, documentText(asked.document));
  const spark = localSparkCommand(
    'goshawk.spark.GoshawkBackfill',
    [
      ...repeated('input', inputs),
      ...['--output', resolve(output)],
      ...['--catalogue', catalogueFile],
      ...['--places', String(cores * PLACES_PER_CORE)],
      ...repeated('engine', engineCommand('spark-step')),
      ...repeated('read', steps.read),
      ...repeated('features', steps.features),
      ...repeated('assemble', steps.assemble),
    ],
    { slots: cores, heapMegabytes: options.number('memory', 256, 65_536), folder },
  );
  await runBackfill(spark, output);
}

/** The folder that the table is written to. Throws InputError. */
function outputOf(options: Options): string {
  const output = options.text('output');
  if (!output) throw new InputError('--output is required: the folder that the table is written to.');
  if (existsSync(output))
    throw new InputError(`${output} is there already; name another folder, or remove it.`);
  return output;
}

/** Throws InputError. */
function checkSources(options: Options, files: readonly string[]): void {
  const fromTopic = options.flag('topic');
  if (files.length === 0 && !fromTopic)
    throw new InputError('Name the files of the history, or --topic. See ./goshawk spark backfill --help');
  if (files.length > 0 && fromTopic)
    throw new InputError('A history comes from files or from the topic, not from both.');
  if (fromTopic && options.texts('events').length > 0)
    throw new InputError('Events of the topic are read with it; --events goes with files.');
}

/** Where a history comes from; the files can be opened. */
type History = {
  readonly files: readonly string[];
  /** Names of inputs. */
  readonly events: readonly string[];
  readonly fromTopic: boolean;
  readonly baseCurrency: string;
};

/** Throws InputError: what is wrong with a file or the model is said here, not by a task of Spark. */
async function historyOf(options: Options, files: readonly string[], catalogue: Catalogue): Promise<History> {
  const mapping = options.text('mapping');
  const parsed = mapping === undefined ? undefined : await loadMapping(mapping);
  const bounds = { ...boundsNow(), dataModel: catalogue.data };
  for (const file of files) await openTransactions(file, parsed, bounds);
  const events = options.texts('events').map((file) => resolve(file));
  for (const file of events) await openEvents(file, bounds);
  const model = options.text('model');
  if (model !== undefined) createScorer(await loadModelFile(model), catalogue);
  const [firstFile] = files;
  const { baseCurrency } =
    firstFile === undefined
      ? shippedMoney(baseCurrencyAsked(options.text('base-currency')))
      : await moneyOf(options, () => openTransactions(firstFile, parsed, bounds));
  return { files, events: events.map(eventsPartName), fromTopic: options.flag('topic'), baseCurrency };
}

type Step = 'read' | 'features' | 'assemble';

/** What each step is told. Throws InputError. */
function stepWords(
  options: Options,
  { fromTopic, baseCurrency }: History,
): Readonly<Record<Step, readonly string[]>> {
  const mapping = options.text('mapping');
  const model = options.text('model');
  const rates = options.text('rates');
  const timeZone = options.text('time-zone');
  localTimeAsked(timeZone);
  const delayDays = options.number('delay-days', 0, 365);
  const untilMs = options.date('until');
  return {
    read: [
      ...(mapping === undefined ? [] : ['--mapping', existsSync(mapping) ? resolve(mapping) : mapping]),
      ...(untilMs === undefined ? [] : ['--until-ms', String(untilMs)]),
      ...['--base-currency', baseCurrency],
      ...(rates === undefined ? [] : ['--rates', resolve(rates)]),
      ...(timeZone === undefined ? [] : ['--time-zone', timeZone]),
    ],
    features: fromTopic ? [] : ['--delay-ms', String(delayDays * DAY_MS)],
    assemble: model === undefined ? [] : ['--model', resolve(model)],
  };
}

/** An option that is given once a word. */
const repeated = (name: string, words: readonly string[]): string[] =>
  words.flatMap((word) => [`--${name}`, word]);

/** Runs Spark, and says how far it is. Throws InputError where it fails. */
async function runBackfill(spark: ReturnType<typeof localSparkCommand>, output: string): Promise<void> {
  const progress = createProgress('Backfill');
  const child = spawn(spark.program, spark.words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...spark.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGTERM'));
  let badRows = 0;
  for await (const line of sparkLines(child.stdout)) {
    if (line.kind === 'progress') progress.update(line.done, line.of, line.step);
    else if (line.kind === 'done') badRows = line.badRows;
    else console.error(line.text);
  }
  const code = child.exitCode ?? (await once(child, 'exit'))[0];
  if (code !== 0) {
    throw new InputError(
      `Spark ended with ${code ?? 'a signal'}; what it said is above. ${output} is not complete.`,
    );
  }
  progress.end(`done, in ${output}`);
  if (badRows > 0) {
    console.error(
      `${badRows.toLocaleString('en')} lines could not be read; why is in ${join(output, '_bad_rows.ndjson')}`,
    );
  }
}

/** The stretches of the topic's partitions that hold anything, as names of inputs. */
async function topicParts(options: Options): Promise<string[]> {
  const { kafka, topics } = kafkaNames(process.env);
  const since = options.date('written-since');
  const until = options.date('written-until');
  const client = openKafkaClient(kafka, 'backfill');
  try {
    const topic = topics.transactions;
    if (!(await client.topic(topic))) {
      throw new InputError(`There is no topic ${topic}; KAFKA_TOPIC_PREFIX names the installation.`);
    }
    const from =
      since === undefined ? await firstOffsets(client, topic) : await offsetsSince(client, topic, since);
    const to =
      until === undefined ? await endOffsets(client, topic) : await offsetsSince(client, topic, until);
    const parts = from
      .map((first, partition) => ({ partition, from: first, to: to[partition] }))
      .filter((part) => part.from < part.to);
    if (parts.length === 0) throw new InputError(`${topic} holds no records in that time.`);
    return parts.map(topicPartName);
  } finally {
    await client.close();
  }
}
