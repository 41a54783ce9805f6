// What the model says first of a decision, as it is seen.
import { leadingConcept } from '../../domain/concept.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Sight } from '../../domain/sight.ts';
import { conceptSeen, reasonSeen } from '../access/features-seen.ts';

export function leadingSeen(
  decision: Pick<Decision, 'concepts' | 'reasons'>,
  sight: Sight,
): { readonly text: string | undefined; readonly concept: string | undefined } {
  const first = leadingConcept(decision.concepts);
  if (first) {
    const { text, concept } = conceptSeen(first, sight);
    return { text: text ?? undefined, concept };
  }
  const [reason] = decision.reasons;
  return { text: reason && reasonSeen(reason, sight).text, concept: undefined };
}
