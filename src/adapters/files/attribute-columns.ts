// Own fields out of a CSV: which columns they are, what each holds, and how its cells are read.
import { attributeNameOf } from '../../domain/attribute-names.ts';
import { MAX_ATTRIBUTES } from '../../domain/attributes.ts';
import type { DataModel, FieldDefinition, FieldType } from '../../domain/data-model.ts';
import { InputError } from '../../domain/input-error.ts';
import { type DeclaredField, ownDataOf } from '../../domain/own-data.ts';
import { isSensitiveField } from '../../domain/sensitive-fields.ts';
import { float, isFloat, minorUnits, numbersOf, timesOf } from './cell-values.ts';
import type { AttributeSource, Mapping } from './mapping.ts';

/** So many rows are looked at to find what a column holds. */
export const ROWS_LOOKED_AT = 5000;
/** As many different values as a category has at most. */
const MAX_CATEGORY = 100;
/** Cells that say nothing. */
const NOTHING = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-']);
const TRUE = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', '0']);
/** Whole numbers from here on are names of something: accounts, cards. */
const LARGEST_AMOUNT_OF_SOMETHING = 1e12;

export type AttributeColumn = {
  readonly name: string;
  /** -1 for a constant. */
  readonly at: number;
  readonly source: AttributeSource;
};

/** Own fields of a file with what they hold. */
export type TypedColumn = AttributeColumn & { readonly type: FieldType };

/** Which own fields a file has, by its first line. Throws InputError where there are too many. */
export function attributeColumns(
  header: readonly string[],
  mapping: Mapping,
  file: string,
  position: (column: string) => number,
): readonly AttributeColumn[] {
  const { attributes } = mapping;
  if (!attributes) return [];
  const named = Object.entries(attributes.named).map(([name, source]) => ({
    name,
    at: 'column' in source ? position(source.column) : -1,
    source,
  }));
  if (!attributes.takesRest) return named;
  const taken = takenColumns(mapping);
  const names = new Set(named.map(({ name }) => name));
  const rest = header.flatMap((column, at) => {
    // What may not be kept is no field of anybody's.
    if (taken.has(column) || isSensitiveField(column)) return [];
    const name = attributeNameOf(column, at, names);
    names.add(name);
    return [{ name, at, source: { column } }];
  });
  const all = [...named, ...rest];
  if (all.length <= MAX_ATTRIBUTES) return all;
  throw new InputError(
    `${file} has ${all.length} columns that no field takes; ${MAX_ATTRIBUTES} attributes are allowed: name those that matter under "attributes".`,
  );
}

function takenColumns({ fields, label, attributes }: Mapping): ReadonlySet<string> {
  const sources = [...Object.values(fields), ...Object.values(attributes?.named ?? {})];
  const columns = sources.flatMap((source) => ('column' in source ? [source.column] : []));
  return new Set(label ? [...columns, label.column] : columns);
}

/** What the columns hold: as the mapping says, else as the data model does, else as the first rows look. */
export function typedColumns(
  columns: readonly AttributeColumn[],
  rows: readonly (readonly string[])[],
  dataModel: DataModel | undefined,
): readonly TypedColumn[] {
  const declared = dataModel && ownDataOf(dataModel).fields;
  return columns.map((column) => {
    const { source, name, at } = column;
    const type =
      source.type ??
      declaredType(declared?.get(name)) ??
      ('column' in source ? (source.time ? 'time' : found(rows, at)) : typeOfConstant(source.constant));
    return { ...column, type };
  });
}

/** A part of a place is a number. */
const declaredType = (field: DeclaredField | undefined): FieldType | undefined =>
  field?.kind === 'place' ? 'number' : field?.definition.type;

const typeOfConstant = (constant: string | number): FieldType =>
  typeof constant === 'number' ? 'number' : 'category';

function found(rows: readonly (readonly string[])[], at: number): FieldType {
  const values = new Set<string>();
  let numbers = true;
  let truths = true;
  let filled = 0;
  for (const row of rows) {
    const cell = (row[at] ?? '').trim();
    if (NOTHING.has(cell.toLowerCase())) continue;
    filled++;
    if (values.size <= MAX_CATEGORY) values.add(cell);
    numbers &&=
      isFloat(cell) &&
      !(Number.isInteger(Number(cell)) && Math.abs(Number(cell)) >= LARGEST_AMOUNT_OF_SOMETHING);
    truths &&= /^(true|false)$/i.test(cell);
  }
  if (filled === 0) return 'text';
  if (truths) return 'boolean';
  if (numbers) return 'number';
  return values.size <= MAX_CATEGORY && values.size <= filled / 2 ? 'category' : 'text';
}

/** How the cells of a column become a value; undefined where a cell says nothing. A cell that does not fit is given as it stands, to be told. */
export function attributeReader(
  { at, source, type }: TypedColumn,
  unitsOf: (record: readonly string[]) => number,
): (record: readonly string[]) => unknown {
  if ('constant' in source) return () => source.constant;
  const { factor = 1, prefix = '', values } = source;
  const toNumber = numbersOf(source.decimal);
  const toTime = timesOf(source);
  return (record) => {
    const text = (record[at] ?? '').trim();
    if (NOTHING.has(text.toLowerCase())) return undefined;
    const said = values && Object.hasOwn(values, text) ? values[text] : text;
    switch (type) {
      case 'number':
      case 'money': {
        const plain = toNumber(said);
        if (plain === undefined) return said;
        const times = factor === 'currency' ? unitsOf(record) : factor;
        return type === 'money' ? minorUnits(plain, times) : float(plain, times);
      }
      case 'boolean':
        return truth(said);
      case 'time':
        return toTime(said);
      default:
        return prefix + said;
    }
  };
}

function truth(text: string): boolean | string {
  const small = text.toLowerCase();
  return TRUE.has(small) ? true : FALSE.has(small) ? false : text;
}

/** Own fields of a file as a data model declares them; whoever measures with a file has no other. */
export const definitionsOf = (columns: readonly TypedColumn[]): readonly FieldDefinition[] =>
  columns.map(({ name, type, source }) => ({
    name,
    type,
    description: 'column' in source ? `Column ${source.column}` : `Always ${source.constant}`,
    personal: true,
  }));
