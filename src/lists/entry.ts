// Lists: what their entries are, and how an entry is written so that it is found again.
import { countryProblem } from '../domain/country.ts';
import { identifierForm } from '../domain/identifier-form.ts';
import { parseIpRange, rangeText } from '../domain/ip-address.ts';
import { type ListKind, MAX_LIST_NOTE } from '../domain/list.ts';
import { textProblem } from '../domain/text.ts';

export const MAX_ENTRIES = 2_000_000;
const MAX_VALUE = 128;

/** Kinds whose entries are what transactions call a party or a device. */
export const isNamed = (kind: ListKind): boolean => kind !== 'text' && kind !== 'ip' && kind !== 'country';

/** How an entry of a list is kept, or what is wrong with it. */
export function normalEntry(
  kind: ListKind,
  text: string,
): { readonly value: string } | { readonly problem: string } {
  const value = text.trim();
  if (value === '' || value.length > MAX_VALUE)
    return { problem: `An entry has 1 to ${MAX_VALUE} characters.` };
  // It is compared with what transactions hold: what these cannot hold, it would never be found by.
  const problem = textProblem(value, kind === 'text' ? 'line' : 'identifier');
  if (problem !== undefined) return { problem: `An entry ${problem}.` };
  if (kind === 'country') {
    const code = value.toUpperCase();
    const problem = countryProblem(code);
    return problem === undefined ? { value: code } : { problem: `"${value}" is no country; ${problem}.` };
  }
  if (kind === 'ip') {
    const range = parseIpRange(value);
    if (!range) return { problem: `"${value}" is no address or range such as 203.0.113.0/24.` };
    return { value: rangeText(range) };
  }
  return { value: isNamed(kind) ? identifierForm(value) : value };
}

/** What is wrong with what was noted about an entry, or undefined. */
export function noteProblem(note: string): string | undefined {
  const problem = textProblem(note, 'prose');
  if (problem !== undefined) return `A note ${problem}.`;
  return note.length > MAX_LIST_NOTE ? `A note has at most ${MAX_LIST_NOTE} characters.` : undefined;
}
