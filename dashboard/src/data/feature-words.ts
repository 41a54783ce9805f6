// Features in words: what is measured, and name, description and sentence as they follow from what was chosen.
import { type Measure, NEEDS, type Needs } from '../../../src/domain/measures.ts';
import type { Feature } from './document.ts';

type Words = {
  /** In the list. */
  readonly label: string;
  /** The beginning of a description; `of` is what it is of, `records` what is counted. */
  readonly phrase: (of: string, records: string) => string;
  /** In a name. */
  readonly short: string;
  readonly unit: string;
};

/** More than one of a field. */
const several = (of: string): string => (/[a-z]$/.test(of) && !of.endsWith('s') ? `${of}s` : of);

export const MEASURE_WORDS: Readonly<Record<Measure, Words>> = {
  count: {
    label: 'number of',
    phrase: (_, records) => `Number of ${records}`,
    short: 'count',
    unit: 'records',
  },
  distinct: {
    label: 'number of different values',
    phrase: (of) => `Number of different ${several(of)}`,
    short: 'different',
    unit: 'different values',
  },
  sum: { label: 'sum', phrase: (of) => `Sum of ${of}`, short: 'sum', unit: 'number' },
  mean: { label: 'mean', phrase: (of) => `Mean ${of}`, short: 'mean', unit: 'number' },
  minimum: { label: 'smallest', phrase: (of) => `Smallest ${of}`, short: 'smallest', unit: 'number' },
  maximum: { label: 'largest', phrase: (of) => `Largest ${of}`, short: 'largest', unit: 'number' },
  deviation: {
    label: 'standard deviation',
    phrase: (of) => `Standard deviation of ${of}`,
    short: 'deviation',
    unit: 'number',
  },
  share: {
    label: 'share that meets a condition',
    phrase: (of, records) => `Share of ${records} with ${of}`,
    short: 'share',
    unit: 'share',
  },
  ratio_to_mean: {
    label: 'value beside the mean',
    phrase: (of) => `${of} divided by its mean`,
    short: 'to_mean',
    unit: 'ratio',
  },
  ratio_to_maximum: {
    label: 'value beside the largest',
    phrase: (of) => `${of} divided by the largest`,
    short: 'to_largest',
    unit: 'ratio',
  },
  ratio_to_usual: {
    label: 'value beside the usual one',
    phrase: (of) => `${of} divided by the usual one`,
    short: 'to_usual',
    unit: 'ratio',
  },
  zscore: {
    label: 'z-score: how far from the usual value',
    phrase: (of) => `Standard deviations of ${of} from the usual one`,
    short: 'zscore',
    unit: 'standard deviations',
  },
  unusual_count: {
    label: 'number of unusual values',
    phrase: (of, records) => `Number of ${records} with an unusual ${of}`,
    short: 'unusual',
    unit: 'records',
  },
  last: {
    label: 'value of the record before',
    phrase: (of) => `${of} before`,
    short: 'last',
    unit: 'number',
  },
  since_last: {
    label: 'time since the last',
    phrase: (_, records) => `Time since the last of ${records}`,
    short: 'since_last',
    unit: 'minutes',
  },
  age: {
    label: 'time since the first',
    phrase: (_, records) => `Time since the first of ${records}`,
    short: 'age',
    unit: 'days',
  },
  is_new: {
    label: 'whether the value is new',
    phrase: (of) => `Whether ${of} is new`,
    short: 'new',
    unit: '0 or 1',
  },
  differs_from_most: {
    label: 'whether the value is not the usual one',
    phrase: (of) => `Whether ${of} is not the most frequent one`,
    short: 'differs',
    unit: '0 or 1',
  },
  distance_from_last: {
    label: 'distance from the last place',
    phrase: (of) => `Distance of ${of} from the one before`,
    short: 'distance',
    unit: 'km',
  },
  speed_from_last: {
    label: 'speed from the last place',
    phrase: (of) => `Speed from the ${of} before`,
    short: 'speed',
    unit: 'km/h',
  },
  fraud_count: {
    label: 'number of known frauds',
    phrase: () => 'Number of known frauds',
    short: 'frauds',
    unit: 'frauds',
  },
  fraud_rate: {
    label: 'share of known frauds',
    phrase: () => 'Share of known frauds',
    short: 'fraud_rate',
    unit: 'share',
  },
  since_fraud: {
    label: 'time since the last known fraud',
    phrase: () => 'Time since the last known fraud',
    short: 'since_fraud',
    unit: 'days',
  },
  since_first_fraud: {
    label: 'time since the first known fraud',
    phrase: () => 'Time since the first known fraud',
    short: 'since_first_fraud',
    unit: 'days',
  },
  genuine_since_fraud: {
    label: 'genuine ones since the last known fraud',
    phrase: () => 'Genuine transactions since the last known fraud',
    short: 'genuine_since_fraud',
    unit: 'records',
  },
  fraud_value_ratio: {
    label: 'amount beside that of known frauds',
    phrase: () => 'Amount beside that of known frauds',
    short: 'to_frauds',
    unit: 'ratio',
  },
};

export const MEASURE_CHOICES = Object.entries(MEASURE_WORDS).map(([value, { label }]) => ({ value, label }));

export const isMeasure = (value: string | undefined): value is Measure =>
  value !== undefined && Object.hasOwn(MEASURE_WORDS, value);

export const needsOf = (measure: string | undefined): Needs | undefined =>
  isMeasure(measure) ? NEEDS[measure] : undefined;

const SPANS: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day' };

/** "7d": "7 days". */
export function spanWords(span: string): string {
  const [, number, unit] = /^(\d+) ?([smhd])$/.exec(span) ?? [];
  if (number === undefined) return span;
  return `${number} ${SPANS[unit]}${number === '1' ? '' : 's'}`;
}

/** `customer.deviceId`: "device id". */
const fieldWords = (field: string): string =>
  (field.split('.').at(-1) ?? field)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();

const isField = (of: string): boolean => /^[\w.]+$/.test(of);
const ofWords = (of: string | undefined): string => {
  if (of === undefined || of === '') return '…';
  return isField(of)
    ? of.endsWith('.domain')
      ? `${fieldWords(of.slice(0, -7))} domain`
      : fieldWords(of)
    : of;
};

const recordWords = (events: readonly string[] | undefined): string =>
  events && events.length > 0
    ? events.map((kind) => `${kind.replaceAll('_', ' ')}s`).join(' and ')
    : 'transactions';

type Aggregate = Pick<
  Feature,
  'entity' | 'measure' | 'of' | 'where' | 'events' | 'window' | 'delay' | 'current' | 'by'
>;

/** Simple conditions as one says them: `transaction.channel == "chip"`, "channel is chip". */
const conditionWords = (where: string): string =>
  where
    .replaceAll(/transaction\.(attributes\.)?/g, '')
    .replaceAll(/\s*==\s*/g, ' is ')
    .replaceAll(/\s*!=\s*/g, ' is not ')
    .replaceAll(/\s*&&\s*/g, ' and ')
    .replaceAll(/\s*\|\|\s*/g, ' or ')
    .replaceAll(/["']([\w .-]+)["']/g, '$1');

/** " of the customer in 7 days". */
function whereabouts({ entity, window, delay, where }: Aggregate): string {
  const ends = delay ? `, ending ${spanWords(delay)} ago` : '';
  return `${entity ? ` of the ${entity.replaceAll('_', ' ')}` : ''}${window ? ` in ${spanWords(window)}` : ''}${ends}${where ? `, where ${conditionWords(where)}` : ''}`;
}

/** What a feature is, in words. */
export function definitionOf(feature: Feature): string {
  const { kind, field = '', expression = '', measure, by, current } = feature;
  if (kind === 'field') return `The field ${field} as it stands.`;
  if (kind === 'encoded') return `The field ${field} as log-odds of fraud, which training finds.`;
  if (kind === 'expression') return `Computed of the transaction and other features: ${expression}`;
  if (!isMeasure(measure)) return '';
  const { phrase } = MEASURE_WORDS[measure];
  const asked = by && by.length > 0 ? `, asked for by ${by.join(' and ')}` : '';
  const without = current === false ? ', without the transaction itself' : '';
  return `${phrase(ofWords(feature.of), recordWords(feature.events))}${whereabouts(feature)}${asked}${without}.`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export type Suggested = Pick<Feature, 'name'> & {
  readonly description: string;
  readonly sentence: string;
  readonly unit: string;
};

/** A condition in braces would be read as an expression. */
const plain = (text: string): string => text.replaceAll(/[{}]/g, '');

function sentenceOf(measure: Measure, feature: Aggregate, unit: string): string {
  const about = plain(whereabouts(feature));
  const of = plain(ofWords(feature.of));
  const records = recordWords(feature.events);
  const isAmount = feature.of === 'amount';
  const value = isAmount ? '{money(value, currency)}' : '{number(value)}';
  switch (measure) {
    case 'count':
      return `{number(value)} ${records}${about}`;
    case 'distinct':
      return `{number(value)} different ${several(of)}${about}`;
    case 'share':
      return `{percent(value)} of ${records} with ${of}${about}`;
    case 'fraud_rate':
      return `{percent(value)} known frauds${about}`;
    case 'since_last':
    case 'age':
      return `{number(value)} ${unit} since the ${measure === 'age' ? 'first' : 'last'} of ${records}${about}`;
    case 'since_fraud':
    case 'since_first_fraud':
      return `{number(value)} ${unit} since the ${measure === 'since_fraud' ? 'last' : 'first'} known fraud${about}`;
    case 'is_new':
      return `{value > 0.0 ? "A new" : "A known"} ${of}${about}`;
    case 'differs_from_most':
      return `{value > 0.0 ? "Not the usual" : "The usual"} ${of}${about}`;
    case 'distance_from_last':
      return `{km(value)} from the ${of} before${about}`;
    case 'speed_from_last':
      return `{number(value)} km/h since the ${of} before${about}`;
    case 'ratio_to_mean':
    case 'ratio_to_maximum':
    case 'ratio_to_usual': {
      const than = { ratio_to_mean: 'mean', ratio_to_maximum: 'largest', ratio_to_usual: 'usual' }[measure];
      return `{times(value)} times the ${than} ${of}${about}`;
    }
    case 'zscore':
      return `{tenths(value)} standard deviations from the usual ${of}${about}`;
    case 'sum':
    case 'mean':
    case 'minimum':
    case 'maximum':
    case 'deviation':
    case 'last':
      return `${MEASURE_WORDS[measure].phrase(of, records)}${about}: ${value}`;
    default:
      return `${MEASURE_WORDS[measure].phrase(of, records)}${about}: {number(value)}`;
  }
}

const slug = (text: string): string =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase();

function nameOf(measure: Measure, feature: Aggregate): string {
  const of = feature.of && isField(feature.of) ? feature.of.replace(/^attributes\./, '') : '';
  const parts = [
    feature.entity ?? '',
    (feature.events ?? []).join('_'),
    MEASURE_WORDS[measure].short,
    of,
    feature.window ?? '',
  ];
  return parts
    .map(slug)
    .filter((part) => part !== '')
    .join('_')
    .slice(0, 60);
}

/** What an aggregate may be called, and what it says, from what was chosen so far; undefined where that is too little. */
export function suggestionFor(
  feature: Feature,
  unit: string,
  taken: ReadonlySet<string>,
): Suggested | undefined {
  const { measure, entity } = feature;
  if (!isMeasure(measure) || !entity) return undefined;
  const free = (name: string, n = 1): string => {
    const tried = n === 1 ? name : `${name}_${n}`;
    return taken.has(tried) ? free(name, n + 1) : tried;
  };
  const phrase = MEASURE_WORDS[measure].phrase(ofWords(feature.of), recordWords(feature.events));
  return {
    name: free(nameOf(measure, feature)),
    description: capital(`${phrase}${whereabouts(feature)}`).slice(0, 500),
    sentence: capital(sentenceOf(measure, feature, unit)),
    unit,
  };
}
