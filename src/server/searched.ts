// A page of a search as the API answers it: what was found, and how far it looked.
import type { Searched } from '../ports/searched.ts';
import { timeOrNull } from './unknown.ts';

/** What a search says of itself, in the description of each route that has one. */
export const SEARCH_WORDS =
  'A search looks through so many rows, or for two seconds; `searched` says how many it was (`whole`: all there are), and ' +
  'nextCursor goes on from there, also where fewer were found than asked for.';

/** How far a search came. */
export const searchedMessage = ({
  next,
  looked,
  backToMs,
}: Omit<Searched<unknown>, 'items' | 'next'> & { readonly next: unknown }) => ({
  rows: looked,
  whole: next === undefined,
  backTo: timeOrNull(backToMs),
});
