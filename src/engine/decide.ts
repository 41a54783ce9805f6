// The one way to a decision: features, model and rules in, outcome and reasons out.
import { baseCurrency } from '../domain/base-amount.ts';
import type { Decision, Outcome, Reason } from '../domain/decision.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { FeatureState } from '../features/feature-state.ts';
import { draw } from '../models/draw-plan.ts';
import type { Scorer } from '../models/model.ts';
import { combine } from '../rules/combine.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import { NOT_SCORED, outcomeOf, reasonsFrom, scoreForReview, scoreOf } from './ask-model.ts';

export const MAX_REASONS = 5;
const NO_REASONS: readonly Reason[] = [];

/**
 * The features that moved a score most, strongest first. For what was stopped only reasons that raised the
 * score count; an approval is explained by whatever moved it either way.
 */
export function explainVector(
  scorer: Scorer,
  vector: Float64Array,
  outcome: Outcome,
  currency: string,
): readonly Reason[] {
  const { features } = scorer.catalogue;
  const contributions = scorer.contributions(vector);
  const ranked: number[] = [];
  for (let i = 0; i < features.length; i++) {
    if (outcome === 'approve' ? Math.abs(contributions[i]) > 1e-6 : contributions[i] > 1e-6) ranked.push(i);
  }
  ranked.sort((a, b) => Math.abs(contributions[b]) - Math.abs(contributions[a]));
  return ranked.slice(0, MAX_REASONS).map((i) => ({
    feature: features[i].name,
    value: Number.isNaN(vector[i]) ? null : vector[i],
    contribution: contributions[i],
    text: sentence(scorer.catalogue, i, vector, currency),
  }));
}

function reasonsOf(
  scorer: Scorer,
  vector: Float64Array,
  outcome: Outcome,
  currency: string,
): readonly Reason[] {
  if (outcome === 'approve') return NO_REASONS;
  return reasonsFrom(scorer, () => explainVector(scorer, vector, outcome, currency));
}

/** What an analyst reads about one feature of a vector of a catalogue. */
export function sentence(
  { features, place }: Catalogue,
  feature: number,
  vector: Float64Array,
  currency: string,
): string {
  const value = vector[feature];
  if (Number.isNaN(value)) return `Not known: ${features[feature].description.replace(/\.$/, '')}`;
  const look = (name: string): number => vector[place(name) ?? -1] ?? Number.NaN;
  return features[feature].say(value, look, currency);
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
  const { draws } = scorer;
  const drawn = draws && draw(draws, transaction.id, outcome !== 'approve', score);
  return {
    transactionId: transaction.id,
    outcome,
    score,
    reasons: scored ? reasonsOf(scorer, vector, outcome, baseCurrency(transaction)) : NOT_SCORED,
    rules,
    modelVersion: version,
    rulesetVersion: ruleset.version,
    catalogueHash: scorer.catalogue.hash,
    decidedAtMs: nowMs,
    ...(drawn && { draw: drawn }),
  };
}
