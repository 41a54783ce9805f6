// CEL as closures: what is written over numbers, texts and truth becomes functions of a record, without anything that is made anew
// for each. What is missing follows SPEC R8: a number that is not there is NaN, a text is empty.
import type { ASTNode } from '@marcbachmann/cel-js';

export type Part<R> =
  | { readonly type: 'number'; readonly of: (record: R) => number }
  | { readonly type: 'text'; readonly of: (record: R) => string }
  | { readonly type: 'truth'; readonly of: (record: R) => boolean };

export type NumberPart<R> = Extract<Part<R>, { type: 'number' }>;

/** What a path such as `transaction.amount` is. */
export type Names<R> = (path: string) => Part<R> | undefined;
/** What a call is, by its name; a receiver is its first argument. Undefined where it takes no such arguments. */
export type Functions<R> = Readonly<Record<string, (args: readonly Part<R>[]) => Part<R> | undefined>>;

export const MAY_BE_USED =
  'Expressions may use numbers, texts, true and false, comparisons, && || !, ?:, + - * / %, in with a written list, has(), size(), startsWith(), endsWith(), contains(), min(), max(), abs(), floor(), ln(), log1p(), expm1(), double(), domain(), distanceKm()';

/** What cannot be compiled, with its place in the text. */
export class NotCompiled extends Error {
  readonly start: number;
  readonly end: number;
  constructor(message: string, node: ASTNode) {
    super(message);
    this.start = node.start;
    this.end = node.end;
  }
}

export type Compiler<R> = { readonly names: Names<R>; readonly functions: Functions<R> };

/** The path of `a.b.c`; undefined where a node is none. */
export function pathOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return undefined;
  const below = pathOf(node.args[0]);
  return below === undefined ? undefined : `${below}.${node.args[1]}`;
}

const number = <R>(of: (record: R) => number): Part<R> => ({ type: 'number', of });
const text = <R>(of: (record: R) => string): Part<R> => ({ type: 'text', of });
const truth = <R>(of: (record: R) => boolean): Part<R> => ({ type: 'truth', of });

function literal<R>(node: ASTNode & { op: 'value' }): Part<R> {
  const value = node.args;
  if (typeof value === 'string') return text(() => value);
  if (typeof value === 'number') return number(() => value);
  if (typeof value === 'boolean') return truth(() => value);
  if (typeof value === 'bigint') {
    const whole = Number(value);
    if (!Number.isSafeInteger(whole))
      throw new NotCompiled('This whole number is too large; write it with a decimal point.', node);
    return number(() => whole);
  }
  throw new NotCompiled(`This value is not offered. ${MAY_BE_USED}.`, node);
}

/** Compiles a checked expression. Throws NotCompiled for what is outside of what may be used. */
export function compileNode<R>(node: ASTNode, compiler: Compiler<R>): Part<R> {
  const compile = (child: ASTNode): Part<R> => compileNode(child, compiler);
  switch (node.op) {
    case 'value':
      return literal(node);
    case 'id':
    case '.':
      return named(node, compiler);
    case '&&':
    case '||':
      return both(node, truthOf(compile(node.args[0]), node), truthOf(compile(node.args[1]), node));
    case '!_': {
      const inner = truthOf(compile(node.args), node);
      return truth((record) => !inner(record));
    }
    case '-_': {
      const inner = compile(node.args);
      if (inner.type !== 'number') break;
      return number((record) => -inner.of(record));
    }
    case '?:':
      return either(node, truthOf(compile(node.args[0]), node), compile(node.args[1]), compile(node.args[2]));
    case 'in':
      return among(node, compile(node.args[0]));
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(node, compile(node.args[0]), compile(node.args[1]));
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(node, compile(node.args[0]), compile(node.args[1]));
    case 'call':
      if (node.args[0] === 'has') return presence(node, compile);
      return called(node, node.args[0], node.args[1].map(compile), compiler);
    case 'rcall':
      return called(node, node.args[0], [node.args[1], ...node.args[2]].map(compile), compiler);
  }
  throw new NotCompiled(`This is not offered here. ${MAY_BE_USED}.`, node);
}

function named<R>(node: ASTNode, { names }: Compiler<R>): Part<R> {
  const path = pathOf(node);
  const found = path === undefined ? undefined : names(path);
  if (found) return found;
  throw new NotCompiled(
    path === undefined
      ? `This is not offered here. ${MAY_BE_USED}.`
      : `${path} is no single value; name a field of it.`,
    node,
  );
}

function truthOf<R>(part: Part<R>, node: ASTNode): (record: R) => boolean {
  if (part.type === 'truth') return part.of;
  throw new NotCompiled(
    `${node.op === '?:' ? 'What stands before ?' : node.op} must be true or false.`,
    node,
  );
}

function both<R>({ op }: ASTNode, left: (record: R) => boolean, right: (record: R) => boolean): Part<R> {
  return op === '&&'
    ? truth((record) => left(record) && right(record))
    : truth((record) => left(record) || right(record));
}

function either<R>(node: ASTNode, asked: (record: R) => boolean, then: Part<R>, otherwise: Part<R>): Part<R> {
  if (then.type === 'number' && otherwise.type === 'number')
    return number((record) => (asked(record) ? then.of(record) : otherwise.of(record)));
  if (then.type === 'text' && otherwise.type === 'text')
    return text((record) => (asked(record) ? then.of(record) : otherwise.of(record)));
  if (then.type === 'truth' && otherwise.type === 'truth')
    return truth((record) => (asked(record) ? then.of(record) : otherwise.of(record)));
  throw new NotCompiled('Both sides of : must be of one kind.', node);
}

function among<R>(node: ASTNode & { op: 'in' }, left: Part<R>): Part<R> {
  const [, list] = node.args;
  const written = list.op === 'list' ? list.args : [];
  if (list.op !== 'list' || written.some(({ op }) => op !== 'value'))
    throw new NotCompiled('After in stands a written list, such as ["chip", "contactless"].', list);
  const values = written.map(({ args }) => (typeof args === 'bigint' ? Number(args) : args));
  if (left.type === 'text') return truth((record) => values.includes(left.of(record)));
  if (left.type === 'number') {
    return truth((record) => {
      const value = left.of(record);
      // Missing is among nothing.
      for (let i = 0; i < values.length; i++) if (values[i] === value) return true;
      return false;
    });
  }
  throw new NotCompiled('Before in stands a text or a number.', node);
}

const COMPARE: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

function comparison<R>(node: ASTNode, left: Part<R>, right: Part<R>): Part<R> {
  if (left.type === 'number' && right.type === 'number') return numbersCompared(node, left.of, right.of);
  if (node.op === '==') {
    if (left.type === 'text' && right.type === 'text')
      return truth((record) => left.of(record) === right.of(record));
    if (left.type === 'truth' && right.type === 'truth')
      return truth((record) => left.of(record) === right.of(record));
  }
  if (node.op === '!=') {
    if (left.type === 'text' && right.type === 'text')
      return truth((record) => left.of(record) !== right.of(record));
    if (left.type === 'truth' && right.type === 'truth')
      return truth((record) => left.of(record) !== right.of(record));
  }
  if (left.type === 'text' && right.type === 'text') return textsOrdered(node, left.of, right.of);
  throw new NotCompiled('Only values of one kind can be compared.', node);
}

function numbersCompared<R>(
  node: ASTNode,
  left: (record: R) => number,
  right: (record: R) => number,
): Part<R> {
  switch (node.op) {
    case '==':
      return truth((record) => left(record) === right(record));
    case '!=':
      return truth((record) => left(record) !== right(record));
    case '<':
      return truth((record) => left(record) < right(record));
    case '<=':
      return truth((record) => left(record) <= right(record));
    case '>':
      return truth((record) => left(record) > right(record));
    default:
      return truth((record) => left(record) >= right(record));
  }
}

function textsOrdered<R>(node: ASTNode, left: (record: R) => string, right: (record: R) => string): Part<R> {
  const holds = COMPARE[node.op];
  return truth((record) => {
    const a = left(record);
    const b = right(record);
    return holds(a < b ? -1 : a > b ? 1 : 0, 0);
  });
}

function arithmetic<R>(node: ASTNode, left: Part<R>, right: Part<R>): Part<R> {
  if (node.op === '+' && left.type === 'text' && right.type === 'text')
    return text((record) => left.of(record) + right.of(record));
  if (left.type !== 'number' || right.type !== 'number')
    throw new NotCompiled(`${node.op} takes two numbers.`, node);
  const [a, b] = [left.of, right.of];
  switch (node.op) {
    case '+':
      return number((record) => a(record) + b(record));
    case '-':
      return number((record) => a(record) - b(record));
    case '*':
      return number((record) => a(record) * b(record));
    case '%':
      return number((record) => a(record) % b(record));
    default:
      // Of whole numbers the whole part; nothing is divided by nothing.
      if (isWhole(node)) {
        return number((record) => {
          const by = b(record);
          return by === 0 ? Number.NaN : Math.trunc(a(record) / by);
        });
      }
      return number((record) => a(record) / b(record));
  }
}

const isWhole = (node: ASTNode): boolean =>
  (node as unknown as { readonly checkedType?: { readonly name: string } }).checkedType?.name === 'int';

function presence<R>(node: ASTNode & { op: 'call' }, compile: (node: ASTNode) => Part<R>): Part<R> {
  const part = compile(node.args[1][0]);
  if (part.type === 'text') return truth((record) => part.of(record) !== '');
  if (part.type === 'number') return truth((record) => !Number.isNaN(part.of(record)));
  throw new NotCompiled('has() asks whether a field is said: has(transaction.channel).', node);
}

function called<R>(
  node: ASTNode,
  name: string,
  args: readonly Part<R>[],
  { functions }: Compiler<R>,
): Part<R> {
  const make = Object.hasOwn(functions, name) ? functions[name] : undefined;
  const made = make?.(args);
  if (made) return made;
  throw new NotCompiled(
    make ? `${name}() takes other arguments.` : `${name}() is not offered here. ${MAY_BE_USED}.`,
    node,
  );
}
