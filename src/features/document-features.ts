// The features of a catalogue document from untrusted JSON, and those that its fields are by themselves.
import type { DataModel, FieldDefinition } from '../domain/data-model.ts';
import type { FieldReader, TextBounds } from '../domain/fields.ts';
import { MAX_EXPRESSION } from '../domain/rule.ts';
import {
  type AggregateFeature,
  type EncodedFeature,
  type ExpressionFeature,
  type FeatureDefinition,
  type FieldFeature,
  MEASURES,
  type Measure,
} from './document.ts';
import {
  below,
  codesAt,
  IS_FEATURE,
  nameIn,
  objectAt,
  type Place,
  pathIn,
  pathsAt,
  wordsIn,
} from './document-reader.ts';
import { MOST_UP_TO } from './measures.ts';
import { TEXT_FIELDS } from './record-fields.ts';

const KINDS: ReadonlySet<FeatureDefinition['kind']> = new Set([
  'field',
  'encoded',
  'expression',
  'aggregate',
]);
const MEASURE_SET: ReadonlySet<Measure> = new Set(MEASURES);
const CEL: TextBounds = { kind: 'prose', maxLength: MAX_EXPRESSION };
const SPAN: TextBounds = { kind: 'identifier', maxLength: 12 };
const SAID = ['kind', 'name', 'description', 'unit', 'missing', 'sentence', 'concept'];
const FIELDS: Readonly<Record<FeatureDefinition['kind'], readonly string[]>> = {
  field: ['field'],
  encoded: ['field', 'delayed', 'prior'],
  expression: ['expression'],
  aggregate: [
    'entity', 'by', 'measure', 'of', 'where', 'events', 'window', 'delay', 'current', 'upTo', 'times', 'limit', 'otherwise',
    'anyTime', 'added',
  ],
}; // biome-ignore format: lists

type Said = Pick<FeatureDefinition, 'name' | 'description' | 'unit' | 'missing' | 'sentence' | 'concept'>;

/** What is said of a feature; what is not said is made of its description. */
function readSaid(
  fields: FieldReader,
  preset: { readonly unit: string; readonly missing: string },
): Said | undefined {
  const name = nameIn(fields);
  const description = wordsIn(fields, 'description', true);
  const unit = wordsIn(fields, 'unit', false) ?? preset.unit;
  const missing = wordsIn(fields, 'missing', false) ?? preset.missing;
  const sentence = wordsIn(fields, 'sentence', false);
  const concept = wordsIn(fields, 'concept', false);
  if (name === undefined || description === undefined) return undefined;
  return {
    name,
    description,
    unit,
    missing,
    sentence: sentence ?? sentenceOf(description),
    ...(concept !== undefined && { concept }),
  };
}

/** "Amount of the order." with its value, as a sentence; braces would be read as expressions. */
export const sentenceOf = (description: string): string =>
  `${description.replace(/[.\s]+$/, '').replace(/[{}]/g, '')}: {number(value)}`;

const UNITS: Readonly<Partial<Record<Measure, string>>> = {
  count: 'records',
  share: 'share',
  distinct: 'different values',
  ratio_to_mean: 'ratio',
  ratio_to_maximum: 'ratio',
  ratio_to_usual: 'ratio',
  zscore: 'standard deviations',
  unusual_count: 'records',
  since_last: 'seconds',
  age: 'days',
  is_new: '0 or 1',
  differs_from_most: '0 or 1',
  distance_from_last: 'km',
  speed_from_last: 'km/h',
  fraud_count: 'frauds',
  fraud_rate: 'share',
  since_fraud: 'days',
  since_first_fraud: 'days',
  genuine_since_fraud: 'records',
  fraud_value_ratio: 'ratio',
};

function readAggregate(fields: FieldReader, place: Place): AggregateFeature | undefined {
  const entity = pathIn(fields, 'entity', true);
  const measure = fields.choice('measure', true, MEASURE_SET);
  const said = readSaid(fields, {
    unit: (measure && UNITS[measure]) ?? 'number',
    missing: `missing without ${entity ?? 'an entity'}, and where there is nothing to tell it from`,
  });
  const [by, events] = [fields.value('by'), fields.value('events')];
  const optional = {
    by: by === undefined ? undefined : pathsAt(by, below(place, 'by')),
    of: fields.text('of', false, CEL),
    where: fields.text('where', false, CEL),
    events: events === undefined ? undefined : codesAt(events, below(place, 'events')),
    window: fields.text('window', false, SPAN),
    delay: fields.text('delay', false, SPAN),
    current: fields.flag('current', false),
    upTo: fields.number('upTo', false, 1, MOST_UP_TO, true),
    times: fields.number('times', false, 1, 1000, false),
    limit: fields.number('limit', false, 1, 1e9, false),
    otherwise: fields.number('otherwise', false, -1e15, 1e15, false),
    anyTime: fields.flag('anyTime', false),
    added: fields.flag('added', false),
  };
  if (!said || entity === undefined || measure === undefined) return undefined;
  return { kind: 'aggregate', ...said, entity, measure, ...stated(optional) };
}

type Stated<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is not said. */
const stated = <T extends object>(optional: T): Stated<T> =>
  Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Stated<T>;

function readRow(
  fields: FieldReader,
  kind: 'field' | 'encoded' | 'expression',
): FeatureDefinition | undefined {
  const encoded = kind === 'encoded';
  const said = readSaid(fields, {
    unit: encoded ? 'log-odds of fraud' : 'number',
    missing: 'missing where the transaction does not say it',
  });
  if (kind === 'expression') {
    const expression = fields.text('expression', true, CEL);
    return said && expression !== undefined
      ? ({ kind, ...said, expression } satisfies ExpressionFeature)
      : undefined;
  }
  const field = pathIn(fields, 'field', true);
  const delayed = encoded ? fields.flag('delayed', false) : undefined;
  const prior = encoded ? fields.number('prior', false, 1, 1e6, false) : undefined;
  if (!said || field === undefined) return undefined;
  if (kind === 'field') return { kind, ...said, field } satisfies FieldFeature;
  return { kind: 'encoded', ...said, field, ...stated({ delayed, prior }) } satisfies EncodedFeature;
}

export function readFeature(value: unknown, place: Place): FeatureDefinition | undefined {
  const all = objectAt(value, place, [...SAID, ...Object.values(FIELDS).flat()]);
  const kind = all?.choice('kind', true, KINDS);
  if (!all || kind === undefined) return undefined;
  for (const name of all.names()) {
    if (!SAID.includes(name) && !FIELDS[kind].includes(name) && Object.values(FIELDS).flat().includes(name))
      all.report(name, `A feature of kind ${kind} has no ${name}; it has ${FIELDS[kind].join(', ')}.`);
  }
  return kind === 'aggregate' ? readAggregate(all, place) : readRow(all, kind);
}

const plain = (description: string): string => description.replace(/[.\s]+$/, '').replace(/[{}]/g, '');

/** Where the transaction has a field of that name too, the own one is asked for by its place. */
const ownName = (name: string): string => (Object.hasOwn(TEXT_FIELDS, name) ? `attributes.${name}` : name);

/** What a field is as a feature, where it is one. */
function featureOfField(field: FieldDefinition): FeatureDefinition | undefined {
  const { name, type, description, feature = true } = field;
  if (!feature || !IS_FEATURE.has(type)) return undefined;
  const said = {
    name: name.replaceAll('.', '_'),
    description,
    missing: `missing where the transaction does not say ${name}`,
  };
  if (type === 'category') {
    const sentence = `${plain(description)}: it carries {risk(value)} risk`;
    return { kind: 'encoded', ...said, unit: 'log-odds of fraud', sentence, field: ownName(name) };
  }
  const [unit, shown] =
    type === 'money'
      ? ['major units', 'money(value, currency)']
      : type === 'boolean'
        ? ['0 or 1', 'value > 0.0 ? "yes" : "no"']
        : ['number', 'number(value)'];
  return { kind: 'field', ...said, unit, sentence: `${plain(description)}: {${shown}}`, field: name };
}

export const featuresOfFields = ({ fields }: DataModel): FeatureDefinition[] =>
  fields.flatMap((field) => featureOfField(field) ?? []);
