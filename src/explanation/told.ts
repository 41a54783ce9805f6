// What is told first of a decision where there is room for one sentence: in lists, notifications and live rows.
import { conceptSentence, leadingConcept } from '../domain/concept.ts';
import type { Decision } from '../domain/decision.ts';
import { PROGRAM_FEATURES } from '../features/standard-document.ts';

const OF_PROGRAM: ReadonlySet<string> = new Set(PROGRAM_FEATURES);
export const isOwnFeature = (name: string): boolean => !OF_PROGRAM.has(name);

export type Leading = {
  readonly text: string | undefined;
  /** Absent where the reason of one feature is told: of decisions from before concepts were kept, and where no model scored. */
  readonly concept: string | undefined;
  /** A feature that the sentence tells of: one's own where there is one, since what people wrote is not for everybody. */
  readonly feature: string | undefined;
};

/** What the model says first of a decision; what a rule says goes before it. */
export function leadingOf({ concepts, reasons }: Pick<Decision, 'concepts' | 'reasons'>): Leading {
  const first = leadingConcept(concepts);
  if (!first?.told) return { text: reasons[0]?.text, concept: undefined, feature: reasons[0]?.feature };
  const features = first.told.flatMap((clause) => clause.features);
  return {
    text: conceptSentence(first.concept, first.told),
    concept: first.concept,
    feature: features.find(isOwnFeature) ?? features[0],
  };
}

/** All that a decision is told by, a sentence each: concepts, or what was kept before there were any. */
export const sentencesOf = ({ concepts, reasons }: Pick<Decision, 'concepts' | 'reasons'>): string[] => {
  const told = concepts.flatMap(({ concept, told }) => (told ? [conceptSentence(concept, told)] : []));
  return told.length > 0 ? told : reasons.map(({ text }) => text);
};
