// Measures of features over histories: what each is, and what it needs of its definition.

/**
 * What is computed of the records of an entity, the current one included where `current` says so:
 * - count, share (of records that meet `of`), sum, mean, minimum, maximum, deviation (standard, of the population) of `of`
 * - distinct: different values of the field `of`, at most `upTo` are told apart
 * - ratio_to_mean, ratio_to_maximum: the current value divided by that of the others in the window
 * - ratio_to_usual: divided by the geometric mean of all before; zscore: of ln(1 + value) against all before
 * - unusual_count: records of at least `times` times the usual value
 * - last (value of the record before), since_last, age (since the first), in seconds or days by `unit`
 * - is_new, differs_from_most: whether the field's value is not among those used lately; is not the most frequent one
 * - distance_from_last, speed_from_last: from the place of the record before
 * - fraud_count, fraud_rate, since_fraud, since_first_fraud, genuine_since_fraud, fraud_value_ratio: of what is known by now
 */
export const MEASURES = [
  'count',
  'share',
  'sum',
  'mean',
  'minimum',
  'maximum',
  'deviation',
  'distinct',
  'ratio_to_mean',
  'ratio_to_maximum',
  'ratio_to_usual',
  'zscore',
  'unusual_count',
  'last',
  'since_last',
  'age',
  'is_new',
  'differs_from_most',
  'distance_from_last',
  'speed_from_last',
  'fraud_count',
  'fraud_rate',
  'since_fraud',
  'since_first_fraud',
  'genuine_since_fraud',
  'fraud_value_ratio',
] as const;
export type Measure = (typeof MEASURES)[number];

/** What `of` must be: `none` where it says nothing. */
export type OfKind = 'none' | 'number' | 'amount' | 'truth' | 'text' | 'place';

export type Needs = {
  readonly of: OfKind;
  readonly window: 'needed' | 'possible' | 'none';
  readonly where: boolean;
  readonly delay: boolean;
  /** Whether the current record can count. */
  readonly current: boolean;
  readonly upTo?: true;
  readonly times?: true;
  readonly limit?: true;
  readonly otherwise?: true;
  readonly anyTime?: true;
  /** The unit is one of time: seconds, minutes, hours or days. */
  readonly isTime?: true;
  /** It asks for labels, which payments have. */
  readonly frauds?: true;
};

const windowed = (of: OfKind): Needs => ({ of, window: 'needed', where: true, delay: true, current: true });
const others = (of: OfKind): Needs => ({ ...windowed(of), current: false });
const running = (of: OfKind): Needs => ({ of, window: 'none', where: true, delay: false, current: false });
const frauds = { frauds: true, current: false, of: 'none' } as const;

export const NEEDS: Readonly<Record<Measure, Needs>> = {
  count: windowed('none'),
  share: windowed('truth'),
  sum: windowed('number'),
  mean: windowed('number'),
  minimum: windowed('number'),
  maximum: windowed('number'),
  deviation: windowed('number'),
  distinct: { ...windowed('text'), delay: false, upTo: true },
  ratio_to_mean: others('number'),
  ratio_to_maximum: others('number'),
  ratio_to_usual: { ...running('number'), anyTime: true },
  zscore: { ...running('number'), anyTime: true },
  unusual_count: { ...others('number'), where: false, delay: false, times: true },
  last: running('number'),
  since_last: { ...running('none'), limit: true, isTime: true },
  age: { ...running('none'), limit: true, otherwise: true, isTime: true },
  is_new: { ...running('text'), upTo: true },
  differs_from_most: running('text'),
  distance_from_last: running('place'),
  speed_from_last: running('place'),
  fraud_count: { ...frauds, window: 'possible', where: true, delay: true },
  fraud_rate: { ...frauds, window: 'needed', where: true, delay: true, otherwise: true },
  since_fraud: { ...frauds, window: 'none', where: false, delay: false, limit: true, isTime: true },
  since_first_fraud: { ...frauds, window: 'needed', where: false, delay: false, isTime: true },
  genuine_since_fraud: { ...frauds, window: 'none', where: false, delay: true, limit: true },
  fraud_value_ratio: { ...frauds, of: 'amount', window: 'needed', where: false, delay: false },
};
