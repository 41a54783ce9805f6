// What people may be called: nobody by a name that others take for somebody else's.
import { lookAlikeKey, mixesAlphabets } from '../../domain/look-alike.ts';
import { textProblem } from '../../domain/text.ts';
import type { User } from '../../ports/office/people.ts';

export const normalId = (text: string): string => text.trim().normalize('NFKC').toLowerCase();
/** A short name or an e-mail address. */
export const isId = (text: string): boolean => /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._+@-]{1,199}$/u.test(text);

/** What the trail calls those who are no people, and words that programs take for something else. */
const RESERVED = new Set(
  [
    'local',
    'goshawk',
    'system',
    'nobody',
    'anonymous',
    'anyone',
    'key',
    'null',
    'undefined',
    ...Object.getOwnPropertyNames(Object.prototype),
    'prototype',
  ].map(lookAlikeKey),
);

/** What stands against a new account of that id and name, or undefined. */
export function nameProblem(id: string, name: string, users: readonly User[]): string | undefined {
  if (!isId(id)) return `${id} is neither an e-mail address nor a short name.`;
  const wrong = textProblem(id, 'identifier') ?? textProblem(name, 'line');
  if (wrong) return `A name ${wrong}.`;
  for (const text of [id, name]) {
    if (mixesAlphabets(text)) return `"${text}" mixes letters of several alphabets, which look alike.`;
    if (RESERVED.has(lookAlikeKey(text)) || /^key\s/i.test(text))
      return `Nobody may be called "${text}" here.`;
  }
  return takenBy(id, users) ?? (lookAlikeKey(name) === lookAlikeKey(id) ? undefined : takenBy(name, users));
}

function takenBy(text: string, users: readonly User[]): string | undefined {
  const key = lookAlikeKey(text);
  const other = users.find((user) => lookAlikeKey(user.id) === key || lookAlikeKey(user.name) === key);
  return other && `"${text}" would be taken for ${other.name} (${other.id}), who has an account.`;
}
