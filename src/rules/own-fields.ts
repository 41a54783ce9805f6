// Own fields in rules: `transaction.attributes.<path>`, a text or a number by what the data model says of it.
import {
  booleanValue,
  isTextType,
  moneyValue,
  numberValue,
  textValue,
  timeValue,
} from '../domain/attribute-values.ts';
import type { DataModel, FieldDefinition, FieldType } from '../domain/data-model.ts';
import type { Transaction } from '../domain/transaction.ts';

/** What a field of another type is for those who write rules. */
export type OwnField = { readonly definition: FieldDefinition } & (
  | { readonly kind: 'text'; of(transaction: Transaction): string }
  | { readonly kind: 'number'; of(transaction: Transaction): number }
);

export const ATTRIBUTES = 'transaction.attributes.';

const textOf =
  (name: string) =>
  ({ attributes }: Transaction): string =>
    textValue(attributes?.[name]);

function numberOf(name: string, type: FieldType): (transaction: Transaction) => number {
  if (type === 'boolean') return ({ attributes }) => booleanValue(attributes?.[name]);
  if (type === 'time') return ({ attributes }) => timeValue(attributes?.[name]);
  if (type === 'money') return (transaction) => moneyValue(transaction.attributes?.[name], transaction);
  return ({ attributes }) => numberValue(attributes?.[name]);
}

/** Own fields by their paths; a place is two of them. */
export function ownFields({ fields }: Pick<DataModel, 'fields'>): ReadonlyMap<string, OwnField> {
  const found = new Map<string, OwnField>();
  for (const definition of fields) {
    const { name, type } = definition;
    if (isTextType(type)) found.set(name, { definition, kind: 'text', of: textOf(name) });
    else {
      const names = type === 'place' ? [`${name}.lat`, `${name}.lon`] : [name];
      for (const one of names) found.set(one, { definition, kind: 'number', of: numberOf(one, type) });
    }
  }
  return found;
}

/** A record of records, as paths with dots say; a path below what is a value itself is left out. */
export type Nested<T> = { [name: string]: T | Nested<T> };

function placeOf<T extends string | number>(
  root: Nested<T>,
  path: string,
): { readonly within: Nested<T>; readonly last: string } | undefined {
  const names = path.split('.');
  const last = names.pop() ?? '';
  let within = root;
  for (const name of names) {
    const next = Object.hasOwn(within, name) ? within[name] : {};
    if (typeof next !== 'object') return undefined;
    within[name] = next;
    within = next;
  }
  return { within, last };
}

export function nested<T extends string | number>(entries: Iterable<readonly [string, T]>): Nested<T> {
  const root: Nested<T> = {};
  for (const [path, value] of entries) {
    const place = placeOf(root, path);
    if (place && !Object.hasOwn(place.within, place.last)) place.within[place.last] = value;
  }
  return root;
}

/** What rules see of some own fields; the same record serves every transaction. */
export type OwnView = {
  readonly attributes: Nested<string | number>;
  fill(transaction: Transaction): void;
};

export function ownView(fields: ReadonlyMap<string, OwnField>, paths: Iterable<string>): OwnView {
  const attributes: Nested<string | number> = {};
  const fills: { within: Nested<string | number>; last: string; field: OwnField }[] = [];
  for (const path of paths) {
    const field = fields.get(path);
    const place = field && placeOf(attributes, path);
    if (field && place) fills.push({ ...place, field });
  }
  return {
    attributes,
    fill(transaction) {
      for (const { within, last, field } of fills) within[last] = field.of(transaction);
    },
  };
}
