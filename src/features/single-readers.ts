// Features that look at single values of a window: how many are unusual, and the current one against the largest. One pass serves
// windows of all lengths.
import type { FeatureRecord } from './feature-record.ts';
import type { History } from './history.ts';
import { AMOUNT, hasFlag } from './history-extras.ts';
import { usualOf } from './running-sums.ts';
import type { Reader, WindowFeature } from './window-readers.ts';
import { found, scanTiles, tileFieldsOf } from './window-scan.ts';

/** They share delay, flag, column and running sums. */
export function singleReader(features: readonly WindowFeature[], empty: History): Reader {
  const group = features.toSorted((a, b) => a.windowSeconds - b.windowSeconds);
  const [{ delaySeconds, flag, column, sum }] = group;
  const fields = tileFieldsOf(empty, flag, column);
  const times = group.find(({ measure }) => measure === 'unusual_count')?.times ?? Number.NaN;
  const isAmount = column === AMOUNT;

  return (history, record, out) => {
    const { extras } = history;
    const own = isAmount ? record.amountMinor : (extras?.addedValues[column] ?? Number.NaN);
    const to = record.time - delaySeconds;
    if (history.tiled) {
      readTiles(history, record, own, out);
      return;
    }
    const values = isAmount ? history.amounts : extras?.columns[column];
    if (values === undefined) return;
    const limit = times * (usualOf(history, sum, record.time, false) * (isAmount ? record.perMajor : 1));
    const flags = flag >= 0 ? extras?.flags : undefined;
    const { times: seconds } = history;
    let maximum = -Infinity;
    let reaching = 0;
    let at = history.eventsUntil(to) - 1;
    for (let f = 0; f < group.length; f++) {
      const { windowSeconds, measure, slot } = group[f];
      const from = to - windowSeconds;
      for (; at >= 0 && seconds[at] > from; at--) {
        if (flags !== undefined && !hasFlag(flags[at], flag)) continue;
        const value = values[at];
        if (value > maximum) maximum = value;
        if (value >= limit) reaching++;
      }
      out[slot] = measure === 'unusual_count' ? unusual(own, limit, reaching) : ratio(own, maximum, isAmount);
    }
  };

  /** Tiles know the largest value where the layout says so, and no single ones. */
  function readTiles(history: History, { time }: FeatureRecord, own: number, out: Float64Array): void {
    const to = time - delaySeconds;
    for (const { measure, slot, windowSeconds } of group) {
      if (measure === 'unusual_count' || fields.maximum === undefined) continue;
      scanTiles(history, fields, to - windowSeconds, to);
      if (found.values > 0) out[slot] = ratio(own, found.maximum, isAmount);
    }
  }
}

const unusual = (own: number, limit: number, reaching: number): number =>
  Number.isNaN(limit) || Number.isNaN(own) ? Number.NaN : reaching + (own >= limit ? 1 : 0);

/** By at least one minor unit, where amounts are compared; missing where there is no other. */
function ratio(own: number, maximum: number, isAmount: boolean): number {
  if (maximum === -Infinity) return Number.NaN;
  if (isAmount) return own / Math.max(maximum, 1);
  return maximum > 0 ? own / maximum : Number.NaN;
}
