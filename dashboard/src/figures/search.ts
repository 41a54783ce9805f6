// What the address says of figures: the period that they stand for.
import { oneOf, searchOf } from '../kit/search.ts';

export const PERIODS = [
  { value: '15m', minutes: 15, words: 'last 15 min' },
  { value: '1h', minutes: 60, words: 'last hour' },
  { value: '6h', minutes: 360, words: 'last 6 h' },
  { value: '24h', minutes: 1440, words: 'last 24 h' },
] as const;
export type Period = (typeof PERIODS)[number];

export const PERIOD_VALUES = PERIODS.map(({ value }) => value);

export const periodSearch = searchOf((given) => ({ range: oneOf(PERIOD_VALUES, given.range) }));
