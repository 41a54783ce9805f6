// What a feature is about: the words under which an analyst reads contributions, added up. See docs/explanations.md.

/** Of the program; a document may say others for its own features. */
export const CONCEPTS = [
  'amount',
  'pace',
  'place',
  'device and session',
  'merchant',
  'payee',
  'money in',
  'time',
  'type and channel',
  'known fraud',
  'account',
  'your own',
] as const;
export type ProgramConcept = (typeof CONCEPTS)[number];

/** What own data is about where nothing else is known. */
export const OWN_CONCEPT: ProgramConcept = 'your own';

const OF_PROGRAM: ReadonlySet<string> = new Set(CONCEPTS);
export const isProgramConcept = (concept: string): concept is ProgramConcept => OF_PROGRAM.has(concept);

/** A part of a concept's sentence, with the features whose values it tells. */
export type Clause = { readonly text: string; readonly features: readonly string[] };

/** What all features of one concept did to a score together. */
export type Concept = {
  readonly concept: string;
  /** The sum of the contributions of its features. */
  readonly contribution: number;
  /** What an analyst reads, strongest first; absent of concepts that are not told. */
  readonly told?: readonly Clause[];
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The clauses of a concept as one sentence. What an amount is compared with follows a colon. */
export function conceptSentence(concept: string, clauses: readonly Clause[]): string {
  const texts = clauses.map(({ text }) => text);
  const [first = '', ...rest] = texts;
  if (concept !== 'amount' || rest.length === 0) return capital(texts.join('; '));
  return capital(`${first}: ${rest.join(', ')}`);
}

/** The strongest concept that is told. */
export const leadingConcept = (concepts: readonly Concept[]): Concept | undefined =>
  concepts.find(({ told }) => told !== undefined);
