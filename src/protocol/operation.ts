// An operation of the API: what goes in, what comes out, who may ask, and what is written down of it. The server answers by it, the
// OpenAPI document is drawn from it, and clients are made from that.
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import type { Permission } from '../domain/access.ts';

export type OperationShape = {
  /** A verb and what it is done to: listAlerts, addNoteToAlert. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With parameters as /:name. */
  readonly path: string;
  /** Where `path` has an id of somebody else's making: the same with the id in the query, since paths bend `.`, `..` and `%2F`. */
  readonly pathByAnyId?: string;
  /** The capability that it belongs to, as its rooms are called. */
  readonly capability: string;
  readonly summary: string;
  readonly description?: string;
  readonly permission: Permission | 'anyone';
  /** What is asked or answered names people: it needs permission to see identifiers besides. */
  readonly identifiers?: true;
  /** What is looked at, for the audit trail: "alert" with the id of the path. */
  readonly viewed?: string;
  /** What the audit trail says was done, by this operation. */
  readonly audits?: readonly string[];
  /** Not a GET, a PUT or a DELETE, and yet the same again changes nothing: it may be tried again. */
  readonly repeatable?: true;
  /** It looks through much: a few at a time for each person and key. */
  readonly expensive?: true;
  readonly params?: TObject;
  readonly query?: TObject;
  /** What headers say besides: texts, all of which may be absent. */
  readonly headers?: TObject;
  readonly body?: TSchema;
  /** Of a body that the operation reads itself: what it may be. */
  readonly streamTypes?: readonly string[];
  /** The answers by status; the first one is given where the handler says nothing else. 302 leads elsewhere, 101 to messages. */
  readonly answers: { readonly [status in 101 | 200 | 201 | 202 | 204 | 302]?: TSchema };
  /** Of an answer that is no JSON. */
  readonly answerType?: string;
  /** What the answer may be besides JSON, where whoever asks chooses. */
  readonly otherAnswerType?: string;
  /** Statuses of problems beside those that every operation may have. */
  readonly problems?: readonly number[];
  /** Of a problem that says more than others. */
  readonly problemBody?: TSchema;
};

/** Says what an operation is, with the types that its server and its clients need. */
export const operation = <const O extends OperationShape>(shape: O): O => shape;

type Typed<S> = S extends TSchema ? Static<S> : unknown;
export type ParamsOf<O> = O extends { readonly params: infer S } ? Typed<S> : unknown;
export type QueryOf<O> = O extends { readonly query: infer S } ? Typed<S> : unknown;
export type HeadersOf<O> = O extends { readonly headers: infer S } ? Typed<S> : unknown;
export type BodyOf<O> = O extends { readonly body: infer S } ? Typed<S> : unknown;
export type AnswerOf<O> = O extends { readonly answers: infer A } ? Typed<A[keyof A]> : never;

/** An object with a name of its own in the document. */
export const Component = <const P extends Parameters<typeof Type.Object>[0]>(
  name: string,
  properties: P,
  options: {
    readonly description?: string;
    readonly examples?: readonly unknown[];
    readonly additionalProperties?: boolean;
  } = {},
) => Type.Object(properties, { title: name, ...options });

/** A list that nobody changes. */
export const List = <S extends TSchema>(items: S, options: { readonly description?: string } = {}) =>
  Type.Unsafe<readonly Static<S>[]>(Type.Array(items, options));

/** A text of a few. */
export const OneOf = <T extends string>(
  values: readonly T[],
  options: { readonly description?: string; readonly default?: T } = {},
) => Type.Unsafe<T>({ type: 'string', enum: [...values], ...options });

/** What may be unknown, and is null then. */
export const Nullable = <S extends TSchema>(schema: S) =>
  Type.Unsafe<Static<S> | null>(Type.Union([schema, Type.Null()]));

/** A time in an answer. */
export const At = (options: { readonly description?: string } = {}) =>
  Type.String({ format: 'date-time', ...options });

/** A schema for each thing that is kept of something: times go by their names without Ms. */
export type SchemasOf<Kept> = {
  readonly [Name in keyof Kept as Name extends `${infer Told}Ms` ? Told : Name]-?: TSchema;
};
