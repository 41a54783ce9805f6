// What an expression takes at worst, found by going through it with the sizes that its values can have instead of with
// values. A rule that passes here cannot be brought over its budget by what somebody sends.
import type { ASTNode } from '@marcbachmann/cel-js';
import { MAX_ATTRIBUTE_TEXT } from '../domain/attributes.ts';
import { type Budget, BudgetExceeded, createBudget, RULE_LIMITS } from './budget.ts';
import { ATTRIBUTES } from './own-fields.ts';
import { larger, PRICES, type Size, SMALL, textOf, worstAddition, worstComparison } from './prices.ts';
import {
  callOf,
  childrenOf,
  countNodes,
  isBinding,
  isComprehension,
  isPresence,
  pathOf,
  priceKey,
} from './syntax.ts';

/** No text of a transaction is longer, but for own fields. */
const LONGEST_TEXT = 200;
const OWN_FIELD = textOf(MAX_ATTRIBUTE_TEXT);
const FIELDS = 20;
const MERCHANT: Size = { characters: 0, elements: FIELDS, each: textOf(LONGEST_TEXT) };
/** Fields, and names of features as a comprehension goes through them. */
const TRANSACTION: Size = larger(MERCHANT, { characters: 0, elements: FIELDS, each: MERCHANT });
const FEATURES: Size = { characters: 0, elements: 500, each: textOf(64) };

export type Excess = { readonly node: ASTNode; readonly message: string };
type Scope = ReadonlyMap<string, Size>;

class Stopped extends Error {
  readonly node: ASTNode;
  constructor(node: ASTNode, cause: BudgetExceeded) {
    super(cause.message);
    this.node = node;
  }
}

const nameOf = (node: ASTNode | undefined): string => (node?.op === 'id' ? node.args : '');

function worstCall(node: ASTNode, scope: Scope, budget: Budget): Size {
  const call = callOf(node);
  if (!call || isPresence(call)) return SMALL;
  const { receiver, args } = call;
  if (isBinding(call)) {
    const bound = worst(args[1], scope, budget);
    return worst(args[2], new Map(scope).set(nameOf(args[0]), bound), budget);
  }
  if (receiver && isComprehension(call)) {
    const { elements, each = SMALL } = worst(receiver, scope, budget);
    const inside = new Map(scope).set(nameOf(args[0]), each);
    const price = 4 + args.slice(1).reduce((sum, arg) => sum + 2 + countNodes(arg), 0);
    let made = SMALL;
    // Paid for first: the rounds below are bounded by it.
    budget.steps(elements * price);
    for (let round = 0; round < elements; round++) {
      for (const arg of args.slice(1)) made = worst(arg, inside, budget);
    }
    if (call.name !== 'map' && call.name !== 'filter') return SMALL;
    budget.elements(elements);
    return { characters: 0, elements, each: call.name === 'map' ? made : each };
  }
  const sizes = [...(receiver ? [receiver] : []), ...args].map((arg) => worst(arg, scope, budget));
  return PRICES.get(priceKey(call))?.worst(budget, sizes) ?? SMALL;
}

function worstHere(node: ASTNode, scope: Scope, budget: Budget): Size {
  switch (node.op) {
    case 'value':
      return textOf(typeof node.args === 'string' ? node.args.length : 0);
    case 'id':
      return scope.get(node.args) ?? SMALL;
    case '.':
      if (pathOf(node)?.startsWith(ATTRIBUTES)) return OWN_FIELD;
      return worst(node.args[0], scope, budget).each ?? SMALL;
    case '[]':
      worst(node.args[1], scope, budget);
      return worst(node.args[0], scope, budget).each ?? SMALL;
    case 'list':
    case 'map': {
      const each = childrenOf(node)
        .map((child) => worst(child, scope, budget))
        .reduce(larger, SMALL);
      return { characters: 0, elements: node.args.length, each };
    }
    case '?:':
      return childrenOf(node)
        .map((child) => worst(child, scope, budget))
        .reduce(larger, SMALL);
    case 'call':
    case 'rcall':
      return worstCall(node, scope, budget);
    case '+': {
      const [left, right] = node.args.map((side) => worst(side, scope, budget));
      return worstAddition(budget, left, right);
    }
    default: {
      const sizes = childrenOf(node).map((child) => worst(child, scope, budget));
      if (!JOINS.has(node.op)) worstComparison(budget, sizes.reduce(larger, SMALL));
      return SMALL;
    }
  }
}
const JOINS = new Set<string>(['&&', '||', '!_', '-_', '-', '*', '/', '%']);

function worst(node: ASTNode, scope: Scope, budget: Budget): Size {
  try {
    return worstHere(node, scope, budget);
  } catch (error) {
    if (error instanceof BudgetExceeded) throw new Stopped(node, error);
    throw error;
  }
}

/** The innermost part that can go over what a rule may take, or undefined. */
export function excessOf(root: ASTNode, limits = RULE_LIMITS): Excess | undefined {
  const budget = createBudget(limits);
  const scope = new Map([
    ['transaction', TRANSACTION],
    ['features', FEATURES],
  ]);
  try {
    worst(root, scope, budget);
    return undefined;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return {
      node: error.node,
      message: `With long texts this can be too much. ${error.message.replace('on one transaction', 'where every text is as long as allowed')} Use a list, or look at less at a time.`,
    };
  }
}
