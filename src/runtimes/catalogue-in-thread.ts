// A catalogue as it is told to a thread, which makes it ready for itself: what computes cannot be sent, its document can.
import { InputError } from '../domain/input-error.ts';
import { problemsToText } from '../domain/problem.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { checkedCatalogue, STANDARD_READY } from '../features/checked-catalogue.ts';
import type { CatalogueDocument } from '../features/document.ts';
import type { ServedCatalogue } from '../ports/desk.ts';

export type CatalogueForThread = {
  readonly document: CatalogueDocument;
  readonly disabled: readonly string[];
};

export const STANDARD_FOR_THREAD: CatalogueForThread = { document: STANDARD_READY.document, disabled: [] };

export const forThread = ({ document, disabled }: ServedCatalogue): CatalogueForThread => ({
  document,
  disabled,
});

/** Throws InputError for a document that cannot be used. */
export function inThread({ document, disabled }: CatalogueForThread): Catalogue {
  const checked = checkedCatalogue(document, disabled);
  if (!checked.ok)
    throw new InputError(`The catalogue cannot be made ready: ${problemsToText(checked.problems)}`);
  return checked.catalogue;
}
