// The clauses of each concept of the program, and those of a catalogue: own features say their own sentences beside them.
import { isProgramConcept, type ProgramConcept } from '../domain/concept.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { type ClauseMaker, notable } from './facts.ts';
import { AMOUNT, AMOUNT_HEAD, MONEY_IN, PACE } from './money-clauses.ts';
import { ACCOUNT, KIND, KNOWN_FRAUD, TIME } from './other-clauses.ts';
import { DEVICE, MERCHANT, PAYEE, PLACE } from './party-clauses.ts';

const OF_PROGRAM: Readonly<Record<ProgramConcept, readonly ClauseMaker[]>> = {
  amount: AMOUNT,
  pace: PACE,
  place: PLACE,
  'device and session': DEVICE,
  merchant: MERCHANT,
  payee: PAYEE,
  'money in': MONEY_IN,
  time: TIME,
  'type and channel': KIND,
  'known fraud': KNOWN_FRAUD,
  account: ACCOUNT,
  'your own': [],
};

/** A clause with the places of its features in a vector. */
export type PlacedMaker = ClauseMaker & { readonly slots: readonly number[]; readonly isOwn: boolean };

/** What concepts are of one catalogue. */
export type ConceptPlan = {
  readonly names: readonly string[];
  /** The concept of each feature, by its number. */
  readonly ofSlot: Int32Array;
  /** The features of each, in the order of their names. */
  readonly slots: readonly (readonly number[])[];
  /** What can be said of each concept. */
  readonly makers: readonly (readonly PlacedMaker[])[];
  /** What stands before a colon, where there is something. */
  readonly heads: readonly (PlacedMaker | undefined)[];
};

export const TOLD_OF_PROGRAM: ReadonlySet<string> = new Set(
  [AMOUNT_HEAD, ...Object.values(OF_PROGRAM).flat()].flatMap(({ about }) => about),
);

function placed(maker: ClauseMaker, { place }: Catalogue, isOwn: boolean): PlacedMaker | undefined {
  const slots = maker.about.flatMap((name) => place(name) ?? []);
  return slots.length === 0 ? undefined : { ...maker, slots, isOwn };
}

/** A feature that no clause of the program tells of says its own sentence. */
function ownMaker({ features }: Catalogue, slot: number): ClauseMaker {
  const { name, say } = features[slot];
  return {
    about: [name],
    say({ value, currency }) {
      const own = value(name);
      return Number.isNaN(own) ? undefined : notable(say(own, value, currency));
    },
  };
}

function makePlan(catalogue: Catalogue): ConceptPlan {
  const { features } = catalogue;
  // In the order of names: the same figure, bit for bit, in whatever order a document has its features.
  const names = [...new Set(features.map(({ concept }) => concept))].sort();
  const numbers = new Map(names.map((name, number) => [name, number]));
  const ofSlot = Int32Array.from(features, ({ concept }) => numbers.get(concept) ?? 0);
  const byName = [...features.keys()].sort((a, b) => (features[a].name < features[b].name ? -1 : 1));
  const slots = names.map((_, number) => byName.filter((slot) => ofSlot[slot] === number));
  return {
    names,
    ofSlot,
    slots,
    makers: names.map((name, number) => {
      const ofProgram = isProgramConcept(name) ? OF_PROGRAM[name] : [];
      const own = slots[number].filter((slot) => !TOLD_OF_PROGRAM.has(features[slot].name));
      return [
        ...ofProgram.flatMap((maker) => placed(maker, catalogue, false) ?? []),
        ...own.flatMap((slot) => placed(ownMaker(catalogue, slot), catalogue, true) ?? []),
      ];
    }),
    heads: names.map((name) => (name === 'amount' ? placed(AMOUNT_HEAD, catalogue, false) : undefined)),
  };
}

const plans = new WeakMap<Catalogue, ConceptPlan>();

/** Worked out once for each catalogue. */
export function conceptPlan(catalogue: Catalogue): ConceptPlan {
  let plan = plans.get(catalogue);
  if (!plan) {
    plan = makePlan(catalogue);
    plans.set(catalogue, plan);
  }
  return plan;
}
