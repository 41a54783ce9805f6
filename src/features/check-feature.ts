// Whether one feature of a document says what it needs, and no more.
import type { DataModel } from '../domain/data-model.ts';
import type { Checking } from './check-document.ts';
import type { AggregateFeature, FeatureDefinition, FieldFeature } from './document.ts';
import { below, IS_FEATURE, type Place, report } from './document-reader.ts';
import { readSource, readWhere } from './feature-sources.ts';
import { MAX_SPAN_SECONDS, NEEDS, type Needs, spanSeconds, UNIT_SECONDS } from './measures.ts';
import { keyOf, textOf } from './record-fields.ts';

export function checkFeature(feature: FeatureDefinition, checking: Checking, place: Place): void {
  const sentence = checking.sentences.read(feature.sentence);
  if (!sentence.ok) report(below(place, 'sentence'), sentence.message);
  switch (feature.kind) {
    case 'field':
      checkField(feature, checking.data, place);
      break;
    case 'encoded':
      if (!textOf(checking.data, feature.field))
        report(
          below(place, 'field'),
          `There is no field ${feature.field} that holds a text. Declare it under data.fields.`,
        );
      break;
    case 'expression': {
      const read = checking.composing.read(feature.expression);
      const at = below(place, 'expression');
      if (!read.ok) report(at, read.message);
      else if (read.part.type === 'text')
        report(at, 'It gives a text; a number, or true or false, is needed.');
      break;
    }
    case 'aggregate':
      checkAggregate(feature, checking, place);
  }
}

function checkField({ field }: FieldFeature, { fields }: DataModel, place: Place): void {
  const own = fields.find(({ name }) => name === field);
  if (!own) report(below(place, 'field'), `There is no own field ${field}. Declare it under data.fields.`);
  else if (own.type === 'category' || !IS_FEATURE.has(own.type))
    report(
      below(place, 'field'),
      `${field} is a field of ${own.type}; numbers, money and booleans can be features.`,
    );
}

function checkAggregate(feature: AggregateFeature, checking: Checking, place: Place): void {
  const needs = NEEDS[feature.measure];
  checkEntity(feature, checking, place);
  checkSpans(feature, needs, place);
  checkOptions(feature, needs, place);
  const source = readSource(feature.of, needs.of, checking.data, checking.expressions);
  if (!source.ok) report(below(place, 'of'), source.message);
  else if (source.source.kind === 'amount' && feature.events)
    report(below(place, 'of'), 'Events have no amount; name an own field that they carry.');
  if (feature.where !== undefined && !needs.where)
    report(below(place, 'where'), `${feature.measure} takes no condition.`);
  const where = readWhere(feature.where, checking.expressions);
  if (!where.ok) report(below(place, 'where'), where.message);
}

function checkEntity(
  feature: AggregateFeature,
  { entities, data, eventKinds }: Checking,
  place: Place,
): void {
  const key = entities.get(feature.entity);
  if (!key) {
    report(
      below(place, 'entity'),
      `There is no entity ${feature.entity}; there are ${[...entities.keys()].join(', ')}. Declare yours under data.entities.`,
    );
  }
  if (feature.by) {
    if (key && feature.by.length !== key.length)
      report(
        below(place, 'by'),
        `${feature.entity} is named by ${key.join(' and ')}; by needs as many fields.`,
      );
    feature.by.forEach((field, i) => {
      if (!keyOf(data, [field]))
        report(below(below(place, 'by'), i), `There is no field ${field} that names an entity.`);
    });
  }
  feature.events?.forEach((kind, i) => {
    if (!eventKinds.has(kind))
      report(
        below(below(place, 'events'), i),
        `There is no kind of event ${kind}; there are ${[...eventKinds].join(', ')}.`,
      );
  });
  if (feature.events?.length === 0)
    report(below(place, 'events'), 'No kind is named; leave events out for payments.');
}

function checkSpans({ window, delay, measure }: AggregateFeature, needs: Needs, place: Place): void {
  const form = (text: string): string =>
    `${text} is no span of time; write "90s", "30m", "24h" or "7d", from one second to 90 days.`;
  if (window === undefined) {
    if (needs.window === 'needed')
      report(below(place, 'window'), `${measure} needs a window, such as "24h".`);
  } else if (needs.window === 'none')
    report(below(place, 'window'), `${measure} has no window; leave it out.`);
  else if (spanSeconds(window) === undefined) report(below(place, 'window'), form(window));
  if (delay === undefined) return;
  if (!needs.delay) report(below(place, 'delay'), `${measure} has no delay; leave it out.`);
  else if (spanSeconds(delay) === undefined) report(below(place, 'delay'), form(delay));
  else if ((spanSeconds(delay) ?? 0) + (spanSeconds(window ?? '') ?? 0) > MAX_SPAN_SECONDS)
    report(below(place, 'delay'), 'Window and delay together are 90 days at most.');
}

function checkOptions(feature: AggregateFeature, needs: Needs, place: Place): void {
  const { measure, events } = feature;
  const refuse = (
    name: 'upTo' | 'times' | 'limit' | 'otherwise' | 'anyTime' | 'current',
    message: string,
  ): void => {
    if (feature[name] !== undefined) report(below(place, name), message);
  };
  for (const name of ['upTo', 'times', 'limit', 'otherwise', 'anyTime'] as const)
    if (!needs[name]) refuse(name, `${measure} has no ${name}; leave it out.`);
  if (!needs.current) refuse('current', `${measure} compares with what was before; leave current out.`);
  else if (feature.current) {
    if (events) refuse('current', 'A payment is none of these events; leave current out.');
    else if (feature.delay !== undefined)
      refuse('current', 'Behind a delay there is no current record; leave current out.');
    else if (feature.by)
      refuse('current', 'The payment is not in a history asked for by other fields; leave current out.');
  }
  if (needs.frauds && events) report(below(place, 'events'), 'Labels tell payments from frauds, not events.');
  if (needs.isTime && UNIT_SECONDS[feature.unit] === undefined)
    report(below(place, 'unit'), `unit is one of ${Object.keys(UNIT_SECONDS).join(', ')} for ${measure}.`);
}
