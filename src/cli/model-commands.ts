// ./goshawk model import | export | file | show: models as files, from and to other programs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readCheckRows } from '../adapters/files/check-rows.ts';
import { loadModelFile } from '../adapters/files/model-file.ts';
import { InputError } from '../domain/input-error.ts';
import { fileText } from '../domain/utf8.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { FEATURE_SETS, featuresOfSet } from '../features/sets.ts';
import { STANDARD } from '../features/standard.ts';
import { writeOnnx } from '../models/exchange/write-onnx.ts';
import { checksum, serializeModel } from '../models/model.ts';
import { modelCard } from '../models/model-card.ts';
import { systemClock } from '../ports/clock.ts';
import { importModel } from '../runtimes/import-model.ts';
import { catalogueOfTable } from '../runtimes/table-catalogue.ts';
import { readTrainingTable } from '../runtimes/table-file.ts';
import { catalogueOfFile } from './catalogue-file.ts';
import { deskAt, URL_OPTION } from './desk-api.ts';
import { helpText, type OptionSpec, type Options, readOptions } from './options.ts';

const HELP: OptionSpec = { type: 'boolean', help: 'show this text' };
const OUTPUT: OptionSpec = { type: 'string', value: 'FILE', help: 'file to write; must not be there yet' };

type Action = {
  readonly usage: string;
  readonly about: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly run: (options: Options, file: string) => Promise<void>;
};

const ACTIONS: Readonly<Record<string, Action>> = {
  import: {
    usage: './goshawk model import FILE --output FILE [options]',
    about:
      'Makes a model of XGBoost (JSON or UBJ), LightGBM (text) or ONNX (tree ensembles) one of ours.\n' +
      'FILE.check.csv beside it holds rows of its features, with what it said of them in the column "prediction":\n' +
      'a model that says anything else here, to 1e-6, is refused.',
    options: {
      output: OUTPUT,
      check: { type: 'string', value: 'FILE', help: 'the rows to check against, where they are elsewhere' },
      features: {
        type: 'string',
        value: 'NAMES',
        help: 'names of its columns where the file has none: with commas between, or a set of the catalogue',
      },
      table: {
        type: 'string',
        value: 'DIR',
        help: 'labelled table (spark backfill) later than its training: chooses thresholds, measures quality',
      },
      catalogue: {
        type: 'string',
        value: 'FILE',
        help: 'catalogue document whose features it has; without it that of the table, or of the program',
      },
      calibrate: { type: 'boolean', help: 'with --table: make probabilities of its scores' },
      review: {
        type: 'string',
        value: 'P',
        default: '0.5',
        help: 'without --table: review from this score on',
      },
      decline: {
        type: 'string',
        value: 'P',
        default: '0.9',
        help: 'without --table: decline from this score on',
      },
      help: HELP,
    },
    run: importAction,
  },
  export: {
    usage: './goshawk model export MODEL --output FILE.onnx',
    about: 'Writes a model as ONNX: its trees and its calibration, to the same scores.',
    options: { output: OUTPUT, help: HELP },
    run: async (options, file) => {
      const output = newFile(options);
      const model = await loadModelFile(file);
      writeFileSync(output, writeOnnx(model));
      console.log(
        `${model.info.version} in ${output}: input "features", ${model.info.features.length} doubles in the order of its feature_names`,
      );
    },
  },
  file: {
    usage: './goshawk model file MODEL --who NAME [options]',
    about: 'Files a model with a running desk, as a candidate.',
    options: {
      url: URL_OPTION,
      who: { type: 'string', value: 'NAME', help: 'who does it; kept with the model' },
      notes: { type: 'string', value: 'TEXT', default: '', help: 'what it is; kept with the model' },
      help: HELP,
    },
    run: async (options, file) => {
      const who = options.text('who');
      if (!who) throw new InputError('--who is required: your name, kept with the model.');
      const model = await loadModelFile(file);
      const filed = await deskAt(options.text('url') ?? URL_OPTION.default).call('fileModel', {
        query: { who, notes: options.text('notes') ?? '' },
        type: 'application/octet-stream',
        body: serializeModel(model),
      });
      console.log(`${filed.version} is filed: ${filed.state}.`);
    },
  },
  show: {
    usage: './goshawk model show MODEL',
    about:
      'Prints the card of a model: what it is, what it was trained on, and how good it was on later data.',
    options: { help: HELP },
    run: async (_, file) => {
      const model = await loadModelFile(file);
      console.log(modelCard(model, checksum(fileText(readFileSync(file), file))));
    },
  },
};

export async function modelCommand(args: readonly string[]): Promise<void> {
  const [name = '--help', ...rest] = args;
  if (!Object.hasOwn(ACTIONS, name)) {
    const usage = Object.values(ACTIONS).map((action) => `  ${action.usage}`);
    const text = ['Usage:', ...usage, '', 'Each has --help.'].join('\n');
    if (name === '--help' || name === 'help') return console.log(text);
    throw new InputError(`There is no "model ${name}".\n${text}`);
  }
  const action = ACTIONS[name];
  const options = readOptions(`model ${name}`, rest, action.options);
  if (options.flag('help')) return console.log(helpText(action.usage, action.about, action.options));
  const [file, ...more] = options.positionals;
  if (file === undefined || more.length > 0) throw new InputError(`One file is wanted: ${action.usage}`);
  await action.run(options, file);
}

function newFile(options: Options): string {
  const output = options.text('output');
  if (!output) throw new InputError('--output is required: the file to write.');
  if (existsSync(output))
    throw new InputError(`${output} is there already; name another file, or remove it.`);
  return output;
}

function namesOf(text: string | undefined, catalogue: Catalogue): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const set = FEATURE_SETS.find((name) => name === text);
  if (set) return featuresOfSet(set, catalogue);
  return text.split(',').map((name) => name.trim());
}

async function catalogueOfImport(file: string | undefined, table: string | undefined): Promise<Catalogue> {
  if (file !== undefined) return (await catalogueOfFile(file)).catalogue;
  return table === undefined ? STANDARD : catalogueOfTable(table);
}

async function importAction(options: Options, file: string): Promise<void> {
  const output = newFile(options);
  if (!existsSync(file)) throw new InputError(`${file}: no such file.`);
  const check = options.text('check') ?? `${file}.check.csv`;
  if (!existsSync(check)) {
    throw new InputError(
      `${check} is not there: rows of the model's features with its own predictions, to check the import against. See ./goshawk model import --help`,
    );
  }
  const review = options.number('review', 0, 1);
  const decline = options.number('decline', review, 1);
  const table = options.text('table');
  if (options.flag('calibrate') && table === undefined) throw new InputError('--calibrate needs --table.');
  const catalogue = await catalogueOfImport(options.text('catalogue'), table);
  const { model, checked, largestDifference, notChecked } = importModel({
    catalogue,
    bytes: readFileSync(file),
    featureNames: namesOf(options.text('features'), catalogue),
    check: await readCheckRows(check),
    thresholds: { review, decline },
    table:
      table === undefined
        ? undefined
        : await readTrainingTable(table, catalogue, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
    calibrated: options.flag('calibrate'),
    createdAtMs: systemClock.nowMs(),
  });
  writeFileSync(output, serializeModel(model));
  const { version, thresholds, heldOut } = model.info;
  console.log(
    `${version} in ${output}: ${checked} rows checked, the largest difference ${largestDifference.toExponential(1)}; ` +
      `review from ${thresholds.review.toFixed(4)}, decline from ${thresholds.decline.toFixed(4)}` +
      (heldOut ? `; average precision ${heldOut.averagePrecision.toFixed(3)} on later rows` : ''),
  );
  for (const sentence of notChecked) console.error(`goshawk: warning: ${sentence}`);
}
