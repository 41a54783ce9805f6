// Whether an expression can be a rule: its grammar, names and types, and a bound on what it can cost.
import type { ASTNode } from '@marcbachmann/cel-js';
import { FEATURES, isFeatureName } from '../features/catalogue.ts';
import { wordSimilarity } from '../lists/name-match.ts';
import { CHECKING, TRANSACTION_FIELDS } from './environment.ts';
import { type Lookups, MAX_EXPRESSION } from './rule.ts';

export type RuleCheck =
  | {
      readonly ok: true;
      /** Features that it reads, so that only these are filled in. */
      readonly features: readonly string[];
      readonly lists: readonly string[];
    }
  | { readonly ok: false; readonly message: string; readonly start: number; readonly end: number };

/** Steps of an expression at most; a step takes some ten nanoseconds. */
const MAX_STEPS = 5000;
/** Elements a list is taken to have when only running tells. */
const UNKNOWN_LIST = 50;
const MACROS = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);
/** Functions of CEL whose time nobody can bound: a regular expression may take minutes for a few letters. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  matches:
    'matches() is not offered: a regular expression can take too long. Use contains(), startsWith() or endsWith().',
};

class Refused extends Error {
  readonly node: ASTNode;
  constructor(message: string, node: ASTNode) {
    super(message);
    this.node = node;
  }
}

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

/** The nodes directly below one. */
export function childrenOf(node: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  const look = (value: unknown): void => {
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) for (const one of value) look(one);
  };
  look(node.args);
  return found;
}

const textOf = (node: ASTNode | undefined): string | undefined =>
  node?.op === 'value' && typeof node.args === 'string' ? node.args : undefined;

/** An upper bound of the steps that evaluating a node takes. */
function steps(node: ASTNode): number {
  const below = childrenOf(node);
  if (node.op === 'rcall') {
    const [name, receiver, args] = node.args as [string, ASTNode, ASTNode[]];
    if (Object.hasOwn(FORBIDDEN, name)) throw new Refused(FORBIDDEN[name], node);
    if (MACROS.has(name)) {
      const size = receiver.op === 'list' ? (receiver.args as ASTNode[]).length : UNKNOWN_LIST;
      return 1 + steps(receiver) + Math.max(1, size) * args.reduce((sum, arg) => sum + steps(arg), 1);
    }
  }
  return below.reduce((sum, child) => sum + steps(child), 1);
}

function collect(node: ASTNode, features: Set<string>, lists: Map<string, ASTNode>): void {
  if (node.op === '.') {
    const [receiver, name] = node.args as [ASTNode, string];
    if (receiver.op === 'id' && receiver.args === 'features' && isFeatureName(name)) features.add(name);
  }
  if (node.op === '[]') {
    const [receiver] = node.args as [ASTNode, ASTNode];
    if (receiver.op === 'id' && receiver.args === 'features') {
      throw new Refused('Name the feature: features.amount', node);
    }
  }
  if (node.op === 'id' && node.args === 'features') return;
  if (node.op === 'call') {
    const [name, args] = node.args as [string, ASTNode[]];
    if (name === 'inList') {
      const list = textOf(args[0]);
      if (list === undefined)
        throw new Refused('The list must be named by a text: inList("blocked-devices", …)', args[0]);
      lists.set(list, args[0]);
    }
    if (Object.hasOwn(FORBIDDEN, name)) throw new Refused(FORBIDDEN[name], node);
  }
  for (const child of childrenOf(node)) collect(child, features, lists);
}

/** Undefined lookups leave lists unchecked. */
export function checkExpression(expression: string, lookups: Lookups | undefined): RuleCheck {
  const whole = { start: 0, end: expression.length };
  if (expression.trim() === '')
    return { ok: false, message: 'Write a condition, such as features.amount > 100.0', ...whole };
  if (expression.length > MAX_EXPRESSION) {
    return { ok: false, message: `An expression has at most ${MAX_EXPRESSION} characters.`, ...whole };
  }
  try {
    const program = CHECKING.parse(expression);
    const check = program.check();
    if (!check.valid) return { ok: false, ...described(check.error, whole) };
    if (String(check.type) !== 'bool' && String(check.type) !== 'dyn') {
      return { ok: false, message: `A rule must be true or false; this is ${check.type}.`, ...whole };
    }
    const cost = steps(program.ast);
    if (cost > MAX_STEPS) {
      return {
        ok: false,
        message: `This may take ${cost} steps; at most ${MAX_STEPS} are allowed. Use a list instead.`,
        ...whole,
      };
    }
    const features = new Set<string>();
    const lists = new Map<string, ASTNode>();
    collect(program.ast, features, lists);
    for (const [name, node] of lists) {
      if (lookups && !lookups.list(name))
        throw new Refused(`There is no list "${name}". Make it under Lists first.`, node);
    }
    return { ok: true, features: [...features], lists: [...lists.keys()] };
  } catch (error) {
    if (error instanceof Refused) {
      const { start, end } = error.node;
      return { ok: false, message: error.message, start, end };
    }
    return { ok: false, ...described(error, whole) };
  }
}

const KNOWN_NAMES = [
  ...FEATURES.map(({ name }) => name),
  ...Object.keys(TRANSACTION_FIELDS),
  ...Object.keys(TRANSACTION_FIELDS.merchant),
  'features',
  'transaction',
  'score',
];

/** Names the name that was probably meant. */
function withSuggestion(message: string): string {
  const [, name] = /^(?:No such key|Unknown variable): (\w+)/.exec(message) ?? [];
  if (name === undefined) return message;
  const [best] = KNOWN_NAMES.map((known) => ({ known, fit: wordSimilarity(name, known) })).sort(
    (a, b) => b.fit - a.fit,
  );
  return `There is no "${name}".${best.fit > 0.85 ? ` Did you mean ${best.known}?` : ''}`;
}

/** The first line of what the parser says, and where. */
function described(error: unknown, whole: { start: number; end: number }) {
  const { message = String(error), range } = (error ?? {}) as {
    message?: string;
    range?: { start: number; end: number };
  };
  return {
    message: withSuggestion(message.split('\n')[0].trim()),
    start: range?.start ?? whole.start,
    end: Math.max(range?.end ?? whole.end, range?.start ?? whole.start),
  };
}
