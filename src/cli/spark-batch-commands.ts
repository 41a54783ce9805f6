// ./goshawk spark backfill, and the engine's steps of it that Spark's tasks start.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { loadMapping } from '../adapters/files/mapping.ts';
import { loadModelFile } from '../adapters/files/model-file.ts';
import { openTransactions } from '../adapters/files/read-transactions.ts';
import { openKafkaClient } from '../adapters/kafka/client.ts';
import { endOffsets, firstOffsets, offsetsSince } from '../adapters/kafka/offsets.ts';
import { encodeOther } from '../adapters/spark/batch-frames.ts';
import { shippedMoney } from '../domain/base-amount.ts';
import { exchangeRates } from '../domain/exchange-rates.ts';
import { InputError } from '../domain/input-error.ts';
import type { Bounds } from '../domain/read-transaction.ts';
import { STANDARD } from '../features/standard.ts';
import { systemClock } from '../ports/clock.ts';
import { maxAmountMinor } from '../runtimes/amount-limit.ts';
import { readFileStep, readTopicStep, topicPartName, topicPartOf } from '../runtimes/backfill-read.ts';
import { assembleStep, featuresStep } from '../runtimes/backfill-steps.ts';
import { cardsOfFiles } from '../runtimes/card-settings.ts';
import { localTimeAsked, TIME_ZONE_SPEC } from '../runtimes/local-time.ts';
import { baseCurrencyAsked } from '../runtimes/money-in-service.ts';
import { kafkaNames } from '../runtimes/stream-settings.ts';
import { engineCommand, localSparkCommand } from '../stack/spark.ts';
import { tableColumns } from '../training/table-columns.ts';
import { MONEY_SPECS, moneyOf, ratesOfFile } from './money-options.ts';
import { helpText, type OptionSpec, type Options, readOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { sparkLines } from './spark-lines.ts';

const DAY_MS = 86_400_000;
const PLACES_PER_CORE = 2;
const HELP: OptionSpec = { type: 'boolean', help: 'show this text' };
const BACKFILL: Readonly<Record<string, OptionSpec>> = {
  output: { type: 'string', value: 'DIR', help: 'folder of the table (Parquet); must not be there yet' },
  mapping: { type: 'string', value: 'M', help: 'for CSV: a preset (handbook) or a JSON file' },
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

/** What records are held against now, by the environment. Throws InputError. */
const boundsNow = (): Bounds => ({
  nowMs: systemClock.nowMs(),
  maxAmountMinor: maxAmountMinor(process.env),
  cards: cardsOfFiles(process.env),
});

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
  const history = await historyOf(options);
  const steps = stepWords(options, history);
  const cores =
    options.text('cores') === undefined ? availableParallelism() : options.number('cores', 1, 1024);
  const inputs = history.fromTopic ? await topicParts(options) : history.files;
  const folder = resolve(`${output}.work`);
  mkdirSync(folder, { recursive: true });
  const spark = localSparkCommand(
    'goshawk.spark.GoshawkBackfill',
    [
      ...repeated('input', inputs),
      ...['--output', resolve(output)],
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

/** Where a history comes from; the files can be opened. */
type History = {
  readonly files: readonly string[];
  readonly fromTopic: boolean;
  readonly baseCurrency: string;
};

/** Throws InputError: what is wrong with a file or the model is said here, not by a task of Spark. */
async function historyOf(options: Options): Promise<History> {
  const files = options.positionals.map((file) => resolve(file));
  const fromTopic = options.flag('topic');
  if (files.length === 0 && !fromTopic)
    throw new InputError('Name the files of the history, or --topic. See ./goshawk spark backfill --help');
  if (files.length > 0 && fromTopic)
    throw new InputError('A history comes from files or from the topic, not from both.');
  const mapping = options.text('mapping');
  const parsed = mapping === undefined ? undefined : await loadMapping(mapping);
  const bounds = boundsNow();
  for (const file of files) await openTransactions(file, parsed, bounds);
  const model = options.text('model');
  if (model !== undefined) await loadModelFile(model);
  const [firstFile] = files;
  const { baseCurrency } =
    firstFile === undefined
      ? shippedMoney(baseCurrencyAsked(options.text('base-currency')))
      : await moneyOf(options, () => openTransactions(firstFile, parsed, bounds));
  return { files, fromTopic, baseCurrency };
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

const STEP: Readonly<Record<string, OptionSpec>> = {
  file: { type: 'string', default: '0', help: 'read: number of the file' },
  mapping: { type: 'string', help: 'read: mapping of a CSV file' },
  'until-ms': { type: 'string', help: 'read: end of the history, exclusive' },
  'base-currency': { type: 'string', help: 'read: what amounts are counted in' },
  rates: { type: 'string', help: 'read: a file of exchange rates' },
  'time-zone': { type: 'string', help: 'read: where payments are made that do not say it' },
  'delay-ms': { type: 'string', help: 'features: until frauds are known; without it, labels say so' },
  model: { type: 'string', help: 'assemble: model that scores' },
  help: HELP,
};

export async function sparkStepCommand(args: readonly string[]): Promise<void> {
  const [step, ...rest] = args;
  const options = readOptions('spark-step', rest, STEP);
  if (options.flag('help') || step === '--help') {
    console.log(
      helpText(
        './goshawk spark-step schema | read FILE|topic:PARTITION:FROM:TO | features | assemble',
        'A step of ./goshawk spark backfill; started by tasks of Spark, which speak to it over standard input and output.',
        STEP,
      ),
    );
    return;
  }
  const write = async (bytes: Buffer): Promise<void> => {
    if (bytes.length > 0 && !process.stdout.write(bytes)) await once(process.stdout, 'drain');
  };
  switch (step) {
    case 'schema':
      return write(encodeOther('result', Buffer.from(JSON.stringify(tableColumns(STANDARD)))));
    case 'read': {
      const [input = ''] = options.positionals;
      const until = options.text('until-ms');
      const part = {
        number: options.number('file', 0, 4095),
        untilMs: until === undefined ? Number.POSITIVE_INFINITY : Number(until),
      };
      const rates = await ratesOfFile(options);
      const offsetAt = localTimeAsked(options.text('time-zone'));
      const bounds = {
        ...boundsNow(),
        ...(offsetAt && { offsetAt }),
        money: {
          ...shippedMoney(baseCurrencyAsked(options.text('base-currency'))),
          ...(rates && { rates: exchangeRates(rates) }),
        },
      };
      const stretch = topicPartOf(input);
      if (stretch) {
        const { kafka, topics } = kafkaNames(process.env);
        return readTopicStep({ kafka, topic: topics.transactions }, stretch, part, bounds, write);
      }
      const mapping = options.text('mapping');
      const file = await openTransactions(
        input,
        mapping === undefined ? undefined : await loadMapping(mapping),
        bounds,
      );
      return readFileStep(file.batches(), basename(input), part, write);
    }
    case 'features': {
      const delay =
        options.text('delay-ms') === undefined ? undefined : options.number('delay-ms', 0, 366 * DAY_MS);
      return featuresStep(process.stdin, STANDARD, delay, write);
    }
    case 'assemble': {
      const file = options.text('model');
      const model = file === undefined ? undefined : await loadModelFile(file);
      return assembleStep(process.stdin, STANDARD, model, write);
    }
    default:
      throw new InputError(`There is no step "${step}"; steps are schema, read, features and assemble.`);
  }
}
