// A catalogue document from outside, made ready: read, checked and compiled, or every problem with its place.
import { createHash } from 'node:crypto';
import { NO_DATA_MODEL } from '../domain/data-model.ts';
import type { Problem } from '../domain/problem.ts';
import type { Catalogue } from './catalogue.ts';
import { readDocument } from './check-document.ts';
import { compileCatalogue } from './compile.ts';
import { type CatalogueDocument, DOCUMENT_FORMAT } from './document.ts';
import { STANDARD } from './standard.ts';

/** What a new installation has: the features of the program, and no data of one's own. */
export const STANDARD_DOCUMENT: CatalogueDocument = {
  format: DOCUMENT_FORMAT,
  standard: 'all',
  data: NO_DATA_MODEL,
  features: [],
};

export type ReadyCatalogue = { readonly document: CatalogueDocument; readonly catalogue: Catalogue };
export const STANDARD_READY: ReadyCatalogue = { document: STANDARD_DOCUMENT, catalogue: STANDARD };

export type CheckedCatalogue =
  | ({ readonly ok: true } & ReadyCatalogue)
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** As many as are told (T2). */
const MAX_PROBLEMS = 50;

function theFirst(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  const more = `There are more problems than these ${MAX_PROBLEMS}.`;
  return [...problems.slice(0, MAX_PROBLEMS), { pointer: '', message: more }];
}

/** Changes nothing; a document is taken whole or not at all. */
export function checkedCatalogue(json: unknown, disabled: readonly string[] = []): CheckedCatalogue {
  const read = readDocument(json);
  if (!read.ok) return { ok: false, problems: theFirst(read.problems) };
  return { ok: true, document: read.document, catalogue: compileCatalogue(read.document, disabled) };
}

/** A document that was checked when it was filed, by its text. Says what is wrong where this program cannot use it (any more). */
export function storedCatalogue(text: string, disabled: readonly string[] = []): CheckedCatalogue {
  try {
    return checkedCatalogue(JSON.parse(text), disabled);
  } catch (error) {
    return { ok: false, problems: [{ pointer: '', message: `It cannot be compiled: ${String(error)}` }] };
  }
}

/** As a document is kept, and written to files. */
export const documentText = (document: object): string => `${JSON.stringify(document, undefined, 2)}\n`;

export const documentHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
