// What each measure needs of its definition.
import type { Measure } from './document.ts';

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

export const UNIT_SECONDS: Readonly<Record<string, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
};

const SPAN = /^([1-9]\d{0,6})([smhd])$/;
const SPAN_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
export const MAX_SPAN_SECONDS = 90 * 86_400;

/** Seconds of "90s", "30m", "24h" or "7d"; undefined where it is none, or none from a second to ninety days. */
export function spanSeconds(text: string): number | undefined {
  const [, number, unit] = SPAN.exec(text) ?? [];
  if (number === undefined) return undefined;
  const seconds = Number(number) * SPAN_SECONDS[unit];
  return seconds <= MAX_SPAN_SECONDS ? seconds : undefined;
}

/** How many different keys are told apart where nothing is said, and at most. */
export const PRESET_UP_TO = 16;
export const MOST_UP_TO = 64;
/** From so many times the usual value on, a value is unusual, where nothing is said. */
export const PRESET_TIMES = 3;

/** The histories that the program keeps itself: what names each. */
export const PROGRAM_ENTITIES: Readonly<Record<string, readonly string[]>> = {
  account: ['accountId'],
  merchant: ['merchant.id'],
  device: ['deviceId'],
  ip: ['ip'],
  counterparty: ['counterpartyId'],
};
