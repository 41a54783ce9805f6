// A feature while somebody writes it: what the form holds, and the definition that it makes.
import type { Feature } from './document.ts';
import { isMeasure, MEASURE_WORDS, needsOf, type Suggested } from './feature-words.ts';

export type Filled = {
  kind: Feature['kind'];
  name: string;
  description: string;
  sentence: string;
  unit: string;
  missing: string;
  concept: string;
  entity: string;
  measure: string;
  of: string;
  where: string;
  events: string[];
  window: string;
  delay: string;
  current: boolean;
  upTo: number | '';
  times: number | '';
  limit: number | '';
  expression: string;
  field: string;
};

/** What follows from the choices until somebody writes it otherwise. */
export const SUGGESTED = ['name', 'description', 'sentence', 'unit'] as const;

export const EMPTY: Filled = {
  kind: 'aggregate',
  name: '',
  description: '',
  sentence: '',
  unit: '',
  missing: '',
  concept: '',
  entity: 'account',
  measure: 'count',
  of: '',
  where: '',
  events: [],
  window: '24h',
  delay: '',
  current: true,
  upTo: '',
  times: '',
  limit: '',
  expression: '',
  field: '',
};

export const filledOf = (feature: Feature): Filled => ({
  ...EMPTY,
  kind: feature.kind,
  name: feature.name,
  description: feature.description ?? '',
  sentence: feature.sentence ?? '',
  unit: feature.unit ?? '',
  missing: feature.missing ?? '',
  concept: feature.concept ?? '',
  entity: feature.entity ?? '',
  measure: feature.measure ?? '',
  of: feature.of ?? '',
  where: feature.where ?? '',
  events: [...(feature.events ?? [])],
  window: feature.window ?? '',
  delay: feature.delay ?? '',
  current: feature.current ?? true,
  upTo: feature.upTo ?? '',
  times: feature.times ?? '',
  limit: feature.limit ?? '',
  expression: feature.expression ?? '',
  field: feature.field ?? '',
});

const said = (name: string, value: string | number): Record<string, unknown> => {
  const text = typeof value === 'string' ? value.trim() : value;
  return text === '' ? {} : { [name]: text };
};

/** Whether the record itself can be chosen to count. */
export const canCount = ({ measure, events, delay }: Filled): boolean =>
  needsOf(measure)?.current === true && events.length === 0 && delay === '';

function aggregateOf(filled: Filled): Record<string, unknown> {
  const needs = needsOf(filled.measure);
  return {
    entity: filled.entity,
    measure: filled.measure,
    ...(needs && needs.of !== 'none' && needs.of !== 'amount' && said('of', filled.of)),
    ...(needs?.where && said('where', filled.where)),
    ...(filled.events.length > 0 && !needs?.frauds && { events: filled.events }),
    ...(needs && needs.window !== 'none' && said('window', filled.window)),
    ...(needs?.delay && said('delay', filled.delay)),
    ...(canCount(filled) && !filled.current && { current: false }),
    ...(needs?.upTo && said('upTo', filled.upTo)),
    ...(needs?.times && said('times', filled.times)),
    ...(needs?.limit && said('limit', filled.limit)),
  };
}

/** What the form has no place for stays as it was. */
function keptOf(before: Feature | undefined, kind: Feature['kind']): Partial<Feature> {
  if (before?.kind !== kind) return {};
  const { by, delayed, prior } = before;
  return {
    ...(by && { by }),
    ...(delayed !== undefined && { delayed }),
    ...(prior !== undefined && { prior }),
    ...moreOf(before),
  };
}

/** Options that only documents say. */
function moreOf(before: object): object {
  const wanted = new Set(['otherwise', 'anyTime', 'added']);
  return Object.fromEntries(Object.entries(before).filter(([name]) => wanted.has(name)));
}

export function featureOf(filled: Filled, before: Feature | undefined): Feature {
  const { kind } = filled;
  const own =
    kind === 'aggregate'
      ? aggregateOf(filled)
      : kind === 'expression'
        ? { expression: filled.expression.trim() }
        : { field: filled.field };
  return {
    kind,
    name: filled.name.trim(),
    ...said('description', filled.description),
    ...said('sentence', filled.sentence),
    ...said('unit', filled.unit),
    ...said('missing', filled.missing),
    ...said('concept', filled.concept),
    ...keptOf(before, kind),
    ...own,
  };
}

/** The unit that goes with a measure where nobody chose another. */
export const unitFor = ({ measure, of, unit }: Filled): string =>
  needsOf(measure)?.isTime && TIME_UNITS.includes(unit)
    ? unit
    : of === 'amount' && ['sum', 'mean', 'minimum', 'maximum', 'deviation', 'last'].includes(measure)
      ? 'major units'
      : isMeasure(measure)
        ? MEASURE_WORDS[measure].unit
        : '';

export const TIME_UNITS: readonly string[] = ['seconds', 'minutes', 'hours', 'days'];

/** Enough was chosen for a check to say something useful. */
export function isWhole(filled: Filled): boolean {
  const { kind, name, description } = filled;
  if (name.trim() === '' || description.trim() === '') return false;
  if (kind === 'expression') return filled.expression.trim() !== '';
  if (kind !== 'aggregate') return filled.field !== '';
  const needs = needsOf(filled.measure);
  if (!needs || filled.entity === '') return false;
  if (needs.window === 'needed' && filled.window.trim() === '') return false;
  return needs.of === 'none' || needs.of === 'amount' || filled.of.trim() !== '';
}

/** The choices with what is suggested, where nobody wrote otherwise. */
export const suggested = (
  filled: Filled,
  offered: Suggested | undefined,
  written: ReadonlySet<string>,
): Filled => {
  if (!offered) return filled;
  const next = { ...filled };
  for (const name of SUGGESTED) if (!written.has(name)) next[name] = offered[name];
  return next;
};
