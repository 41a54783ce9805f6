// Card numbers in requests: before a route sees one, a token stands for it in identifiers and a mask in all other texts. Which
// text is which, its schema says. So whoever asks by a card number finds what was kept under its token.
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { maskCardNumbers } from '../../domain/card-number.ts';
import { CARD_REFUSED, type CardPolicy, withoutCards } from '../../domain/card-policy.ts';
import type { Problem } from '../../domain/problem.ts';
import { SENSITIVE_FIELD, sensitiveFieldIn } from '../../domain/sensitive-fields.ts';
import { sendProblem } from './problem-details.ts';

/** Where the log goes: errors may cite what came in. */
export const LOG_WITHOUT_CARDS = {
  write: (line: string): void => {
    process.stdout.write(maskCardNumbers(line));
  },
};

type Schema = {
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
};

/** Texts that hold identifiers among other things: what is searched for, saved searches, the conditions of rules. */
const ASKS_FOR_IDENTIFIERS = new Set(['search', 'after', 'path', 'expression']);

type Found = { readonly problems: Problem[]; readonly cards: CardPolicy };

/** Gives the value without card numbers; objects and lists are changed in place. */
function cleaned(value: unknown, schema: Schema, name: string, pointer: string, found: Found): unknown {
  if (typeof value === 'string') return cleanedText(value, schema, name, pointer, found);
  if (typeof value !== 'object' || value === null) return value;
  if (schema.anyOf) {
    for (const one of schema.anyOf) cleaned(value, one, name, pointer, found);
  } else if (Array.isArray(value)) {
    const { items } = schema;
    if (items)
      for (const [i, item] of value.entries())
        value[i] = cleaned(item, items, name, `${pointer}/${i}`, found);
  } else {
    const fields = value as Record<string, unknown>;
    for (const key of Object.keys(fields)) {
      const field = schema.properties?.[key] ?? Object.values(schema.patternProperties ?? {})[0];
      if (field) fields[key] = cleaned(fields[key], field, key, `${pointer}/${key}`, found);
    }
  }
  return value;
}

function cleanedText(
  text: string,
  schema: Schema,
  name: string,
  pointer: string,
  { problems, cards }: Found,
): string {
  const format = schema.format ?? schema.anyOf?.find((one) => one.format !== undefined)?.format;
  if (format !== 'identifier' && format !== 'line' && format !== 'prose') return text;
  const kept = withoutCards(text, ASKS_FOR_IDENTIFIERS.has(name) ? 'identifier' : format, cards);
  if (kept !== undefined) return kept;
  problems.push({ pointer, message: `${name} ${CARD_REFUSED}.` });
  return text;
}

/** To be called before any route is added. Bodies that a parser of the domain checks are its affair. */
export function guardCards(app: FastifyInstance, cards: CardPolicy): void {
  app.addHook('onRoute', (route: RouteOptions) => {
    const schema = (route.schema ?? {}) as Partial<Record<'body' | 'querystring' | 'params', Schema>>;
    const body = route.validatorCompiler ? undefined : schema.body;
    const { querystring, params } = schema;
    if (!body && !querystring && !params) return;
    const noneSensitive = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const pointer = sensitiveFieldIn(request.body);
      if (pointer === undefined) return undefined;
      return sendProblem(reply, 422, 'Not valid', SENSITIVE_FIELD, [{ pointer, message: SENSITIVE_FIELD }]);
    };
    const clean = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const found: Found = { problems: [], cards };
      if (body) cleaned(request.body, body, '', '', found);
      if (querystring) cleaned(request.query, querystring, '', '', found);
      if (params) cleaned(request.params, params, '', '', found);
      const [first] = found.problems;
      return first && sendProblem(reply, 422, 'Not valid', first.message, found.problems);
    };
    if (body) route.preValidation = [noneSensitive, ...listed(route.preValidation)];
    route.preHandler = [clean, ...listed(route.preHandler)];
  });
}

const listed = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
