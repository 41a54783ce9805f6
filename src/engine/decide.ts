// The one way to a decision: features, model and rules in, outcome and reasons out.
import { baseCurrency } from '../domain/base-amount.ts';
import type { Decision, Outcome, Reason } from '../domain/decision.ts';
import type { Transaction } from '../domain/transaction.ts';
import { explainByConcept } from '../explanation/compose.ts';
import { canApply, plainMissing } from '../explanation/plain-missing.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { FeatureState } from '../features/feature-state.ts';
import { draw } from '../models/draw-plan.ts';
import type { Scorer } from '../models/model.ts';
import { combine } from '../rules/combine.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import {
  type Explanation,
  explanationFrom,
  NOT_SCORED,
  outcomeOf,
  scoreForReview,
  scoreOf,
} from './ask-model.ts';

export const MAX_REASONS = 5;
const NOT_ASKED: Explanation = { reasons: [], concepts: [] };

/**
 * The features that moved a score most, strongest first, and the concepts that they are of. For what was stopped only what raised the
 * score is told; an approval is explained by whatever moved it either way. What cannot apply to such a transaction is no reason.
 */
export function explainVector(
  scorer: Scorer,
  vector: Float64Array,
  outcome: Outcome,
  transaction: Transaction,
): Explanation {
  const { catalogue } = scorer;
  const { features } = catalogue;
  const isApproved = outcome === 'approve';
  const contributions = scorer.contributions(vector);
  const ranked: number[] = [];
  for (let i = 0; i < features.length; i++) {
    if ((isApproved ? Math.abs(contributions[i]) : contributions[i]) > 1e-6) ranked.push(i);
  }
  ranked.sort((a, b) => Math.abs(contributions[b]) - Math.abs(contributions[a]));
  const reasons: Reason[] = [];
  for (const i of ranked) {
    if (reasons.length === MAX_REASONS) break;
    const isMissing = Number.isNaN(vector[i]);
    if (isMissing && !canApply(features[i], transaction)) continue;
    reasons.push({
      feature: features[i].name,
      value: isMissing ? null : vector[i],
      contribution: contributions[i],
      text: sentence(catalogue, i, vector, transaction),
    });
  }
  return { reasons, concepts: explainByConcept(catalogue, vector, contributions, transaction, isApproved) };
}

/** What an analyst reads about one feature of a vector of a catalogue. */
export function sentence(
  { features, place }: Catalogue,
  feature: number,
  vector: Float64Array,
  transaction: Transaction,
): string {
  const value = vector[feature];
  if (Number.isNaN(value)) return plainMissing(features[feature], transaction);
  const look = (name: string): number => vector[place(name) ?? -1] ?? Number.NaN;
  return features[feature].say(value, look, baseCurrency(transaction));
}

/**
 * Decides one transaction and leaves its feature vector, of the scorer's catalogue, in `vector`; `keep` then adds it to the histories.
 * The score alone gives approve, review or decline by the model's thresholds, and review where there is none; rules come to
 * it as `combine` says.
 */
export function decide(
  transaction: Transaction,
  state: FeatureState,
  scorer: Scorer,
  ruleset: Ruleset,
  nowMs: number,
  vector: Float64Array,
): Decision {
  scorer.catalogue.look(state, transaction, vector);
  return judge(transaction, scorer, ruleset, nowMs, vector);
}

/** What model and rules say of a transaction whose features are in `vector`; fills its encoded slots. */
export function judge(
  transaction: Transaction,
  scorer: Scorer,
  ruleset: Ruleset,
  nowMs: number,
  vector: Float64Array,
): Decision {
  const { thresholds, version } = scorer.info;
  const said = scoreOf(scorer, transaction, vector);
  const scored = !Number.isNaN(said);
  const score = scored ? said : scoreForReview(thresholds);
  const byScore: Outcome = scored ? outcomeOf(score, thresholds) : 'review';
  const rules = ruleset.evaluate(transaction, vector, score, nowMs);
  const outcome = combine(byScore, rules);
  const explanation = !scored
    ? NOT_SCORED
    : outcome === 'approve'
      ? NOT_ASKED
      : explanationFrom(scorer, () => explainVector(scorer, vector, outcome, transaction));
  const { draws } = scorer;
  const drawn = draws && draw(draws, transaction.id, outcome !== 'approve', score);
  return {
    transactionId: transaction.id,
    outcome,
    score,
    reasons: explanation.reasons,
    concepts: explanation.concepts,
    rules,
    modelVersion: version,
    rulesetVersion: ruleset.version,
    catalogueHash: scorer.catalogue.hash,
    decidedAtMs: nowMs,
    ...(drawn && { draw: drawn }),
  };
}
