// The API's types, as its operations say them: by the name of an operation, what it takes and what it answers.
import type {
  AnswerOf,
  BodyOf,
  HeadersOf,
  OperationShape,
  ParamsOf,
  QueryOf,
} from '../protocol/operation.ts';
import type { Api } from '../protocol/operations.ts';

export type OperationId = keyof Api;

type Given<Name extends string, Has, Value> = Has extends undefined
  ? unknown
  : Record<string, never> extends Value
    ? { readonly [N in Name]?: Value }
    : { readonly [N in Name]: Value };

type Field<O, Name extends keyof OperationShape> = O extends { readonly [N in Name]: infer V }
  ? V
  : undefined;

/** What a body that an operation reads itself may be. */
export type StreamBody = Blob | string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** What a call takes: parameters of the path, the query, headers, a body; and how it is ended early. */
export type ArgumentsOf<O> = Given<'params', Field<O, 'params'>, ParamsOf<O>> &
  Given<'query', Field<O, 'query'>, QueryOf<O>> &
  Given<'headers', Field<O, 'headers'>, HeadersOf<O>> &
  (O extends { readonly streamTypes: readonly (infer Type)[] }
    ? { readonly body: StreamBody; readonly type: Type }
    : Given<'body', Field<O, 'body'>, BodyOf<O>>) & { readonly signal?: AbortSignal };

export type Arguments<Id extends OperationId> = ArgumentsOf<Api[Id]>;
export type Answer<Id extends OperationId> = AnswerOf<Api[Id]>;
