// What a model says of a transaction, or that it could not say anything: a decision is made all the same, and fails closed.
import type { Decision, Outcome, Reason } from '../domain/decision.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Scorer } from '../models/model.ts';

const LONGEST_ERROR = 200;
/** Sums of votes that mean certainty can be so far beyond it. */
const ROUNDING = 1e-6;

function failed(scorer: Scorer, why: unknown): void {
  scorer.failures.count++;
  scorer.failures.last = (why instanceof Error ? why.message : String(why)).slice(0, LONGEST_ERROR);
}

/** The score, and the encoded slots of `vector`; NaN, with these slots missing, where the model cannot decide. */
export function scoreOf(scorer: Scorer, transaction: Transaction, vector: Float64Array): number {
  let why: unknown;
  try {
    const score = scorer.score(transaction, vector);
    if (score >= -ROUNDING && score <= 1 + ROUNDING) return score;
    why = `its score was ${score}`;
  } catch (error) {
    why = error;
  }
  failed(scorer, why);
  for (const { slot } of scorer.catalogue.categories) vector[slot] = Number.NaN;
  return Number.NaN;
}

/** What a score gives by the model's thresholds: review where either cannot be compared. */
export function outcomeOf(score: number, { review, decline }: Scorer['info']['thresholds']): Outcome {
  if (score >= decline) return 'decline';
  return score < review ? 'approve' : 'review';
}

/** The score that stands in a decision which no score made: where reviews begin, so that outcome and score agree. */
export const scoreForReview = ({ review }: Scorer['info']['thresholds']): number =>
  review >= 0 && review <= 1 ? review : 0.5;

/** Why a score is as it is: feature by feature, and by concept. */
export type Explanation = Pick<Decision, 'reasons' | 'concepts'>;

const said = (text: string): Explanation => ({
  reasons: [{ feature: 'score', value: null, contribution: 0, text }],
  concepts: [],
});
export const NOT_SCORED = said('The model could not score it: somebody has to look');
export const NOT_EXPLAINED = said('The model could not say why');

const areNumbers = (all: readonly Pick<Reason, 'contribution'>[]): boolean =>
  all.every(({ contribution }) => Number.isFinite(contribution));

/** What `explain` gives, or that there is no explanation to be had. */
export function explanationFrom(scorer: Scorer, explain: () => Explanation): Explanation {
  try {
    const explanation = explain();
    if (areNumbers(explanation.reasons) && areNumbers(explanation.concepts)) return explanation;
    failed(scorer, 'its contributions are no numbers');
  } catch (error) {
    failed(scorer, error);
  }
  return NOT_EXPLAINED;
}
