// What no request should hold: for every field of a JSON Schema, an otherwise valid body with something hostile in that place.

export type Schema = {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly maximum?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
};

/** Components of the API's document, by their references. */
export type Components = { readonly schemas?: Readonly<Record<string, Schema>> };

/** The schema with what it refers to in its place. */
export function resolved(schema: Schema | undefined, components: Components | undefined): Schema | undefined {
  if (!schema) return undefined;
  return JSON.parse(JSON.stringify(schema), (_, value) =>
    typeof value?.$ref === 'string'
      ? resolved(components?.schemas?.[value.$ref.split('/').at(-1)], components)
      : value,
  );
}

/** Something hostile: its name, and the bytes it is in a JSON text. */
export type Piece = readonly [name: string, json: Buffer];

const json = (name: string, text: string): Piece => [name, Buffer.from(text)];
const bytes = (name: string, inText: readonly number[]): Piece => [
  name,
  Buffer.concat([Buffer.from('"a'), Buffer.from(inText), Buffer.from('b"')]),
];
const LEVELS = 10_000;

/** In the place of a value of any kind. */
export const HOSTILE: readonly Piece[] = [
  json('NUL', '"a\\u0000b"'),
  json('high surrogate', '"a\\ud800b"'),
  json('low surrogate', '"\\udc00"'),
  bytes('surrogate as CESU bytes', [0xed, 0xa0, 0x80]),
  bytes('NUL byte', [0]),
  bytes('latin-1', [0xfc]),
  bytes('overlong', [0xc0, 0x80]),
  json('byte order mark', '"\\ufeffa"'),
  json('right to left override', '"a\\u202eb"'),
  json('noncharacter', '"\\uffff"'),
  json('line separator', '"a\\u2028b"'),
  json('newline', '"a\\nb"'),
  json('blank', '"  "'),
  json('empty text', '""'),
  json('100,000 characters', `"${'x'.repeat(100_000)}"`),
  json('quotes', '"\' or 1=1; -- \\"%_\\\\"'),
  json('folder', '"../.."'),
  json('2^31', '2147483648'),
  json('2^53 + 1', '9007199254740993'),
  json('2^63', '9223372036854775808'),
  json('-1', '-1'),
  json('zero', '0'),
  json('half', '0.5'),
  json('1e400', '1e400'),
  json('-1e400', '-1e400'),
  json('number as text', '"1"'),
  json('null', 'null'),
  json('false', 'false'),
  json('empty list', '[]'),
  json('empty object', '{}'),
  json('list of one', '["a"]'),
  json('__proto__', '{"__proto__":{"a":1},"a":1}'),
  json('constructor', '{"constructor":{"prototype":{"a":1}}}'),
  json('10,000 lists', '['.repeat(LEVELS) + ']'.repeat(LEVELS)),
  json('10,000 objects', `${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}`),
  json('not JSON', 'NaN'),
];

/** In the place of a value in a path or a query, percent-encoded as they stand. */
export const HOSTILE_IN_URL: readonly (readonly [name: string, text: string])[] = [
  ['NUL', '%00'],
  ['NUL within', 'a%00b'],
  ['surrogate as CESU bytes', '%ED%A0%80'],
  ['latin-1', 'M%FCller'],
  ['not hexadecimal', '50%'],
  ['not hexadecimal', '%zz'],
  ['byte order mark', '%EF%BB%BFa'],
  ['right to left override', 'a%E2%80%AEb'],
  ['newline', 'a%0Ab'],
  ['blank', '%20'],
  ['empty', ''],
  ['10,000 characters', 'x'.repeat(10_000)],
  ['100,000 characters', 'x'.repeat(100_000)],
  ['2^31', '2147483648'],
  ['2^53 + 1', '9007199254740993'],
  ['2^63', '9223372036854775808'],
  ['-1', '-1'],
  ['zero', '0'],
  ['1e400', '1e400'],
  ['Infinity', 'Infinity'],
  ['2^63 twice', '9223372036854775808.9223372036854775808'],
  ['dot', '.'],
  ['two dots', '..'],
  ['slash', 'a%2Fb'],
  ['percent', '%25'],
  ['quotes', "'%20or%201=1;%20--%20%22%25_%5C"],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
];

/** The most and the least that a field may hold by its own description: as far as that goes, it must hold. */
export function bounds(schema: Schema): (readonly [name: string, value: unknown])[] {
  if (schema.enum || schema.pattern !== undefined) return [];
  const { maxLength, minimum, maximum, maxItems } = schema;
  return [
    ...(maxLength === undefined
      ? []
      : ([
          ['longest', 'x'.repeat(maxLength)],
          ['longest of two units', '😀'.repeat(maxLength)],
        ] as const)),
    ...(minimum === undefined ? [] : ([['least', minimum]] as const)),
    ...(maximum === undefined ? [] : ([['most', maximum]] as const)),
    ...(maxItems === undefined || !schema.items
      ? []
      : ([['longest list', manyOf(schema.items, Math.min(maxItems, 1000))]] as const)),
  ];
}

/** Items that differ where they can. */
function manyOf(items: Schema, count: number): unknown[] {
  if (items.enum) return items.enum.slice(0, count);
  const one = example(items);
  if (typeof one === 'number') return Array.from({ length: count }, (_, i) => i + 1);
  if (typeof one === 'string') return Array.from({ length: count }, (_, i) => `a${i}`);
  return Array.from({ length: count }, (_, i) => ({
    ...(one as object),
    ...('id' in (one as object) && { id: i + 1 }),
    ...('value' in (one as object) && { value: `a${i}` }),
  }));
}

/** Texts that one of the patterns of this API may want. */
const TEXTS = [
  'a1',
  'EUR',
  'EU',
  '1234',
  '/alerts',
  '1.1',
  'ab',
  '2026-11-23T15:00:00Z',
  'https://127.0.0.1:9/',
];

/** A valid value, as far as the schema says what is one. */
export function example(schema: Schema): unknown {
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return example(schema.anyOf[0]);
  switch (schema.type) {
    case 'string':
      if (schema.format === 'date-time') return new Date(Date.now() + 3_600_000).toISOString();
      return (
        TEXTS.find((text) => schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(text)) ??
        'a1'
      );
    case 'integer':
      return schema.minimum ?? 1;
    case 'number':
      return schema.minimum ?? (schema.exclusiveMinimum ?? 0) + 1;
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => example(schema.items ?? {}));
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, example(schema.properties?.[name] ?? {})]),
      );
    default:
      return null;
  }
}

export type Hostile = { readonly what: string; readonly body: Buffer };

/** Stands where something hostile comes. */
const HERE = '\u{1F6A9}here';

function withPiece(body: unknown, [name, piece]: Piece, where: string): Hostile {
  const [before, after] = JSON.stringify(body).split(JSON.stringify(HERE));
  return {
    what: `${where}: ${name}`,
    body: Buffer.concat([Buffer.from(before), piece, Buffer.from(after ?? '')]),
  };
}

type Place = {
  readonly where: string;
  readonly marked: unknown;
  /** What is at the bounds of the place. */
  readonly pieces: readonly Piece[];
  readonly twice?: unknown;
};

/** The places of a value: each as the whole body with a mark there. */
function places(schema: Schema, value: unknown, whole: (part: unknown) => unknown, where: string): Place[] {
  const here = {
    where,
    marked: whole(HERE),
    pieces: bounds(schema).map(([name, held]) => json(name, JSON.stringify(held))),
  };
  if (schema.type === 'object' && typeof value === 'object' && value !== null) {
    const given = new Map(Object.entries(value));
    const fields = Object.entries({ ...schema.properties, ...patternFields(schema) }).flatMap(
      ([name, part]) => {
        const held = given.has(name) ? given.get(name) : example(part);
        return places(part, held, (inner) => whole({ ...value, [name]: inner }), `${where}/${name}`);
      },
    );
    return [
      here,
      { where: `${where} (another field)`, marked: whole({ ...value, another: HERE }), pieces: [] },
      ...fields,
    ];
  }
  if (schema.type === 'array' && Array.isArray(value)) {
    const item = value[0] ?? example(schema.items ?? {});
    return [
      { ...here, twice: whole([item, item]) },
      ...places(schema.items ?? {}, item, (inner) => whole([inner]), `${where}/0`),
    ];
  }
  return [here];
}

const patternFields = (schema: Schema): Record<string, Schema> =>
  Object.fromEntries(
    Object.entries(schema.patternProperties ?? {}).map(([pattern, part]) => [
      TEXTS.find((text) => new RegExp(pattern, 'u').test(text)) ?? 'a1',
      part,
    ]),
  );

/** A valid body, and bodies that are valid but for one place, for every place. */
export function hostileBodies(schema: Schema, valid: unknown): Hostile[] {
  const found = places(schema, valid, (part) => part, '');
  const text = JSON.stringify(valid);
  const first = /^\{("[^"]*":)/.exec(text)?.[1];
  return [
    { what: 'valid', body: Buffer.from(text) },
    ...found.flatMap(({ where, marked, pieces }) =>
      [...HOSTILE, ...pieces].map((piece) => withPiece(marked, piece, where)),
    ),
    ...found.flatMap(({ where, twice }) =>
      twice === undefined
        ? []
        : [{ what: `${where}: twice the same`, body: Buffer.from(JSON.stringify(twice)) }],
    ),
    { what: 'empty', body: Buffer.alloc(0) },
    { what: 'ends too early', body: Buffer.from(text.slice(0, -1)) },
    { what: 'byte order mark before', body: Buffer.from(`\ufeff${text}`) },
    { what: 'UTF-16', body: Buffer.from(text, 'utf16le') },
    ...(first ? [{ what: 'a key twice', body: Buffer.from(`{${first}"a\\u0000b",${text.slice(1)}`) }] : []),
    { what: 'unclosed lists', body: Buffer.from('['.repeat(200_000)) },
  ];
}

/** Not in the description: pages, and what there is not. */
export const HIDDEN = [
  '/openapi.json',
  '/docs',
  '/',
  '/overview',
  '/v1/nothing',
  '/nothing/at/all',
  '/%00',
  '/%ED%A0%80',
  '/50%',
  '/..%2f..%2fetc%2fpasswd',
  '//',
  '/assets/%00',
];
export const RAW_TYPES = ['text/csv', 'application/octet-stream', 'application/json'];
/** Headers that are looked at, and bytes that Node lets through in one. */
export const HEADERS = [
  'cookie',
  'authorization',
  'traceparent',
  'x-forwarded-for',
  'accept',
  'content-type',
  'origin',
  'if-none-match',
  'range',
  'accept-encoding',
  'x-request-id',
  'forwarded',
];
export const HEADER_VALUES = [
  '',
  '\u00ef\u00bb\u00bf',
  '\u0085\u00ff',
  '%00',
  'goshawk_session=%00',
  'goshawk_session=%ED%A0%80; goshawk_session=x',
  'Bearer gk_\u00ff_\u00ff',
  'Bearer gk_%00_x',
  '__proto__',
  'x'.repeat(8000),
  ','.repeat(2000),
  '9223372036854775808',
  '"',
  "' or 1=1 --",
];
