// What each function that a rule may call costs, for real arguments and at worst. A function without a price is not
// offered: one that a newer version of the language brings along waits here until somebody thought about it.
import type { Budget } from './budget.ts';

/** How large a value is, or can be. */
export type Size = {
  /** Of a text. */
  readonly characters: number;
  /** Of a list or map. */
  readonly elements: number;
  /** The largest of its elements; none for what has none. */
  readonly each: Size | undefined;
};
export const SMALL: Size = { characters: 0, elements: 0, each: undefined };
export const textOf = (characters: number): Size => ({ characters, elements: 0, each: undefined });
const listOf = (elements: number, each: Size): Size => ({ characters: 0, elements, each });

export function larger(a: Size | undefined, b: Size | undefined): Size {
  if (!a || !b) return a ?? b ?? SMALL;
  return {
    characters: Math.max(a.characters, b.characters),
    elements: Math.max(a.elements, b.elements),
    each: a.each || b.each ? larger(a.each, b.each) : undefined,
  };
}

type Price = {
  /** Before it runs. */
  pay(budget: Budget, args: readonly unknown[]): void;
  /** After it ran. */
  paidFor?(budget: Budget, result: unknown): void;
  /** The same for arguments of these sizes at most; gives the size of the result. */
  worst(budget: Budget, args: readonly Size[]): Size;
};

const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);
/** Numbers as texts. */
const NUMBER_LENGTH = 32;

/** Reads its texts once. */
const reading: Price = {
  pay(budget, args) {
    let total = 0;
    for (const arg of args) total += lengthOf(arg);
    budget.steps(1 + Math.floor(total / 16));
  },
  worst(budget, args) {
    let total = 0;
    for (const { characters } of args) total += characters;
    budget.steps(1 + Math.floor(total / 16));
    return SMALL;
  },
};

/** Looks for one text in another, at worst at every place. */
const searchSteps = (where: number, what: number): number => 1 + Math.floor((where * (what + 1)) / 32);
const searching: Price = {
  pay: (budget, [where, what]) => budget.steps(searchSteps(lengthOf(where), lengthOf(what))),
  worst(budget, [where, what]) {
    budget.steps(searchSteps(where.characters, what.characters));
    return SMALL;
  },
};

/** Makes a text that is at most so many times as long as the first argument. */
const copying = (times: number): Price => ({
  pay: (budget, [text]) => budget.characters(times * lengthOf(text)),
  worst(budget, [{ characters }]) {
    budget.characters(times * characters);
    return textOf(times * characters);
  },
});

const asText: Price = {
  pay: (budget, [value]) => budget.characters(typeof value === 'string' ? 0 : NUMBER_LENGTH),
  worst(budget, [{ characters }]) {
    budget.characters(NUMBER_LENGTH);
    return textOf(Math.max(characters, NUMBER_LENGTH));
  },
};

const splitting: Price = {
  // With a limit, what is left over is joined again.
  pay: (budget, [text, separator]) => {
    budget.characters(2 * lengthOf(text));
    budget.steps(searchSteps(lengthOf(text), lengthOf(separator)));
  },
  paidFor: (budget, parts) => budget.elements(Array.isArray(parts) ? parts.length : 0),
  worst(budget, [{ characters }, separator]) {
    budget.characters(2 * characters);
    budget.steps(searchSteps(characters, separator.characters));
    budget.elements(characters + 1);
    return listOf(characters + 1, textOf(characters));
  },
};

const joining: Price = {
  pay(budget, [list, separator]) {
    if (!Array.isArray(list)) return;
    budget.steps(list.length);
    let total = list.length * lengthOf(separator);
    for (const part of list) total += lengthOf(part);
    budget.characters(total);
  },
  worst(budget, [{ elements, each = SMALL }, separator = SMALL]) {
    budget.steps(elements);
    const total = elements * (each.characters + separator.characters);
    budget.characters(total);
    return textOf(total);
  },
};

/** A screening ends by itself, after ten milliseconds at worst: a rule has few of them, and they do not count as its own time. */
const SCREENING_STEPS = 5000;
const matchingNames: Price = {
  pay: (budget) => budget.steps(SCREENING_STEPS),
  worst(budget) {
    budget.steps(SCREENING_STEPS);
    return SMALL;
  },
};

const unchanged: Price = {
  pay: (budget) => budget.steps(1),
  worst(budget, [value]) {
    budget.steps(1);
    return value;
  },
};

/** By name, as `name` or `.name` where it is called on a value. */
export const PRICES: ReadonlyMap<string, Price> = new Map([
  ['inList', reading],
  ['sanctionMatch', matchingNames],
  ['size', reading],
  ['.size', reading],
  ['int', reading],
  ['uint', reading],
  ['double', reading],
  ['bool', reading],
  ['string', asText],
  ['dyn', unchanged],
  ['type', reading],
  ['.startsWith', reading],
  ['.endsWith', reading],
  ['.contains', searching],
  ['.indexOf', searching],
  ['.lastIndexOf', searching],
  ['.substring', copying(1)],
  ['.trim', copying(1)],
  // A letter can become three.
  ['.lowerAscii', copying(3)],
  ['.upperAscii', copying(3)],
  ['.split', splitting],
  ['.join', joining],
]);

/** Steps of comparing a value with another: a list with all that is in it, again and again where it is in it twice. */
export function payComparison(budget: Budget, value: unknown): void {
  if (typeof value === 'string') budget.steps(1 + Math.floor(value.length / 64));
  else if (typeof value === 'object' && value !== null) {
    const parts = Array.isArray(value) ? value : Object.values(value);
    budget.steps(1 + parts.length);
    for (const part of parts)
      if (typeof part === 'object' || typeof part === 'string') payComparison(budget, part);
  } else budget.steps(1);
}

export function worstComparison(budget: Budget, size: Size): void {
  budget.steps(1 + comparisonSteps(size));
}
const comparisonSteps = ({ characters, elements, each }: Size): number =>
  2 + Math.floor(characters / 64) + elements * (2 + (each ? comparisonSteps(each) : 0));

/** What `+` makes of texts or lists. */
export function payAddition(budget: Budget, left: unknown, right: unknown): void {
  if (typeof left === 'string') budget.characters(left.length + lengthOf(right));
  else if (Array.isArray(left)) budget.elements(left.length + (Array.isArray(right) ? right.length : 0));
}

export function worstAddition(budget: Budget, left: Size, right: Size): Size {
  const characters = left.characters + right.characters;
  const elements = left.elements + right.elements;
  if (characters > 0) budget.characters(characters);
  if (elements > 0) budget.elements(elements);
  return {
    characters,
    elements,
    each: left.each || right.each ? larger(left.each, right.each) : undefined,
  };
}
