// A running desk or server over its API, for commands that act on it.
import { type Client, createClient } from '../client/client.ts';
import { ApiProblem } from '../client/transport.ts';
import { InputError } from '../domain/input-error.ts';

/** What a command says of a refusal. */
function inputErrorOf(error: unknown, url: string): InputError {
  if (error instanceof SyntaxError)
    return new InputError(`${url} is no desk: it answers with something else.`);
  if (!(error instanceof ApiProblem)) throw error;
  const { status, isOfDesk, message } = error;
  if (status === 0)
    return new InputError(`Nothing answers at ${url}. Start the desk, or name it with --url.`);
  if (status === 401)
    return new InputError(
      `${url} wants to know who asks: put an API key with the right permissions into GOSHAWK_API_KEY.`,
    );
  return new InputError(isOfDesk ? message : `${url} is no desk: it answers ${status} with something else.`);
}

/** The API's operations take a while to load, which commands that ask no desk need not wait for. */
async function clientOf(url: string): Promise<Client> {
  const { OPERATIONS, placesOf } = await import('../protocol/operations.ts');
  const key = process.env.GOSHAWK_API_KEY;
  return createClient({
    places: placesOf(OPERATIONS),
    url: url.replace(/\/+$/, ''),
    ...(key && { headers: { authorization: `Bearer ${key}` } }),
  });
}

/** Calls operations of a desk. They throw InputError with what the desk says where it refuses, or that it does not answer. */
export function deskAt(url: string): Pick<Client, 'call'> {
  const client = clientOf(url);
  return {
    async call(id, ...args) {
      try {
        return await (await client).call(id, ...args);
      } catch (error) {
        throw inputErrorOf(error, url);
      }
    },
  };
}

export const URL_OPTION = {
  type: 'string',
  value: 'URL',
  default: 'http://127.0.0.1:8000',
  help: 'a running desk or server',
} as const;
