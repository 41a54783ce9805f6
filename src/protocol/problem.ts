// A problem as the API tells it (RFC 9457).
import { type Static, Type } from 'typebox';
import { Component, List } from './operation.ts';

export const Problem = Component(
  'Problem',
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong, and what to do' }),
    problems: Type.Optional(
      List(
        Type.Object({
          pointer: Type.String({ description: 'Where, as a JSON pointer (RFC 6901)' }),
          message: Type.String(),
        }),
      ),
    ),
  },
  {
    examples: [
      {
        type: 'about:blank',
        title: 'Not valid',
        status: 422,
        detail: 'amountMinor is required.',
        problems: [{ pointer: '/amountMinor', message: 'amountMinor is required.' }],
      },
    ],
  },
);
export type Problem = Static<typeof Problem>;

/** What any operation may answer: not understood, nobody signed in, not allowed, too large, of another kind, too often, broken, busy. */
export const ANY_PROBLEM: readonly number[] = [400, 401, 403, 413, 415, 429, 500, 503];
