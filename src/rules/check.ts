// Whether an expression can be a rule: its grammar, names and types, and what it can cost at worst.
import type { ASTNode } from '@marcbachmann/cel-js';
import { MAX_EXPRESSION } from '../domain/rule.ts';
import { FEATURES, isFeatureName } from '../features/catalogue.ts';
import { wordSimilarity } from '../lists/word-fit.ts';
import { CHECKING, TRANSACTION_FIELDS } from './environment.ts';
import { type Fix, fixed, placeOf } from './fix.ts';
import { foreignWord } from './foreign-words.ts';
import { missingWarnings, type Warning } from './missing-values.ts';
import { listAround, nodeAt, numberHint, tooLarge } from './number-hints.ts';
import { PRICES } from './prices.ts';
import type { Lookups } from './rule.ts';
import {
  callOf,
  childrenOf,
  isBinding,
  isComprehension,
  isPresence,
  priceKey,
  textLiteral,
} from './syntax.ts';
import { excessOf } from './worst-case.ts';

export type RuleCheck =
  | {
      readonly ok: true;
      /** Features that it reads, so that only these are filled in. */
      readonly features: readonly string[];
      readonly lists: readonly string[];
      /** What may surprise; it stops nothing. */
      readonly warnings: readonly Warning[];
    }
  | {
      readonly ok: false;
      readonly message: string;
      readonly start: number;
      readonly end: number;
      readonly fix?: Fix;
    };

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

/** Throws Refused for a call that no rule may make. */
function refuseCall(node: ASTNode): void {
  const call = callOf(node);
  if (!call) return;
  const { name } = call;
  if (Object.hasOwn(FORBIDDEN, name)) throw new Refused(FORBIDDEN[name], node);
  if (isComprehension(call) || isBinding(call) || isPresence(call) || PRICES.has(priceKey(call))) return;
  throw new Refused(`${name}() is not offered in rules.`, node);
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
  refuseCall(node);
  const call = callOf(node);
  if (call?.name === 'inList') {
    const list = textLiteral(call.args[0]);
    if (list === undefined)
      throw new Refused('The list must be named by a text: inList("blocked-devices", …)', call.args[0]);
    lists.set(list, call.args[0]);
  }
  for (const child of childrenOf(node)) collect(child, features, lists);
}

/** Whether an expression may be filed or moved into service. Undefined lookups leave lists unchecked. */
export function checkExpression(expression: string, lookups: Lookups | undefined): RuleCheck {
  const check = checkFiled(expression, lookups);
  if (!check.ok) return check;
  const { ast } = CHECKING.parse(expression);
  const large = tooLarge(ast);
  if (large) {
    const { start, end } = large;
    const message = `${large.args} does not fit into 64 bits (${placeOf(expression, start)}); the largest whole number is 9223372036854775807.`;
    return { ok: false, message, start, end };
  }
  const excess = excessOf(ast);
  if (!excess) return { ...check, warnings: warningsOf(expression, ast) };
  return { ok: false, message: excess.message, start: excess.node.start, end: excess.node.end };
}

/** What is answered at most: each correction is read again as a whole. */
const MOST_WARNINGS = 10;

/** Warnings; a correction is offered only where it is a rule, and does not warn there. */
function warningsOf(expression: string, ast: ASTNode): Warning[] {
  const found = missingWarnings(expression, ast);
  return found.slice(0, MOST_WARNINGS).map(({ fix, ...warning }) => {
    if (!fix) return warning;
    const better = fixed(expression, fix);
    const helps =
      better.length <= MAX_EXPRESSION &&
      checkFiled(better, undefined).ok &&
      missingWarnings(better, CHECKING.parse(better).ast).length < found.length;
    return helps ? { ...warning, fix } : warning;
  });
}

/**
 * Whether an expression can be run. Rules that were filed before the worst case was looked at are still run: they are
 * metered, and stopped when they take too much.
 */
export function checkFiled(expression: string, lookups: Lookups | undefined): RuleCheck {
  const whole = { start: 0, end: expression.length };
  if (expression.trim() === '')
    return { ok: false, message: 'Write a condition, such as features.amount > 100.0', ...whole };
  if (expression.length > MAX_EXPRESSION) {
    return { ok: false, message: `An expression has at most ${MAX_EXPRESSION} characters.`, ...whole };
  }
  try {
    const program = CHECKING.parse(expression);
    const check = program.check();
    if (!check.valid) return { ok: false, ...described(expression, check.error, whole, program.ast) };
    if (String(check.type) !== 'bool' && String(check.type) !== 'dyn') {
      return { ok: false, message: `A rule must be true or false; this is ${check.type}.`, ...whole };
    }
    const features = new Set<string>();
    const lists = new Map<string, ASTNode>();
    collect(program.ast, features, lists);
    for (const [name, node] of lists) {
      if (lookups && !lookups.list(name))
        throw new Refused(`There is no list "${name}". Make it under Lists first.`, node);
    }
    return { ok: true, features: [...features], lists: [...lists.keys()], warnings: [] };
  } catch (error) {
    if (error instanceof Refused) {
      const { start, end } = error.node;
      return { ok: false, message: error.message, start, end };
    }
    return { ok: false, ...described(expression, error, whole, undefined) };
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

/** Where the type check stops, or undefined where it passes. */
function stopsAt(expression: string): { readonly start: number; readonly end: number } | undefined {
  try {
    const { valid, error } = CHECKING.parse(expression).check();
    return valid ? undefined : (error?.range ?? { start: 0, end: expression.length });
  } catch {
    return { start: 0, end: expression.length };
  }
}

const TYPES = new Set(['no_such_overload', 'incompatible_ternary_branches', 'heterogeneous_list_element']);

type Described = { message: string; start: number; end: number; fix?: Fix };

/** What is wrong in words of rules, where it is something that is known to be written by mistake. */
function hinted(
  expression: string,
  code: string,
  range: { start: number; end: number },
  ast: ASTNode | undefined,
): Described | undefined {
  if (code === 'invalid_number') {
    const message = `This number is too large (${placeOf(expression, range.start)}); numbers go up to 1.79e308.`;
    return { ...range, message };
  }
  if (
    ast === undefined ||
    (code === 'no_matching_overload' && /^not\b/i.test(expression.slice(range.start)))
  ) {
    const foreign = foreignWord(expression, range.start);
    return foreign && { ...foreign, message: `${foreign.message} (${placeOf(expression, foreign.start)})` };
  }
  const node = ast && TYPES.has(code) ? nodeAt(ast, range.start, range.end) : undefined;
  if (!node) return undefined;
  const nothing = childrenOf(node).find(({ op, args }) => op === 'value' && args === null);
  const better = (other: string): boolean => {
    const stop = stopsAt(other);
    // What comes before it was fine: a later place, or one around it, is another mistake.
    return stop === undefined || stop.end - (other.length - expression.length) > range.end;
  };
  if (nothing) {
    const { start, end } = nothing;
    const fix = { start, end, text: '""' };
    const message = `Nothing is null in a rule (${placeOf(expression, start)}): a text that is missing is "", a missing feature is neither above nor below anything.`;
    return { start, end, message, ...(better(fixed(expression, fix)) && { fix }) };
  }
  const around = code === 'heterogeneous_list_element' && ast ? listAround(ast, node) : undefined;
  return numberHint(expression, around ?? node, better);
}

/** The first line of what the parser says, and where; what is usually meant where that is known. */
function described(
  expression: string,
  error: unknown,
  whole: { start: number; end: number },
  ast: ASTNode | undefined,
): Described {
  if (error instanceof RangeError) return { message: 'It is nested too deeply.', ...whole };
  const {
    message = String(error),
    range,
    code = '',
  } = (error ?? {}) as {
    message?: string;
    range?: { start: number; end: number };
    code?: string;
  };
  const hint = range && hinted(expression, code, range, ast);
  if (hint) return hint;
  return {
    message: withSuggestion(message.split('\n')[0].trim()),
    start: range?.start ?? whole.start,
    end: Math.max(range?.end ?? whole.end, range?.start ?? whole.start),
  };
}
