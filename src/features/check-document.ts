// A catalogue document, read and checked as a whole: every problem with its place and what to do. Nothing of a document with a
// problem is used.
import { EVENT_KINDS } from '../domain/customer-event.ts';
import type { DataModel } from '../domain/data-model.ts';
import { isObject, shown } from '../domain/fields.ts';
import type { Problem } from '../domain/problem.ts';
import { CHANNELS, TRANSACTION_TYPES } from '../domain/transaction.ts';
import { checkFeature } from './check-feature.ts';
import { type CatalogueDocument, DOCUMENT_FORMAT, type FeatureDefinition } from './document.ts';
import { featuresOfFields, readFeature } from './document-features.ts';
import { below, listAt, objectAt, type Place, readData, report } from './document-reader.ts';
import { type Expressions, expressionsOf } from './expression-environment.ts';
import { PROGRAM_ENTITIES } from './measures.ts';
import { keyOf, TEXT_FIELDS } from './record-fields.ts';
import { type Sentences, sentencesOf } from './sentences.ts';
import { PROGRAM_FEATURES } from './standard-document.ts';

export const MAX_OWN_FEATURES = 400;
export type ReadDocument =
  | { readonly ok: true; readonly document: CatalogueDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads and checks a document from outside. */
export function readDocument(json: unknown): ReadDocument {
  const problems: Problem[] = [];
  const document = readForm(json, { problems, pointer: '' });
  if (document && problems.length === 0) problems.push(...checkDocument(document));
  if (!document || problems.length > 0) return { ok: false, problems: problems.slice(0, MAX_PROBLEMS) };
  return { ok: true, document };
}

const MAX_PROBLEMS = 50;
const isText = (field: string): boolean => Object.hasOwn(TEXT_FIELDS, field);

function readForm(json: unknown, place: Place): CatalogueDocument | undefined {
  if (isObject(json) && json.format !== DOCUMENT_FORMAT) {
    return report(
      below(place, 'format'),
      `format is ${shown(json.format)}; this program reads ${DOCUMENT_FORMAT}. Correct it, or use the version of the program that wrote the document.`,
    );
  }
  const fields = objectAt(json, place, ['format', 'standard', 'data', 'features']);
  if (!fields) return undefined;
  return {
    format: DOCUMENT_FORMAT,
    standard: readStandard(fields.value('standard'), below(place, 'standard')),
    data: readData(fields.value('data'), below(place, 'data')),
    features: listAt(fields.value('features'), below(place, 'features'), MAX_OWN_FEATURES, readFeature),
  };
}

function readStandard(value: unknown, place: Place): CatalogueDocument['standard'] {
  if (value === undefined || value === 'all') return 'all';
  if (value === 'none') return 'none';
  if (!Array.isArray(value)) {
    report(place, `standard is "all", "none", or a list of features of the program, not ${shown(value)}.`);
    return 'all';
  }
  return listAt(value, place, PROGRAM_FEATURES.length, (one, at) => {
    if (typeof one === 'string' && PROGRAM_FEATURES.includes(one)) return one;
    return report(at, `${shown(one)} is no feature of the program; goshawk catalogue show lists them.`);
  });
}

/** The features of the program that are in a document, in their order. */
export const standardOf = ({ standard }: CatalogueDocument): readonly string[] =>
  standard === 'all'
    ? PROGRAM_FEATURES
    : standard === 'none'
      ? []
      : PROGRAM_FEATURES.filter((name) => standard.includes(name));

/** The features of one's own: what fields are by themselves, then what is defined. */
export const ownFeatures = ({ data, features }: CatalogueDocument): readonly FeatureDefinition[] => [
  ...featuresOfFields(data),
  ...features,
];

/** What checks of one document's features share. */
export type Checking = {
  readonly data: DataModel;
  readonly entities: ReadonlyMap<string, readonly string[]>;
  readonly eventKinds: ReadonlySet<string>;
  readonly expressions: Expressions;
  /** Over the record and other features. */
  readonly composing: Expressions;
  readonly sentences: Sentences;
};

export const entitiesOf = ({ entities }: DataModel): ReadonlyMap<string, readonly string[]> =>
  new Map([...Object.entries(PROGRAM_ENTITIES), ...entities.map(({ name, key }) => [name, key] as const)]);

/** What is wrong with a document that has its form. */
export function checkDocument(document: CatalogueDocument): Problem[] {
  const problems: Problem[] = [];
  const root: Place = { problems, pointer: '' };
  checkData(document.data, below(root, 'data'));
  checkNames(document, root);
  // What comes next asks by name: with two of one name it would tell of the wrong one.
  if (problems.length > 0) return problems;
  const own = ownFeatures(document);
  const composable = [
    ...standardOf(document).filter((name) => !name.endsWith('_encoded')),
    ...own.filter(({ kind }) => kind !== 'encoded').map(({ name }) => name),
  ];
  const checking: Checking = {
    data: document.data,
    entities: entitiesOf(document.data),
    eventKinds: new Set([...EVENT_KINDS, ...document.data.events.map(({ name }) => name)]),
    expressions: expressionsOf(document.data, new Map()),
    composing: expressionsOf(document.data, new Map(composable.map((name, slot) => [name, slot]))),
    sentences: sentencesOf([...PROGRAM_FEATURES, ...own.map(({ name }) => name)]),
  };
  const features = below(root, 'features');
  document.features.forEach((feature, i) => {
    checkFeature(feature, checking, below(features, i));
  });
  if (problems.length === 0) checkCycles(document.features, checking.composing, features);
  return problems;
}

function checkTwice(
  names: readonly string[],
  place: Place,
  what: string,
  taken: readonly string[] = [],
): void {
  const seen = new Set<string>();
  names.forEach((name, i) => {
    const at = below(below(place, i), 'name');
    if (taken.includes(name)) report(at, `${name} is ${what} of the program; call yours otherwise.`);
    else if (seen.has(name)) report(at, `${name} is there twice.`);
    seen.add(name);
  });
}

function checkData(data: DataModel, place: Place): void {
  const names = data.fields.map(({ name }) => name);
  checkTwice(names, below(place, 'fields'), 'a field');
  names.forEach((name, i) => {
    const within = names.find((other) => other.startsWith(`${name}.`));
    if (within !== undefined)
      report(
        below(below(below(place, 'fields'), i), 'name'),
        `${name} is a field, and ${within} is within it; it can be one of them.`,
      );
  });
  const entities = below(place, 'entities');
  const { entities: listed } = data;
  checkTwice(
    listed.map(({ name }) => name),
    entities,
    'an entity',
    Object.keys(PROGRAM_ENTITIES),
  );
  listed.forEach(({ key }, i) => {
    key.forEach((field, k) => {
      if (isText(field) && names.includes(field))
        report(
          below(below(below(entities, i), 'key'), k),
          `${field} is a field of the transaction and one of yours; call yours otherwise.`,
        );
      else if (!keyOf(data, [field]) || field.startsWith('attributes.'))
        report(
          below(below(below(entities, i), 'key'), k),
          `${field} names no entity: a field of the transaction (accountId, merchant.id, deviceId …), or an own one of text, category, id, email, phone or ip that is declared under data.fields.`,
        );
    });
    if (key.length === 2 && key[0] === key[1])
      report(below(below(entities, i), 'key'), 'The two fields are one.');
  });
  const named = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);
  checkTwice(named(data.events), below(place, 'events'), 'a kind of event', EVENT_KINDS);
  checkTwice(named(data.types), below(place, 'types'), 'a type', TRANSACTION_TYPES);
  checkTwice(named(data.channels), below(place, 'channels'), 'a channel', CHANNELS);
}

function checkNames({ data, features }: CatalogueDocument, root: Place): void {
  const ofFields = featuresOfFields(data);
  const total = ofFields.length + features.length;
  if (total > MAX_OWN_FEATURES)
    report(
      below(root, 'features'),
      `There are ${total} own features (${ofFields.length} of them fields by themselves); at most ${MAX_OWN_FEATURES} are possible. Say "feature": false for fields that no model should see.`,
    );
  const taken = new Set<string>(PROGRAM_FEATURES);
  data.fields.forEach((field, i) => {
    for (const { name } of featuresOfFields({ ...data, fields: [field] })) {
      const at = below(below(below(root, 'data'), 'fields'), i);
      if (taken.has(name))
        report(
          at,
          `By itself ${field.name} would be the feature ${name}, which there is already. Say "feature": false, or call the field otherwise.`,
        );
      taken.add(name);
    }
  });
  features.forEach(({ name }, i) => {
    const at = below(below(below(root, 'features'), i), 'name');
    if (PROGRAM_FEATURES.includes(name))
      report(at, `${name} is a feature of the program; call yours otherwise.`);
    else if (taken.has(name))
      report(at, `${name} is there already, as a feature or as a field that is one by itself.`);
    taken.add(name);
  });
}

/** The features that each expression uses, by its name. */
export function usesOf(
  features: readonly FeatureDefinition[],
  composing: Expressions,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    features.map((feature) => {
      const read = feature.kind === 'expression' ? composing.read(feature.expression) : undefined;
      return [feature.name, read?.ok ? [...read.features].sort() : []];
    }),
  );
}

function checkCycles(features: readonly FeatureDefinition[], composing: Expressions, place: Place): void {
  const uses = usesOf(features, composing);
  features.forEach(({ name }, i) => {
    const way = wayBack(name, name, uses, new Set());
    if (!way) return;
    const said =
      way.length === 1
        ? `${name} uses itself`
        : `${name} uses itself by way of ${way.slice(0, -1).join(', ')}`;
    report(below(below(place, i), 'expression'), `${said}; a feature can use only what is known without it.`);
  });
}

/** How one comes from a feature back to another. */
function wayBack(
  from: string,
  to: string,
  uses: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
): string[] | undefined {
  for (const used of uses.get(from) ?? []) {
    if (used === to) return [used];
    if (seen.has(used)) continue;
    seen.add(used);
    const way = wayBack(used, to, uses, seen);
    if (way) return [used, ...way];
  }
  return undefined;
}
