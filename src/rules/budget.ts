// What one evaluation of a rule may take, counted while it runs: whoever writes a rule is a guest on the decision path.

export type Limits = {
  /** Nodes evaluated in comprehensions, elements compared, characters searched. */
  readonly steps: number;
  /** Characters of the texts it makes. */
  readonly characters: number;
  /** Elements of the lists it makes. */
  readonly elements: number;
  readonly milliseconds: number;
};

/** Of one rule on one transaction. A step takes some fifty nanoseconds: these are reached long before the time is. */
export const RULE_LIMITS: Limits = { steps: 20_000, characters: 100_000, elements: 10_000, milliseconds: 5 };

/** Steps between two looks at the clock: most rules never look at it. */
const LOOK_EVERY = 128;

export class BudgetExceeded extends Error {
  readonly of: keyof Limits;
  constructor(of: keyof Limits, most: number) {
    super(
      of === 'milliseconds'
        ? `It took longer than ${most} ms on one transaction.`
        : `It needs more than ${most.toLocaleString('en')} ${of} on one transaction.`,
    );
    this.of = of;
  }
}

export type Budget = {
  /** Before an evaluation; what the one before took is forgotten. */
  begin(): void;
  /** Each throws BudgetExceeded, and so does every later one until the next begin. */
  steps(count: number): void;
  characters(count: number): void;
  elements(count: number): void;
  /** An expression may swallow what is thrown in it: whoever evaluates looks here before believing the result. */
  readonly exceeded: BudgetExceeded | undefined;
};

/** Time is not looked at without `elapsedMs`. */
export function createBudget(limits: Limits, elapsedMs?: () => number): Budget {
  let steps = 0;
  let characters = 0;
  let elements = 0;
  let startedMs: number | undefined;
  let nextLook = LOOK_EVERY;
  let exceeded: BudgetExceeded | undefined;

  function stop(of: keyof Limits): never {
    exceeded ??= new BudgetExceeded(of, limits[of]);
    throw exceeded;
  }
  function take(count: number): void {
    if (exceeded) throw exceeded;
    steps += count;
    if (steps > limits.steps) stop('steps');
    if (steps < nextLook || elapsedMs === undefined) return;
    nextLook = steps + LOOK_EVERY;
    const now = elapsedMs();
    startedMs ??= now;
    if (now - startedMs > limits.milliseconds) stop('milliseconds');
  }
  return {
    begin() {
      steps = 0;
      characters = 0;
      elements = 0;
      startedMs = undefined;
      nextLook = LOOK_EVERY;
      exceeded = undefined;
    },
    steps: take,
    characters(count) {
      characters += count;
      if (characters > limits.characters) stop('characters');
      take(1 + Math.floor(count / 64));
    },
    elements(count) {
      elements += count;
      if (elements > limits.elements) stop('elements');
      take(1 + Math.floor(count / 16));
    },
    get exceeded() {
      return exceeded;
    },
  };
}
