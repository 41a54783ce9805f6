// What generators of clients know of a schema of the API's document.
export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
};

export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
};

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

export type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
};

export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

export const nameOf = ($ref: string): string => $ref.split('/').at(-1) ?? '';

/** Operations that clients have a method for: by any id is how they ask, not what; and what leads elsewhere is for browsers. */
export const operationsOf = (document: Document): Operation[] =>
  Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .filter(
      ({ operationId, responses }) =>
        !operationId.endsWith('ByAnyId') && Object.keys(responses).some((status) => status.startsWith('2')),
    );

export const JSON_TYPE = 'application/json';

/** The answers that are no problems: their schemas, and whether they are files, as those are that may be something else than JSON. */
export function answersOf({ responses }: Operation): {
  readonly schemas: readonly Schema[];
  readonly isFile: boolean;
} {
  const contents = Object.entries(responses).flatMap(([status, { content }]) =>
    status.startsWith('2') && content ? [content] : [],
  );
  return {
    schemas: contents.flatMap((content) => content[JSON_TYPE]?.schema ?? []),
    isFile: contents.some((content) => Object.keys(content).some((type) => type !== JSON_TYPE)),
  };
}

/** What a body is: the schema of one that is JSON, or the types of one that is read as it comes. */
export function bodyOf({
  requestBody,
}: Operation):
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly schema: Schema }
  | { readonly kind: 'stream'; readonly types: readonly string[] } {
  if (!requestBody) return { kind: 'none' };
  const schema = requestBody.content[JSON_TYPE]?.schema;
  return schema ? { kind: 'json', schema } : { kind: 'stream', types: Object.keys(requestBody.content) };
}
