// From a document that was checked to a catalogue that computes: conditions and expressions become closures, the histories of own
// features get their layouts. Nothing is evaluated anew for a record, nothing is made for it.
import { createHash } from 'node:crypto';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue, CatalogueFeature, CataloguePart, FittedCategory } from './catalogue.ts';
import { entitiesOf, ownFeatures, standardOf, usesOf } from './check-document.ts';
import type { AggregateFeature, CatalogueDocument, FeatureDefinition } from './document.ts';
import { expressionsOf } from './expression-environment.ts';
import { featureHashes, ownKeyOf } from './feature-hash.ts';
import { emptyRecord, type FeatureRecord, fillFromEvent, fillRecord } from './feature-record.ts';
import { createFeatureState } from './feature-state.ts';
import { changesHistories } from './labels.ts';
import { type OwnPart, ownPart } from './own-part.ts';
import { PROGRAM_FEATURES } from './program-features.ts';
import { keyOf, type NumberOf, textOf } from './record-fields.ts';
import { rowFeatures } from './row-features.ts';
import { sentencesOf } from './sentences.ts';
import { STANDARD } from './standard.ts';
import { figuresOf } from './store-figures.ts';
import { type Aggregate, aggregateOf, layoutsOf } from './store-layout.ts';

/** Compiles a document that `checkDocument` finds no problem in. */
export function compileCatalogue(document: CatalogueDocument): Catalogue {
  const standard = standardOf(document);
  const own = ownFeatures(document);
  if (own.length === 0 && standard.length === PROGRAM_FEATURES.length)
    return document.data === STANDARD.data ? STANDARD : { ...STANDARD, data: document.data };
  const names = [...standard, ...own.map(({ name }) => name)];
  const places = new Map(names.map((name, place) => [name, place]));
  const place = (name: string): number => places.get(name) ?? -1;
  const program = programOf(standard);
  const parts = ownParts(document, own, place);
  const rows = rowFeatures(document, own, places);
  const computing = computation(program, parts, rows, names.length);
  const features = catalogueFeatures(document, standard, own, places);
  return {
    hash: createHash('sha256')
      .update(features.map(({ name, hash }) => `${name} ${hash}`).join('\n'))
      .digest('hex')
      .slice(0, 16),
    data: document.data,
    features,
    size: names.length,
    place: (name) => places.get(name),
    categories: [...program.categories, ...ownCategories(document, own, place)],
    createState: createFeatureState,
    ...computing,
    stores: [...program.stores, ...figuresOf(parts.map(({ layout }) => layout))],
  };
}

type Program = Pick<Catalogue, 'look' | 'keep' | 'applyLabel' | 'parts' | 'categories' | 'stores'>;

/** The program's own features, some of them, in the first places of a vector. */
function programOf(standard: readonly string[]): Program {
  const nothing = (): void => undefined;
  if (standard.length === 0)
    return { look: nothing, keep: () => true, applyLabel: nothing, parts: [], categories: [], stores: [] };
  if (standard.length === PROGRAM_FEATURES.length) return STANDARD;
  const from = standard.map((name) => STANDARD.place(name) ?? -1);
  const whole = new Float64Array(STANDARD.size);
  const pick = (out: Float64Array): void => {
    for (let i = 0; i < from.length; i++) out[i] = whole[from[i]];
  };
  return {
    ...STANDARD,
    look(state, transaction, out) {
      STANDARD.look(state, transaction, whole);
      pick(out);
    },
    parts: STANDARD.parts.map((part) => ({
      ...part,
      observe(state, transaction, out) {
        part.observe(state, transaction, whole);
        out.fill(Number.NaN);
        pick(out);
      },
    })),
    categories: STANDARD.categories.flatMap((category) => {
      const slot = from.indexOf(category.slot);
      return slot < 0 ? [] : [{ ...category, slot }];
    }),
  };
}

/** The histories of own features: those of an entity together, those of events by themselves. */
function ownParts(
  document: CatalogueDocument,
  own: readonly FeatureDefinition[],
  place: (name: string) => number,
): OwnPart[] {
  const { data } = document;
  const expressions = expressionsOf(data, new Map());
  const entities = entitiesOf(data);
  const groups = new Map<string, Aggregate[]>();
  for (const feature of own) {
    if (feature.kind !== 'aggregate') continue;
    const group = JSON.stringify([feature.entity, feature.events ? [...feature.events].sort() : null]);
    const aggregate = aggregateOf(feature, place(feature.name), data, expressions);
    groups.set(group, [...(groups.get(group) ?? []), aggregate]);
  }
  return [...groups.keys()].sort().flatMap((group) => {
    const [entity, events] = JSON.parse(group) as [string, string[] | null];
    const key = entities.get(entity) ?? [];
    const named = keyOf(data, key);
    if (!named) throw new Error(`the entity ${entity} has no key`);
    return layoutsOf(entity, key, events ?? undefined, groups.get(group) ?? []).flatMap((layout) => {
      const byOf = ({ aggregate }: (typeof layout.aggregates)[number]): string =>
        (aggregate.feature.by ?? []).join(' ');
      const others = [...new Set(layout.aggregates.map(byOf))].filter((by) => by !== '');
      return [
        ownPart(
          layout,
          named,
          layout.aggregates.filter((one) => byOf(one) === ''),
          true,
        ),
        ...others.map((by) => {
          const other = keyOf(data, by.split(' '));
          if (!other) throw new Error(`there is no key of ${by}`);
          return ownPart(
            layout,
            other,
            layout.aggregates.filter((one) => byOf(one) === by),
            false,
            by,
          );
        }),
      ];
    });
  });
}

type Rows = readonly { readonly slot: number; readonly of: NumberOf }[];
type Computation = Omit<
  Catalogue,
  'hash' | 'data' | 'features' | 'size' | 'place' | 'categories' | 'createState' | 'stores'
>;

function computation(program: Program, parts: readonly OwnPart[], rows: Rows, size: number): Computation {
  const record = emptyRecord();
  const ofPayments = parts.filter(({ layout }) => layout.events === undefined);
  const keeping = ofPayments.filter(({ keeps }) => keeps);
  const ofEvents = parts.filter(({ layout, keeps }) => keeps && layout.events !== undefined);
  const labelled = keeping.filter(({ layout }) => layout.frauds);
  let looked: Transaction | undefined;

  const look: Catalogue['look'] = (state, transaction, out) => {
    looked = undefined;
    out.fill(Number.NaN);
    program.look(state, transaction, out);
    fillRecord(record, transaction);
    record.values = out;
    for (let i = 0; i < parts.length; i++) parts[i].look(state, record, out);
    for (let i = 0; i < rows.length; i++) out[rows[i].slot] = rows[i].of(record);
    looked = transaction;
  };
  const keep: Catalogue['keep'] = (state, transaction) => {
    if (looked !== transaction) throw new Error('only what was looked at last can be kept');
    looked = undefined;
    let inTime = program.keep(state, transaction);
    for (let i = 0; i < keeping.length; i++) {
      const kept = keeping[i].keep(state);
      // Without the program's own histories it is one's own that say it.
      if (program.parts.length === 0) inTime = inTime && kept;
    }
    return inTime;
  };
  return {
    look,
    keep,
    observe(state, transaction, out) {
      look(state, transaction, out);
      return keep(state, transaction);
    },
    applyLabel(state, label, previous) {
      program.applyLabel(state, label, previous);
      if (!changesHistories(label, previous)) return;
      const time = Math.floor(label.occurredAtMs / 1000);
      for (const part of labelled) {
        const key = ownKeyOf(part.layout, label);
        if (key !== undefined) part.label(state, key, time, label.fraud);
      }
    },
    ...(ofEvents.length > 0 && {
      observeEvent(state, event) {
        const looking = ofEvents.filter(({ layout }) => layout.events?.includes(event.kind));
        fillFromEvent(record, event);
        looked = undefined;
        for (const part of looking) part.prepareToKeep(state, record);
        for (const part of looking) part.keep(state);
      },
    }),
    parts: [...program.parts, ...parts.map((part) => cataloguePart(part, size))],
    complete(transaction, out) {
      fillRecord(record, transaction);
      record.values = out;
      looked = undefined;
      for (const { slot, of } of rows) out[slot] = of(record);
    },
  };
}

function cataloguePart(part: OwnPart, size: number): CataloguePart {
  const { layout, keeps, by } = part;
  const record: FeatureRecord = emptyRecord();
  const nothing = new Float64Array(size);
  record.values = nothing;
  return {
    id: by === undefined ? layout.id : `${layout.id} by ${by}`,
    store: layout.id,
    keeps: keeps && layout.events === undefined,
    ...(layout.events && { events: layout.events }),
    key(transaction) {
      fillRecord(record, transaction);
      return part.key(record);
    },
    observe(state, transaction, out) {
      out.fill(Number.NaN);
      fillRecord(record, transaction);
      part.look(state, record, out);
      if (keeps && layout.events === undefined) part.keep(state);
    },
    label: part.label,
  };
}

function ownCategories(
  { data }: CatalogueDocument,
  own: readonly FeatureDefinition[],
  place: (name: string) => number,
): FittedCategory[] {
  const record = emptyRecord();
  return own.flatMap((feature) => {
    if (feature.kind !== 'encoded') return [];
    const { field, name, prior = 100, delayed = false } = feature;
    const text = textOf(data, field);
    if (!text) throw new Error(`there is no field ${field}`);
    const of = (transaction: Transaction): string | undefined => {
      fillRecord(record, transaction);
      return text(record) || undefined;
    };
    return [{ name, slot: place(name), prior, delayed, of }];
  });
}

function catalogueFeatures(
  { data }: CatalogueDocument,
  standard: readonly string[],
  own: readonly FeatureDefinition[],
  places: ReadonlyMap<string, number>,
): CatalogueFeature[] {
  const ofProgram = new Map(STANDARD.features.map((feature) => [feature.name, feature]));
  const sentences = sentencesOf([...PROGRAM_FEATURES, ...own.map(({ name }) => name)]);
  const hashes = featureHashes(
    data,
    own,
    usesOf(own, expressionsOf(data, places)),
    (name) => ofProgram.get(name)?.hash,
  );
  return [
    ...standard.flatMap((name) => ofProgram.get(name) ?? []),
    ...own.map((feature): CatalogueFeature => {
      const sentence = sentences.read(feature.sentence);
      if (!sentence.ok) throw new Error(`${feature.name}: ${sentence.message}`);
      return {
        name: feature.name,
        group: groupOf(feature),
        unit: feature.unit,
        ...(feature.kind === 'aggregate' && feature.window !== undefined && { window: windowOf(feature) }),
        description: feature.description,
        missing: feature.missing,
        say: sentence.say,
        hash: hashes.get(feature.name) ?? '',
      };
    }),
  ];
}

function groupOf(feature: FeatureDefinition): string {
  if (feature.kind === 'aggregate') return feature.entity;
  return feature.kind === 'encoded' ? 'category' : 'transaction';
}

const windowOf = ({ window = '', delay }: AggregateFeature): string =>
  delay === undefined ? window : `${window}, ending ${delay} ago`;
