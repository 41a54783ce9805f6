// From a document that was checked to a catalogue that computes: conditions and expressions become closures, the histories of own
// features get their layouts. Nothing is evaluated anew for a record, nothing is made for it.
import { createHash } from 'node:crypto';
import type { DataModel } from '../domain/data-model.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue, CatalogueFeature, FittedCategory } from './catalogue.ts';
import { entitiesOf, ownFeatures, standardOf, usesOf } from './check-document.ts';
import { computation } from './computation.ts';
import type { CatalogueDocument, FeatureDefinition } from './document.ts';
import { expressionsOf } from './expression-environment.ts';
import { asksOf } from './feature-asks.ts';
import { conceptOf } from './feature-concept.ts';
import { featureHashes } from './feature-hash.ts';
import { emptyRecord, seeFields } from './feature-record.ts';
import { createFeatureState } from './feature-state.ts';
import { historyParts } from './history-parts.ts';
import { textOf } from './record-fields.ts';
import { rowFeatures } from './row-features.ts';
import { type Say, type Sentences, sentencesOf } from './sentences.ts';
import { CATALOGUE_HASH, PROGRAM, PROGRAM_FEATURES } from './standard-document.ts';
import { figuresOf } from './store-figures.ts';
import { windowWords } from './wording.ts';

/** A feature with the group that it is listed in, and its hash where it is the program's. */
export type Placed = {
  readonly definition: FeatureDefinition;
  readonly group: string;
  readonly isProgram: boolean;
  readonly slot: number;
};

/** The features of a document in the order of a vector. */
export function placedIn(document: CatalogueDocument): Placed[] {
  const standard = new Set(standardOf(document));
  return [
    ...PROGRAM.filter(({ definition }) => standard.has(definition.name)).map((one) => ({
      ...one,
      isProgram: true,
    })),
    ...ownFeatures(document).map((definition) => ({
      definition,
      group: groupOf(definition),
      isProgram: false,
    })),
  ].map((one, slot) => ({ ...one, slot }));
}

/**
 * Compiles a document that `checkDocument` finds no problem in. Features that are off have no value, for those that use them neither;
 * histories are those of all.
 */
export function compileCatalogue(document: CatalogueDocument, disabled: readonly string[] = []): Catalogue {
  const { data } = document;
  const placed = placedIn(document);
  const places = new Map(placed.map(({ definition, slot }) => [definition.name, slot]));
  const off = new Set(disabled.flatMap((name) => places.get(name) ?? []));
  const parts = historyParts(data, placed, off);
  const rows = rowFeatures(data, placed, places).filter(({ slot }) => !off.has(slot));
  const features = catalogueFeatures(data, placed, places);
  const isProgramAlone =
    placed.length === PROGRAM_FEATURES.length && placed.every(({ isProgram }) => isProgram);
  return {
    hash: isProgramAlone ? CATALOGUE_HASH : hashOf(features),
    data,
    features,
    size: placed.length,
    place: (name) => places.get(name),
    categories: placed.flatMap((one) => category(data, one, off.has(one.slot)) ?? []),
    createState: createFeatureState,
    ...computation(parts, rows, placed.length),
    stores: figuresOf(parts.map(({ layout }) => layout)),
  };
}

const hashOf = (features: readonly CatalogueFeature[]): string =>
  createHash('sha256')
    .update(features.map(({ name, hash }) => `${name} ${hash}`).join('\n'))
    .digest('hex')
    .slice(0, 16);

function groupOf(definition: FeatureDefinition): string {
  if (definition.kind === 'aggregate') return definition.entity;
  return definition.kind === 'encoded' ? 'category' : 'transaction';
}

const ENCODED = /_encoded$/;
const PRESET_PRIOR = 100;

function category(
  data: DataModel,
  { definition, isProgram, slot }: Placed,
  isOff: boolean,
): FittedCategory | undefined {
  if (definition.kind !== 'encoded') return undefined;
  const { field, name, prior = PRESET_PRIOR, delayed = false } = definition;
  const text = textOf(data, field);
  if (!text) throw new Error(`there is no field ${field}`);
  const record = emptyRecord();
  return {
    name: isProgram ? name.replace(ENCODED, '') : PROGRAM_CATEGORIES.has(name) ? `own ${name}` : name,
    slot,
    prior,
    delayed,
    ...(!isProgram && { isOwn: true }),
    of(transaction: Transaction) {
      // A category that nobody states has no value, whatever a model has learned of it.
      if (isOff) return undefined;
      seeFields(record, transaction);
      return text(record) || undefined;
    },
  };
}

const PROGRAM_CATEGORIES: ReadonlySet<string> = new Set(
  PROGRAM_FEATURES.filter((name) => ENCODED.test(name)).map((name) => name.replace(ENCODED, '')),
);

function catalogueFeatures(
  data: DataModel,
  placed: readonly Placed[],
  places: ReadonlyMap<string, number>,
): CatalogueFeature[] {
  const own = placed.filter(({ isProgram }) => !isProgram).map(({ definition }) => definition);
  const composes = own.some(({ kind }) => kind === 'expression');
  const uses = composes ? usesOf(own, expressionsOf(data, places)) : new Map<string, string[]>();
  const hashes = featureHashes(data, own, uses, programHash);
  const entities = entitiesOf(data);
  let sentences: Sentences | undefined;
  const read = (): Sentences => {
    sentences ??= sentencesOf([...PROGRAM_FEATURES, ...own.map(({ name }) => name)]);
    return sentences;
  };
  return placed.map(({ definition, group, isProgram }): CatalogueFeature => {
    const { name, unit, description, missing } = definition;
    const window = definition.kind === 'aggregate' ? definition.window : undefined;
    const delay = definition.kind === 'aggregate' ? definition.delay : undefined;
    return {
      name,
      group,
      concept: conceptOf(definition),
      asks: asksOf(definition, entities),
      unit,
      ...(window !== undefined && { window: windowWords(window, delay) }),
      description,
      missing,
      say: saying(definition, read),
      hash: (isProgram ? programHash(name) : hashes.get(name)) ?? '',
    };
  });
}

const programHash = (name: string): string | undefined =>
  PROGRAM_FEATURES.includes(name) ? `${CATALOGUE_HASH}-${name}` : undefined;

/** A sentence is read when it is said for the first time. */
function saying({ name, sentence }: FeatureDefinition, sentences: () => Sentences): Say {
  let known: Say | undefined;
  return (value, look, currency) => {
    if (!known) {
      const read = sentences().read(sentence);
      known = read.ok ? read.say : () => `${name} is ${value}`;
    }
    return known(value, look, currency);
  };
}
