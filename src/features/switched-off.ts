// A catalogue of which some features are switched off: they have no value, and their histories are kept as before.
import type { Catalogue } from './catalogue.ts';

export function withoutFeatures(catalogue: Catalogue, names: readonly string[]): Catalogue {
  const places = names.flatMap((name) => catalogue.place(name) ?? []);
  if (places.length === 0) return catalogue;
  const off = new Set(places);
  const look: Catalogue['look'] = (state, transaction, out) => {
    catalogue.look(state, transaction, out);
    for (let i = 0; i < places.length; i++) out[places[i]] = Number.NaN;
  };
  return {
    ...catalogue,
    // A category that nobody states has no value, whatever the model has learned of it.
    categories: catalogue.categories.map((category) =>
      off.has(category.slot) ? { ...category, of: () => undefined } : category,
    ),
    look,
    observe(state, transaction, out) {
      look(state, transaction, out);
      return catalogue.keep(state, transaction);
    },
  };
}
