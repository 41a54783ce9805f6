// The OpenAPI document of a desk that declares data of its own: `attributes` names each field with its type and bounds, types and
// channels of one's own are among those of a transaction.
import type { DataModel, FieldDefinition, FieldType } from '../domain/data-model.ts';
import { isObject, type Json } from './document.ts';

const PLACE = {
  type: 'object',
  properties: {
    lat: { type: 'number', minimum: -90, maximum: 90 },
    lon: { type: 'number', minimum: -180, maximum: 180 },
  },
  required: ['lat', 'lon'],
  additionalProperties: false,
};

const TEXT = { type: 'string' };
const SCHEMA_OF: Readonly<Record<FieldType, Json>> = {
  text: TEXT,
  category: TEXT,
  id: TEXT,
  number: { type: 'number' },
  money: { type: 'integer', 'x-unit': 'minor units of the transaction’s currency' },
  boolean: { type: 'boolean' },
  time: { type: 'string', format: 'date-time' },
  email: { type: 'string', format: 'email' },
  phone: TEXT,
  place: PLACE,
  ip: TEXT,
};

const fieldSchema = ({ type, description, personal, minimum, maximum, values }: FieldDefinition): Json => ({
  ...SCHEMA_OF[type],
  description,
  'x-type': type,
  ...(personal && { 'x-personal': true }),
  ...(minimum !== undefined && { minimum }),
  ...(maximum !== undefined && { maximum }),
  ...(values && { enum: [...values] }),
});

/** Applies `change` to what stands at a path; the document itself stays as it is. */
function changedAt(json: unknown, [name, ...rest]: readonly string[], change: (at: Json) => Json): Json {
  if (!isObject(json)) throw new Error(`the document has no ${name ?? 'object there'}`);
  if (name === undefined) return change(json);
  return { ...json, [name]: changedAt(json[name], rest, change) };
}

/** The types or channels of one's own beside those of the program. */
const withOwn =
  (codes: readonly { readonly name: string }[]) =>
  (at: Json): Json =>
    codes.length === 0 ? at : { ...at, 'x-own': codes.map(({ name }) => name) };

export function withOwnData(document: Json, { fields, types, channels }: DataModel): Json {
  const properties = ['components', 'schemas', 'Transaction', 'properties'];
  const own = Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)]));
  const named = changedAt(document, [...properties, 'attributes'], (at) =>
    fields.length === 0 ? at : { ...at, properties: own },
  );
  const typed = changedAt(named, [...properties, 'type'], withOwn(types));
  return changedAt(typed, [...properties, 'channel'], withOwn(channels));
}
