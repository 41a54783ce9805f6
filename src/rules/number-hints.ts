// Whole numbers that meet numbers with decimals: CEL keeps them apart, so that the place and what to write are said.
import type { ASTNode } from '@marcbachmann/cel-js';
import { type Fix, fixed, placeOf, tokensOf, withParentheses } from './fix.ts';
import { childrenOf } from './syntax.ts';

export type Hint = {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly fix?: Fix;
};

const ARITHMETIC = new Set<string>(['+', '-', '*', '/', '%', '-_', '?:', 'list']);
const typeOf = (node: ASTNode): string =>
  (node as unknown as { checkedType?: { name?: string } }).checkedType?.name ?? '';

/** Whole numbers as they are written where a number with decimals may be meant, below a node. */
function wholeNumbers(node: ASTNode, top = true): ASTNode[] {
  if (node.op === 'value') return typeof node.args === 'bigint' ? [node] : [];
  if (!top && !ARITHMETIC.has(node.op)) return [];
  // What a choice depends on is no part of its result.
  const children = node.op === '?:' ? childrenOf(node).slice(1) : childrenOf(node);
  return children.flatMap((child) => wholeNumbers(child, false));
}

/** The node between two characters. */
export function nodeAt(root: ASTNode, start: number, end: number): ASTNode | undefined {
  if (root.start === start && root.end === end) return root;
  for (const child of childrenOf(root)) {
    const found = nodeAt(child, start, end);
    if (found) return found;
  }
  return undefined;
}

/** The written list that a node is an element of. */
export function listAround(root: ASTNode, element: ASTNode): ASTNode | undefined {
  const children = childrenOf(root);
  if (root.op === 'list' && children.includes(element)) return root;
  for (const child of children) {
    const found = listAround(child, element);
    if (found) return found;
  }
  return undefined;
}

/** The smallest whole number that makes an expression wrong at a node, and what to write; `better` says whether it helps. */
export function numberHint(
  expression: string,
  node: ASTNode,
  better: (expression: string) => boolean,
): Hint | undefined {
  const found = wholeNumbers(node);
  const exact = found.every(({ args }) => BigInt(Number(args)) === args);
  if (found.length > 0) {
    const [first] = found;
    const last = found[found.length - 1];
    let text = expression.slice(first.start, last.end);
    for (const one of [...found].reverse()) {
      const at = one.start - first.start;
      text = `${text.slice(0, at)}${one.args}.0${text.slice(one.end - first.start)}`;
    }
    const fix = { start: first.start, end: last.end, text };
    if (better(fixed(expression, fix))) {
      const place = { start: first.start, end: last.end };
      const where = placeOf(expression, first.start);
      if (!exact) {
        return { ...place, message: `This whole number has no exact number with decimals (${where}).` };
      }
      const said = found.length > 3 ? `them with a point, such as ${first.args}.0` : text;
      return {
        ...place,
        message: `A whole number does not go with a number with decimals: write ${said} (${where}).`,
        fix,
      };
    }
  }
  const sides = childrenOf(node);
  const whole = sides.find((side) => typeOf(side) === 'int');
  if (sides.length !== 2 || !whole) return undefined;
  const place = withParentheses(tokensOf(expression), whole);
  const text = `double(${expression.slice(place.start, place.end)})`;
  const fix = { ...place, text };
  if (!better(fixed(expression, fix))) return undefined;
  return {
    ...place,
    message: `A whole number does not go with a number with decimals: write ${text} (${placeOf(expression, place.start)}).`,
    fix,
  };
}

const MOST = 2n ** 63n;
/** A whole number that does not fit into 64 bits: the evaluator would count on with it, other readers of CEL would not. */
export function tooLarge(node: ASTNode, negated = false): ASTNode | undefined {
  if (node.op === 'value') {
    return typeof node.args === 'bigint' && node.args > (negated ? MOST : MOST - 1n) ? node : undefined;
  }
  for (const child of childrenOf(node)) {
    const found = tooLarge(child, node.op === '-_');
    if (found) return found;
  }
  return undefined;
}
