// A catalogue as it is told to a thread, which makes it ready for itself: what computes cannot be sent.
import { InputError } from '../domain/input-error.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { STANDARD } from '../features/standard.ts';

export type CatalogueForThread = { readonly kind: 'standard' };

/** Throws InputError where a thread could not make it ready. */
export function forThread(catalogue: Catalogue): CatalogueForThread {
  if (catalogue.hash === STANDARD.hash) return { kind: 'standard' };
  throw new InputError(`The catalogue ${catalogue.hash} cannot be made ready in a thread of its own.`);
}

export const inThread = (_: CatalogueForThread): Catalogue => STANDARD;
