// A document's outline: what every reader of it needs to be there. What expressions say is not looked at here.
import { createHash } from 'node:crypto';
import { attributeNameProblem } from '../domain/attributes.ts';
import { REFUSE_CARDS } from '../domain/card-policy.ts';
import { type DataModel, FIELD_TYPES, NO_DATA_MODEL } from '../domain/data-model.ts';
import { type FieldReader, fieldReader, isObject, shown } from '../domain/fields.ts';
import type { Problem } from '../domain/problem.ts';
import { type Catalogue, type CatalogueFeature, isFeatureName } from './catalogue.ts';
import { type CatalogueDocument, DOCUMENT_FORMAT, type FeatureDefinition, MEASURES } from './document.ts';
import { STANDARD } from './standard.ts';

const MAX_OWN_FEATURES = 400;
const MAX_FIELDS = 500;
const MAX_ENTITIES = 20;
const MAX_KINDS = 50;
const MAX_WINDOW_S = 90 * 86_400;
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const WINDOW = /^(\d{1,6})(s|m|h|d)$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const ROOT = new Set(['format', 'standard', 'data', 'features']);
const DATA = new Set(['fields', 'entities', 'events', 'types', 'channels']);
const TYPES: ReadonlySet<string> = new Set(FIELD_TYPES);
const KINDS = new Set(['field', 'encoded', 'expression', 'aggregate']);
const OF_TRANSACTION = new Set(['accountId', 'merchant.id', 'deviceId', 'ip', 'counterpartyId']);

type Read =
  | { readonly ok: true; readonly document: CatalogueDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The objects of a list, each with its reader; what is none is told. */
function listed(
  source: Record<string, unknown>,
  name: string,
  base: string,
  most: number,
  problems: Problem[],
) {
  const value = source[name];
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.push({ pointer: `${base}/${name}`, message: `${name} must be a list, not ${shown(value)}.` });
    return [];
  }
  if (value.length > most) {
    problems.push({
      pointer: `${base}/${name}`,
      message: `There are ${value.length} ${name}; at most ${most} are allowed. Take some out.`,
    });
    return [];
  }
  return value.flatMap((one: unknown, i) => {
    const pointer = `${base}/${name}/${i}`;
    if (isObject(one))
      return [{ pointer, source: one, fields: fieldReader(one, pointer, problems, REFUSE_CARDS) }];
    problems.push({ pointer, message: `It must be an object, not ${shown(one)}.` });
    return [];
  });
}

type Listed = ReturnType<typeof listed>[number];
const nameOf = (fields: FieldReader): string | undefined =>
  fields.text('name', true, { kind: 'identifier', maxLength: 64 });
const describe = (fields: FieldReader, required: boolean): void => {
  fields.text('description', required, { kind: 'line', maxLength: 500 });
};

function unique(all: readonly Listed[], what: string, problems: Problem[]): void {
  const seen = new Set<unknown>();
  for (const { source, pointer } of all) {
    if (seen.has(source.name))
      problems.push({
        pointer: `${pointer}/name`,
        message: `There are two ${what} called ${shown(source.name)}. Call one otherwise.`,
      });
    seen.add(source.name);
  }
}

function checkData(data: Record<string, unknown>, problems: Problem[]): void {
  fieldReader(data, '/data', problems, REFUSE_CARDS).onlyKnown(DATA);
  const fields = listed(data, 'fields', '/data', MAX_FIELDS, problems);
  unique(fields, 'fields', problems);
  for (const { fields: read, pointer } of fields) {
    const name = nameOf(read);
    const problem = name === undefined ? undefined : attributeNameProblem(name);
    if (problem !== undefined) problems.push({ pointer: `${pointer}/name`, message: problem });
    read.choice('type', true, TYPES);
    describe(read, true);
    read.flag('personal', true);
  }
  const declared = new Set([...fields.map(({ source }) => source.name), ...OF_TRANSACTION]);
  const entities = listed(data, 'entities', '/data', MAX_ENTITIES, problems);
  unique(entities, 'entities', problems);
  for (const { fields: read, source, pointer } of entities) {
    nameOf(read);
    describe(read, true);
    const { key } = source;
    if (!Array.isArray(key) || key.length < 1 || key.length > 2)
      problems.push({ pointer: `${pointer}/key`, message: 'key must be a list of one or two fields.' });
    else
      key.forEach((field: unknown, i) => {
        if (!declared.has(field))
          problems.push({
            pointer: `${pointer}/key/${i}`,
            message: `There is no field ${shown(field)}. Declare it under data.fields, or name one of ${[...OF_TRANSACTION].join(', ')}.`,
          });
      });
  }
  for (const kind of ['events', 'types', 'channels']) {
    const all = listed(data, kind, '/data', MAX_KINDS, problems);
    unique(all, kind, problems);
    for (const { fields: read } of all) {
      nameOf(read);
      describe(read, true);
    }
  }
}

function checkSpan(name: 'window' | 'delay', { source, pointer }: Listed, problems: Problem[]): void {
  const value = source[name];
  if (value === undefined) return;
  const [, count, unit] = (typeof value === 'string' && WINDOW.exec(value)) || [];
  const seconds = Number(count) * (SECONDS[unit ?? ''] ?? Number.NaN);
  if (!(seconds > 0 && seconds <= MAX_WINDOW_S))
    problems.push({
      pointer: `${pointer}/${name}`,
      message: `${name} is ${shown(value)}; it must be from 1s to 90d, such as 30m, 24h or 7d.`,
    });
}

function checkFeatures(
  features: readonly Listed[],
  entities: ReadonlySet<unknown>,
  problems: Problem[],
): void {
  unique(features, 'features', problems);
  for (const one of features) {
    const { fields: read, source, pointer } = one;
    const name = nameOf(read);
    if (name !== undefined && !NAME.test(name))
      problems.push({
        pointer: `${pointer}/name`,
        message: `${shown(name)} is no name of a feature: letters, digits and _, beginning with a letter, at most 64.`,
      });
    else if (name !== undefined && isFeatureName(name))
      problems.push({
        pointer: `${pointer}/name`,
        message: `${name} is a feature of the program. Call yours otherwise.`,
      });
    describe(read, false);
    const kind = read.choice('kind', true, KINDS);
    if (kind === 'field' || kind === 'encoded')
      read.text('field', true, { kind: 'identifier', maxLength: 64 });
    const expression =
      kind === 'expression' ? read.text('expression', true, { kind: 'prose', maxLength: 2000 }) : undefined;
    if (name !== undefined && expression?.match(new RegExp(`\\bfeatures\\.${name}\\b`)))
      problems.push({ pointer: `${pointer}/expression`, message: `${name} refers to itself.` });
    if (kind !== 'aggregate') continue;
    read.choice('measure', true, new Set<string>(MEASURES));
    const entity = read.text('entity', true, { kind: 'identifier', maxLength: 64 });
    if (entity !== undefined && !entities.has(entity))
      problems.push({
        pointer: `${pointer}/entity`,
        message: `There is no entity ${shown(entity)}. Declare it under data.entities.`,
      });
    checkSpan('window', one, problems);
    checkSpan('delay', one, problems);
    void source;
  }
}

const ENTITIES_OF_PROGRAM = ['account', 'merchant', 'device', 'ip', 'counterparty', 'inbound'];

/** Reads a catalogue document strictly: every problem with its JSON pointer and what to do. */
export function readDocument(json: unknown): Read {
  if (!isObject(json))
    return {
      ok: false,
      problems: [{ pointer: '', message: `A catalogue document is an object, not ${shown(json)}.` }],
    };
  if (json.format !== DOCUMENT_FORMAT) {
    const message = `format is ${shown(json.format)}; this program reads ${DOCUMENT_FORMAT}. Write the document anew, or use the version of Goshawk that wrote it.`;
    return { ok: false, problems: [{ pointer: '/format', message }] };
  }
  const problems: Problem[] = [];
  fieldReader(json, '', problems, REFUSE_CARDS).onlyKnown(ROOT);
  const { standard = 'all', data = {} } = json;
  const names = Array.isArray(standard) ? standard : [];
  names.forEach((name: unknown, i) => {
    if (typeof name !== 'string' || !isFeatureName(name))
      problems.push({ pointer: `/standard/${i}`, message: `The program has no feature ${shown(name)}.` });
  });
  if (!Array.isArray(standard) && standard !== 'all' && standard !== 'none')
    problems.push({
      pointer: '/standard',
      message: 'standard is "all", "none", or a list of features of the program.',
    });
  if (!isObject(data))
    problems.push({ pointer: '/data', message: `data must be an object, not ${shown(data)}.` });
  else checkData(data, problems);
  const features = listed(json, 'features', '', MAX_OWN_FEATURES, problems);
  const own =
    isObject(data) && Array.isArray(data.entities)
      ? data.entities.map((one: unknown) => (isObject(one) ? one.name : undefined))
      : [];
  checkFeatures(features, new Set([...ENTITIES_OF_PROGRAM, ...own]), problems);
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    document: {
      format: DOCUMENT_FORMAT,
      standard: standard as CatalogueDocument['standard'],
      data: { ...NO_DATA_MODEL, ...(data as Partial<DataModel>) },
      features: features.map(({ source }) => source as FeatureDefinition),
    },
  };
}

const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);

/** The program's features as they are, and own ones without a value. */
export function compileCatalogue(document: CatalogueDocument): Catalogue {
  const { standard, data, features } = document;
  if (features.length === 0 && standard === 'all' && data === NO_DATA_MODEL) return STANDARD;
  const own = features.map((definition): CatalogueFeature => {
    const { name, description = '', unit = '', missing = 'missing' } = definition;
    const group = definition.kind === 'aggregate' ? definition.entity : 'transaction';
    return {
      name,
      description,
      unit,
      missing,
      group,
      hash: hashOf(definition),
      say: (value) => `${name} is ${value}`,
    };
  });
  const wanted = (name: string): boolean =>
    standard === 'all' || (standard !== 'none' && standard.includes(name));
  const kept = STANDARD.features.flatMap((feature, slot) =>
    wanted(feature.name) ? [{ feature, slot }] : [],
  );
  const slots = kept.map(({ slot }) => slot);
  const all = [...kept.map(({ feature }) => feature), ...own];
  const scratch = new Float64Array(STANDARD.size);
  const places = new Map(all.map(({ name }, place) => [name, place]));
  const isStandard = features.length === 0 && standard === 'all';
  return {
    ...STANDARD,
    hash: isStandard ? STANDARD.hash : hashOf(all.map(({ hash }) => hash)),
    data,
    features: all,
    size: all.length,
    place: (name) => places.get(name),
    look(state, transaction, out) {
      STANDARD.look(state, transaction, scratch);
      out.fill(Number.NaN, slots.length);
      slots.forEach((slot, place) => {
        out[place] = scratch[slot];
      });
    },
  };
}
