// What each condition of a rule was for a transaction: the conditions that && and || and ! join, with the values compared.
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Transaction } from '../domain/transaction.ts';
import { type Budget, createBudget, type Limits } from './budget.ts';
import { checkFiled, readsOf } from './check.ts';
import { emptyTransaction, fillTransaction, runningEnvironment } from './environment.ts';
import { meteredProgram } from './metering.ts';
import { ownView } from './own-fields.ts';
import { problemWords } from './problem-words.ts';
import type { Lookups } from './rule.ts';
import { childrenOf } from './syntax.ts';
import { namesOf, type Vocabulary } from './vocabulary.ts';

export type Condition = {
  readonly text: string;
  /** Undefined where it could not be told; `problem` says why. */
  readonly holds: boolean | undefined;
  readonly problem?: string;
  /** What stands in it, and what that was. */
  readonly values: readonly { readonly text: string; readonly value: string | number | boolean | null }[];
};

const JOINS = new Set<string>(['&&', '||', '!_']);

function conditionsOf(node: ASTNode): ASTNode[] {
  return JOINS.has(node.op) ? childrenOf(node).flatMap(conditionsOf) : [node];
}

/** The features, fields and calls inside a condition whose values say why it holds. */
function namedParts(node: ASTNode): ASTNode[] {
  if (node.op === '.' || node.op === 'id' || node.op === 'call') return [node];
  return childrenOf(node).flatMap(namedParts);
}

/** Characters of a value. */
const LONGEST_SHOWN = 200;

const plain = (value: unknown): string | number | boolean | null => {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  if (typeof value === 'boolean') return value;
  if (value === null || value === undefined) return null;
  return (Array.isArray(value) ? value.slice(0, LONGEST_SHOWN).join(', ') : String(value)).slice(
    0,
    LONGEST_SHOWN,
  );
};

/** All explanations that are asked for together. */
const EXPLANATION_LIMITS: Limits = {
  steps: 200_000,
  characters: 1_000_000,
  elements: 100_000,
  milliseconds: 100,
};
/** Reading a part of an expression again, by character. */
const STEPS_TO_READ = 2;

/** What explaining the rules of one transaction may take in all. */
export function explanationBudget(elapsedMs: () => number): Budget {
  const budget = createBudget(EXPLANATION_LIMITS, elapsedMs);
  budget.begin();
  return budget;
}

/**
 * Conditions of an expression in the order they are written; an expression that is no rule under the catalogue has none. Where the budget
 * is used up, the conditions that are left say so.
 */
export function explainRule(
  expression: string,
  vocabulary: Vocabulary,
  transaction: Transaction,
  vector: Float64Array,
  score: number,
  nowMs: number,
  lookups: Lookups,
  budget: Budget,
): Condition[] {
  if (!checkFiled(expression, undefined, vocabulary).ok) return [];
  const environment = runningEnvironment(lookups, () => nowMs);
  const seen = emptyTransaction();
  fillTransaction(seen, transaction);
  const own = ownView(namesOf(vocabulary).fields, readsOf(expression, vocabulary).attributes);
  own.fill(transaction);
  seen.attributes = own.attributes;
  const features = Object.fromEntries(vocabulary.features.map(({ name }, i) => [name, vector[i]]));
  const context = { features, transaction: seen, score };
  const root = environment.parse(expression).ast;
  const text = (node: ASTNode): string => expression.slice(node.start, node.end).trim();
  function evaluate(part: string): unknown {
    budget.steps(STEPS_TO_READ * part.length);
    return meteredProgram(environment, part, budget).evaluate(context);
  }
  return conditionsOf(root).map((node) => {
    const values = new Map<string, string | number | boolean | null>();
    for (const part of namedParts(node)) {
      try {
        values.set(text(part), plain(evaluate(text(part))));
      } catch {
        values.set(text(part), null);
      }
    }
    const said = { text: text(node), values: [...values].map(([name, value]) => ({ text: name, value })) };
    try {
      return { ...said, holds: evaluate(said.text) === true };
    } catch (error) {
      return { ...said, holds: undefined, problem: problemWords(error) };
    }
  });
}
