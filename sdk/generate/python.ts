// The API's document as types of Python, and a method for each operation.
import {
  answersOf,
  bodyOf,
  type Document,
  nameOf,
  type Operation,
  operationsOf,
  type Schema,
} from './schema.ts';

const KEYWORDS = new Set([
  'from',
  'class',
  'import',
  'global',
  'pass',
  'is',
  'in',
  'not',
  'and',
  'or',
  'if',
  'else',
  'def',
  'type',
]);
const snake = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
/** A name of a parameter; those that Python keeps for itself end in a stroke. */
const parameter = (name: string): string => (KEYWORDS.has(name) ? `${snake(name)}_` : snake(name));
const text = (value: string): string => JSON.stringify(value);
const upper = (name: string): string => name[0].toUpperCase() + name.slice(1);
const literal = (value: unknown): string =>
  value === null ? 'None' : typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value);

/** Collects the types that have to stand before those that use them. */
export function createTypes() {
  const made: string[] = [];

  function object(schema: Schema, name: string): string {
    const { properties = {}, required = [], patternProperties } = schema;
    const fields = Object.entries(properties);
    if (fields.length === 0) {
      const [value] = Object.values(patternProperties ?? {});
      return `dict[str, ${value ? typeOf(value, `${name}Value`) : 'Any'}]`;
    }
    const lines = fields.map(([field, part]) => {
      const type = typeOf(part, name + upper(field));
      return `        ${text(field)}: ${required.includes(field) ? type : `NotRequired[${type}]`},`;
    });
    // As a string: a type may be named before it stands.
    made.push(`${name} = TypedDict(\n    ${text(name)},\n    {\n${lines.join('\n')}\n    },\n)`);
    return name;
  }

  /** `name` is what an object without a name of its own is called. */
  function typeOf(schema: Schema, name: string): string {
    if (schema.$ref !== undefined) return `"${nameOf(schema.$ref)}"`;
    if (schema.const !== undefined) return `Literal[${literal(schema.const)}]`;
    if (schema.enum) return `Literal[${schema.enum.map(literal).join(', ')}]`;
    if (schema.anyOf) return union(schema.anyOf.map((one, i) => typeOf(one, i === 0 ? name : `${name}${i}`)));
    if (Array.isArray(schema.type))
      return union(schema.type.map((type) => typeOf({ ...schema, type }, name)));
    switch (schema.type) {
      case 'string':
        return schema.format === 'binary' ? 'bytes' : 'str';
      case 'integer':
        return 'int';
      case 'number':
        return 'float';
      case 'boolean':
        return 'bool';
      case 'null':
        return 'None';
      case 'array':
        return `list[${typeOf(schema.items ?? {}, `${name}Item`)}]`;
      case 'object':
        return object(schema, name);
      default:
        return 'Any';
    }
  }

  return { made, typeOf, object };
}

/** A union of types by name is no expression of Python while the names are strings. */
const union = (types: readonly string[]): string =>
  types.length === 1 ? types[0] : `Union[${[...new Set(types)].join(', ')}]`;

type Types = ReturnType<typeof createTypes>;

function methodOf(
  operation: Operation,
  types: Types,
): { readonly signature: string; readonly call: string; readonly answer: string } {
  const { operationId, parameters = [] } = operation;
  const Name = upper(operationId);
  const params = parameters.filter((one) => one.in === 'path');
  const query = parameters.filter((one) => one.in === 'query');
  const headers = parameters.filter((one) => one.in === 'header');
  const body = bodyOf(operation);
  const { schemas, isFile } = answersOf(operation);
  const answer = isFile
    ? 'bytes'
    : schemas.length === 0
      ? 'None'
      : union(schemas.map((schema, i) => types.typeOf(schema, `${Name}Answer${i || ''}`)));
  const given = params.map(
    ({ name, schema }) => `${parameter(name)}: ${types.typeOf(schema, Name + upper(name))}`,
  );
  if (body.kind === 'json') given.push(`body: ${types.typeOf(body.schema, `${Name}Body`)}`);
  if (body.kind === 'stream') given.push('body: "bytes | str"');
  const named = [...query, ...headers].map(({ name, schema, required }) => {
    const type = types.typeOf(schema, Name + upper(name));
    return required ? `${parameter(name)}: ${type}` : `${parameter(name)}: ${union([type, 'None'])} = None`;
  });
  if (body.kind === 'stream') named.unshift(`type: Literal[${body.types.map(literal).join(', ')}]`);
  const required = named.filter((one) => !one.endsWith('= None'));
  const optional = named.filter((one) => one.endsWith('= None'));
  const keywords = [...required, ...optional];
  const dict = (list: typeof params): string =>
    `{${list.map(({ name }) => `${text(name)}: ${parameter(name)}`).join(', ')}}`;
  const parts = [
    ...(params.length > 0 ? [`params=${dict(params)}`] : []),
    ...(query.length > 0 ? [`query=${dict(query)}`] : []),
    ...(headers.length > 0 ? [`headers=${dict(headers)}`] : []),
    ...(body.kind === 'none' ? [] : ['body=body']),
    ...(body.kind === 'stream' ? ['type=type'] : []),
  ];
  return {
    signature: ['self', ...given, ...(keywords.length > 0 ? ['*', ...keywords] : [])].join(', '),
    call: `self._call(${text(operationId)}, Call(${parts.join(', ')}))`,
    answer,
  };
}

const quotes = (words: string): string => words.replaceAll('\\', '').replaceAll('"""', "'''");

/** A module with a type for every component, and the operations as methods of two classes. */
export function pythonModule(document: Document, places: Readonly<Record<string, object>>): string {
  const types = createTypes();
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const type = types.typeOf(schema, name);
    if (type !== name) types.made.push(`${name} = ${type}`);
  }
  const operations = operationsOf(document);
  const methods = operations.map((operation) => ({ operation, ...methodOf(operation, types) }));
  const files = new Set(
    operations.filter((one) => answersOf(one).isFile).map(({ operationId }) => operationId),
  );
  const where = Object.entries(places).map(([id, place]) => {
    const fields = Object.entries({ ...place, ...(files.has(id) && { isFile: true }) });
    return `    ${text(id)}: {${fields.map(([field, value]) => `${text(field)}: ${literal(value)}`).join(', ')}},`;
  });
  const classOf = (name: string, isAsync: boolean): string => {
    const [define, wait] = isAsync ? ['async def', 'await '] : ['def', ''];
    const bodies = methods.map(
      ({ operation, signature, call, answer }) =>
        `    ${define} ${snake(operation.operationId)}(${signature}) -> ${answer}:\n        """${quotes(operation.summary)}."""\n` +
        `        return cast(${answer === 'None' ? 'None' : answer}, ${wait}${call})`,
    );
    return [
      `class ${name}:\n    """What a desk can be asked."""\n\n    ${define} _call(self, operation: str, call: Call) -> Any:\n        raise NotImplementedError`,
      ...bodies,
    ].join('\n\n');
  };
  return [
    '"""Made of the API\'s document."""',
    'from typing import Any, Literal, NotRequired, TypedDict, Union, cast\n\nfrom .transport import Call',
    ...types.made,
    `PLACES: dict[str, dict[str, Any]] = {\n${where.join('\n')}\n}`,
    classOf('Operations', false),
    classOf('AsyncOperations', true),
    '',
  ].join('\n\n\n');
}
