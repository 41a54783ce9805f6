// A catalogue document read, checked and compiled in a place where it holds up nobody who decides.
import type { Problem } from '../domain/problem.ts';
import type { CatalogueOutline } from '../features/catalogue-outline.ts';
import type { CatalogueDocument } from '../features/document.ts';
import type { ExampleSentence } from '../features/example-sentences.ts';

export type CheckedDocument =
  | {
      readonly ok: true;
      readonly document: CatalogueDocument;
      readonly catalogue: CatalogueOutline;
      /** Of own features, of an example value. */
      readonly sentences: readonly ExampleSentence[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * **Contract**
 * - DOCUMENT1 A document is told in order with what its catalogue would be, or every problem with its place.
 * - DOCUMENT2 A document that takes too much time or memory harms nobody, and is told so.
 * - DOCUMENT3 Beyond a few that wait for their check, who asks is told to come again.
 */
export type DocumentCheck = (json: unknown) => Promise<CheckedDocument>;
