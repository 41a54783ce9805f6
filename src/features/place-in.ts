// The place of a feature in a vector, where it is known to be there.
import { shown } from '../domain/fields.ts';
import { InputError } from '../domain/input-error.ts';
import type { Catalogue } from './catalogue.ts';

/** Throws InputError where the catalogue has no such feature. */
export function placeIn(catalogue: Pick<Catalogue, 'hash' | 'place'>, name: string): number {
  const place = catalogue.place(name);
  if (place === undefined)
    throw new InputError(`${shown(name)} is no feature of the catalogue ${catalogue.hash}.`);
  return place;
}
