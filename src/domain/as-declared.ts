// What came in before a field was declared, as it would have come in afterwards: in the one form of its type.
import { textBoundsOf } from './attributes.ts';
import { REFUSE_CARDS } from './card-policy.ts';
import type { Attributes, AttributeValue } from './data-model.ts';
import { readDeclared } from './declared-value.ts';
import { fieldReader } from './fields.ts';
import type { DeclaredField, OwnData } from './own-data.ts';

/** Whether a value is in its form without a closer look: most are, and there are many of them. */
function isPlain(value: AttributeValue, declared: DeclaredField): boolean {
  if (declared.kind === 'place') return false;
  const { definition, values } = declared;
  switch (definition.type) {
    case 'number':
      return (
        typeof value === 'number' &&
        value >= (definition.minimum ?? -Number.MAX_VALUE) &&
        value <= (definition.maximum ?? Number.MAX_VALUE)
      );
    case 'boolean':
      return typeof value === 'boolean';
    case 'text':
    case 'category':
      return typeof value === 'string' && (!values || values.has(value));
    default:
      return false;
  }
}

function read(name: string, value: AttributeValue, declared: DeclaredField): AttributeValue | undefined {
  if (isPlain(value, declared)) return value;
  const problems: Parameters<typeof fieldReader>[2] = [];
  const reader = fieldReader({ [name]: value }, '', problems, REFUSE_CARDS);
  const kept = readDeclared(reader, name, declared, textBoundsOf(name));
  return problems.length === 0 ? kept : undefined;
}

/**
 * Own fields in the forms that are declared; a value that would be refused today is missing, and all else is as it was. The same
 * object where nothing is another.
 */
export function asDeclared(attributes: Attributes, { fields }: OwnData): Attributes {
  let changed: Record<string, AttributeValue> | undefined;
  for (const name of Object.keys(attributes)) {
    const declared = fields.get(name);
    if (!declared) continue;
    const value = attributes[name];
    const isHalf = declared.kind === 'place' && attributes[declared.other] === undefined;
    const kept = isHalf ? undefined : read(name, value, declared);
    if (kept === value) continue;
    changed ??= { ...attributes };
    if (kept === undefined) {
      delete changed[name];
      if (declared.kind === 'place') delete changed[declared.other];
    } else changed[name] = kept;
  }
  return changed ?? attributes;
}

/** A record whose own fields are in the forms that are declared. */
export function recordAsDeclared<T extends { readonly attributes?: Attributes }>(record: T, own: OwnData): T {
  if (!record.attributes || own.fields.size === 0) return record;
  const attributes = asDeclared(record.attributes, own);
  return attributes === record.attributes ? record : { ...record, attributes };
}
