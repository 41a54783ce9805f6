// The routes that a desk's OpenAPI document tells of, for tests that go through all of them.
import { isObject } from '../src/protocol/document.ts';

type DocumentRoute = {
  /** As in the document: small letters. */
  readonly method: string;
  /** With parameters as {name}. */
  readonly path: string;
  readonly description: string;
};

const entriesOf = (value: unknown): [string, unknown][] => (isObject(value) ? Object.entries(value) : []);

export const documentRoutes = (document: unknown): DocumentRoute[] =>
  entriesOf(isObject(document) ? document.paths : undefined).flatMap(([path, methods]) =>
    entriesOf(methods).map(([method, operation]) => ({
      method,
      path,
      description: isObject(operation) ? String(operation.description ?? '') : '',
    })),
  );
