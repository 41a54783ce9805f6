// The client of a Goshawk desk: each operation of its API as a method, with its types.
import { type Operations, PLACES } from './generated.ts';
import { type AnyArguments, createTransport } from './transport.ts';

export { type BulkOptions, sendTransactions } from './bulk.ts';
export type * from './generated.ts';
export { ApiProblem } from './transport.ts';
export { verifyWebhook } from './webhooks.ts';

export type ConnectOptions = {
  /** Where the desk is, such as http://127.0.0.1:8000. */
  readonly url: string;
  /** An API key: gk_…; without one, as whoever is at the machine, or by the session of a browser. */
  readonly key?: string | undefined;
  /** How often something that may be tried again is tried in all; 4 where not said. */
  readonly tries?: number;
};

type Rest<Args> = Record<string, never> extends Args ? [args?: Args] : [args: Args];

export type Desk = {
  readonly [Id in keyof Operations]: (
    ...args: Rest<Operations[Id]['args']>
  ) => Promise<Operations[Id]['answer']>;
};

const TRIES = 4;

/** A desk to be asked. Each method throws ApiProblem where the desk refuses, or does not answer. */
export function connect({ url, key, tries = TRIES }: ConnectOptions): Desk {
  const transport = createTransport({
    places: PLACES,
    url: url.replace(/\/+$/, ''),
    headers: key === undefined || key === '' ? {} : { authorization: `Bearer ${key}` },
    tries,
  });
  const call =
    (id: string, isFile: boolean) =>
    async (args: AnyArguments = {}): Promise<unknown> =>
      isFile ? (await transport.open(id, args)).blob() : transport.ask(id, args);
  const methods: unknown = Object.fromEntries(
    Object.entries(PLACES).map(([id, place]) => [id, call(id, 'isFile' in place)]),
  );
  // Made of the same document as the types.
  return methods as Desk;
}
