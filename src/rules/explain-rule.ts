// What each condition of a rule was for a transaction: the conditions that && and || and ! join, with the values compared.
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Transaction } from '../domain/transaction.ts';
import { FEATURES } from '../features/catalogue.ts';
import { childrenOf } from './check.ts';
import { emptyTransaction, fillTransaction, runningEnvironment } from './environment.ts';
import type { Lookups } from './rule.ts';

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

const plain = (value: unknown): string | number | boolean | null => {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : String(value);
};

/** Conditions of an expression in the order they are written; an expression that does not parse has none. */
export function explainRule(
  expression: string,
  transaction: Transaction,
  vector: Float64Array,
  score: number,
  nowMs: number,
  lookups: Lookups,
): Condition[] {
  const environment = runningEnvironment(lookups, () => nowMs);
  const seen = emptyTransaction();
  fillTransaction(seen, transaction);
  const features = Object.fromEntries(FEATURES.map(({ name }, i) => [name, vector[i]]));
  const context = { features, transaction: seen, score };
  let root: ASTNode;
  try {
    root = environment.parse(expression).ast;
  } catch {
    return [];
  }
  const text = (node: ASTNode): string => expression.slice(node.start, node.end).trim();
  return conditionsOf(root).map((node) => {
    const values = new Map<string, string | number | boolean | null>();
    for (const part of namedParts(node)) {
      try {
        values.set(text(part), plain(environment.parse(text(part))(context)));
      } catch {
        values.set(text(part), null);
      }
    }
    const said = { text: text(node), values: [...values].map(([name, value]) => ({ text: name, value })) };
    try {
      return { ...said, holds: environment.parse(said.text)(context) === true };
    } catch (error) {
      return { ...said, holds: undefined, problem: (error as Error).message.split('\n')[0] };
    }
  });
}
