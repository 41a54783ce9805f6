// What `of`, `where` and keys of an aggregate are of a record: a field by its name, or CEL.
import type { DataModel } from '../domain/data-model.ts';
import type { Expressions } from './expression-environment.ts';
import type { FeatureRecord } from './feature-record.ts';
import type { OfKind } from './measures.ts';
import { hashOf, type NumberOf, numberOf, type PlaceOf, placeOf } from './record-fields.ts';

export type Truth = (record: FeatureRecord) => boolean;

export type Source =
  | { readonly kind: 'none' }
  /** The base amount, which histories keep in minor units. */
  | { readonly kind: 'amount' }
  | { readonly kind: 'number'; readonly text: string; readonly of: NumberOf }
  | { readonly kind: 'truth'; readonly text: string; readonly of: Truth }
  | { readonly kind: 'text'; readonly text: string; readonly hash: NumberOf }
  | { readonly kind: 'place'; readonly text: string; readonly of: PlaceOf };

export type SourceRead =
  | { readonly ok: true; readonly source: Source }
  | { readonly ok: false; readonly message: string };

const AMOUNT_NAMES: ReadonlySet<string> = new Set(['amount', 'transaction.amount']);
const IS_NAME = /^[A-Za-z][A-Za-z0-9_.]*$/;

const found = (source: Source): SourceRead => ({ ok: true, source });

/** What `of` says, as the kind of thing that a measure takes. */
export function readSource(
  text: string | undefined,
  kind: OfKind,
  data: DataModel,
  expressions: Expressions,
): SourceRead {
  if (kind === 'none') {
    return text === undefined
      ? found({ kind: 'none' })
      : { ok: false, message: 'This measure is of no field; leave of out, or say in where what counts.' };
  }
  if (text === undefined)
    return kind === 'amount'
      ? found({ kind: 'amount' })
      : { ok: false, message: `This measure needs of: ${WANTED[kind]}.` };
  if ((kind === 'number' || kind === 'amount') && AMOUNT_NAMES.has(text)) return found({ kind: 'amount' });
  if (kind === 'amount') return { ok: false, message: 'This measure is of the amount; leave of out.' };
  if (kind === 'text') {
    const hash = hashOf(data, text);
    return hash ? found({ kind, text, hash }) : { ok: false, message: noField(text, 'holds a text', data) };
  }
  if (kind === 'place') {
    const of = placeOf(data, text);
    return of ? found({ kind, text, of }) : { ok: false, message: noField(text, 'is a place', data) };
  }
  const field = kind === 'number' ? numberOf(data, text) : undefined;
  if (field) return found({ kind: 'number', text, of: field });
  const isPath = IS_NAME.test(text) && !/^(transaction|features)\./.test(text);
  if (isPath && kind === 'number') return { ok: false, message: noField(text, 'holds a number', data) };
  return readCel(text, kind, expressions);
}

const WANTED: Readonly<Record<Exclude<OfKind, 'none'>, string>> = {
  number: 'a field that holds a number, or an expression that gives one',
  amount: 'amount',
  truth: 'an expression that is true or false',
  text: 'a field that holds a text',
  place: 'a field that is a place',
};

function noField(name: string, what: string, { fields }: DataModel): string {
  const own = fields.find((field) => field.name === name);
  if (own) return `${name} is a field of ${own.type}; a field is needed that ${what}.`;
  return `There is no field ${name} that ${what}. Declare it under data.fields, or name a field of the transaction.`;
}

function readCel(text: string, kind: 'number' | 'truth', expressions: Expressions): SourceRead {
  const read = expressions.read(text);
  if (!read.ok) return { ok: false, message: read.message };
  const { part } = read;
  if (kind === 'truth') {
    if (part.type === 'truth') return found({ kind, text, of: part.of });
    return { ok: false, message: `It gives a ${part.type}; ${WANTED.truth} is needed.` };
  }
  if (part.type === 'number') return found({ kind, text, of: part.of });
  if (part.type === 'truth') {
    const { of } = part;
    return found({ kind, text, of: (record) => (of(record) ? 1 : 0) });
  }
  return { ok: false, message: `It gives a text; ${WANTED.number} is needed.` };
}

export type WhereRead =
  | { readonly ok: true; readonly where: Truth | undefined }
  | { readonly ok: false; readonly message: string };

export function readWhere(text: string | undefined, expressions: Expressions): WhereRead {
  if (text === undefined) return { ok: true, where: undefined };
  const read = readCel(text, 'truth', expressions);
  if (!read.ok) return read;
  return { ok: true, where: read.source.kind === 'truth' ? read.source.of : undefined };
}
