// ./goshawk evaluate: trains and tests on a labelled file, in time order.
import { loadMapping } from '../adapters/files/mapping.ts';
import { openTransactions } from '../adapters/files/read-transactions.ts';
import { InputError } from '../domain/input-error.ts';
import { FEATURE_SETS } from '../features/sets.ts';
import { type Evaluation, evaluate, type LabelledTransaction } from '../training/evaluate.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';
import { createProgress } from './progress.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  data: { type: 'string', value: 'FILE', help: 'CSV (.gz) with a label column, or NDJSON with "fraud"' },
  mapping: { type: 'string', value: 'M', default: 'handbook', help: 'preset (handbook) or JSON file' },
  trainer: { type: 'string', default: 'forest', help: 'forest' },
  features: { type: 'string', default: 'all', help: Object.keys(FEATURE_SETS).join(' | ') },
  'train-from': { type: 'string', value: 'DATE', default: '2018-07-25', help: 'first day to train on' },
  'train-until': { type: 'string', value: 'DATE', default: '2018-08-01', help: 'end of training, exclusive' },
  'delay-days': { type: 'string', value: 'N', default: '7', help: 'days until labels are known' },
  'test-until': { type: 'string', value: 'DATE', default: '2018-08-15', help: 'end of the test, exclusive' },
  trees: { type: 'string', value: 'N', default: '100', help: 'trees in the forest' },
  'fraud-weight': { type: 'string', value: 'W', default: '1', help: 'weight of a fraud row in training' },
  'min-leaf': { type: 'string', value: 'N', default: '1', help: 'least rows in a leaf' },
  seed: { type: 'string', value: 'N', default: '0', help: 'seed of all randomness' },
  json: { type: 'boolean', help: 'print JSON' },
  help: { type: 'boolean', help: 'show this text' },
};

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
  if (options.text('trainer') !== 'forest') throw new InputError('--trainer must be forest.');
  const set = options.text('features') ?? 'all';
  if (!Object.hasOwn(FEATURE_SETS, set)) {
    throw new InputError(
      `--features is "${set}"; it must be one of ${Object.keys(FEATURE_SETS).join(', ')}.`,
    );
  }
  const input = await openTransactions(
    file,
    await loadMapping(options.text('mapping') ?? 'handbook'),
    Date.now(),
  );
  const progress = createProgress('Evaluating');
  let unusable = 0;
  let firstProblem = '';
  async function* labelled(): AsyncGenerator<LabelledTransaction[]> {
    for await (const batch of input.batches()) {
      const rows: LabelledTransaction[] = [];
      for (const row of batch) {
        if (row.ok && row.fraud !== undefined) rows.push({ transaction: row.transaction, fraud: row.fraud });
        else {
          unusable++;
          firstProblem ||= row.ok
            ? `line ${row.line} has no label`
            : `line ${row.line}: ${row.problems[0]?.message}`;
        }
      }
      progress.update(input.bytesRead(), input.totalBytes, 'reading and computing features');
      yield rows;
    }
  }
  const result = await evaluate(labelled(), {
    features: FEATURE_SETS[set as keyof typeof FEATURE_SETS],
    trainFromMs: options.date('train-from') ?? 0,
    trainUntilMs: options.date('train-until') ?? 0,
    delayDays: options.number('delay-days', 0, 365),
    testUntilMs: options.date('test-until') ?? 0,
    seed: options.number('seed', 0, 2 ** 31),
    trees: options.number('trees', 1, 10_000),
    fraudWeight: options.number('fraud-weight', 0.001, 1e6),
    minLeafRows: options.number('min-leaf', 1, 1e6),
    onProgress: (step, done, of) => progress.update(done, of, step),
  });
  progress.end();
  if (unusable > 0) console.error(`${unusable} rows were left out; the first: ${firstProblem}`);
  console.log(options.flag('json') ? JSON.stringify(result) : report(set, result));
}

function report(set: string, result: Evaluation): string {
  const { train, test, seconds } = result;
  return [
    `features   ${set}`,
    `train      ${train.rows} rows, ${train.frauds} frauds`,
    `test       ${test.rows} rows, ${test.frauds} frauds`,
    `AUC        ${result.auc.toFixed(3)}`,
    `AP         ${result.averagePrecision.toFixed(3)}`,
    `CP@100     ${result.cardPrecisionAt100.toFixed(3)}`,
    `Brier      ${result.brierScore.toFixed(5)}`,
    `ECE        ${result.calibrationError.toFixed(5)}`,
    `features   ${seconds.features.toFixed(1)} s, fit ${seconds.fit.toFixed(1)} s, predict ${seconds.predict.toFixed(2)} s`,
  ].join('\n');
}
