// The catalogue document while somebody edits it: its parts, and each change as a new document.
import type { CatalogueDocument } from '../../../src/protocol/catalogue-document.ts';

export type Data = NonNullable<CatalogueDocument['data']>;
export type Field = NonNullable<Data['fields']>[number];
export type Entity = NonNullable<Data['entities']>[number];
export type Code = NonNullable<Data['events']>[number];
export type Feature = NonNullable<CatalogueDocument['features']>[number];

export type WholeDocument = Omit<CatalogueDocument, 'data' | 'features'> & {
  readonly data: Required<Data>;
  readonly features: readonly Feature[];
};

export const whole = ({ data = {}, features = [], ...rest }: CatalogueDocument): WholeDocument => ({
  ...rest,
  data: { fields: [], entities: [], events: [], types: [], channels: [], ...data },
  features,
});

/** As it is sent. */
export const sent = ({ data, features, ...rest }: WholeDocument): CatalogueDocument => ({
  ...rest,
  data,
  features: [...features],
});

export const CODE_PARTS = ['events', 'types', 'channels'] as const;
export type CodePart = (typeof CODE_PARTS)[number];
type Things = { fields: Field; entities: Entity; features: Feature } & Record<CodePart, Code>;
export type ThingPart = keyof Things;

type Change = (document: WholeDocument) => WholeDocument;
type Named = { readonly name: string };

const replaced = <T extends Named>(all: readonly T[], before: string | undefined, one: T): T[] =>
  before === undefined || !all.some(({ name }) => name === before)
    ? [...all, one]
    : all.map((other) => (other.name === before ? one : other));

type Lists = { readonly [P in ThingPart]: readonly Things[P][] };

const listsOf = ({ data, features }: WholeDocument): Lists => ({ ...data, features });
const listed = <P extends ThingPart>(document: WholeDocument, part: P): Lists[P] => listsOf(document)[part];

function withList<P extends ThingPart>(
  document: WholeDocument,
  part: P,
  list: readonly Things[P][],
): WholeDocument {
  if (part === 'features') return { ...document, features: list as readonly Feature[] };
  return { ...document, data: { ...document.data, [part]: list } };
}

/** In the place of the one of a name, or at the end. */
export const put =
  <P extends ThingPart>(part: P, one: Things[P], before?: string): Change =>
  (document) =>
    withList(document, part, replaced(listed(document, part), before, one));

export const without =
  (part: ThingPart, name: string): Change =>
  (document) =>
    withList(
      document,
      part,
      listed(document, part).filter((one) => one.name !== name),
    );

/** Where in a document something stands that is put there. */
export function placeOf(document: WholeDocument, part: ThingPart, before: string | undefined): string {
  const all: readonly Named[] = listed(document, part);
  const found = all.findIndex(({ name }) => name === before);
  const base = part === 'features' ? '/features' : `/data/${part}`;
  return `${base}/${found < 0 ? all.length : found}`;
}

/** What a pointer into a document is about, in words: the part, the name, and what of it. */
export function placeWords(document: unknown, pointer: string): string {
  const steps = pointer.split('/').filter((step) => step !== '' && step !== 'document' && step !== 'data');
  let at: unknown = document;
  const words: string[] = [];
  for (const step of pointer.split('/').slice(1)) {
    if (step === 'document') continue;
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined;
    if (!steps.includes(step)) continue;
    const isNamed = typeof at === 'object' && at !== null && 'name' in at && typeof at.name === 'string';
    words.push(isNamed ? String((at as Named).name) : step);
  }
  return words.join(' › ');
}

/** What reads a field: entities by their key, features by their names of it. */
export function usersOf(document: WholeDocument, field: string): readonly string[] {
  const word = new RegExp(
    `(^|[^\\w.])(transaction\\.)?(attributes\\.)?${field.replaceAll('.', '\\.')}(?![\\w])`,
  );
  return [
    ...document.data.entities.filter(({ key }) => key.includes(field)).map(({ name }) => name),
    ...document.features
      .filter(
        ({ field: read, by = [], of = '', where = '', expression = '' }) =>
          read === field || by.includes(field) || [of, where, expression].some((text) => word.test(text)),
      )
      .map(({ name }) => name),
  ];
}

export const featuresOfEntity = ({ features }: WholeDocument, entity: string): readonly string[] =>
  features.filter((one) => one.entity === entity).map(({ name }) => name);
