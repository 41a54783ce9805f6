// A model asked in advance what it will be asked in service: rows that were, and rows that nobody would think of.
import { createRandom } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { createScorer, type Model } from './model.ts';

export type ProbeRow = {
  readonly transaction: Transaction;
  readonly vector: Float64Array;
};

/** On average; a model of ours takes some microseconds. */
const MOST_SCORE_MS = 2;
const MOST_EXPLANATION_MS = 50;
/** The time of all of it, whatever a single row takes. */
const MOST_MS = 15_000;
const WILD_ROWS = 100;
/** One row in so many is explained as well. */
const EXPLAINED_EVERY = 5;
const EXTREMES = [
  Number.NaN,
  0,
  -0,
  1,
  -1,
  Number.MIN_VALUE,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2 ** 53,
  0.5,
];

/** Rows of vectors of `size` values: missing, extreme and random ones, and of a category that nobody knows. */
export function wildRows(size: number): ProbeRow[] {
  const random = createRandom(1, 1);
  const transaction: Transaction = {
    id: 'probe',
    accountId: 'probe',
    occurredAtMs: 0,
    amountMinor: 0,
    currency: 'EUR',
    type: 'purchase',
  };
  const known: Transaction = { ...transaction, country: 'DE', merchant: { id: '__proto__', mcc: '0000' } };
  return Array.from({ length: WILD_ROWS }, (_, row) => ({
    transaction: row % 2 === 0 ? transaction : known,
    vector: Float64Array.from({ length: size }, () => {
      if (row < EXTREMES.length) return EXTREMES[row];
      return random.next() < 0.3 ? EXTREMES[random.below(EXTREMES.length)] : 100 * random.normal();
    }),
  }));
}

/** Why a model must not serve under a catalogue, or undefined. Throws InputError where it does not fit it. */
export function probeModel(
  model: Model,
  catalogue: Catalogue,
  rows: readonly ProbeRow[],
  elapsedMs: () => number,
): string | undefined {
  const scorer = createScorer(model, catalogue);
  const began = elapsedMs();
  let scoreMs = 0;
  let explainMs = 0;
  let explained = 0;
  for (const [i, { transaction, vector }] of rows.entries()) {
    const started = elapsedMs();
    const score = scorer.score(transaction, vector);
    scoreMs += elapsedMs() - started;
    if (!(score >= 0 && score <= 1)) return `on row ${i + 1} of its trial its score is ${score}`;
    if (i % EXPLAINED_EVERY === 0) {
      const before = elapsedMs();
      const contributions = scorer.contributions(vector);
      explainMs += elapsedMs() - before;
      explained++;
      if (!contributions.every(Number.isFinite))
        return `on row ${i + 1} of its trial it cannot say what it goes by`;
    }
    if (elapsedMs() - began > MOST_MS) return `it took longer than ${MOST_MS / 1000} s on ${i + 1} rows`;
  }
  const score = scoreMs / rows.length;
  if (score > MOST_SCORE_MS)
    return `a score takes ${score.toFixed(1)} ms; at most ${MOST_SCORE_MS} are allowed`;
  const explanation = explainMs / explained;
  if (explanation > MOST_EXPLANATION_MS)
    return `an explanation takes ${explanation.toFixed(0)} ms; at most ${MOST_EXPLANATION_MS} are allowed`;
  return undefined;
}
