// What running sums of logarithms say: over all that a history ever saw.
import type { History } from './history.ts';
import { SUM_FIELDS } from './history-extras.ts';

/** Stands for what every history keeps itself: sums of amounts, the last places, the home country. */
export const KEPT_BY_ALL = -2;

/** Whether any record up to a second is known. */
export const isKnown = ({ count, firstSeen }: History, time: number): boolean =>
  count > 0 && firstSeen <= time;

const countOf = (history: History, sum: number): number =>
  sum === KEPT_BY_ALL ? history.count : (history.extras?.sums[sum * SUM_FIELDS] ?? 0);
const logOf = (history: History, sum: number): number =>
  sum === KEPT_BY_ALL ? history.logSum : (history.extras?.sums[sum * SUM_FIELDS + 1] ?? 0);
const squareOf = (history: History, sum: number): number =>
  sum === KEPT_BY_ALL ? history.logSquareSum : (history.extras?.sums[sum * SUM_FIELDS + 2] ?? 0);

/** The usual value, the geometric mean of 1 + value less 1, at least a hundredth; NaN where nothing is known. */
export function usualOf(history: History, sum: number, time: number, anyTime: boolean): number {
  const count = countOf(history, sum);
  if (count === 0 || !(anyTime || isKnown(history, time))) return Number.NaN;
  return Math.max(Math.expm1(logOf(history, sum) / count), 0.01);
}

/** Standard score of ln(1 + value); NaN with fewer than 3 values. */
export function scoreOf(
  history: History,
  sum: number,
  logValue: number,
  time: number,
  anyTime: boolean,
): number {
  const count = countOf(history, sum);
  if (count < 3 || !(anyTime || isKnown(history, time))) return Number.NaN;
  const mean = logOf(history, sum) / count;
  const variance = Math.max(squareOf(history, sum) / count - mean * mean, 0.01);
  return (logValue - mean) / Math.sqrt(variance);
}
