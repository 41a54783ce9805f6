// What the running sums of a history say.
import { AGE_LIMIT_DAYS } from './feature-definition.ts';
import type { History } from './history.ts';
import { DAY } from './units.ts';

/** Standard score of a log amount against the running sums of a history; NaN with fewer than 3 values. */
export function zscore(history: History, logAmount: number): number {
  if (history.count < 3) return Number.NaN;
  const mean = history.logSum / history.count;
  const variance = Math.max(history.logSquareSum / history.count - mean * mean, 0.01);
  return (logAmount - mean) / Math.sqrt(variance);
}

/** Days from `since` to `time`, both in seconds; older than the limit counts as the limit. */
export const ageDays = (time: number, since: number): number =>
  Math.min(AGE_LIMIT_DAYS, Math.max(0, time - since) / DAY);

/** The usual amount of a history with events, in major units; at least a hundredth. */
export const usualAmount = (history: History): number =>
  Math.max(Math.expm1(history.logSum / history.count), 0.01);
