// ./goshawk train: a model from a table of past transactions.
import { existsSync, writeFileSync } from 'node:fs';
import { InputError } from '../domain/input-error.ts';
import { STANDARD } from '../features/standard.ts';
import { serializeModel } from '../models/model.ts';
import { readTrainingTable } from '../runtimes/table-file.ts';
import { trainModel } from '../training/train-model.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { featuresOf, TRAINER_OPTIONS, trainerOf } from './trainer-options.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  table: { type: 'string', value: 'DIR', help: 'table that ./goshawk spark backfill wrote' },
  output: { type: 'string', value: 'FILE', help: 'file of the model; must not be there yet' },
  from: {
    type: 'string',
    value: 'DATE',
    help: 'first day to train on; the first of the table where not said',
  },
  until: {
    type: 'string',
    value: 'DATE',
    help: 'end of training, exclusive; the last whose labels are known',
  },
  ...TRAINER_OPTIONS,
  seed: { type: 'string', value: 'N', default: '0', help: 'seed of all randomness' },
  help: { type: 'boolean', help: 'show this text' },
};

export async function trainCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('train', args, SPECS);
  if (options.flag('help')) {
    const about =
      'Trains a model on a stretch of past transactions; the same rows and seed give the same model.';
    console.log(helpText('./goshawk train --table DIR --output FILE [options]', about, SPECS));
    return;
  }
  const table = options.text('table');
  const output = options.text('output');
  if (!table || !output)
    throw new InputError('--table and --output are required. See ./goshawk train --help');
  if (existsSync(output))
    throw new InputError(`${output} is there already; name another file, or remove it.`);
  const { features } = featuresOf(options, STANDARD);
  const trainer = trainerOf(options, STANDARD);
  const fromMs = options.date('from') ?? Number.NEGATIVE_INFINITY;
  const untilMs = options.date('until') ?? Number.POSITIVE_INFINITY;
  const progress = createProgress('Training');
  progress.update(0, 1, 'reading the table');
  const rows = await readTrainingTable(table, STANDARD, fromMs, untilMs);
  const frauds = rows.labels.reduce((sum, label) => sum + label, 0);
  if (frauds === 0 || frauds === rows.rows) {
    throw new InputError(
      `${table}: ${rows.rows} labelled rows with ${frauds} frauds between --from and --until; both kinds are needed.`,
    );
  }
  const { model } = await trainModel(rows, {
    source: 'history',
    features,
    seed: options.number('seed', 0, 2 ** 31),
    trainer,
    fraudWeight: options.number('fraud-weight', 0.001, 1e6),
    createdAtMs: rows.occurredAtMs.reduce((a, b) => Math.max(a, b), 0),
    onProgress: (done, of) => progress.update(done, of, 'growing trees'),
  });
  writeFileSync(output, serializeModel(model));
  progress.end(
    `${model.info.version} from ${rows.rows.toLocaleString('en')} rows with ${frauds.toLocaleString('en')} frauds, in ${output}`,
  );
}
