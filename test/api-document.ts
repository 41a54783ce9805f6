// The API's document as a desk gives it to machines, of which tests learn what there is to ask for.
import { isObject } from '../src/protocol/document.ts';
import type { DeskProcess } from './desk-process.ts';
import type { Components, Schema } from './hostile.ts';

export type Parameter = {
  readonly in: 'path' | 'query';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
};
type Described = {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
};
type ApiDocument = {
  readonly components?: Components;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};

export async function documentOf(desk: Pick<DeskProcess, 'url'>): Promise<ApiDocument> {
  const answer = await fetch(`${desk.url}/openapi.json`);
  return JSON.parse(await answer.text());
}

type DocumentRoute = {
  /** As in the document: small letters. */
  readonly method: string;
  /** With parameters as {name}. */
  readonly path: string;
  readonly description: string;
};

const entriesOf = (value: unknown): [string, unknown][] => (isObject(value) ? Object.entries(value) : []);

/** The routes that a document tells of, for tests that go through all of them. */
export const documentRoutes = (document: unknown): DocumentRoute[] =>
  entriesOf(isObject(document) ? document.paths : undefined).flatMap(([path, methods]) =>
    entriesOf(methods).map(([method, operation]) => ({
      method,
      path,
      description: isObject(operation) ? String(operation.description ?? '') : '',
    })),
  );
