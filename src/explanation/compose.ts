// What moved a score, by concept: contributions added up, and at most five sentences, each of another concept and composed of what is
// strongest in it. What one sentence tells no other says again.
import type { Clause, Concept } from '../domain/concept.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { typeWords, whyMissing } from './applies.ts';
import { type ConceptPlan, conceptPlan, type PlacedMaker } from './clauses.ts';
import { type Facts, factsOf, type Said } from './facts.ts';

export const MAX_SENTENCES = 5;
const MAX_CLAUSES = 3;
/** A clause is left out where it is so much weaker than the strongest of its sentence. */
const WEAK = 0.1;
/** What moved the score by so much less than the strongest concept is not worth a sentence. */
const LITTLE = 0.02;
const NOTHING = 1e-6;

type Tone = Said['tone'];
type Candidate = {
  readonly text: string;
  readonly tone: Tone;
  readonly slots: readonly number[];
  readonly also: string | undefined;
  readonly strength: number;
  readonly kind: string | undefined;
};

const sumOver = (slots: readonly number[], contributions: Float64Array): number => {
  let sum = 0;
  for (const slot of slots) sum += contributions[slot];
  return sum;
};

type Explained = {
  readonly catalogue: Catalogue;
  readonly plan: ConceptPlan;
  readonly vector: Float64Array;
  readonly contributions: Float64Array;
  readonly facts: Facts;
};

function candidateOf(
  maker: PlacedMaker,
  sign: number,
  { contributions, facts }: Explained,
  told: ReadonlySet<string>,
): Candidate | undefined {
  const said = maker.say(facts, told);
  if (!said) return undefined;
  return {
    text: said.text,
    slots: maker.slots,
    also: said.also,
    // What people wrote of an own feature speaks for whatever the feature did.
    tone: maker.isOwn && sign < 0 ? 'usual' : said.tone,
    strength: sign * sumOver(maker.slots, contributions),
    kind: maker.kind,
  };
}

/** Of values that such a transaction could have stated and did not: what it does not say. */
function unstated(
  number: number,
  sign: number,
  { catalogue, plan, vector, contributions, facts }: Explained,
): Candidate[] {
  const byWords = new Map<string, number[]>();
  for (const slot of plan.slots[number]) {
    if (!Number.isNaN(vector[slot]) || contributions[slot] === 0) continue;
    const why = whyMissing(catalogue.features[slot], facts.transaction);
    if (why.kind !== 'unstated') continue;
    const slots = byWords.get(why.words);
    if (slots) slots.push(slot);
    else byWords.set(why.words, [slot]);
  }
  return [...byWords].map(([words, slots]) => ({
    text: `the ${typeWords(facts.transaction)} does not say ${words}`,
    slots,
    also: undefined,
    tone: 'notable',
    strength: sign * sumOver(slots, contributions),
    kind: undefined,
  }));
}

function strongest(candidates: readonly Candidate[], most: number): Candidate[] {
  const sorted = [...candidates].sort((a, b) => b.strength - a.strength);
  const chosen: Candidate[] = [];
  const kinds = new Set<string>();
  for (const one of sorted) {
    if (chosen.length === most) break;
    if (chosen.length > 0 && !(one.strength > 0 && one.strength >= WEAK * chosen[0].strength)) break;
    if (one.kind !== undefined) {
      if (kinds.has(one.kind)) continue;
      kinds.add(one.kind);
    }
    chosen.push(one);
  }
  return chosen;
}

/** The clauses of a concept's sentence; none where it has nothing to say in that tone. */
function clausesOf(
  number: number,
  sum: number,
  explained: Explained,
  told: ReadonlySet<string>,
  tone: Tone | undefined,
): readonly Candidate[] {
  const sign = Math.sign(sum);
  const { features } = explained.catalogue;
  const fits = (one: Candidate): boolean => tone === undefined || one.tone === tone;
  const candidates = [
    ...explained.plan.makers[number].flatMap((maker) => candidateOf(maker, sign, explained, told) ?? []),
    ...unstated(number, sign, explained),
  ].filter((one) => fits(one) && !one.slots.every((slot) => told.has(features[slot].name)));
  const head = explained.plan.heads[number];
  if (!head) return strongest(candidates, MAX_CLAUSES);
  const first = candidateOf(head, sign, explained, told);
  const rest = strongest(candidates, MAX_CLAUSES - 1);
  if (!first) return rest;
  return rest.length > 0 || fits(first) ? [first, ...rest] : [];
}

function clauseOf({ text, slots, also }: Candidate, { catalogue, vector }: Explained): Clause {
  const known = slots.filter((slot) => !Number.isNaN(vector[slot]));
  const features = (known.length > 0 ? known : slots).map((slot) => catalogue.features[slot].name);
  return { text, features: also === undefined ? features : [...features, also] };
}

/**
 * What moved the score of a vector, by concept: those that are told first, strongest first, then the others that moved it. For what was
 * stopped only what raised the score is told; an approval is told by whatever moved it either way.
 */
export function explainByConcept(
  catalogue: Catalogue,
  vector: Float64Array,
  contributions: Float64Array,
  transaction: Transaction,
  isApproved: boolean,
): readonly Concept[] {
  const plan = conceptPlan(catalogue);
  const sums = plan.slots.map((slots) => sumOver(slots, contributions));
  const facts = factsOf(catalogue, vector, transaction);
  const explained: Explained = { catalogue, plan, vector, contributions, facts };
  const ranked = [...sums.keys()].filter((number) => sums[number] !== 0);
  ranked.sort((a, b) => Math.abs(sums[b]) - Math.abs(sums[a]));
  const size = (number: number): number => (isApproved ? Math.abs(sums[number]) : sums[number]);
  const least = Math.max(NOTHING, LITTLE * Math.max(...ranked.map(size)));
  const tellable = ranked.filter((number) => size(number) >= least);

  const told = new Set<string>();
  const sentences = new Map<number, readonly Clause[]>();
  const tell = (number: number, tone: Tone | undefined): void => {
    const clauses = clausesOf(number, sums[number], explained, told, tone).map((one) =>
      clauseOf(one, explained),
    );
    if (clauses.length === 0) return;
    sentences.set(number, clauses);
    for (const { features } of clauses) for (const name of features) told.add(name);
  };
  for (const number of tellable) {
    if (sentences.size === MAX_SENTENCES) break;
    tell(number, sums[number] > 0 ? 'notable' : 'usual');
  }
  // Nothing of it stands out by itself: the strongest is told as it is.
  for (const number of tellable) {
    if (sentences.size > 0) break;
    tell(number, undefined);
  }
  const message = (number: number): Concept => {
    const clauses = sentences.get(number);
    return {
      concept: plan.names[number],
      contribution: sums[number],
      ...(clauses && { told: clauses }),
    };
  };
  return [
    ...ranked.filter((number) => sentences.has(number)),
    ...ranked.filter((number) => !sentences.has(number)),
  ].map(message);
}
