// How the columns of a CSV file become the fields of a transaction: a preset, or a JSON file.
import { readFile } from 'node:fs/promises';
import { isObject, shown } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';
import { readJson } from '../../domain/json-text.ts';
import { fileText } from '../../domain/utf8.ts';

/** Where a field's value comes from. `factor` multiplies numbers (100 turns 12.34 into minor units). */
export type FieldSource =
  | { readonly constant: string | number }
  | {
      readonly column: string;
      readonly factor?: number;
      /** iso (default), epoch_seconds, epoch_milliseconds, or utc (YYYY-MM-DD HH:MM:SS read as UTC) */
      readonly time?: 'iso' | 'epoch_seconds' | 'epoch_milliseconds' | 'utc';
      readonly prefix?: string;
    };

export type Mapping = {
  /** Target field ("accountId", "merchant.id", "location.lat" …) → source. */
  readonly fields: Readonly<Record<string, FieldSource>>;
  readonly label?: { readonly column: string; readonly fraudValue: string };
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
    label: { column: 'tx_fraud', fraudValue: '1' },
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
    const { column, factor, time, prefix } = source;
    if (factor !== undefined && typeof factor !== 'number')
      problems.push(`fields.${field}.factor must be a number.`);
    if (time !== undefined && !(typeof time === 'string' && TIMES.has(time))) {
      problems.push(`fields.${field}.time is ${shown(time)}; it must be one of ${[...TIMES].join(', ')}.`);
    }
    fields[field] = {
      column,
      ...(typeof factor === 'number' && { factor }),
      ...(typeof time === 'string' && { time: time as 'iso' }),
      ...(typeof prefix === 'string' && { prefix }),
    };
  }
  for (const field of REQUIRED) if (!(field in fields)) problems.push(`fields.${field} is required.`);
  let label: Mapping['label'];
  if (isObject(value.label)) {
    const { column, fraudValue } = value.label;
    if (typeof column === 'string') label = { column, fraudValue: String(fraudValue ?? '1') };
    else problems.push('label.column must name a column.');
  }
  if (problems.length > 0) throw new InputError(`${name}: ${problems.join(' ')}`);
  return { fields, ...(label && { label }) };
}
