// What a rule can name, with types and meanings, for whoever writes one.

import type { DataModel } from '../../domain/data-model.ts';
import type { Sight } from '../../domain/sight.ts';
import type { Catalogue } from '../../features/catalogue.ts';
import type { FiledList } from '../../ports/office/lists.ts';
import type { RuleName } from '../../protocol/rules.ts';
import { FIELD_WORDS, TRANSACTION_FIELDS } from '../../rules/environment.ts';
import { ATTRIBUTES, ownFields } from '../../rules/own-fields.ts';
import { featureTextSeen } from '../access/features-seen.ts';
import { textSeen } from '../access/office-seen.ts';

function typeOf(name: string): RuleName['type'] {
  if (name === 'score') return 'double';
  if (name.includes('(')) return 'function';
  const [, type] =
    Object.entries(TRANSACTION_FIELDS).find(([field]) => `transaction.${field}` === name) ?? [];
  // Those of the merchant are texts.
  return typeof type === 'string' ? type : 'string';
}

/** Own fields, with what they are where that is not a text or a number as it stands. */
const KINDS: Readonly<Record<string, string>> = {
  money: 'in units of the base currency',
  boolean: '1.0 where it is true, 0.0 where it is false',
  time: 'in seconds since 1970',
  place: 'in degrees',
};

const ownNames = (data: DataModel, sight: Sight): RuleName[] =>
  [...ownFields(data)].map(([path, { kind, definition }]) => {
    const what = Object.hasOwn(KINDS, definition.type) ? ` (${KINDS[definition.type]})` : '';
    return {
      name: `${ATTRIBUTES}${path}`,
      type: kind === 'text' ? 'string' : 'double',
      about: `${textSeen(definition.description, sight) ?? definition.type}${what}; ${kind === 'text' ? 'empty' : 'missing'} where not stated`,
    };
  });

/** `catalogue` is the one in service. */
export const ruleNames = (
  lists: readonly FiledList[],
  sight: Sight,
  { features, data }: Pick<Catalogue, 'features' | 'data'>,
): RuleName[] => [
  ...features.map(({ name, unit, description }) => ({
    name: `features.${name}`,
    type: 'double' as const,
    about: featureTextSeen(name, `${description} (${unit})`, sight, 'An own feature'),
  })),
  ...Object.entries(FIELD_WORDS).map(([name, about]) => ({ name, type: typeOf(name), about })),
  ...ownNames(data, sight),
  ...lists.map(({ name, kind, entries, note }) => ({
    name: `inList("${name}", …)`,
    type: 'list' as const,
    about: `${entries} ${kind} entries. ${textSeen(note, sight) ?? ''}`.trim(),
  })),
];
