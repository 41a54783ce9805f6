// How the columns of a CSV file become the fields of a transaction: a preset, or a JSON file.
import { readFile } from 'node:fs/promises';
import { isObject, shown } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';
import { readJson } from '../../domain/json-text.ts';
import { fileText } from '../../domain/utf8.ts';
import { wordSimilarity } from '../../lists/word-fit.ts';

/**
 * Where a field's value comes from. `factor` multiplies numbers: 100 turns 12.34 into minor units, 'currency' by as many as the
 * row's currency has.
 */
export type FieldSource =
  | { readonly constant: string | number }
  | {
      readonly column: string;
      readonly factor?: number | 'currency';
      /** iso (default), epoch_seconds, epoch_milliseconds, or utc (YYYY-MM-DD HH:MM:SS read as UTC) */
      readonly time?: 'iso' | 'epoch_seconds' | 'epoch_milliseconds' | 'utc';
      readonly prefix?: string;
    };

export type Mapping = {
  /** Target field ("accountId", "merchant.id", "location.lat" …) → source. */
  readonly fields: Readonly<Record<string, FieldSource>>;
  /** Which column says what a row turned out to be, and by which values. */
  readonly label?: {
    readonly column: string;
    readonly fraudValues: readonly string[];
    readonly genuineValues: readonly string[];
    readonly unknownValues: readonly string[];
  };
  /** What stands between cells, where it is not seen from the first line. */
  readonly delimiter?: string;
};

const FIELDS = new Set([
  'id', 'accountId', 'occurredAt', 'amountMinor', 'currency', 'type', 'channel', 'merchant.id', 'merchant.name',
  'merchant.mcc', 'country', 'city', 'location.lat', 'location.lon', 'deviceId', 'ip', 'counterpartyId', 'counterpartyName',
  'billing.amountMinor', 'billing.currency',
]); // biome-ignore format: a list
export const NUMBER_FIELDS = new Set(['amountMinor', 'billing.amountMinor', 'location.lat', 'location.lon']);
const TIMES = new Set(['iso', 'epoch_seconds', 'epoch_milliseconds', 'utc']);
const REQUIRED = ['id', 'accountId', 'occurredAt', 'amountMinor', 'currency', 'type'];

const PRESETS: Readonly<Record<string, Mapping>> = {
  handbook: {
    fields: {
      id: { column: 'transaction_id' },
      accountId: { column: 'customer_id' },
      occurredAt: { column: 'tx_datetime' },
      amountMinor: { column: 'tx_amount', factor: 100 },
      currency: { constant: 'EUR' },
      type: { constant: 'purchase' },
      'merchant.id': { column: 'terminal_id' },
    },
    label: { column: 'tx_fraud', fraudValues: ['1'], genuineValues: ['0'], unknownValues: [''] },
  },
};

/** A mapping by preset name or from a JSON file. */
export async function loadMapping(nameOrFile: string): Promise<Mapping> {
  const preset = Object.hasOwn(PRESETS, nameOrFile) ? PRESETS[nameOrFile] : undefined;
  if (preset) return preset;
  const bytes = await readFile(nameOrFile).catch(() => {
    throw new InputError(
      `--mapping ${nameOrFile}: neither a preset (${Object.keys(PRESETS).join(', ')}) nor a readable JSON file.`,
    );
  });
  const read = readJson(fileText(bytes, nameOrFile));
  if (!read.ok) throw new InputError(`${nameOrFile}: ${read.problems[0].message}`);
  return parseMapping(read.value, nameOrFile);
}

/** Values that mean the opposite of what means fraud, where nobody says which do. */
const OPPOSITES: Readonly<Record<string, string>> = {
  '1': '0',
  true: 'false',
  True: 'False',
  TRUE: 'FALSE',
  yes: 'no',
  Yes: 'No',
  Y: 'N',
  y: 'n',
  fraud: 'genuine',
};

function textsOf(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? value : [value];
  return list.every((one) => ['string', 'number', 'boolean'].includes(typeof one))
    ? list.map(String)
    : undefined;
}

function labelMapping(label: Record<string, unknown>, problems: string[]): Mapping['label'] {
  onlyKnown(label, ['column', 'fraudValue', 'genuineValue', 'unknownValue'], 'label.', problems);
  const { column, fraudValue = '1', unknownValue = '' } = label;
  const fraudValues = textsOf(fraudValue);
  const opposites = (fraudValues ?? []).flatMap((one) => OPPOSITES[one] ?? []);
  const genuineValues = label.genuineValue === undefined ? opposites : textsOf(label.genuineValue);
  const unknownValues = textsOf(unknownValue);
  if (typeof column !== 'string') problems.push('label.column must name a column.');
  if (!fraudValues || !genuineValues || !unknownValues)
    problems.push('label.fraudValue, genuineValue and unknownValue are a value each, or a list of values.');
  else if (genuineValues.length === 0)
    problems.push(
      `label.genuineValue must say which values mean genuine, since ${fraudValues.join(', ')} does not.`,
    );
  if (typeof column !== 'string' || !fraudValues || !genuineValues || !unknownValues) return undefined;
  return { column, fraudValues, genuineValues, unknownValues };
}

/** A key that is not known is mostly a slip: it is told with the one that is nearest. */
function onlyKnown(
  value: Record<string, unknown>,
  known: readonly string[],
  at: string,
  problems: string[],
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const near = known.find((one) => wordSimilarity(key.toLowerCase(), one.toLowerCase()) > 0.8);
    problems.push(
      `${at}${shown(key).slice(1, -1)} is not known${near ? `; did you mean ${near}?` : ` (known: ${known.join(', ')}).`}`,
    );
  }
}

const isFactor = (value: unknown): value is number | 'currency' =>
  value === 'currency' || (typeof value === 'number' && Number.isFinite(value) && value !== 0);

export function parseMapping(value: unknown, name: string): Mapping {
  const problems: string[] = [];
  if (!isObject(value) || !isObject(value.fields)) {
    throw new InputError(
      `${name}: a mapping is an object {"fields": {…}, "label": {…}}; see docs/replay.md.`,
    );
  }
  const fields: Record<string, FieldSource> = {};
  for (const [field, source] of Object.entries(value.fields)) {
    if (!FIELDS.has(field)) {
      problems.push(`fields.${field} is not a transaction field (known: ${[...FIELDS].join(', ')}).`);
      continue;
    }
    if (isObject(source) && (typeof source.constant === 'string' || typeof source.constant === 'number')) {
      fields[field] = { constant: source.constant };
      continue;
    }
    if (!isObject(source) || typeof source.column !== 'string') {
      problems.push(`fields.${field} needs a "column" or a "constant".`);
      continue;
    }
    onlyKnown(source, ['column', 'factor', 'time', 'prefix'], `fields.${field}.`, problems);
    const { column, factor, time, prefix } = source;
    if (factor !== undefined && !isFactor(factor))
      problems.push(`fields.${field}.factor is ${shown(factor)}; it must be a number, or "currency".`);
    if (factor === 'currency' && !field.endsWith('amountMinor'))
      problems.push(`fields.${field}.factor can be "currency" for amounts only.`);
    if (time !== undefined && !(typeof time === 'string' && TIMES.has(time))) {
      problems.push(`fields.${field}.time is ${shown(time)}; it must be one of ${[...TIMES].join(', ')}.`);
    }
    fields[field] = {
      column,
      ...(isFactor(factor) && { factor }),
      ...(typeof time === 'string' && { time: time as 'iso' }),
      ...(typeof prefix === 'string' && { prefix }),
    };
  }
  for (const field of REQUIRED) if (!(field in fields)) problems.push(`fields.${field} is required.`);
  let label: Mapping['label'];
  if (isObject(value.label)) {
    label = labelMapping(value.label, problems);
  }
  onlyKnown(value, ['fields', 'label', 'delimiter'], '', problems);
  const { delimiter } = value;
  const isDelimiter = typeof delimiter === 'string' && delimiter.length === 1 && !/["\r\n]/.test(delimiter);
  if (delimiter !== undefined && !isDelimiter)
    problems.push(`delimiter is ${shown(delimiter)}; it must be one character, such as ";".`);
  if (problems.length > 0) throw new InputError(`${name}: ${problems.join(' ')}`);
  return { fields, ...(label && { label }), ...(isDelimiter && { delimiter }) };
}
