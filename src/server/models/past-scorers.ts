// Models by version, made ready to score and explain: a decision is explained by the model that made it, whatever
// the champion is by now.
import { InputError } from '../../domain/input-error.ts';
import type { Catalogue } from '../../features/catalogue.ts';
import { createScorer, type Scorer } from '../../models/model.ts';
import { DEFAULT_WORK, scorerUnder } from '../../models/review-work.ts';
import type { Desk } from '../../ports/desk.ts';

const KEPT = 8;

/** Made ready for a catalogue; undefined when the model is not in the registry, or cannot be used with that catalogue. */
export type ScorerOf = (version: string, catalogue: Catalogue) => Promise<Scorer | undefined>;

export function pastScorers(desk: Desk): ScorerOf {
  const kept = new Map<string, Promise<Scorer | undefined>>();
  async function load(version: string, catalogue: Catalogue): Promise<Scorer | undefined> {
    try {
      const model = await desk.models.load(version);
      return model && createScorer(model, catalogue);
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  }
  return async (version, catalogue) => {
    const { champion, challenger, work = DEFAULT_WORK } = desk.inService().serving;
    for (const scorer of [champion, challenger?.scorer]) {
      if (scorer?.info.version === version && scorer.catalogue.hash === catalogue.hash) return scorer;
    }
    const key = `${catalogue.hash} ${version}`;
    const found = kept.get(key) ?? load(version, catalogue);
    // The one asked for longest ago makes room.
    kept.delete(key);
    kept.set(key, found);
    for (const [oldest] of kept) {
      if (kept.size <= KEPT) break;
      kept.delete(oldest);
    }
    const scorer = await found.catch((error: Error) => {
      kept.delete(key);
      throw error;
    });
    if (!scorer) kept.delete(key);
    // With the thresholds that it would have in service.
    return scorer && scorerUnder(scorer, work);
  };
}
