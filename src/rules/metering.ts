// Puts a meter into a parsed expression, so that it is stopped while it runs. The evaluator of cel-js gives every operator
// and call of a checked expression a handler of its own; those that can grow or take long are replaced by ones that pay
// first. Comparing, adding and joining of numbers costs what it is written as, and stays as it is.
import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { type Budget, BudgetExceeded, type Limits } from './budget.ts';
import { PRICES, payAddition, payComparison } from './prices.ts';
import {
  callOf,
  childrenOf,
  countNodes,
  isBinding,
  isComprehension,
  isPresence,
  priceKey,
} from './syntax.ts';
import { excessOf } from './worst-case.ts';

export type Program = {
  readonly ast: ASTNode;
  /** Whether anything in it pays. */
  readonly metered: boolean;
  /** Throws BudgetExceeded where the budget, which the caller begins, is used up. */
  evaluate(context: Record<string, unknown>): unknown;
};

/** What the evaluator keeps at a node, and this file reads or replaces. */
type Handler = (...args: readonly unknown[]) => unknown;
type Inner = {
  readonly checkedType?: { readonly name: string };
  readonly meta: { readonly alternate?: { op: string; handle?: Handler; args: Comprehension } };
  handle?: Handler;
};
type Scope = {
  accuValue: unknown;
  reuse(outer: Scope): Scope;
  setIterValue(value: unknown, evaluator: Evaluator): Scope;
};
type Evaluator = { run(node: unknown, scope: Scope): unknown };
type Comprehension = {
  readonly errorsAreFatal?: boolean;
  readonly init: unknown;
  readonly step: ASTNode;
  readonly condition?: (value: unknown) => boolean;
  readonly result: (value: unknown) => unknown;
  readonly iterCtx: Scope;
};

const COMPARISONS = new Set<string>(['==', '!=', 'in', '<', '<=', '>', '>=']);
const NUMBERS = new Set(['double', 'int', 'uint', 'bool']);
/** Steps that an error inside takes which is passed over: it is made with the place where it happened. */
const STEPS_OF_AN_ERROR = 200;

const innerOf = (node: ASTNode): Inner => node as unknown as Inner;

function handlerOf(inner: { handle?: Handler }): Handler {
  if (!inner.handle) throw new Error('this version of the expression language cannot be metered');
  return inner.handle;
}

/** The elements that a comprehension goes through, or undefined where the evaluator has to say what is wrong. */
function elementsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  const plain = typeof value === 'object' && value !== null && value.constructor === Object;
  return plain ? Object.keys(value) : undefined;
}

/** As the evaluator does it, but paid for at every step, and left at once when the budget is used up. */
function comprehend(original: Handler, budget: Budget): Handler {
  return (iterable, description, evaluator, outer) => {
    const items = elementsOf(iterable);
    if (!items) return original(iterable, description, evaluator, outer);
    const { errorsAreFatal, init, step, condition, result, iterCtx } = description as Comprehension;
    const ev = evaluator as Evaluator;
    const scope = iterCtx.reuse(outer as Scope);
    const price = 1 + countNodes(step);
    let value = ev.run(init, scope);
    scope.accuValue = value;
    let passedOver: unknown;
    for (const item of items) {
      if (condition && !condition(value)) break;
      budget.steps(price);
      try {
        value = ev.run(step, scope.setIterValue(item, ev));
      } catch (error) {
        if (errorsAreFatal || error instanceof BudgetExceeded) throw error;
        budget.steps(STEPS_OF_AN_ERROR);
        passedOver ??= error;
      }
    }
    if (passedOver !== undefined && condition?.(value)) throw passedOver;
    if (Array.isArray(value)) budget.elements(value.length);
    return result(value);
  };
}

/** Puts the meter into a node and those below; gives whether any of them pays. */
function meter(node: ASTNode, budget: Budget): boolean {
  const inner = innerOf(node);
  let pays = false;
  const replace = (target: { handle?: Handler }, make: (original: Handler) => Handler): void => {
    target.handle = make(handlerOf(target));
    pays = true;
  };
  const call = callOf(node);
  if (call) {
    const price = PRICES.get(priceKey(call));
    const { alternate } = inner.meta;
    if (isComprehension(call) && alternate) replace(alternate, (original) => comprehend(original, budget));
    else if (price) {
      replace(inner, (original) => (args, ...rest) => {
        price.pay(budget, args as readonly unknown[]);
        const result = original(args, ...rest);
        price.paidFor?.(budget, result);
        return result;
      });
    } else if (!isBinding(call) && !isPresence(call)) throw new Error(`${call.name}() has no price`);
  } else if (node.op === '+' || COMPARISONS.has(node.op)) {
    const sides = childrenOf(node);
    const small = sides.some((side) => NUMBERS.has(innerOf(side).checkedType?.name ?? ''));
    if (node.op === '+' && !small) {
      replace(inner, (original) => (left, right, ...rest) => {
        payAddition(budget, left, right);
        return original(left, right, ...rest);
      });
    } else if (node.op === 'in' || (!small && !sides.some(({ op }) => op === 'value'))) {
      const which = node.op === 'in' ? 1 : 0;
      const written = sides[which];
      const constant = written.op === 'list' && written.args.every(({ op }) => op === 'value');
      if (!constant) {
        replace(inner, (original) => (...args) => {
          payComparison(budget, args[which]);
          return original(...args);
        });
      }
    }
  }
  for (const child of childrenOf(node)) if (meter(child, budget)) pays = true;
  return pays;
}

/** What takes no more than this at worst, as nearly every rule does, pays nothing for a meter. */
const NO_METER_NEEDED: Limits = { steps: 4000, characters: 4000, elements: 400, milliseconds: 5 };

/** Parses and checks an expression for an environment; what it costs is taken from the budget. */
export function meteredProgram(environment: Environment, expression: string, budget: Budget): Program {
  const program = environment.parse(expression);
  const { valid, error } = program.check();
  if (!valid) throw error ?? new Error('it cannot be checked');
  const metered = excessOf(program.ast, NO_METER_NEEDED) !== undefined && meter(program.ast, budget);
  if (!metered) return { ast: program.ast, metered, evaluate: program };
  return {
    ast: program.ast,
    metered,
    evaluate(context) {
      const result: unknown = program(context);
      if (budget.exceeded) throw budget.exceeded;
      return result;
    },
  };
}
