// ./goshawk train: a model from a labelled file, or from a table of past transactions.
import { existsSync, writeFileSync } from 'node:fs';
import { InputError } from '../domain/input-error.ts';
import { serializeModel } from '../models/model.ts';
import { readLabelled } from '../runtimes/labelled-file.ts';
import { catalogueOfTable } from '../runtimes/table-catalogue.ts';
import { readTrainingTable } from '../runtimes/table-file.ts';
import { learnableFeatures } from '../training/clock-features.ts';
import { createFeatureReplay } from '../training/feature-replay.ts';
import { trainModel } from '../training/train-model.ts';
import { createTableBuilder, type TrainingTable } from '../training/training-table.ts';
import { catalogueOfFile } from './catalogue-file.ts';
import { LABELLED_SPECS, labelledInput, nothingUsable } from './labelled-options.ts';
import { helpText, type OptionSpec, type Options, readOptions } from './options.ts';
import { createProgress, type Progress } from './progress.ts';
import { featuresOf, TRAINER_OPTIONS, trainerOf } from './trainer-options.ts';

const DAY_MS = 86_400_000;
const SPECS: Readonly<Record<string, OptionSpec>> = {
  table: { type: 'string', value: 'DIR', help: 'table that ./goshawk spark backfill wrote; or else' },
  ...LABELLED_SPECS,
  catalogue: {
    type: 'string',
    value: 'FILE',
    help: 'catalogue document; without it that of the table, or that of the program and the own columns of the mapping',
  },
  output: { type: 'string', value: 'FILE', help: 'file of the model; must not be there yet' },
  from: {
    type: 'string',
    value: 'TIME',
    help: 'a day, or 2018-07-25T13:30: the first that is trained on; the first that there is where not said',
  },
  until: {
    type: 'string',
    value: 'TIME',
    help: 'end of training, exclusive; the last whose labels are known',
  },
  'delay-days': {
    type: 'string',
    value: 'N',
    default: '7',
    help: 'days until the label of a row of --data is known',
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
    console.log(helpText('./goshawk train --data FILE --output MODEL [options]', about, SPECS));
    return;
  }
  const output = options.text('output');
  const [table, file] = [options.text('table'), options.text('data')];
  if ((table === undefined) === (file === undefined) || !output)
    throw new InputError('--output and one of --data and --table are required. See ./goshawk train --help');
  if (existsSync(output))
    throw new InputError(`${output} is there already; name another file, or remove it.`);
  const fromMs = options.time('from') ?? Number.NEGATIVE_INFINITY;
  const untilMs = options.time('until') ?? Number.POSITIVE_INFINITY;
  const progress = createProgress('Training');
  const rows =
    file === undefined
      ? await rowsOfTable(table ?? '', fromMs, untilMs, options, progress)
      : await rowsOfFile(file, fromMs, untilMs, options, progress);
  if (!rows) return;
  const frauds = rows.labels.reduce((sum, label) => sum + label, 0);
  // In the order of time.
  const [firstMs, lastMs] = [rows.occurredAtMs[0], rows.occurredAtMs[rows.rows - 1]];
  const { model } = await trainModel(rows, {
    source: 'history',
    features: learnableFeatures(featuresOf(options, rows.catalogue).features, firstMs, lastMs),
    seed: options.number('seed', 0, 2 ** 31),
    trainer: trainerOf(options, rows.catalogue),
    fraudWeight: options.number('fraud-weight', 0.001, 1e6),
    createdAtMs: lastMs,
    onProgress: (done, of) => progress.update(done, of, 'growing trees'),
  });
  writeFileSync(output, serializeModel(model));
  progress.end(
    `${model.info.version} from ${rows.rows.toLocaleString('en')} rows with ${frauds.toLocaleString('en')} frauds, in ${output}`,
  );
}

/** Throws InputError where nothing can be learnt of the rows. */
function checkBothKinds({ rows, labels }: TrainingTable, name: string, more = ''): void {
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  if (frauds > 0 && frauds < rows) return;
  throw new InputError(
    `${name}: ${rows} labelled rows with ${frauds} frauds between --from and --until; both kinds are needed.${more}`,
  );
}

async function rowsOfTable(
  folder: string,
  fromMs: number,
  untilMs: number,
  options: Options,
  progress: Progress,
): Promise<TrainingTable> {
  const asked = options.text('catalogue');
  const catalogue =
    asked === undefined ? await catalogueOfTable(folder) : (await catalogueOfFile(asked)).catalogue;
  progress.update(0, 1, 'reading the table');
  const rows = await readTrainingTable(folder, catalogue, fromMs, untilMs);
  checkBothKinds(rows, folder);
  return rows;
}

/** Undefined where no row of it can be used, which is told. */
async function rowsOfFile(
  file: string,
  fromMs: number,
  untilMs: number,
  options: Options,
  progress: Progress,
): Promise<TrainingTable | undefined> {
  const delayMs = options.number('delay-days', 0, 365) * DAY_MS;
  const { mapping, bounds, catalogue, told } = await labelledInput(options, file);
  if (told !== undefined) console.error(told);
  const { batches, seen } = await readLabelled(file, mapping, bounds, (bytes, of) =>
    progress.update(bytes, of, 'reading and computing features'),
  );
  const features = createFeatureReplay(catalogue);
  const builder = createTableBuilder(catalogue);
  reading: for await (const batch of batches) {
    for (const { transaction, fraud } of batch) {
      const at = transaction.occurredAtMs;
      if (at >= untilMs) break reading;
      const vector = features.next(transaction, fraud ? { knownAtMs: at + delayMs } : undefined);
      if (fraud !== undefined && at >= fromMs) builder.add(transaction, vector, fraud);
    }
  }
  if (seen.usable === 0) {
    progress.end('nothing to learn from');
    nothingUsable(file, seen);
    return undefined;
  }
  if (seen.leftOut > 0) console.error(seen.about());
  const rows = builder.finish();
  checkBothKinds(rows, file, ` ${seen.about()}`);
  return rows;
}
