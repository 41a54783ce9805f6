// What is known of a catalogue without computing with it: it can be sent from the thread that made it ready.
import type { Catalogue, CatalogueFeature } from './catalogue.ts';

export type OutlinedFeature = Omit<CatalogueFeature, 'say'>;

export type CatalogueOutline = Pick<Catalogue, 'hash' | 'data' | 'size' | 'stores'> & {
  readonly features: readonly OutlinedFeature[];
};

export const outlineOf = ({ hash, data, size, stores, features }: Catalogue): CatalogueOutline => ({
  hash,
  data,
  size,
  stores,
  features: features.map(({ say: _, ...feature }) => feature),
});

/** The names of the histories that a catalogue reads. */
export const storesOf = ({ stores }: Pick<CatalogueOutline, 'stores'>): ReadonlySet<string> =>
  new Set(stores.map(({ id }) => id));
