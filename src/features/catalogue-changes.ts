// What one catalogue changes of another: its data, its features, and which histories begin anew. In words, and for whoever asks.
import type { CatalogueOutline } from './catalogue-outline.ts';
import type { CatalogueDocument } from './document.ts';

export const CHANGED_PARTS = ['field', 'entity', 'event', 'type', 'channel', 'feature'] as const;
export type DocumentChange = {
  readonly part: (typeof CHANGED_PARTS)[number];
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** What it is now, or what of it is another; empty where nothing is to be said. */
  readonly detail: string;
};

const MAX_SHOWN = 80;
const MAX_DETAIL = 400;

function shortly(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

type Named = { readonly name: string };

/** What of a thing is another: "type text → category". */
function differences(before: object, after: object): string {
  const was = new Map<string, unknown>(Object.entries(before));
  const is = new Map<string, unknown>(Object.entries(after));
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((key) => JSON.stringify(was.get(key)) !== JSON.stringify(is.get(key)))
    .map((key) => `${key} ${shortly(was.get(key))} → ${shortly(is.get(key))}`)
    .join('; ')
    .slice(0, MAX_DETAIL);
}

/** By name: what was not there, what is not any more, and what `isSame` says no to. */
function changesOf<T extends Named>(
  part: DocumentChange['part'],
  before: readonly T[],
  after: readonly T[],
  words: { readonly of: (one: T) => string; readonly between: (was: T, is: T) => string | undefined },
): DocumentChange[] {
  const was = new Map(before.map((one) => [one.name, one]));
  const is = new Set(after.map(({ name }) => name));
  const here = after.flatMap((one): DocumentChange[] => {
    const { name } = one;
    const old = was.get(name);
    if (!old) return [{ part, name, change: 'added', detail: words.of(one) }];
    const detail = words.between(old, one);
    return detail === undefined ? [] : [{ part, name, change: 'changed', detail }];
  });
  const gone = before.filter(({ name }) => !is.has(name));
  return [
    ...here,
    ...gone.map(({ name }): DocumentChange => ({ part, name, change: 'removed', detail: '' })),
  ];
}

const ofData = <T extends Named & { readonly description: string }>(
  part: DocumentChange['part'],
  before: readonly T[],
  after: readonly T[],
  of: (one: T) => string = ({ description }) => description,
): DocumentChange[] =>
  changesOf(part, before, after, { of, between: (was, is) => differences(was, is) || undefined });

/** A document and what it makes. */
export type OutlinedDocument = {
  readonly document: CatalogueDocument;
  readonly catalogue: Pick<CatalogueOutline, 'features'>;
};

export function changesBetween(before: OutlinedDocument, after: OutlinedDocument): readonly DocumentChange[] {
  const [was, is] = [before.document.data, after.document.data];
  const written = new Map(before.document.features.map((one) => [one.name, one]));
  const rewritten = new Map(after.document.features.map((one) => [one.name, one]));
  return [
    ...ofData(
      'field',
      was.fields,
      is.fields,
      ({ type, description, personal }) => `${type}${personal ? ', personal' : ''}: ${description}`,
    ),
    ...ofData(
      'entity',
      was.entities,
      is.entities,
      ({ key, description }) => `by ${key.join(' and ')}: ${description}`,
    ),
    ...ofData('event', was.events, is.events),
    ...ofData('type', was.types, is.types),
    ...ofData('channel', was.channels, is.channels),
    ...changesOf('feature', before.catalogue.features, after.catalogue.features, {
      of: ({ description }) => description,
      between(old, now) {
        if (old.hash === now.hash) return undefined;
        const [one, other] = [written.get(now.name), rewritten.get(now.name)];
        return (one && other && differences(one, other)) || 'what it is computed from is another';
      },
    }),
  ];
}

const SIGNS = { added: '+', removed: '−', changed: '~' } as const;

/** A change in a line: "+ feature devices_7d (…)". */
export const changeText = ({ part, name, change, detail }: DocumentChange): string =>
  `${SIGNS[change]} ${part} ${name}${detail ? ` (${detail})` : ''}`;

/** A history that a catalogue reads and another does not keep: it begins empty, or is filled. */
export type NewHistory = { readonly entity: string; readonly features: readonly string[] };

/** By store: one that both have is shared, and a feature more of an entity may need another store for all of them. */
type Stores = Pick<CatalogueOutline, 'stores'>;

export function newHistories(before: Stores, after: Stores): readonly NewHistory[] {
  const kept = new Set(before.stores.map(({ id }) => id));
  return after.stores
    .filter(({ id }) => !kept.has(id))
    .map(({ entity, features }) => ({ entity, features: [...features] }));
}

export type LostFeature = { readonly name: string; readonly change: 'removed' | 'changed' };

type Features = Pick<CatalogueOutline, 'features'>;

/** What somebody who reads features by name and hash loses: those that are gone or mean something else. */
export function lostFeatures(
  needed: readonly string[],
  before: Features,
  after: Features,
): readonly LostFeature[] {
  const hashes = (catalogue: Features) => new Map(catalogue.features.map(({ name, hash }) => [name, hash]));
  const [was, is] = [hashes(before), hashes(after)];
  return needed.flatMap((name): readonly LostFeature[] => {
    const now = is.get(name);
    if (now === undefined) return [{ name, change: 'removed' }];
    return now === was.get(name) ? [] : [{ name, change: 'changed' }];
  });
}
