// The desk that this page comes from: asking it and telling it something, by the operations of its API. Whoever is not signed in any
// more is led to the sign-in.

import {
  keepPreviousData,
  QueryClient,
  skipToken,
  type UseQueryResult,
  useQuery,
} from '@tanstack/react-query';
import type { Answer, Arguments, OperationId } from '../../../src/client/api.ts';
import { ApiProblem, type Client } from '../../../src/client/client.ts';
import { client } from './client.ts';
import { signedOut } from './me.ts';

export { ApiProblem };

async function orSignedOut<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) signedOut();
    throw error;
  }
}

/** Calls an operation. Throws ApiProblem with what the desk says, or that it does not answer. */
export const call: Client['call'] = (id, ...args) => orSignedOut(client.call(id, ...args));

/** Opens an answer that is a file. Throws ApiProblem. */
export const open: Client['open'] = (id, ...args) => orSignedOut(client.open(id, ...args));

/** What was answered, kept while a page is open and for a little after, so that coming back shows it at once. */
export const answers = new QueryClient({
  defaultOptions: {
    queries: {
      // A desk that is away is asked again by the next look, not by a storm of tries.
      retry: (failures, error) => failures < 2 && error instanceof ApiProblem && error.status === 0,
      staleTime: 500,
      gcTime: 60_000,
      // What people look at is written into the audit trail: looking away and back is no second look.
      refetchOnWindowFocus: false,
    },
  },
});

/** What an operation answered, as far as it has. */
export type Asked<Id extends OperationId> = {
  readonly data: Answer<Id> | undefined;
  readonly problem: string | undefined;
  again(): void;
};

/**
 * Asks now and every so often; the last answer stays while a new one is awaited, and that to other arguments where it `staysForOthers`
 * (a table whose filter changes does not vanish meanwhile). `args` undefined: not yet.
 */
export function useAnswer<Id extends OperationId>(
  id: Id,
  args: Arguments<Id> | undefined,
  everyMs?: number,
  staysForOthers = false,
): Asked<Id> {
  const {
    data,
    error,
    refetch,
  }: UseQueryResult<Answer<Id>, Error> = useQuery({
    queryKey: [id, args],
    queryFn:
      args === undefined ? skipToken : ({ signal }) => orSignedOut(client.ask(id, { ...args, signal })),
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
    ...(staysForOthers && { placeholderData: keepPreviousData }),
  });
  return { data, problem: error?.message, again: () => void refetch() };
}

/** What operations answered is not so any more: those that a page shows are asked again at once. */
export const outdated = (...ids: readonly OperationId[]): void => {
  for (const id of ids) void answers.invalidateQueries({ queryKey: [id] });
};
