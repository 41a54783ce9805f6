// ./goshawk evaluate: trains and tests on a labelled file, in time order.

import { openTransactions } from '../adapters/files/read-transactions.ts';
import { InputError } from '../domain/input-error.ts';
import { momentText } from '../domain/iso-time.ts';
import { readLabelled } from '../runtimes/labelled-file.ts';
import { createSplitChooser, type Split } from '../training/chosen-split.ts';
import {
  type Evaluation,
  evaluate,
  type Fold,
  laterFolds,
  NothingToMeasureError,
} from '../training/evaluate.ts';
import {
  LABELLED_SPECS,
  type LabelledInput,
  labelledInput,
  nothingUsable,
  PRESET_MAPPING,
} from './labelled-options.ts';
import { firstTransaction } from './money-options.ts';
import { helpText, type OptionSpec, type Options, readOptions } from './options.ts';
import { createProgress, type Progress } from './progress.ts';
import { featuresOf, TRAINER_OPTIONS, trainerOf } from './trainer-options.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  ...LABELLED_SPECS,
  'train-from': {
    type: 'string',
    value: 'TIME',
    help: 'a day, or 2018-07-25T13:30: the first that is trained on',
  },
  'train-until': { type: 'string', value: 'TIME', help: 'end of training, exclusive; chosen where not said' },
  'delay-days': { type: 'string', value: 'N', help: 'days until labels are known; at most 7 where not said' },
  'test-until': { type: 'string', value: 'TIME', help: 'end of the test, exclusive' },
  ...TRAINER_OPTIONS,
  prequential: { type: 'boolean', help: 'four folds in a row, each later by the length of the test' },
  seed: { type: 'string', value: 'N', default: '0', help: 'seed of all randomness' },
  seeds: { type: 'string', value: 'N', default: '1', help: 'so many models, each from a seed of its own' },
  json: { type: 'boolean', help: 'print JSON' },
  help: { type: 'boolean', help: 'show this text' },
};

const DAY_MS = 86_400_000;
/** As in the book, chapter 5. */
const PREQUENTIAL_FOLDS = 4;
/** The days of the book, for its payments; they begin in April of that year. */
const BOOK = {
  beginsFromMs: Date.UTC(2018, 0, 1),
  split: {
    trainFromMs: Date.UTC(2018, 6, 25),
    trainUntilMs: Date.UTC(2018, 7, 1),
    testUntilMs: Date.UTC(2018, 7, 15),
    delayDays: 7,
  },
};

export async function evaluateCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('evaluate', args, SPECS);
  if (options.flag('help')) {
    console.log(
      helpText(
        './goshawk evaluate --data FILE [options]',
        'Trains on one stretch of time and tests on a later one. Own columns: docs/data.md, "A table of your own".',
        SPECS,
      ),
    );
    return;
  }
  const file = options.text('data');
  if (!file)
    throw new InputError('--data is required: a labelled CSV or NDJSON file. See ./goshawk evaluate --help');
  const asked = askedSplit(options);
  const input = await labelledInput(options, file);
  const progress = createProgress('Evaluating');
  const split = await splitOf(input, asked, options, progress);
  if (split) await measure(input, split, options, progress);
}

/** What the options say of times. */
function askedSplit(options: Options): Partial<Split> {
  const said = {
    trainFromMs: options.time('train-from'),
    trainUntilMs: options.time('train-until'),
    testUntilMs: options.time('test-until'),
    delayDays: options.text('delay-days') === undefined ? undefined : options.number('delay-days', 0, 365),
  };
  if (
    said.trainFromMs !== undefined &&
    said.trainUntilMs !== undefined &&
    said.trainFromMs >= said.trainUntilMs
  )
    throw new InputError('--train-until must be later than --train-from.');
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

const isWhole = (split: Partial<Split>): split is Split => Object.keys(split).length === 4;

const isBook = async ({ file, mapping, mappingName, bounds }: LabelledInput): Promise<boolean> => {
  if (mappingName !== PRESET_MAPPING) return false;
  const first = await firstTransaction(await openTransactions(file, mapping, bounds));
  return (
    first !== undefined &&
    first.occurredAtMs >= BOOK.beginsFromMs &&
    first.occurredAtMs < BOOK.split.trainFromMs
  );
};

/** What was asked for, the rest as the file has it. Undefined where the file has nothing to learn from, which is told. */
async function splitOf(
  input: LabelledInput,
  asked: Partial<Split>,
  options: Options,
  progress: Progress,
): Promise<Split | undefined> {
  if (isWhole(asked)) return asked;
  if (await isBook(input)) return { ...BOOK.split, ...asked };
  const chooser = createSplitChooser();
  const { batches, seen } = await readLabelled(input.file, input.mapping, input.bounds, (bytes, of) =>
    progress.update(bytes, of, 'looking for a split'),
  );
  for await (const batch of batches) {
    for (const { transaction, fraud } of batch)
      if (fraud !== undefined) chooser.add(transaction.occurredAtMs, fraud);
  }
  if (seen.usable === 0) {
    progress.end('nothing to learn from');
    nothingUsable(input.file, seen);
    return undefined;
  }
  const split = chooser.choose(asked, options.flag('prequential') ? PREQUENTIAL_FOLDS : 1);
  if (!split) {
    progress.end('nothing to measure');
    throw new InputError(
      `No moment divides the rows of ${input.file} into two parts that both have frauds and genuine rows. ${seen.about()}`,
    );
  }
  console.error(
    `Trains on what was from ${momentText(split.trainFromMs)} until ${momentText(split.trainUntilMs)}, tests on what was ` +
      `${split.delayDays === 0 ? 'from there on' : `from ${split.delayDays} days later on, when labels are known,`} until ` +
      `${momentText(split.testUntilMs)}. --train-from, --train-until, --delay-days and --test-until say it otherwise.`,
  );
  return split;
}

async function measure(
  { file, mapping, bounds, catalogue, told }: LabelledInput,
  split: Split,
  options: Options,
  progress: Progress,
): Promise<void> {
  const { delayDays, ...first } = split satisfies Fold;
  if (first.trainFromMs >= first.trainUntilMs)
    throw new InputError('--train-until must be later than --train-from.');
  if (first.testUntilMs <= first.trainUntilMs + delayDays * DAY_MS)
    throw new InputError('--test-until must be later than --train-until and the --delay-days after it.');
  if (told !== undefined) console.error(told);
  const { set, features } = featuresOf(options, catalogue);
  const seed = options.number('seed', 0, 2 ** 31);
  const { batches, seen } = await readLabelled(file, mapping, bounds, (bytes, of) =>
    progress.update(bytes, of, 'reading and computing features'),
  );
  const results = await evaluate(batches, {
    catalogue,
    features,
    folds: laterFolds(first, delayDays, options.flag('prequential') ? PREQUENTIAL_FOLDS : 1),
    delayDays,
    seeds: Array.from({ length: options.number('seeds', 1, 1000) }, (_, i) => seed + i),
    trainer: trainerOf(options, catalogue),
    fraudWeight: options.number('fraud-weight', 0.001, 1e6),
    onProgress: (step, done, of) => progress.update(done, of, step),
  }).catch((error: Error) => {
    progress.end('nothing to measure');
    if (!(error instanceof NothingToMeasureError)) throw error;
    if (seen.usable === 0) return undefined;
    throw new InputError(
      `${error.message} ${seen.about()}\nSet --train-from, --train-until and --test-until to days that the file has.`,
    );
  });
  if (!results) {
    nothingUsable(file, seen);
    return;
  }
  progress.end();
  if (seen.leftOut > 0) console.error(seen.about());
  console.log(
    options.flag('json') ? JSON.stringify(results.length > 1 ? results : results[0]) : report(set, results),
  );
}

type Figure = (evaluation: Evaluation) => number;

/** Mean and population deviation. */
function spread(values: readonly number[], digits: number): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return mean.toFixed(digits) + (values.length > 1 ? ` ± ${Math.sqrt(variance).toFixed(digits)}` : '');
}

const FIGURES: readonly { readonly name: string; readonly of: Figure; readonly digits: number }[] = [
  { name: 'AUC', of: (e) => e.auc, digits: 3 },
  { name: 'AP', of: (e) => e.averagePrecision, digits: 3 },
  { name: 'CP@100', of: (e) => e.cardPrecisionAt100, digits: 3 },
  { name: 'Brier', of: (e) => e.brierScore, digits: 5 },
  { name: 'ECE', of: (e) => e.calibrationError, digits: 5 },
];

/** Each fold over its seeds; the mean over the folds last, where there are several. */
function report(set: string, results: readonly Evaluation[]): string {
  const folds = [...Map.groupBy(results, ({ test }) => test.from).values()];
  const figures = (values: (of: Figure) => readonly number[]): string[] =>
    FIGURES.map(({ name, of, digits }) => `${name.padEnd(10)} ${spread(values(of), digits)}`);
  const lines = [`features   ${set}`];
  for (const evaluations of folds) {
    const [{ train, test }] = evaluations;
    lines.push(
      `train      ${train.rows} rows from ${train.from}, ${train.frauds} frauds`,
      `test       ${test.rows} rows from ${test.from}, ${test.frauds} frauds`,
      ...(test.leftOut > 0
        ? [`           ${test.leftOut} more are of accounts whose fraud was known by then`]
        : []),
      ...figures((of) => evaluations.map(of)),
    );
  }
  if (folds.length > 1) {
    const mean = (evaluations: readonly Evaluation[], of: Figure): number =>
      evaluations.reduce((sum, evaluation) => sum + of(evaluation), 0) / evaluations.length;
    lines.push(
      `mean and deviation over ${folds.length} folds`,
      ...figures((of) => folds.map((evaluations) => mean(evaluations, of))),
    );
  }
  const seconds = (of: Figure, digits: number): string => spread(results.map(of), digits);
  lines.push(
    `features   ${seconds((e) => e.seconds.features, 1)} s, fit ${seconds((e) => e.seconds.fit, 1)} s, predict ${seconds((e) => e.seconds.predict, 2)} s`,
  );
  return lines.join('\n');
}
