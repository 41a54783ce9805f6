// Where a condition holds although what it asks is not known: `!=`, and negations, over what may be missing (SPEC R8).
import type { ASTNode } from '@marcbachmann/cel-js';
import { type Fix, tokensOf, withParentheses } from './fix.ts';
import { callOf, childrenOf, isBinding, isComprehension, pathOf, textLiteral } from './syntax.ts';
import type { Missing } from './vocabulary.ts';

export type Warning = {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly fix?: Fix;
};

const OPPOSITE: Readonly<Record<string, string>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' };
const ASKS = new Set(['inList', 'contains', 'startsWith', 'endsWith']);
type Known = ReadonlySet<string>;
const NOTHING: Known = new Set();

/** What may be missing and stands below a node. */
function missable(node: ASTNode, missing: Missing): string[] {
  const path = pathOf(node);
  if (path !== undefined) return missing.numbers.has(path) || missing.texts.has(path) ? [path] : [];
  const call = callOf(node);
  if (call && (isComprehension(call) || isBinding(call))) return [];
  return childrenOf(node).flatMap((child) => missable(child, missing));
}

const union = (a: Known, b: Known): Known => (a.size === 0 ? b : b.size === 0 ? a : new Set([...a, ...b]));

/** Of a comparison of a text with a written one. */
function comparedText(node: ASTNode): { readonly path: string; readonly text: string } | undefined {
  if (node.op !== '==' && node.op !== '!=') return undefined;
  const [left, right] = node.args;
  for (const [one, other] of [
    [left, right],
    [right, left],
  ]) {
    const path = pathOf(one);
    const text = textLiteral(other);
    if (path !== undefined && text !== undefined) return { path, text };
  }
  return undefined;
}

/** What is surely there where a node holds, or, negated, where it does not. */
function knownBy(node: ASTNode, negated: boolean, missing: Missing): Known {
  if (node.op === '!_') return knownBy(childrenOf(node)[0], !negated, missing);
  if (node.op === '&&' || node.op === '||') {
    const [left, right] = childrenOf(node).map((child) => knownBy(child, negated, missing));
    if ((node.op === '&&') !== negated) return union(left, right);
    return new Set([...left].filter((path) => right.has(path)));
  }
  const compared = comparedText(node);
  // It is known where it is not the empty text, or is another one.
  if (compared)
    return ((node.op === '!=') === negated) === (compared.text !== '') ? new Set([compared.path]) : NOTHING;
  const paths = (children: readonly ASTNode[]): Known =>
    new Set(children.flatMap((child) => pathOf(child) ?? []).filter((path) => missing.numbers.has(path)));
  if (node.op in OPPOSITE && !negated) return paths(childrenOf(node));
  if ((node.op === '==' && !negated) || (node.op === '!=' && negated)) return paths(childrenOf(node));
  if (node.op === 'in' && !negated) {
    const [one, list] = node.args;
    const path = pathOf(one);
    const written = list.op === 'list' && list.args.every((each) => (textLiteral(each) ?? '') !== '');
    return path !== undefined && written ? new Set([path]) : NOTHING;
  }
  return NOTHING;
}

/** `x == ""` beside `||`: that the missing one is meant is said. */
function meantMissing(node: ASTNode, negated: boolean): Known {
  if (node.op === '!_') return meantMissing(childrenOf(node)[0], !negated);
  if (node.op === '||' || node.op === '&&') {
    if ((node.op === '||') === negated) return NOTHING;
    return childrenOf(node)
      .map((child) => meantMissing(child, negated))
      .reduce(union, NOTHING);
  }
  const compared = comparedText(node);
  return compared?.text === '' && (node.op === '==') !== negated ? new Set([compared.path]) : NOTHING;
}

/** The comparisons that hold where what they ask is missing, in the order they are written. */
export function missingWarnings(expression: string, root: ASTNode, mayMiss: Missing): Warning[] {
  const found: Warning[] = [];
  const tokens = tokensOf(expression);
  const textOf = (node: ASTNode): string => {
    const { start, end } = withParentheses(tokens, node);
    return expression.slice(start, end);
  };

  /** The condition guarded, as it stands under `negated`; of `whole` where that is a negation directly above it. */
  function guarded(
    node: ASTNode,
    negated: boolean,
    direct: ASTNode | undefined,
    missing: readonly string[],
  ): Fix | undefined {
    const place = withParentheses(tokens, direct ?? node);
    const bare = direct ? negated : false;
    const texts = missing.filter((path) => mayMiss.texts.has(path));
    const say = (text: string): Fix => ({ ...place, text });
    if (texts.length === missing.length) {
      const own = expression.slice(place.start, place.end);
      return negated && !direct
        ? say(`(${[...texts.map((path) => `${path} == ""`), own].join(' || ')})`)
        : say([...texts.map((path) => `${path} != ""`), own].join(' && '));
    }
    if (texts.length > 0) return undefined;
    const [left, right] = childrenOf(node).map(textOf);
    // Written by what R1 says: neither above nor below.
    const apart = `(${left} < ${right} || ${left} > ${right})`;
    const says = node.op === '==' || node.op === '!=' ? apart : `${left} ${OPPOSITE[node.op]} ${right}`;
    return say(negated && !bare ? `!(${says.replace(/^\((.*)\)$/s, '$1')})` : says);
  }

  function look(node: ASTNode, negated: boolean, known: Known, direct?: ASTNode): void {
    const children = childrenOf(node);
    if (node.op === '!_') {
      look(children[0], !negated, known, node);
      return;
    }
    if (node.op === '&&' || node.op === '||') {
      const all = (node.op === '&&') !== negated;
      children.forEach((child, i) => {
        const other = children[1 - i];
        look(
          child,
          negated,
          union(known, all ? knownBy(other, negated, mayMiss) : meantMissing(other, negated)),
        );
      });
      return;
    }
    if (node.op === '?:') {
      const [asked, then, otherwise] = children;
      look(then, negated, union(known, knownBy(asked, false, mayMiss)));
      look(otherwise, negated, union(known, knownBy(asked, true, mayMiss)));
      return;
    }
    if (comparedText(node)?.text === '') return;
    const asks = ASKS.has(callOf(node)?.name ?? '') || node.op === 'in';
    const differs = (node.op === '!=') !== negated && (node.op === '!=' || node.op === '==');
    const orders = node.op in OPPOSITE && negated;
    if (!differs && !orders && !(asks && negated)) return;
    const missing = [...new Set(missable(node, mayMiss))].filter(
      // A text is never without order: of these only what is asked of them can surprise.
      (path) => !known.has(path) && (!orders || mayMiss.numbers.has(path)),
    );
    if (missing.length === 0) return;
    const { start, end } = withParentheses(tokens, direct ?? node);
    const comparison = differs || orders;
    const fix =
      comparison || missing.every((path) => mayMiss.texts.has(path))
        ? guarded(node, negated, direct, missing)
        : undefined;
    found.push({
      start,
      end,
      message: `This also holds where ${missing.join(' or ')} is missing.${fix ? ` Write ${fix.text} where it should not.` : ''}`,
      ...(fix && { fix }),
    });
  }
  look(root, false, NOTHING);
  return found;
}
