// What a request must be before a route sees it: readable, and of fields that are bounded. A route that takes anything else keeps
// the desk from starting.
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { InputError } from '../../domain/input-error.ts';
import { readJson } from '../../domain/json-text.ts';
import { decodeUtf8 } from '../../domain/utf8.ts';
import { isTextFormat } from '../../protocol/fields.ts';
import { decodeBodies } from './content-encoding.ts';
import { sendProblem } from './problem-details.ts';

/** As far as schemas of requests are looked at here. */
type Schema = {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
};

/** What a schema lets in that nothing bounds; one line each. */
export function unbounded(schema: Schema, where: string): string[] {
  if (schema.enum !== undefined || schema.const !== undefined) return [];
  if (schema.anyOf) return schema.anyOf.flatMap((one) => unbounded(one, where));
  switch (schema.type) {
    case 'boolean':
    case 'null':
      return [];
    case 'string':
      return isTextFormat(schema.format) && schema.maxLength !== undefined
        ? []
        : [`${where} is a text of no kind, or of any length`];
    case 'integer':
    case 'number':
      return (schema.minimum ?? schema.exclusiveMinimum) !== undefined && schema.maximum !== undefined
        ? []
        : [`${where} is a number without bounds`];
    case 'array':
      if (!schema.items || schema.maxItems === undefined) return [`${where} is a list of any length`];
      return unbounded(schema.items, `${where}[]`);
    case 'object':
      return unboundedObject(schema, where);
    default:
      return [`${where} may be anything`];
  }
}

function unboundedObject(schema: Schema, where: string): string[] {
  const named = Object.entries(schema.properties ?? {});
  const byPattern = Object.entries(schema.patternProperties ?? {});
  const found = [...named, ...byPattern].flatMap(([name, part]) => unbounded(part, `${where}.${name}`));
  if (schema.additionalProperties !== false) found.push(`${where} may have any other fields`);
  if (byPattern.length > 0 && schema.maxProperties === undefined)
    found.push(`${where} may have any number of fields`);
  if (byPattern.some(([pattern]) => !/^\^.*\$$/.test(pattern)))
    found.push(`${where} has keys that are bounded at no end`);
  return found;
}

/** Query strings and paths are texts: those that stand for numbers and flags become these, all else is left to be refused. */
function typed(value: unknown, type: string | undefined): unknown {
  if (typeof value !== 'string') return value;
  switch (type) {
    case 'integer':
      return /^-?\d{1,16}$/.test(value) ? Number(value) : value;
    case 'number':
      return /^-?\d{1,16}(\.\d{1,20})?(e-?\d{1,2})?$/i.test(value) ? Number(value) : value;
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    default:
      return value;
  }
}

function readTexts(values: unknown, schema: Schema | undefined): void {
  if (!schema?.properties || typeof values !== 'object' || values === null) return;
  const fields = values as Record<string, unknown>;
  for (const [name, { type }] of Object.entries(schema.properties)) {
    if (Object.hasOwn(fields, name)) fields[name] = typed(fields[name], type);
  }
}

function checkRoute(route: RouteOptions): void {
  const { body, querystring, params } = (route.schema ?? {}) as Partial<
    Record<'body' | 'querystring' | 'params', Schema>
  >;
  const found = [
    ...(body ? unbounded(body, 'body') : []),
    ...(querystring ? unbounded(querystring, 'query') : []),
    // What is not in the path cannot be in its parameters.
    ...(params ? unbounded({ ...params, additionalProperties: false }, 'path') : []),
    ...[...route.url.matchAll(/:(\w+)/g)].flatMap(([, name]) =>
      params?.properties?.[name] ? [] : [`path.${name} may be anything`],
    ),
  ];
  if (found.length > 0) throw new Error(`${route.method} ${route.url}: ${found.join('; ')}`);
  if (!querystring && !params) return;
  const read = async (request: FastifyRequest): Promise<void> => {
    readTexts(request.query, querystring);
    readTexts(request.params, params);
  };
  const others = route.preValidation ?? [];
  route.preValidation = [read, ...(Array.isArray(others) ? others : [others])];
}

/** Why a request cannot be read, whatever route it is for. */
function unreadable({
  url = '',
  headers,
}: FastifyRequest['raw']): [status: number, detail: string] | undefined {
  if (/^\s*multipart\//i.test(headers['content-type'] ?? '')) {
    return [
      415,
      'Forms are not read here. Send the file itself as the body (application/x-ndjson), or JSON.',
    ];
  }
  if (!url.includes('%')) return undefined;
  try {
    decodeURIComponent(url);
    return undefined;
  } catch {
    return [
      400,
      'The address is not percent-encoded UTF-8: each % stands before two hexadecimal digits of a byte.',
    ];
  }
}

const problemOf = (status: number, message: string): Error =>
  Object.assign(new Error(message), { statusCode: status });

function jsonBody(body: Buffer): unknown {
  if (body.length === 0) throw problemOf(400, 'The body is empty; it must be JSON.');
  const text = decodeUtf8(body, 'The body');
  // RFC 8259, 8.1: a byte order mark before the text may be ignored.
  const read = readJson(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  if (!read.ok) throw problemOf(400, read.problems[0].message);
  return read.value;
}

/** To be called before any route is added. */
export function guardRequests(app: FastifyInstance): void {
  app.addHook('onRoute', checkRoute);
  decodeBodies(app);
  app.addHook('onRequest', async (request, reply) => {
    // Whoever is gone already hears nothing, and has no address any more that requests are counted by.
    if (request.raw.socket.remoteAddress === undefined) {
      reply.hijack();
      reply.raw.destroy();
      return;
    }
    const [status, detail] = unreadable(request.raw) ?? [];
    if (status === undefined || detail === undefined) return;
    return sendProblem(reply, status, status === 415 ? 'Cannot be read' : 'Bad request', detail);
  });
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, jsonBody(body as Buffer));
    } catch (error) {
      const wrong = error as Error;
      done(wrong instanceof InputError ? problemOf(400, wrong.message) : wrong);
    }
  });
}
