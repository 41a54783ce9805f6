// ./goshawk evaluate: trains and tests on a labelled file, in time order.

import type { InputRow } from '../adapters/files/csv-rows.ts';
import { loadMapping } from '../adapters/files/mapping.ts';
import { orderedRows } from '../adapters/files/ordered-rows.ts';
import { openTransactions } from '../adapters/files/read-transactions.ts';
import { InputError } from '../domain/input-error.ts';
import { STANDARD } from '../features/standard.ts';
import { maxAmountMinor } from '../runtimes/amount-limit.ts';
import { cardsOfFiles } from '../runtimes/card-settings.ts';
import { createIdSet } from '../runtimes/id-set.ts';
import { localTimeAsked, TIME_ZONE_SPEC } from '../runtimes/local-time.ts';
import {
  type Evaluation,
  evaluate,
  type Fold,
  type LabelledTransaction,
  laterFolds,
  NothingToMeasureError,
} from '../training/evaluate.ts';
import { MONEY_SPECS, moneyOf } from './money-options.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { featuresOf, TRAINER_OPTIONS, trainerOf } from './trainer-options.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  data: { type: 'string', value: 'FILE', help: 'CSV (.gz) with a label column, or NDJSON with "fraud"' },
  mapping: { type: 'string', value: 'M', default: 'handbook', help: 'preset (handbook) or JSON file' },
  'train-from': { type: 'string', value: 'DATE', default: '2018-07-25', help: 'first day to train on' },
  'train-until': { type: 'string', value: 'DATE', default: '2018-08-01', help: 'end of training, exclusive' },
  'delay-days': { type: 'string', value: 'N', default: '7', help: 'days until labels are known' },
  'test-until': { type: 'string', value: 'DATE', default: '2018-08-15', help: 'end of the test, exclusive' },
  ...MONEY_SPECS,
  'time-zone': TIME_ZONE_SPEC,
  ...TRAINER_OPTIONS,
  prequential: { type: 'boolean', help: 'four folds in a row, each later by the length of the test' },
  seed: { type: 'string', value: 'N', default: '0', help: 'seed of all randomness' },
  seeds: { type: 'string', value: 'N', default: '1', help: 'so many models, each from a seed of its own' },
  json: { type: 'boolean', help: 'print JSON' },
  help: { type: 'boolean', help: 'show this text' },
};

/** As in the book, chapter 5. */
const PREQUENTIAL_FOLDS = 4;

export async function evaluateCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('evaluate', args, SPECS);
  if (options.flag('help')) {
    console.log(
      helpText(
        './goshawk evaluate --data FILE [options]',
        'Trains on one stretch of time and tests on a later one.',
        SPECS,
      ),
    );
    return;
  }
  const file = options.text('data');
  if (!file)
    throw new InputError('--data is required: a labelled CSV or NDJSON file. See ./goshawk evaluate --help');
  const trainer = trainerOf(options, STANDARD);
  const { set, features } = featuresOf(options, STANDARD);
  const mapping = await loadMapping(options.text('mapping') ?? 'handbook');
  const offsetAt = localTimeAsked(options.text('time-zone'));
  const bounds = {
    nowMs: Date.now(),
    maxAmountMinor: maxAmountMinor(process.env),
    cards: cardsOfFiles(process.env),
    ...(offsetAt && { offsetAt }),
  };
  const money = await moneyOf(options, () => openTransactions(file, mapping, bounds));
  const input = await openTransactions(file, mapping, { ...bounds, money });
  const progress = createProgress('Evaluating');
  const seen = createSeen();
  const ids = createIdSet();
  async function* labelled(): AsyncGenerator<LabelledTransaction[]> {
    for await (const batch of orderedRows(input, file ?? '')) {
      const rows: LabelledTransaction[] = [];
      for (const row of batch) {
        const isRepeated = row.ok && !ids.add(row.transaction.id);
        seen.add(row, isRepeated);
        if (row.ok && !isRepeated) rows.push({ transaction: row.transaction, fraud: row.fraud });
      }
      progress.update(input.bytesRead(), input.totalBytes, 'reading and computing features');
      yield rows;
    }
  }
  const seed = options.number('seed', 0, 2 ** 31);
  const delayDays = options.number('delay-days', 0, 365);
  const first: Fold = {
    trainFromMs: options.date('train-from') ?? 0,
    trainUntilMs: options.date('train-until') ?? 0,
    testUntilMs: options.date('test-until') ?? 0,
  };
  if (first.trainFromMs >= first.trainUntilMs) {
    throw new InputError('--train-until must be later than --train-from.');
  }
  if (first.testUntilMs <= first.trainUntilMs + delayDays * 86_400_000) {
    throw new InputError('--test-until must be later than --train-until and the --delay-days after it.');
  }
  const results = await evaluate(labelled(), {
    catalogue: STANDARD,
    features,
    folds: laterFolds(first, delayDays, options.flag('prequential') ? PREQUENTIAL_FOLDS : 1),
    delayDays,
    seeds: Array.from({ length: options.number('seeds', 1, 1000) }, (_, i) => seed + i),
    trainer,
    fraudWeight: options.number('fraud-weight', 0.001, 1e6),
    onProgress: (step, done, of) => progress.update(done, of, step),
  }).catch((error: Error) => {
    progress.end();
    if (!(error instanceof NothingToMeasureError)) throw error;
    throw new InputError(
      `${error.message} ${seen.about()} Set --train-from, --train-until and --test-until to days that the file has.`,
    );
  });
  progress.end();
  const about = seen.about();
  if (seen.leftOut > 0) console.error(about);
  console.log(
    options.flag('json') ? JSON.stringify(results.length > 1 ? results : results[0]) : report(set, results),
  );
}

/** What the rows of a file were: for whoever wonders why so few of them count. */
function createSeen() {
  const problems = new Map<string, number>();
  const counts = { rows: 0, fraud: 0, genuine: 0, unlabelled: 0, bad: 0, repeated: 0 };
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  let firstProblem = '';
  return {
    add(row: InputRow, isRepeated: boolean): void {
      counts.rows++;
      if (isRepeated) {
        counts.repeated++;
        return;
      }
      if (!row.ok) {
        counts.bad++;
        const [{ pointer, message }] = row.problems;
        firstProblem ||= `line ${row.line}: ${message}`;
        const kind = pointer || 'the line as a whole';
        problems.set(kind, (problems.get(kind) ?? 0) + 1);
        return;
      }
      if (row.fraud === undefined) counts.unlabelled++;
      else if (row.fraud) counts.fraud++;
      else counts.genuine++;
      firstMs = Math.min(firstMs, row.transaction.occurredAtMs);
      lastMs = Math.max(lastMs, row.transaction.occurredAtMs);
    },
    get leftOut() {
      return counts.bad + counts.unlabelled + counts.repeated;
    },
    about(): string {
      const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
      const { rows, fraud, genuine, unlabelled, bad, repeated } = counts;
      const span = firstMs <= lastMs ? `, from ${day(firstMs)} to ${day(lastMs)}` : '';
      const kinds = [...problems].map(([kind, count]) => `${kind} ${count}`).join(', ');
      return (
        `Of ${rows} rows that were read${span}, ${fraud} are fraud, ${genuine} genuine, ${unlabelled} have no label and ${bad} could not be ` +
        `used${bad > 0 ? ` (${kinds}; ${firstProblem})` : ''}.` +
        (repeated > 0 ? ` ${repeated} have the id of a row before them and were left out.` : '')
      );
    },
  };
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
