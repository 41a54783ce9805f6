// How rules and the score come to one outcome.
import { type Outcome, type RuleHit, stricter } from '../domain/decision.ts';

/** Hits that count: live, and not a mere tag. */
export const deciding = (hits: readonly RuleHit[]): readonly RuleHit[] =>
  hits.filter((hit) => hit.shadow !== true && hit.action !== 'tag');

/**
 * The score gives an outcome; a review or decline rule can only make it stricter. An approve rule lifts what the score and
 * less important rules say: then only rules of its own priority or a more important one count. Shadow rules and tags
 * change nothing.
 */
export function combine(byScore: Outcome, hits: readonly RuleHit[]): Outcome {
  if (hits.length === 0) return byScore;
  let approval = Number.POSITIVE_INFINITY;
  for (const hit of hits) {
    if (hit.action === 'approve' && hit.shadow !== true && hit.priority < approval) approval = hit.priority;
  }
  let outcome: Outcome = approval === Number.POSITIVE_INFINITY ? byScore : 'approve';
  for (const hit of hits) {
    if (hit.shadow === true || hit.action === 'tag' || hit.action === 'approve') continue;
    if (hit.priority <= approval) outcome = stricter(outcome, hit.action);
  }
  return outcome;
}

/** The rule that says first what there is to say of a transaction, where one made its outcome what it is. */
export function leadingHit(hits: readonly RuleHit[], outcome: Outcome): RuleHit | undefined {
  return deciding(hits).find(
    ({ action }) => action === outcome || (outcome !== 'approve' && action !== 'approve'),
  );
}
