// Models by version, made ready to score and explain: a decision is explained by the model that made it, whatever
// the champion is by now.
import { InputError } from '../../domain/input-error.ts';
import { createScorer, type Scorer } from '../../models/model.ts';
import type { Desk } from '../../ports/desk.ts';

const KEPT = 8;

/** Undefined when the model is not in the registry, or cannot be used by this program. */
export type ScorerOf = (version: string) => Promise<Scorer | undefined>;

export function pastScorers(desk: Desk): ScorerOf {
  const kept = new Map<string, Promise<Scorer | undefined>>();
  async function load(version: string): Promise<Scorer | undefined> {
    const model = await desk.models.load(version).catch((error: Error) => {
      if (error instanceof InputError) return undefined;
      throw error;
    });
    return model && createScorer(model);
  }
  return async (version) => {
    const { champion, challenger } = desk.inService().serving;
    for (const scorer of [champion, challenger?.scorer]) if (scorer?.info.version === version) return scorer;
    const found = kept.get(version) ?? load(version);
    // The one asked for longest ago makes room.
    kept.delete(version);
    kept.set(version, found);
    for (const [oldest] of kept) {
      if (kept.size <= KEPT) break;
      kept.delete(oldest);
    }
    const scorer = await found.catch((error: Error) => {
      kept.delete(version);
      throw error;
    });
    if (!scorer) kept.delete(version);
    return scorer;
  };
}
