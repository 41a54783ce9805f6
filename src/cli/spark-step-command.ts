// ./goshawk spark-step: the engine's steps of a backfill, which Spark's tasks start.
import { once } from 'node:events';
import { basename } from 'node:path';
import { loadMapping } from '../adapters/files/mapping.ts';
import { loadModelFile } from '../adapters/files/model-file.ts';
import { openEvents } from '../adapters/files/read-events.ts';
import { openTransactions } from '../adapters/files/read-transactions.ts';
import { encodeOther } from '../adapters/spark/batch-frames.ts';
import { shippedMoney } from '../domain/base-amount.ts';
import { exchangeRates } from '../domain/exchange-rates.ts';
import { InputError } from '../domain/input-error.ts';
import type { Bounds } from '../domain/read-transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { type ReadyCatalogue, STANDARD_READY } from '../features/checked-catalogue.ts';
import { systemClock } from '../ports/clock.ts';
import { maxAmountMinor } from '../runtimes/amount-limit.ts';
import {
  eventsPartOf,
  MAX_PARTS,
  readEventsStep,
  readFileStep,
  readTopicStep,
  topicPartOf,
} from '../runtimes/backfill-read.ts';
import { assembleStep, featuresStep, type Write } from '../runtimes/backfill-steps.ts';
import { cardsOfFiles } from '../runtimes/card-settings.ts';
import { localTimeAsked } from '../runtimes/local-time.ts';
import { baseCurrencyAsked } from '../runtimes/money-in-service.ts';
import { kafkaNames } from '../runtimes/stream-settings.ts';
import { tableCatalogueJson } from '../runtimes/table-catalogue.ts';
import { tableColumns } from '../training/table-columns.ts';
import { catalogueOfFile } from './catalogue-file.ts';
import { ratesOfFile } from './money-options.ts';
import { helpText, type OptionSpec, type Options, readOptions } from './options.ts';

const DAY_MS = 86_400_000;
const STEP: Readonly<Record<string, OptionSpec>> = {
  catalogue: { type: 'string', help: 'catalogue document; without it that of the program' },
  'catalogue-hash': { type: 'string', help: 'what that catalogue must be, or the step ends' },
  file: { type: 'string', default: '0', help: 'read: number of the file' },
  mapping: { type: 'string', help: 'read: mapping of a CSV file' },
  'until-ms': { type: 'string', help: 'read: end of the history, exclusive' },
  'base-currency': { type: 'string', help: 'read: what amounts are counted in' },
  rates: { type: 'string', help: 'read: a file of exchange rates' },
  'time-zone': { type: 'string', help: 'read: where payments are made that do not say it' },
  'delay-ms': { type: 'string', help: 'features: until frauds are known; without it, labels say so' },
  model: { type: 'string', help: 'assemble: model that scores' },
  help: { type: 'boolean', help: 'show this text' },
};

/** What records are held against now, by the environment. Throws InputError. */
export const boundsNow = (): Bounds => ({
  nowMs: systemClock.nowMs(),
  maxAmountMinor: maxAmountMinor(process.env),
  cards: cardsOfFiles(process.env),
});

/** What all steps of a backfill compute: on whichever machine they run, the same. Throws InputError. */
async function catalogueOfStep(options: Options): Promise<ReadyCatalogue> {
  const file = options.text('catalogue');
  const ready = file === undefined ? STANDARD_READY : await catalogueOfFile(file);
  const expected = options.text('catalogue-hash');
  const { hash } = ready.catalogue;
  if (expected !== undefined && expected !== hash) {
    throw new InputError(
      `${file ?? 'The catalogue of the program'} is catalogue ${hash} here, and ${expected} is expected: have the same file and the same release of Goshawk on the driver and on every executor.`,
    );
  }
  return ready;
}

export async function sparkStepCommand(args: readonly string[]): Promise<void> {
  const [step, ...rest] = args;
  const options = readOptions('spark-step', rest, STEP);
  if (options.flag('help') || step === '--help') {
    console.log(
      helpText(
        './goshawk spark-step schema | read FILE|events:FILE|topic:PARTITION:FROM:TO | features | assemble',
        'A step of ./goshawk spark backfill; started by tasks of Spark, which speak to it over standard input and output.',
        STEP,
      ),
    );
    return;
  }
  const write = async (bytes: Buffer): Promise<void> => {
    if (bytes.length > 0 && !process.stdout.write(bytes)) await once(process.stdout, 'drain');
  };
  const ready = await catalogueOfStep(options);
  const { catalogue } = ready;
  switch (step) {
    case 'schema': {
      const said = { columns: tableColumns(catalogue), catalogue: tableCatalogueJson(ready) };
      return write(encodeOther('result', Buffer.from(JSON.stringify(said))));
    }
    case 'read':
      return readStep(options, catalogue, write);
    case 'features': {
      const delay =
        options.text('delay-ms') === undefined ? undefined : options.number('delay-ms', 0, 366 * DAY_MS);
      return featuresStep(process.stdin, catalogue, delay, write);
    }
    case 'assemble': {
      const file = options.text('model');
      const model = file === undefined ? undefined : await loadModelFile(file);
      return assembleStep(process.stdin, catalogue, model, write);
    }
    default:
      throw new InputError(`There is no step "${step}"; steps are schema, read, features and assemble.`);
  }
}

async function readStep(options: Options, catalogue: Catalogue, write: Write): Promise<void> {
  const [input = ''] = options.positionals;
  const until = options.text('until-ms');
  const part = {
    number: options.number('file', 0, MAX_PARTS - 1),
    untilMs: until === undefined ? Number.POSITIVE_INFINITY : Number(until),
  };
  const rates = await ratesOfFile(options);
  const offsetAt = localTimeAsked(options.text('time-zone'));
  const bounds = {
    ...boundsNow(),
    dataModel: catalogue.data,
    ...(offsetAt && { offsetAt }),
    money: {
      ...shippedMoney(baseCurrencyAsked(options.text('base-currency'))),
      ...(rates && { rates: exchangeRates(rates) }),
    },
  };
  const stretch = topicPartOf(input);
  if (stretch) {
    const { kafka, topics } = kafkaNames(process.env);
    return readTopicStep({ kafka, topic: topics.transactions }, stretch, part, bounds, catalogue, write);
  }
  const events = eventsPartOf(input);
  if (events !== undefined) {
    const rows = await openEvents(events, bounds);
    return readEventsStep(rows.batches(), basename(events), part, catalogue, write);
  }
  const mapping = options.text('mapping');
  const file = await openTransactions(
    input,
    mapping === undefined ? undefined : await loadMapping(mapping),
    bounds,
  );
  return readFileStep(file.batches(), basename(input), part, catalogue, write);
}
