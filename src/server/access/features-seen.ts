// What is said of features, as it is seen: of the program's as it stands, of one's own what people wrote only by who may see it.
import {
  type Clause,
  type Concept,
  conceptSentence,
  isProgramConcept,
  OWN_CONCEPT,
} from '../../domain/concept.ts';
import type { Reason } from '../../domain/decision.ts';
import type { Sight } from '../../domain/sight.ts';
import { isOwnFeature } from '../../explanation/told.ts';
import type { Concept as ConceptMessage } from '../../protocol/decisions.ts';

export { isOwnFeature };

/** A text of a feature: its description, its unit. `instead` stands for what is hidden. */
export const featureTextSeen = (name: string, text: string, sight: Sight, instead = ''): string =>
  sight.kind === 'whole' || !isOwnFeature(name) ? text : instead;

const plainly = (name: string, value: number | null): string =>
  value === null || Number.isNaN(value) ? `${name} is missing` : `${name} is ${Number(value.toPrecision(4))}`;

/** The sentence of a feature with its value. */
export const sentenceSeen = (name: string, value: number | null, text: string, sight: Sight): string =>
  featureTextSeen(name, text, sight, plainly(name, value));

export const reasonSeen = (reason: Reason, sight: Sight): Reason => ({
  ...reason,
  text: sentenceSeen(reason.feature, reason.value, reason.text, sight),
});

/** What people called a concept of theirs. */
export const conceptNameSeen = (concept: string, sight: Sight): string =>
  sight.kind === 'whole' || isProgramConcept(concept) ? concept : OWN_CONCEPT;

/** A part of a sentence that an own feature has to do with says its name alone. */
function clauseSeen(clause: Clause, sight: Sight): Clause {
  const own = clause.features.filter(isOwnFeature);
  if (sight.kind === 'whole' || own.length === 0) return clause;
  return { ...clause, text: `feature ${own.join(', ')}` };
}

/** A concept as it is told: what stands in a sentence of own features is for whoever sees identifiers. */
export function conceptSeen({ concept, contribution, told }: Concept, sight: Sight): ConceptMessage {
  const clauses = told?.map((clause) => clauseSeen(clause, sight));
  return {
    concept: conceptNameSeen(concept, sight),
    contribution,
    text: clauses ? conceptSentence(concept, clauses) : null,
    features: clauses?.flatMap(({ features }) => features) ?? [],
  };
}
