// Calls operations of the API by their names: the types of what goes in and what comes out are those of the operation.
import type { Answer, Arguments, OperationId } from './api.ts';
import { type AnyArguments, createTransport, type TransportOptions } from './transport.ts';

export { ApiProblem } from './transport.ts';

type Rest<Id extends OperationId> =
  Record<string, never> extends Arguments<Id> ? [args?: Arguments<Id>] : [args: Arguments<Id>];

export type Client = {
  /** The answer as the operation says it. Throws ApiProblem. */
  call<Id extends OperationId>(id: Id, ...args: Rest<Id>): Promise<Answer<Id>>;
  /** The same, where the arguments are at hand as a whole. */
  ask<Id extends OperationId>(id: Id, args: Arguments<Id>): Promise<Answer<Id>>;
  /** The answer as it comes, for what is no JSON. Throws ApiProblem. */
  open<Id extends OperationId>(id: Id, ...args: Rest<Id>): Promise<Response>;
};

export function createClient(options: TransportOptions): Client {
  const transport = createTransport(options);
  // The desk writes an answer by the schema that its type is made of.
  const ask = <Id extends OperationId>(id: Id, args: AnyArguments): Promise<Answer<Id>> =>
    transport.ask(id, args) as Promise<Answer<Id>>;
  return {
    call: (id, ...[args]) => ask(id, (args ?? {}) as AnyArguments),
    ask: (id, args) => ask(id, args as AnyArguments),
    open: (id, ...[args]) => transport.open(id, (args ?? {}) as AnyArguments),
  };
}
