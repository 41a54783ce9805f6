// The OpenAPI document (3.1), drawn from the operations: what has a name of its own becomes a component, and every answer has an example.
import { Type } from 'typebox';
import { neededFor, PERMISSION_WORDS } from '../domain/access.ts';
import { exampleOf } from './example.ts';
import type { OperationShape } from './operation.ts';
import { ANY_PROBLEM, Problem } from './problem.ts';

export type Json = { [key: string]: unknown };

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names of components are those of types; a property that is called "title" is none. */
const NAME = /^[A-Z][A-Za-z0-9]*$/;

/** Gives the schema with references in the place of what has a name; throws where two things have one name. */
export function withReferences(schema: unknown, components: Json): unknown {
  if (Array.isArray(schema)) return schema.map((one) => withReferences(one, components));
  if (!isObject(schema)) return schema;
  const inside = Object.fromEntries(
    Object.entries(schema).map(([key, part]) =>
      key === 'examples' || key === 'enum' || key === 'default' || key === 'const'
        ? [key, part]
        : [key, withReferences(part, components)],
    ),
  );
  const { title } = schema;
  if (typeof title !== 'string' || !NAME.test(title) || !('type' in schema || 'anyOf' in schema))
    return inside;
  const { title: _, ...component } = inside;
  const before = components[title];
  if (before !== undefined && JSON.stringify(before) !== JSON.stringify(component))
    throw new Error(`Two components are called ${title}.`);
  components[title] = component;
  return { $ref: `#/components/schemas/${title}` };
}

const PROBLEM_WORDS: Readonly<Record<number, string>> = {
  400: 'Not understood',
  401: 'Nobody is signed in',
  403: 'Not allowed',
  404: 'Not there',
  409: 'It has changed meanwhile, or stands against something else',
  413: 'Too large',
  415: 'Of a type that is not read here',
  422: 'Not valid',
  426: 'Wants another protocol',
  429: 'Too often',
  500: 'Broken here',
  502: 'Somebody else did not answer',
  503: 'Busy or away',
};

const TEXT = /"format":"(?:identifier|line|prose)"/;

/** Bodies with what must not be sent, and texts with card numbers, are refused before an operation sees them. */
const mayBeRefused = ({ body, query, params }: OperationShape): boolean =>
  body !== undefined || TEXT.test(JSON.stringify([query, params]));

/** The statuses of problems that an operation may answer with. */
export const problemsOf = (operation: OperationShape): readonly number[] => {
  const { problems = [] } = operation;
  const refused = mayBeRefused(operation) ? [422] : [];
  return [...new Set([...ANY_PROBLEM, ...refused, ...problems])].sort((a, b) => a - b);
};

/** Whether an answer is its status and headers alone. */
export const answersNothing = (status: number): boolean => status === 204 || status === 302;

/** Who may, in words; undefined where anybody may. */
export function permissionWords({ permission, identifiers }: OperationShape): string | undefined {
  if (permission === 'anyone') return undefined;
  const words = neededFor(permission, identifiers).map((one) => `${PERMISSION_WORDS[one]} (${one})`);
  return `Needs permission to ${words.join(' and to ')}.`;
}

/** What the audit trail says of it. */
export const auditedBy = ({ viewed, audits = [] }: OperationShape): readonly string[] => [
  ...(viewed === undefined ? [] : [`saw ${viewed}`]),
  ...audits,
];

const description = (operation: OperationShape): string =>
  [operation.description, permissionWords(operation)].filter(Boolean).join(' ');

function parameters(operation: OperationShape, components: Json): Json[] {
  const { params, query, headers } = operation;
  const of = (schema: OperationShape['query'], place: 'path' | 'query' | 'header'): Json[] => {
    const required: readonly string[] = schema?.required ?? [];
    return Object.entries(schema?.properties ?? {}).map(([name, part]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: withReferences(JSON.parse(JSON.stringify(part)), components),
    }));
  };
  return [...of(params, 'path'), ...of(query, 'query'), ...of(headers, 'header')];
}

function operationObject(operation: OperationShape, components: Json): Json {
  const {
    id,
    capability,
    summary,
    permission,
    body,
    answers,
    answerType,
    otherAnswerType,
    streamTypes,
    problemBody = Problem,
  } = operation;
  const reference = (schema: unknown): unknown =>
    withReferences(JSON.parse(JSON.stringify(schema)), components);
  const given = Object.entries(answers).map(([status, schema]) => [
    status,
    {
      description: summary,
      ...(schema &&
        !answersNothing(Number(status)) && {
          content: {
            [answerType ?? 'application/json']: {
              schema: reference(schema),
              ...(answerType === undefined && { example: exampleOf(schema) }),
            },
            ...(otherAnswerType !== undefined && { [otherAnswerType]: { schema: { type: 'string' } } }),
          },
        }),
    },
  ]);
  const refused = problemsOf(operation).map((status) => [
    String(status),
    {
      description: PROBLEM_WORDS[status] ?? 'A problem',
      content: {
        'application/problem+json': {
          schema: reference(problemBody),
          example: {
            type: 'about:blank',
            title: PROBLEM_WORDS[status],
            status,
            detail: 'What is wrong, and what to do.',
          },
        },
      },
    },
  ]);
  const asked = parameters(operation, components);
  const audited = auditedBy(operation);
  return {
    operationId: id,
    tags: [capability],
    summary,
    description: description(operation),
    ...(asked.length > 0 && { parameters: asked }),
    ...((body || streamTypes) && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          (streamTypes ?? ['application/json']).map((type) => [
            type,
            body ? { schema: reference(body) } : {},
          ]),
        ),
      },
    }),
    responses: Object.fromEntries([...given, ...refused]),
    security: permission === 'anyone' ? [] : [{ key: [] }, { session: [] }],
    'x-permission': permission,
    ...(audited.length > 0 && { 'x-audit': audited }),
  };
}

/** The same operation by any id: in the query, where paths would bend it. */
function byAnyId(operation: OperationShape): OperationShape | undefined {
  const { pathByAnyId: path, params, query, id, summary, ...same } = operation;
  if (path === undefined || !params) return undefined;
  const asked = Type.Object({ ...params.properties, ...query?.properties }, { additionalProperties: false });
  return { ...same, id: `${id}ByAnyId`, path, summary: `${summary}, by any id`, query: asked };
}

/** The operations as they are served: each one, and those by any id. */
export const served = (operations: readonly OperationShape[]): OperationShape[] =>
  operations.flatMap((one) => {
    const other = byAnyId(one);
    return other ? [one, other] : [one];
  });

export function openApiDocument(operations: readonly OperationShape[], version: string): Json {
  const components: Json = {};
  const paths: { [path: string]: Json } = {};
  for (const operation of served(operations)) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][operation.method.toLowerCase()] = operationObject(operation, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Goshawk',
      version,
      description: 'Real-time fraud detection: a transaction in, a decision with its reasons out.',
    },
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key: gk_…' },
        session: { type: 'apiKey', in: 'cookie', name: 'goshawk_session' },
      },
    },
  };
}
