// What decides where no model can: nothing is scored, and so everything is looked at by a person.
import type { Catalogue } from '../features/catalogue.ts';
import type { Scorer } from './model.ts';

/** A scorer that says of each transaction why it cannot score it. */
export function closedScorer(version: string, why: string, catalogue: Catalogue): Scorer {
  return {
    info: {
      version,
      kind: 'random-forest',
      createdAt: new Date(0).toISOString(),
      features: [],
      catalogueHash: catalogue.hash,
      seed: 0,
      parameters: {},
      trainingWindow: { source: 'import', from: '', until: '', rows: 0, frauds: 0 },
      thresholds: { review: 0.5, decline: 1 },
    },
    catalogue,
    failures: { count: 0, last: undefined },
    baseline: undefined,
    input: undefined,
    curve: undefined,
    knows: () => false,
    score: () => {
      throw new Error(why);
    },
    vote: () => Number.NaN,
    baseVote: 0,
    contributions: () => new Float64Array(catalogue.size),
  };
}
