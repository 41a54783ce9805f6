// The API's document as types of TypeScript.
import {
  answersOf,
  bodyOf,
  type Document,
  nameOf,
  type Operation,
  operationsOf,
  type Parameter,
  type Schema,
} from './schema.ts';

const quoted = (text: string): string => JSON.stringify(text);
const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));
const comment = (text: string | undefined): string =>
  text ? `/** ${text.replaceAll('*/', '* /').replaceAll('\n', ' ')} */ ` : '';

/** The type of a schema, on one line. */
export function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((one) => grouped(typeOf(one))).join(' | ');
  if (Array.isArray(schema.type))
    return schema.type.map((type) => grouped(typeOf({ ...schema, type }))).join(' | ');
  switch (schema.type) {
    case 'string':
      return schema.format === 'binary' ? 'Blob' : 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return `readonly ${grouped(typeOf(schema.items ?? {}))}[]`;
    case 'object':
      return objectType(schema);
    default:
      return 'unknown';
  }
}

const grouped = (type: string): string =>
  / \| |^readonly /.test(type) && !/^[{(]/.test(type) ? `(${type})` : type;

function objectType({
  properties = {},
  required = [],
  patternProperties,
  additionalProperties,
}: Schema): string {
  const fields = Object.entries(properties).map(
    ([name, part]) =>
      `${comment(part.description)}readonly ${key(name)}${required.includes(name) ? '' : '?'}: ${typeOf(part)}`,
  );
  if (fields.length > 0) return `{ ${fields.join('; ')} }`;
  const [value] = Object.values(patternProperties ?? {});
  if (value) return `Readonly<Record<string, ${typeOf(value)}>>`;
  return additionalProperties === false ? 'Record<string, never>' : 'Readonly<Record<string, unknown>>';
}

function fieldsOf(parameters: readonly Parameter[], place: Parameter['in']): Schema {
  const own = parameters.filter((parameter) => parameter.in === place);
  return {
    type: 'object',
    properties: Object.fromEntries(own.map(({ name, schema }) => [name, schema])),
    required: own.flatMap(({ name, required }) => (required ? [name] : [])),
  };
}

function argumentsOf(operation: Operation): string {
  const { parameters = [] } = operation;
  const params = fieldsOf(parameters, 'path');
  const query = fieldsOf(parameters, 'query');
  const headers = fieldsOf(parameters, 'header');
  const body = bodyOf(operation);
  const given = (name: string, schema: Schema): string[] => {
    if (Object.keys(schema.properties ?? {}).length === 0) return [];
    return [`readonly ${name}${(schema.required ?? []).length > 0 ? '' : '?'}: ${typeOf(schema)}`];
  };
  const sent =
    body.kind === 'json'
      ? [`readonly body: ${typeOf(body.schema)}`]
      : body.kind === 'stream'
        ? [
            `readonly body: StreamBody; /** What the body is. */ readonly type: ${body.types.map(quoted).join(' | ')}`,
          ]
        : [];
  return `{ ${[...given('params', params), ...given('query', query), ...given('headers', headers), ...sent, 'readonly signal?: AbortSignal'].join('; ')} }`;
}

function answerOf(operation: Operation): string {
  const { schemas, isFile } = answersOf(operation);
  if (isFile) return 'Blob';
  return schemas.length === 0 ? 'undefined' : schemas.map(typeOf).join(' | ');
}

type Places = Readonly<Record<string, object>>;

/** A module with a type for every component, what each operation takes and answers, and where it is. */
export function typescriptModule(document: Document, places: Places): string {
  const components = Object.entries(document.components.schemas).map(
    ([name, schema]) => `${comment(schema.description)}\nexport type ${name} = ${typeOf(schema)};`,
  );
  const operations = operationsOf(document);
  const listed = operations.map(
    (operation) =>
      `  ${comment(operation.summary)}readonly ${key(operation.operationId)}: { readonly args: ${argumentsOf(operation)}; readonly answer: ${answerOf(operation)} };`,
  );
  const files = new Set(
    operations.filter((one) => answersOf(one).isFile).map(({ operationId }) => operationId),
  );
  const where = Object.fromEntries(
    Object.entries(places).map(([id, place]) => [id, { ...place, ...(files.has(id) && { isFile: true }) }]),
  );
  return [
    '// Made of the API’s document.',
    'export type StreamBody = Blob | string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;',
    ...components,
    `export type Operations = {\n${listed.join('\n')}\n};`,
    `export const PLACES = ${JSON.stringify(where, undefined, 1)};`,
    '',
  ].join('\n\n');
}
