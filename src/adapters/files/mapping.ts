// How the columns of a CSV file become the fields of a transaction: a preset, or a JSON file.
import { readFile } from 'node:fs/promises';
import { attributeNameProblem } from '../../domain/attributes.ts';
import { FIELD_TYPES, type FieldType } from '../../domain/data-model.ts';
import { isObject, shown } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';
import { parseIsoTime } from '../../domain/iso-time.ts';
import { readJson } from '../../domain/json-text.ts';
import { fileText } from '../../domain/utf8.ts';
import { wordSimilarity } from '../../lists/word-fit.ts';
import { DATE_ORDERS, zoneProblem } from './local-times.ts';

export const TIME_KINDS = [
  'iso',
  'utc',
  'epoch_seconds',
  'epoch_milliseconds',
  'seconds_since',
  'minutes_since',
  'hours_since',
  'days_since',
  ...DATE_ORDERS,
] as const;
export type TimeKind = (typeof TIME_KINDS)[number];

export const DECIMAL_MARKS = ['.', ','] as const;
export type DecimalMark = (typeof DECIMAL_MARKS)[number];

/**
 * Where a field's value comes from. `factor` multiplies numbers: 100 turns 12.34 into minor units, 'currency' by as many as the
 * row's currency has.
 */
export type FieldSource =
  | { readonly constant: string | number }
  | {
      readonly column: string;
      readonly factor?: number | 'currency';
      /**
       * iso (default), epoch_seconds, epoch_milliseconds, utc (YYYY-MM-DD HH:MM[:SS] read as UTC), numbers since `startMs`, or day,
       * month and year in an order, by the clocks of `zone`.
       */
      readonly time?: TimeKind;
      readonly startMs?: number;
      readonly zone?: string;
      /** What stands before the fraction of a number; thousands may be set apart where it is said. */
      readonly decimal?: DecimalMark;
      readonly prefix?: string;
      /** What a cell stands for; a cell that is not in it is taken as it is. */
      readonly values?: Readonly<Record<string, string>>;
    };

/** Where an own field comes from; where no type is said, it is found by looking at the first rows. */
export type AttributeSource = FieldSource & { readonly type?: FieldType };

export type AttributeMapping = {
  /** By the name in `attributes`. */
  readonly named: Readonly<Record<string, AttributeSource>>;
  /** Whether every column that no field takes is one too. */
  readonly takesRest: boolean;
};

export type Mapping = {
  /**
   * Target field ("accountId", "merchant.id", "location.lat" …) → source. Where there is no id, or no account, the place of the
   * row in its file stands for it.
   */
  readonly fields: Readonly<Record<string, FieldSource>>;
  readonly attributes?: AttributeMapping;
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
const TIMES: ReadonlySet<string> = new Set(TIME_KINDS);
const REQUIRED = ['occurredAt', 'amountMinor', 'currency', 'type'];
const TYPES: ReadonlySet<string> = new Set(FIELD_TYPES);
const SOURCE_KEYS = ['column', 'constant', 'factor', 'time', 'start', 'zone', 'decimal', 'prefix', 'values'];
const ORDERS: ReadonlySet<unknown> = new Set(DATE_ORDERS);
/** Stands for every column that no field takes. */
const REST = 'rest';
const REST_TOO = '*';

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

/** Problems with the keys of one source, told where it stands. */
type Told = { readonly at: string; readonly problems: string[] };

/** The source of a field or attribute; undefined where it is none, which is told. */
function parseSource(
  source: unknown,
  keys: readonly string[],
  { at, problems }: Told,
): FieldSource | undefined {
  if (!isObject(source)) {
    problems.push(`${at} needs a "column" or a "constant".`);
    return undefined;
  }
  const { constant, column } = source;
  if (typeof constant === 'string' || typeof constant === 'number') return { constant };
  if (typeof column !== 'string') {
    problems.push(`${at} needs a "column" or a "constant".`);
    return undefined;
  }
  onlyKnown(source, keys, `${at}.`, problems);
  const { factor, prefix, values, decimal } = source;
  const mark = DECIMAL_MARKS.find((one) => one === decimal);
  if (decimal !== undefined && !mark)
    problems.push(`${at}.decimal is ${shown(decimal)}; it must be "." or ",".`);
  if (factor !== undefined && !isFactor(factor))
    problems.push(`${at}.factor is ${shown(factor)}; it must be a number, or "currency".`);
  const isTable = isObject(values) && Object.values(values).every((one) => typeof one === 'string');
  if (values !== undefined && !isTable)
    problems.push(`${at}.values must say what cells stand for, such as {"CASH_OUT": "withdrawal"}.`);
  return {
    column,
    ...(isFactor(factor) && { factor }),
    ...parseTime(source, { at, problems }),
    ...(mark && { decimal: mark }),
    ...(typeof prefix === 'string' && { prefix }),
    ...(isTable && { values: values as Record<string, string> }),
  };
}

/** How a time is written, and since when it is counted. */
function parseTime(
  source: Record<string, unknown>,
  { at, problems }: Told,
): Pick<Exclude<FieldSource, { constant: unknown }>, 'time' | 'startMs' | 'zone'> {
  const { time, start, zone } = source;
  if (time !== undefined && !(typeof time === 'string' && TIMES.has(time))) {
    problems.push(`${at}.time is ${shown(time)}; it must be one of ${TIME_KINDS.join(', ')}.`);
    return {};
  }
  const counts = typeof time === 'string' && time.endsWith('_since');
  const startMs = typeof start === 'string' ? parseIsoTime(start) : undefined;
  if (counts && startMs === undefined)
    problems.push(`${at}.start must say since when ${time} counts, such as "2013-09-01T00:00:00Z".`);
  if (!counts && start !== undefined)
    problems.push(`${at}.start is for times that count since it (hours_since).`);
  if (ORDERS.has(time)) {
    const wrong =
      typeof zone === 'string' ? zoneProblem(zone) : 'it must say by whose clocks, such as "Europe/Berlin"';
    if (wrong !== undefined)
      problems.push(`${at}.zone is ${zone === undefined ? 'missing' : shown(zone)}; ${wrong}.`);
  } else if (zone !== undefined) {
    problems.push(`${at}.zone is for times that say none (${DATE_ORDERS.join(', ')}).`);
  }
  return {
    ...(typeof time === 'string' && { time: time as TimeKind }),
    ...(startMs !== undefined && { startMs }),
    ...(typeof zone === 'string' && { zone }),
  };
}

function parseFields(value: Record<string, unknown>, problems: string[]): Record<string, FieldSource> {
  const fields: Record<string, FieldSource> = {};
  for (const [field, given] of Object.entries(value)) {
    if (!FIELDS.has(field)) {
      problems.push(
        `fields.${field} is not a transaction field (known: ${[...FIELDS].join(', ')}); fields of your own belong into attributes.`,
      );
      continue;
    }
    const at = `fields.${field}`;
    const source = parseSource(given, SOURCE_KEYS, { at, problems });
    if (!source) continue;
    if ('column' in source && source.factor === 'currency' && !field.endsWith('amountMinor'))
      problems.push(`${at}.factor can be "currency" for amounts only.`);
    fields[field] = source;
  }
  for (const field of REQUIRED) if (!(field in fields)) problems.push(`fields.${field} is required.`);
  return fields;
}

function parseAttributes(value: unknown, problems: string[]): AttributeMapping | undefined {
  if (value === undefined) return undefined;
  if (value === REST) return { named: {}, takesRest: true };
  if (!isObject(value)) {
    problems.push(`attributes must be "${REST}", or an object that says a column for each name.`);
    return undefined;
  }
  const named: Record<string, AttributeSource> = {};
  for (const [name, given] of Object.entries(value)) {
    if (name === REST_TOO) {
      if (given !== REST) problems.push(`attributes.${REST_TOO} can be "${REST}" alone.`);
      continue;
    }
    const problem = attributeNameProblem(name);
    const at = `attributes.${name}`;
    if (problem !== undefined) problems.push(`${at}: ${problem}`);
    const source = parseSource(given, [...SOURCE_KEYS, 'type'], { at, problems });
    const type = isObject(given) ? given.type : undefined;
    const isType = typeof type === 'string' && TYPES.has(type) && type !== 'place';
    if (type !== undefined && !isType) {
      const types = FIELD_TYPES.filter((one) => one !== 'place').join(', ');
      problems.push(
        `${at}.type is ${shown(type)}; it must be one of ${types}. A place is name.lat and name.lon, numbers.`,
      );
    }
    if (source) named[name] = { ...source, ...(isType && { type: type as FieldType }) };
  }
  return { named, takesRest: value[REST_TOO] === REST };
}

export function parseMapping(value: unknown, name: string): Mapping {
  const problems: string[] = [];
  if (!isObject(value) || !isObject(value.fields)) {
    throw new InputError(
      `${name}: a mapping is an object {"fields": {…}, "attributes": {…}, "label": {…}}; see docs/data.md.`,
    );
  }
  const fields = parseFields(value.fields, problems);
  const attributes = parseAttributes(value.attributes, problems);
  let label: Mapping['label'];
  if (isObject(value.label)) {
    label = labelMapping(value.label, problems);
  }
  onlyKnown(value, ['fields', 'attributes', 'label', 'delimiter'], '', problems);
  const { delimiter } = value;
  const isDelimiter = typeof delimiter === 'string' && delimiter.length === 1 && !/["\r\n]/.test(delimiter);
  if (delimiter !== undefined && !isDelimiter)
    problems.push(`delimiter is ${shown(delimiter)}; it must be one character, such as ";".`);
  if (problems.length > 0) throw new InputError(`${name}: ${problems.join(' ')}`);
  return {
    fields,
    ...(attributes && { attributes }),
    ...(label && { label }),
    ...(isDelimiter && { delimiter }),
  };
}
