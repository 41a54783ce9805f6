// Histories that a catalogue does not read are not kept: what comes back later begins anew, and not with a gap.
import type { Catalogue } from './catalogue.ts';
import type { FeatureState } from './feature-state.ts';

export function forgetHistories({ own }: FeatureState, { stores }: Pick<Catalogue, 'stores'>): void {
  if (!own) return;
  const kept = new Set(stores.map(({ id }) => id));
  for (const id of [...own.keys()]) if (!kept.has(id)) own.delete(id);
}
