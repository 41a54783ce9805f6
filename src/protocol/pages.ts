// Pages of a search.
import { type Static, type TSchema, Type } from 'typebox';
import { SafeInteger } from './fields.ts';
import { At, Component, List, Nullable } from './operation.ts';

/** What a search says of itself, in the description of each operation that has one. */
export const SEARCH_WORDS =
  'A search looks through so many rows, or for two seconds; `searched` says how many it was (`whole`: all there are), and ' +
  'nextCursor goes on from there, also where fewer were found than asked for.';

export const SearchedRows = Component(
  'SearchedRows',
  {
    rows: Type.Number({ description: 'About how many were looked at' }),
    whole: Type.Boolean({ description: 'All there are' }),
    backTo: Nullable(At({ description: 'How far back, where not all were looked at and it is known' })),
  },
  { description: 'How far a search came' },
);
export type SearchedRows = Static<typeof SearchedRows>;

/** A page of a search whose places are numbers. */
export const SearchPage = <Item extends TSchema>(name: string, item: Item) =>
  Component(name, {
    items: List(item),
    nextCursor: Nullable(SafeInteger({ description: 'For the next page; null on the last one' })),
    searched: SearchedRows,
  });

export const PageLimit = Type.Integer({ minimum: 1, maximum: 500, default: 50 });
export const PageCursor = SafeInteger({ description: 'nextCursor of the page before' });
