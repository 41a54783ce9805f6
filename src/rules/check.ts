// Whether an expression can be a rule: its grammar, names and types, and what it can cost at worst.
import type { ASTNode } from '@marcbachmann/cel-js';
import { MAX_EXPRESSION } from '../domain/rule.ts';
import { wordSimilarity } from '../lists/word-fit.ts';
import { type Fix, fixed, placeOf } from './fix.ts';
import { foreignWord } from './foreign-words.ts';
import { missingWarnings, type Warning } from './missing-values.ts';
import { listAround, nodeAt, numberHint, tooLarge } from './number-hints.ts';
import { ATTRIBUTES } from './own-fields.ts';
import { PRICES } from './prices.ts';
import type { Lookups } from './rule.ts';
import {
  callOf,
  childrenOf,
  isBinding,
  isComprehension,
  isPresence,
  pathOf,
  priceKey,
  textLiteral,
} from './syntax.ts';
import { type Names, namesOf, READING, type Vocabulary } from './vocabulary.ts';
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

/** What an expression reads. */
type Reads = {
  readonly features: Set<string>;
  /** Own fields, by path. */
  readonly attributes: Set<string>;
  readonly lists: Map<string, ASTNode>;
};

/** Throws Refused where all features, or all own fields of a kind, are taken at once. */
function collect(node: ASTNode, names: Names, reads: Reads): void {
  const path = pathOf(node);
  if (path === 'features') return;
  if (path?.startsWith('features.')) {
    const name = path.slice('features.'.length);
    if (names.places.has(name)) reads.features.add(name);
  }
  if (`${path}.`.startsWith(ATTRIBUTES)) {
    const name = path?.slice(ATTRIBUTES.length) ?? '';
    if (!names.fields.has(name)) throw new Refused(`Name the field: ${exampleOf(names)}`, node);
    reads.attributes.add(name);
    return;
  }
  // Taken as a whole, it may be asked for any of them.
  if (path === 'transaction') for (const name of names.fields.keys()) reads.attributes.add(name);
  if (path?.startsWith('transaction.')) return;
  if (node.op === '[]') {
    const [receiver] = node.args as [ASTNode, ASTNode];
    if (pathOf(receiver) === 'features') throw new Refused('Name the feature: features.amount', node);
  }
  refuseCall(node);
  const call = callOf(node);
  if (call?.name === 'inList') {
    const list = textLiteral(call.args[0]);
    if (list === undefined)
      throw new Refused('The list must be named by a text: inList("blocked-devices", …)', call.args[0]);
    reads.lists.set(list, call.args[0]);
  }
  for (const child of childrenOf(node)) collect(child, names, reads);
}

const exampleOf = ({ fields }: Names): string => `${ATTRIBUTES}${[...fields.keys()][0] ?? 'name'}`;

function readsIn(node: ASTNode, names: Names): Reads {
  const reads: Reads = { features: new Set(), attributes: new Set(), lists: new Map() };
  collect(node, names, reads);
  return reads;
}

/** The features and own fields that an expression reads, which was checked before. */
export function readsOf(
  expression: string,
  vocabulary: Vocabulary,
): { readonly features: ReadonlySet<string>; readonly attributes: ReadonlySet<string> } {
  return readsIn(READING.parse(expression).ast, namesOf(vocabulary));
}

/** The lists that an expression names, whatever else it does; none where it cannot be read. */
export function listsRead(expression: string): readonly string[] {
  const found = new Set<string>();
  const look = (node: ASTNode): void => {
    const call = callOf(node);
    const list = call?.name === 'inList' ? textLiteral(call.args[0]) : undefined;
    if (list !== undefined) found.add(list);
    for (const child of childrenOf(node)) look(child);
  };
  try {
    look(READING.parse(expression).ast);
  } catch {
    // What cannot be read does not run.
  }
  return [...found];
}

/** Whether an expression may be filed or moved into service. Undefined lookups leave lists unchecked. */
export function checkExpression(
  expression: string,
  lookups: Lookups | undefined,
  vocabulary: Vocabulary,
): RuleCheck {
  const check = checkFiled(expression, lookups, vocabulary);
  if (!check.ok) return check;
  const { ast } = READING.parse(expression);
  const large = tooLarge(ast);
  if (large) {
    const { start, end } = large;
    const message = `${large.args} does not fit into 64 bits (${placeOf(expression, start)}); the largest whole number is 9223372036854775807.`;
    return { ok: false, message, start, end };
  }
  const excess = excessOf(ast);
  if (!excess) return { ...check, warnings: warningsOf(expression, ast, vocabulary) };
  return { ok: false, message: excess.message, start: excess.node.start, end: excess.node.end };
}

/** What is answered at most: each correction is read again as a whole. */
const MOST_WARNINGS = 10;

/** Warnings; a correction is offered only where it is a rule, and does not warn there. */
function warningsOf(expression: string, ast: ASTNode, vocabulary: Vocabulary): Warning[] {
  const { missing } = namesOf(vocabulary);
  const found = missingWarnings(expression, ast, missing);
  return found.slice(0, MOST_WARNINGS).map(({ fix, ...warning }) => {
    if (!fix) return warning;
    const better = fixed(expression, fix);
    const helps =
      better.length <= MAX_EXPRESSION &&
      checkFiled(better, undefined, vocabulary).ok &&
      missingWarnings(better, READING.parse(better).ast, missing).length < found.length;
    return helps ? { ...warning, fix } : warning;
  });
}

/**
 * Whether an expression can be run. Rules that were filed before the worst case was looked at are still run: they are
 * metered, and stopped when they take too much.
 */
export function checkFiled(
  expression: string,
  lookups: Lookups | undefined,
  vocabulary: Vocabulary,
): RuleCheck {
  const names = namesOf(vocabulary);
  const whole = { start: 0, end: expression.length };
  if (expression.trim() === '')
    return { ok: false, message: 'Write a condition, such as features.amount > 100.0', ...whole };
  if (expression.length > MAX_EXPRESSION) {
    return { ok: false, message: `An expression has at most ${MAX_EXPRESSION} characters.`, ...whole };
  }
  try {
    const program = names.checking.parse(expression);
    const check = program.check();
    if (!check.valid) return { ok: false, ...described(expression, check.error, whole, program.ast, names) };
    if (String(check.type) !== 'bool' && String(check.type) !== 'dyn') {
      return { ok: false, message: `A rule must be true or false; this is ${check.type}.`, ...whole };
    }
    const { features, lists } = readsIn(program.ast, names);
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
    return { ok: false, ...described(expression, error, whole, undefined, names) };
  }
}

/** Names the name that was probably meant. */
function withSuggestion(message: string, names: Names): string {
  const [, name] = /^(?:No such key|Unknown variable): (\w+)/.exec(message) ?? [];
  if (name === undefined) return message;
  const [best] = names.all
    .map((known) => ({ known, fit: wordSimilarity(name, known) }))
    .sort((a, b) => b.fit - a.fit);
  return `There is no "${name}".${best.fit > 0.85 ? ` Did you mean ${best.known}?` : ''}`;
}

/** Where the type check stops, or undefined where it passes. */
function stopsAt(
  expression: string,
  { checking }: Names,
): { readonly start: number; readonly end: number } | undefined {
  try {
    const { valid, error } = checking.parse(expression).check();
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
  names: Names,
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
    const stop = stopsAt(other, names);
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
  names: Names,
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
  const hint = range && hinted(expression, code, range, ast, names);
  if (hint) return hint;
  return {
    message: withSuggestion(message.split('\n')[0].trim(), names),
    start: range?.start ?? whole.start,
    end: Math.max(range?.end ?? whole.end, range?.start ?? whole.start),
  };
}
