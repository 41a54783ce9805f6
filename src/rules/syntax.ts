// The tree of an expression, as far as checking, metering and explaining need to go through it.
import type { ASTNode } from '@marcbachmann/cel-js';

/** Written as calls, and evaluated by steps of their own. */
export const COMPREHENSIONS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

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

export const countNodes = (node: ASTNode): number =>
  childrenOf(node).reduce((sum, child) => sum + countNodes(child), 1);

/** `a.b.c` of names alone; undefined for anything else. */
export function pathOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return undefined;
  const below = pathOf(node.args[0]);
  return below === undefined ? undefined : `${below}.${node.args[1]}`;
}

/** A call as it is written: `name(…)` or `receiver.name(…)`. */
export type Call = {
  readonly name: string;
  readonly receiver: ASTNode | undefined;
  readonly args: ASTNode[];
};

export function callOf(node: ASTNode): Call | undefined {
  if (node.op === 'call') return { name: node.args[0], receiver: undefined, args: node.args[1] };
  if (node.op === 'rcall') return { name: node.args[0], receiver: node.args[1], args: node.args[2] };
  return undefined;
}

/** `list.map(x, …)` and its kin. */
export const isComprehension = ({ name, receiver }: Call): boolean =>
  receiver !== undefined && COMPREHENSIONS.has(name);
/** `cel.bind(x, value, …)`. */
export const isBinding = ({ name, receiver }: Call): boolean =>
  name === 'bind' && receiver?.op === 'id' && receiver.args === 'cel';
/** `has(record.field)`. */
export const isPresence = ({ name, receiver }: Call): boolean => name === 'has' && receiver === undefined;

/** Where the price of a call stands. */
export const priceKey = ({ name, receiver }: Call): string => (receiver ? `.${name}` : name);

export const textLiteral = (node: ASTNode | undefined): string | undefined =>
  node?.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
