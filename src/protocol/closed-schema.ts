// A schema as tests hold something against it: what it does not name is not there.
import type { TSchema } from 'typebox';

type Schema = { readonly [key: string]: unknown };

function withoutOthers(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutOthers);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { examples: _, ...rest } = schema as Schema;
  const inside = Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, withoutOthers(part)]));
  return inside.type === 'object' &&
    inside.properties !== undefined &&
    inside.additionalProperties === undefined
    ? { ...inside, additionalProperties: false }
    : inside;
}

/** The same schema, in which objects have the fields that they name and no others. */
export const closed = (schema: TSchema): TSchema =>
  withoutOthers(JSON.parse(JSON.stringify(schema))) as TSchema;
