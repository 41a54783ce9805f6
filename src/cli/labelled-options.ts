// Which labelled file a command learns or measures from, what its columns are, and by which catalogue features are computed of it.
import { loadMapping, type Mapping } from '../adapters/files/mapping.ts';
import { attributesOfFile, openTransactions } from '../adapters/files/read-transactions.ts';
import { ownDataOf } from '../domain/own-data.ts';
import type { Bounds } from '../domain/read-transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { maxAmountMinor } from '../runtimes/amount-limit.ts';
import { cardsOfFiles } from '../runtimes/card-settings.ts';
import { catalogueOfColumns } from '../runtimes/labelled-file.ts';
import { localTimeAsked, TIME_ZONE_SPEC } from '../runtimes/local-time.ts';
import type { RowsSeen } from '../runtimes/rows-seen.ts';
import { catalogueOfFile } from './catalogue-file.ts';
import { USAGE_EXIT_CODE } from './last-resort.ts';
import { MONEY_SPECS, moneyOf } from './money-options.ts';
import type { OptionSpec, Options } from './options.ts';

export const PRESET_MAPPING = 'handbook';

export const LABELLED_SPECS: Readonly<Record<string, OptionSpec>> = {
  data: { type: 'string', value: 'FILE', help: 'CSV (.gz) with a label column, or NDJSON with "fraud"' },
  mapping: { type: 'string', value: 'M', help: `preset (${PRESET_MAPPING}, where not said) or JSON file` },
  catalogue: {
    type: 'string',
    value: 'FILE',
    help: 'catalogue document; without it that of the program, and the own columns of the mapping',
  },
  ...MONEY_SPECS,
  'time-zone': TIME_ZONE_SPEC,
};

export type LabelledInput = {
  readonly file: string;
  readonly mapping: Mapping;
  readonly mappingName: string;
  readonly bounds: Bounds;
  readonly catalogue: Catalogue;
  /** What the columns of the file became, where they are own fields. */
  readonly told: string | undefined;
};

/** Throws InputError. */
export async function labelledInput(options: Options, file: string): Promise<LabelledInput> {
  const mappingName = options.text('mapping') ?? PRESET_MAPPING;
  const mapping = await loadMapping(mappingName);
  const document = options.text('catalogue');
  const { catalogue, told } =
    document === undefined
      ? await catalogueOfColumns(file, mapping)
      : await catalogueAsWritten(document, file, mapping);
  const offsetAt = localTimeAsked(options.text('time-zone'));
  const bounds: Bounds = {
    nowMs: Date.now(),
    maxAmountMinor: maxAmountMinor(process.env),
    cards: cardsOfFiles(process.env),
    dataModel: catalogue.data,
    ...(offsetAt && { offsetAt }),
  };
  const money = await moneyOf(options, () => openTransactions(file, mapping, bounds));
  return { file, mapping, mappingName, bounds: { ...bounds, money }, catalogue, told };
}

async function catalogueAsWritten(
  document: string,
  file: string,
  mapping: Mapping,
): Promise<{ catalogue: Catalogue; told: string | undefined }> {
  const { catalogue } = await catalogueOfFile(document);
  return { catalogue, told: await undeclaredColumns(document, catalogue, file, mapping) };
}

/** What is said of own columns of a file that a catalogue, called `name`, does not declare; nothing where there is none. */
export async function undeclaredColumns(
  name: string,
  { data }: Catalogue,
  file: string,
  mapping: Mapping,
): Promise<string | undefined> {
  const { fields } = ownDataOf(data);
  const unknown = (await attributesOfFile(file, mapping, data)).filter((field) => !fields.has(field.name));
  if (unknown.length === 0) return undefined;
  const shown = unknown.slice(0, 12).map((field) => field.name);
  const more = unknown.length > 12 ? ` and ${unknown.length - 12} more` : '';
  return `${name} declares no ${shown.join(', ')}${more}: no feature sees them.`;
}

/** Nothing was there that another try with the same file and options would find. */
export function nothingUsable(file: string, seen: RowsSeen): void {
  console.error(`goshawk: ${file} has no row that can be used with a label. ${seen.about()}`);
  process.exitCode = USAGE_EXIT_CODE;
}
