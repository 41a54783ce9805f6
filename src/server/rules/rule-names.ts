// What a rule can name, with types and meanings, for whoever writes one.
import type { Sight } from '../../domain/sight.ts';
import { FEATURES } from '../../features/catalogue.ts';
import type { FiledList } from '../../ports/office/lists.ts';
import type { RuleName } from '../../protocol/rules.ts';
import { FIELD_WORDS, TRANSACTION_FIELDS } from '../../rules/environment.ts';
import { textSeen } from '../access/office-seen.ts';

function typeOf(name: string): RuleName['type'] {
  if (name === 'score') return 'double';
  if (name.includes('(')) return 'function';
  const [, type] =
    Object.entries(TRANSACTION_FIELDS).find(([field]) => `transaction.${field}` === name) ?? [];
  // Those of the merchant are texts.
  return typeof type === 'string' ? type : 'string';
}

export const ruleNames = (lists: readonly FiledList[], sight: Sight): RuleName[] => [
  ...FEATURES.map(({ name, unit, description }) => ({
    name: `features.${name}`,
    type: 'double' as const,
    about: `${description} (${unit})`,
  })),
  ...Object.entries(FIELD_WORDS).map(([name, about]) => ({ name, type: typeOf(name), about })),
  ...lists.map(({ name, kind, entries, note }) => ({
    name: `inList("${name}", …)`,
    type: 'list' as const,
    about: `${entries} ${kind} entries. ${textSeen(note, sight) ?? ''}`.trim(),
  })),
];
