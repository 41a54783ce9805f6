// Which names an expression may use, with their types, and what each is of a record.
import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { isTextType } from '../domain/attribute-values.ts';
import type { DataModel } from '../domain/data-model.ts';
import { MAX_EXPRESSION } from '../domain/rule.ts';
import { type Compiler, compileNode, NotCompiled, type Part, pathOf } from './expression.ts';
import { RECORD_SIGNATURES, recordFunctions } from './expression-functions.ts';
import type { FeatureRecord } from './feature-record.ts';
import { attributeNumber, attributeText, NUMBER_FIELDS, TEXT_FIELDS, WHOLE_FIELDS } from './record-fields.ts';

const LIMITS = {
  maxAstNodes: 400,
  maxDepth: 40,
  maxListElements: 200,
  maxMapEntries: 50,
  maxCallArguments: 8,
};
const AT_ONCE = { async: false };

type Schema = { [name: string]: string | Schema };

function put(schema: Schema, path: readonly string[], type: string | Schema): void {
  const [first, ...rest] = path;
  if (rest.length === 0) {
    schema[first] = type;
    return;
  }
  const below = schema[first];
  const within: Schema = typeof below === 'object' ? below : {};
  schema[first] = within;
  put(within, rest, type);
}

/** The types of own fields, as the environments of features and rules take them. */
export function attributeSchema({ fields }: DataModel): Schema {
  const schema: Schema = {};
  for (const { name, type } of fields) {
    const place: Schema = { lat: 'double', lon: 'double' };
    put(schema, name.split('.'), type === 'place' ? place : isTextType(type) ? 'string' : 'double');
  }
  return schema;
}

function transactionSchema(data: DataModel): Schema {
  const schema: Schema = {};
  for (const name of Object.keys(TEXT_FIELDS)) put(schema, name.split('.'), 'string');
  for (const name of Object.keys(NUMBER_FIELDS)) put(schema, name.split('.'), 'double');
  for (const name of Object.keys(WHOLE_FIELDS)) put(schema, name.split('.'), 'int');
  if (data.fields.length > 0) schema.attributes = attributeSchema(data);
  return schema;
}

export type ExpressionProblem = { readonly message: string; readonly start: number; readonly end: number };
export type Read<R> =
  | {
      readonly ok: true;
      readonly part: Part<R>;
      readonly features: ReadonlySet<string>;
      readonly fields: ReadonlySet<string>;
    }
  | ({ readonly ok: false } & ExpressionProblem);

export type Expressions = {
  /** Checks an expression over the record and, where `features` are offered, over these; gives its closure. */
  read(expression: string): Read<FeatureRecord>;
};

const FEATURES = 'features.';
const TRANSACTION = 'transaction.';
const ATTRIBUTES = 'transaction.attributes.';

/** The paths that stand in an expression. */
export function pathsIn(node: ASTNode, found: Set<string> = new Set()): Set<string> {
  const path = pathOf(node);
  if (path !== undefined) {
    found.add(path);
    return found;
  }
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) look(each);
    else if (typeof value === 'object' && value !== null && 'op' in value) pathsIn(value as ASTNode, found);
  };
  look(node.args);
  return found;
}

/** Reads what is written with an environment that checks types, and a compiler. */
export function readExpression<R>(
  expression: string,
  environment: Environment,
  compiler: Compiler<R>,
): Read<R> {
  const whole = { start: 0, end: expression.length };
  if (expression.trim() === '') return { ok: false, message: 'It is empty.', ...whole };
  if (expression.length > MAX_EXPRESSION)
    return { ok: false, message: `An expression has at most ${MAX_EXPRESSION} characters.`, ...whole };
  try {
    const program = environment.parse(expression);
    const check = program.check();
    if (!check.valid) return { ok: false, ...described(check.error, whole) };
    const paths = pathsIn(program.ast);
    const named = (prefix: string): Set<string> =>
      new Set([...paths].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length)));
    return {
      ok: true,
      part: compileNode(program.ast, compiler),
      features: named(FEATURES),
      fields: named(TRANSACTION),
    };
  } catch (error) {
    if (error instanceof NotCompiled)
      return { ok: false, message: error.message, start: error.start, end: error.end };
    return { ok: false, ...described(error, whole) };
  }
}

function described(error: unknown, whole: { start: number; end: number }): ExpressionProblem {
  const said = error instanceof Error ? error.message.split('\n')[0] : String(error);
  const range = (error as { readonly range?: { start: number; end: number } } | undefined)?.range ?? whole;
  const [, name] = /^(?:No such key|Unknown variable): (\w+)/.exec(said) ?? [];
  if (name !== undefined)
    return {
      ...range,
      message: `There is no ${name} here: declare the field or the feature, or correct its name.`,
    };
  if (
    /^no such overload: .*\b(double|int)\b.*\b(double|int)\b/.test(said) &&
    /double/.test(said) &&
    /int/.test(said)
  )
    return { ...range, message: `${said}: write numbers with a decimal point, such as 2.0.` };
  return { ...range, message: `${said}.`.replace(/\.\.$/, '.') };
}

/** The expressions of a data model. `slots` are the features that may be used, by their place in `values`. */
export function expressionsOf(data: DataModel, slots: ReadonlyMap<string, number>): Expressions {
  const environment = new Environment({ limits: LIMITS }).registerVariable({
    name: 'transaction',
    schema: transactionSchema(data),
  });
  if (slots.size > 0) {
    environment.registerVariable({
      name: 'features',
      schema: Object.fromEntries([...slots.keys()].map((name) => [name, 'double'])),
    });
  }
  for (const [signature, compute] of RECORD_SIGNATURES)
    environment.registerFunction(signature, compute as () => unknown, AT_ONCE);
  const own = new Map(
    data.fields.flatMap(({ name, type }): [string, Part<FeatureRecord>][] =>
      type === 'place'
        ? ['lat', 'lon'].map((part) => [
            `${name}.${part}`,
            { type: 'number', of: attributeNumber(`${name}.${part}`, 'number') },
          ])
        : [
            [
              name,
              isTextType(type)
                ? { type: 'text', of: attributeText(name) }
                : { type: 'number', of: attributeNumber(name, type) },
            ],
          ],
    ),
  );
  const names = (path: string): Part<FeatureRecord> | undefined => {
    if (path.startsWith(ATTRIBUTES)) return own.get(path.slice(ATTRIBUTES.length));
    if (path.startsWith(FEATURES)) {
      const slot = slots.get(path.slice(FEATURES.length));
      return slot === undefined ? undefined : { type: 'number', of: ({ values }) => values[slot] };
    }
    const field = path.slice(TRANSACTION.length);
    if (Object.hasOwn(TEXT_FIELDS, field)) return { type: 'text', of: TEXT_FIELDS[field] };
    const figure = NUMBER_FIELDS[field] ?? WHOLE_FIELDS[field];
    return figure && { type: 'number', of: figure };
  };
  const compiler: Compiler<FeatureRecord> = { names, functions: recordFunctions() };
  return { read: (expression) => readExpression(expression, environment, compiler) };
}
