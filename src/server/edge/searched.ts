// A page of a search as the API answers it: what was found, and how far it looked.
import type { Searched } from '../../ports/searched.ts';
import { timeOrNull } from './unknown.ts';

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
