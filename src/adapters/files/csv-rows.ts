// Makes transactions of the cells of a CSV, as its mapping says: nothing shifts, nothing is guessed, and a bad row costs itself.
import { basename } from 'node:path';
import { maskCardNumbers } from '../../domain/card-number.ts';
import { CURRENCY_CODES, minorPerMajor } from '../../domain/currency.ts';
import { type DataModel, NO_DATA_MODEL } from '../../domain/data-model.ts';
import { shown } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';
import { ownDataOf } from '../../domain/own-data.ts';
import type { Problem } from '../../domain/problem.ts';
import { keptOf } from '../../domain/raw-input.ts';
import { type Bounds, readTransaction } from '../../domain/read-transaction.ts';
import { isSensitiveField, SENSITIVE_FIELD } from '../../domain/sensitive-fields.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { attributeReader, definitionsOf, type TypedColumn } from './attribute-columns.ts';
import { decimal, minorUnits, numbersOf, timesOf } from './cell-values.ts';
import { type FieldSource, type Mapping, NUMBER_FIELDS } from './mapping.ts';

export type InputRow =
  | { readonly ok: true; readonly line: number; readonly transaction: Transaction; readonly fraud?: boolean }
  | {
      readonly ok: false;
      readonly line: number;
      readonly raw: string;
      readonly problems: readonly Problem[];
    };

/** So much of a row is kept with what was wrong with it. */
export const RAW_SHOWN = 500;
const KNOWN_CURRENCIES: ReadonlySet<string> = new Set(CURRENCY_CODES);

/** Where a column stands. Throws InputError where the file has it not, or twice, or may not have it. */
export const columnPositions =
  (header: readonly string[], file: string) =>
  (column: string): number => {
    if (isSensitiveField(column)) throw new InputError(`${file}, column "${column}": ${SENSITIVE_FIELD}`);
    const at = header.indexOf(column);
    if (at < 0)
      throw new InputError(
        `${file} has no column "${column}"; it has ${maskCardNumbers(header.slice(0, 40).join(', '))}.`,
      );
    const second = header.indexOf(column, at + 1);
    if (second >= 0)
      throw new InputError(
        `${file} has two columns "${column}" (the ${at + 1}. and the ${second + 1}.): give them different names.`,
      );
    return at;
  };

/**
 * Makes a row of the cells of a line; `own` are the columns that become attributes. Throws InputError where the file has not the
 * columns that the mapping names, or has one of them twice.
 */
export function rowReader(
  header: readonly string[],
  mapping: Mapping,
  file: string,
  bounds: Bounds,
  own: readonly TypedColumn[] = [],
) {
  const position = columnPositions(header, file);
  const positionOf = (source: FieldSource): number => ('column' in source ? position(source.column) : -1);
  /** Minor units in a unit of the row's currency: 1 where it is none, which is told of the currency. */
  const unitsOf = (field: string): ((record: readonly string[]) => number) => {
    const source = mapping.fields[field];
    if (!source) return () => 1;
    const read = textReader(source, positionOf(source));
    return (record) => {
      const code = String(read(record) ?? '');
      return KNOWN_CURRENCIES.has(code) ? minorPerMajor(code) : 1;
    };
  };
  const readers = Object.entries(mapping.fields).map(([field, source]) => {
    const [parent, child] = field.includes('.') ? field.split('.') : [undefined, field];
    const units = unitsOf(field.startsWith('billing.') ? 'billing.currency' : 'currency');
    return { parent, child, read: valueReader(field, source, positionOf(source), units) };
  });
  const ownReaders = own.map((column) => ({
    name: column.name,
    read: attributeReader(column, unitsOf('currency')),
  }));
  const placeOf = rowPlace(file);
  const held = own.length === 0 ? bounds : { ...bounds, dataModel: withColumns(bounds.dataModel, own) };
  const sensitive = new Set(header.flatMap((name, column) => (isSensitiveField(name) ? [column] : [])));
  const kept = (cells: readonly string[]): string =>
    keptOf(
      cells.map((cell, column) => (sensitive.has(column) ? '' : cell)).join(','),
      RAW_SHOWN,
      bounds.cards,
    );
  const labelAt = mapping.label ? position(mapping.label.column) : -1;
  return (record: readonly string[], line: number): InputRow => {
    const refused = (message: string): InputRow => ({
      ok: false,
      line,
      raw: kept(record),
      problems: [{ pointer: '', message }],
    });
    // With a cell more or less nobody knows which value is which column's.
    if (record.length !== header.length)
      return refused(`The line has ${record.length} cells, the first line ${header.length}.`);
    const label = mapping.label && labelOf(record[labelAt], mapping.label);
    if (typeof label === 'string') return refused(label);
    const value: Record<string, unknown> = {};
    for (const { parent, child, read } of readers) {
      const item = read(record);
      if (item === undefined) continue;
      if (parent === undefined) value[child] = item;
      else {
        value[parent] ??= {};
        (value[parent] as Record<string, unknown>)[child] = item;
      }
    }
    if (!mapping.fields.id) value.id = placeOf(line);
    // An account of its own has no history: what is known of the row is the row.
    if (!mapping.fields.accountId) value.accountId = placeOf(line);
    if (ownReaders.length > 0) {
      const attributes: Record<string, unknown> = {};
      for (const { name, read } of ownReaders) attributes[name] = read(record);
      value.attributes = attributes;
    }
    const parsed = readTransaction(value, held);
    if (!parsed.ok) return { ok: false, line, raw: kept(record), problems: parsed.problems };
    return { ok: true, line, transaction: parsed.value, ...label };
  };
}

/** Cells that do not fit what their column holds are told as those of declared fields are. */
function withColumns(dataModel: DataModel = NO_DATA_MODEL, own: readonly TypedColumn[]): DataModel {
  const declared = ownDataOf(dataModel).fields;
  const found = definitionsOf(own.filter(({ name }) => !declared.has(name)));
  return { ...dataModel, fields: [...dataModel.fields, ...found] };
}

const LONGEST_FILE_NAME = 80;

/** Names a row by its file and line, where nothing in it does. */
function rowPlace(file: string): (line: number) => string {
  const name = basename(file)
    .replaceAll(/[^A-Za-z0-9._-]+/g, '_')
    .slice(0, LONGEST_FILE_NAME);
  return (line) => `${maskCardNumbers(name)}:${line}`;
}

/** What a label says; nothing where it is unknown, and a sentence where nobody said what it means. */
function labelOf(cell: string, label: NonNullable<Mapping['label']>): { readonly fraud?: boolean } | string {
  const value = cell.trim();
  if (label.fraudValues.includes(value)) return { fraud: true };
  if (label.genuineValues.includes(value)) return { fraud: false };
  if (label.unknownValues.includes(value)) return {};
  return (
    `${label.column} is ${shown(cell)}; it means fraud as ${label.fraudValues.join(', ')}, genuine as ${label.genuineValues.join(', ')}, ` +
    `and nothing as ${label.unknownValues.map((one) => one || 'an empty cell').join(', ')}.`
  );
}

type ValueReader = (record: readonly string[]) => unknown;

function textReader(source: FieldSource, at: number): ValueReader {
  if ('constant' in source) return () => source.constant;
  const { prefix, values } = source;
  return (record) => {
    const text = record[at];
    if (text === undefined || text === '') return undefined;
    const said = values && Object.hasOwn(values, text.trim()) ? values[text.trim()] : text;
    return prefix === undefined ? said : prefix + said;
  };
}

function valueReader(
  field: string,
  source: FieldSource,
  at: number,
  unitsOf: (record: readonly string[]) => number,
): ValueReader {
  if ('constant' in source) return () => source.constant;
  const { factor = 1 } = source;
  if (field === 'occurredAt') {
    const toTime = timesOf(source);
    return (record) => {
      const text = record[at];
      return text === undefined || text === '' ? undefined : toTime(text);
    };
  }
  if (NUMBER_FIELDS.has(field)) {
    const toNumber = numbersOf(source.decimal);
    return (record) => {
      const text = record[at];
      if (text === undefined || text.trim() === '') return undefined;
      const times = factor === 'currency' ? unitsOf(record) : factor;
      const plain = toNumber(text.trim());
      if (plain === undefined) return text.trim();
      return field.endsWith('amountMinor') ? minorUnits(plain, times) : decimal(plain, times);
    };
  }
  return textReader(source, at);
}
