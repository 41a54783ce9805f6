// Features of a window: what the records of an entity in (t − delay − window, t − delay] have, with or without the current one.
import type { Measure } from './document.ts';
import type { FeatureRecord } from './feature-record.ts';
import type { History } from './history.ts';
import { ALL, AMOUNT, hasFlag } from './history-extras.ts';
import { usualOf } from './running-sums.ts';
import { found, scan, scanSquares, scanTiles, tileFieldsOf } from './window-scan.ts';

/** Reads a history and writes the values of some features. */
export type Reader = (history: History, record: FeatureRecord, out: Float64Array) => void;

/** A reader, and the places of a vector that it writes. */
export type Placing = { readonly places: readonly number[]; readonly read: Reader };

/** One feature of a window. */
export type WindowFeature = {
  readonly measure: Measure;
  readonly slot: number;
  readonly windowSeconds: number;
  readonly delaySeconds: number;
  readonly flag: number;
  /** Of shares. */
  readonly shareFlag: number;
  readonly column: number;
  readonly current: boolean;
  /** Of unusual values: from so many times the usual one on, by the running sums at an index. */
  readonly times: number;
  readonly sum: number;
  /** Of rates over nothing. */
  readonly otherwise: number;
};

const TOTALS: ReadonlySet<Measure> = new Set([
  'count',
  'sum',
  'mean',
  'ratio_to_mean',
  'fraud_count',
  'fraud_rate',
]);

/** Whether running totals answer it: it is over every event, and over amounts alone. */
const isTotal = ({ measure, flag, column }: WindowFeature): boolean =>
  TOTALS.has(measure) &&
  flag === ALL &&
  (column === AMOUNT || measure === 'count' || measure === 'fraud_count' || measure === 'fraud_rate');

/** One reader for the features that share a window and what they look at. */
export function windowReaders(features: readonly WindowFeature[], empty: History): Placing[] {
  const groups = new Map<string, WindowFeature[]>();
  for (const feature of features) {
    const { measure, windowSeconds, delaySeconds, flag, column } = feature;
    const kind = isTotal(feature)
      ? 'totals'
      : measure === 'share'
        ? `share ${flag} ${feature.shareFlag}`
        : measure.startsWith('fraud_')
          ? `frauds ${flag}`
          : `${flag} ${measure === 'count' ? '' : column} ${measure === 'unusual_count' || measure === 'ratio_to_maximum' ? 'single' : ''}`;
    const key = `${windowSeconds} ${delaySeconds} ${kind}`;
    const group = groups.get(key);
    if (group) group.push(feature);
    else groups.set(key, [feature]);
  }
  return [...groups.values()].map((group) => ({
    places: group.map(({ slot }) => slot),
    read: readerOf(group, empty),
  }));
}

function readerOf(group: readonly WindowFeature[], empty: History): Reader {
  const [first] = group;
  if (isTotal(first)) return totalsReader(group);
  if (first.measure === 'share') return shareReader(group, empty);
  if (first.measure.startsWith('fraud_')) return flaggedFrauds(group);
  return columnReader(group, empty);
}

/** Counts, sums of amounts and frauds over every event: two look-ups. */
function totalsReader(group: readonly WindowFeature[]): Reader {
  const [{ windowSeconds, delaySeconds }] = group;
  return (history, { time, amountMinor, perMajor }, out) => {
    const to = time - delaySeconds;
    history.window(to - windowSeconds, to);
    const { windowCount: others, windowSum, windowFrauds } = history;
    for (let i = 0; i < group.length; i++) {
      const { measure, slot, current, otherwise } = group[i];
      const count = current ? others + 1 : others;
      const sum = current ? windowSum + amountMinor : windowSum;
      switch (measure) {
        case 'count':
          out[slot] = count;
          break;
        case 'sum':
          out[slot] = sum / perMajor;
          break;
        case 'mean':
          if (count > 0) out[slot] = sum / perMajor / count;
          break;
        case 'ratio_to_mean':
          if (others > 0) out[slot] = amountMinor / Math.max(windowSum / others, 1);
          break;
        case 'fraud_count':
          out[slot] = windowFrauds;
          break;
        default:
          out[slot] = others > 0 ? windowFrauds / others : otherwise;
      }
    }
  };
}

/** Frauds among events with a flag; tiles do not know which of their events were frauds. */
function flaggedFrauds(group: readonly WindowFeature[]): Reader {
  const [{ windowSeconds, delaySeconds, flag }] = group;
  return (history, { time }, out) => {
    const { extras, frauds } = history;
    if (history.tiled || extras === undefined) return;
    const to = time - delaySeconds;
    const end = history.eventsUntil(to);
    let count = 0;
    let known = 0;
    for (let i = history.eventsUntil(to - windowSeconds); i < end; i++) {
      if (!hasFlag(extras.flags[i], flag)) continue;
      count++;
      known += frauds[i];
    }
    for (const { measure, slot, otherwise } of group)
      out[slot] = measure === 'fraud_count' ? known : count > 0 ? known / count : otherwise;
  };
}

function shareReader(group: readonly WindowFeature[], empty: History): Reader {
  const [{ windowSeconds, delaySeconds, flag, shareFlag }] = group;
  const all = tileFieldsOf(empty, flag, AMOUNT);
  const asked = tileFieldsOf(empty, shareFlag, AMOUNT);
  return (history, { time }, out) => {
    const to = time - delaySeconds;
    const from = to - windowSeconds;
    const flags = history.extras?.addedFlags ?? 0;
    let count: number;
    let held: number;
    if (history.tiled) {
      scanTiles(history, asked, from, to);
      held = found.count;
      history.window(from, to);
      count = history.windowCount;
      if (flag !== ALL) {
        scanTiles(history, all, from, to);
        count = found.count;
      }
    } else {
      scan(history, shareFlag, AMOUNT, from, to, Infinity);
      held = found.count;
      scan(history, flag, AMOUNT, from, to, Infinity);
      count = found.count;
    }
    for (const { slot, current } of group) {
      const total = count + (current && hasFlag(flags, flag) ? 1 : 0);
      const holding = held + (current && hasFlag(flags, shareFlag) ? 1 : 0);
      if (total > 0) out[slot] = holding / total;
    }
  };
}

/** Values of a column over events with a flag. */
function columnReader(group: readonly WindowFeature[], empty: History): Reader {
  const [{ windowSeconds, delaySeconds, flag }] = group;
  const column = (group.find(({ measure }) => measure !== 'count') ?? group[0]).column;
  const fields = tileFieldsOf(empty, flag, column);
  const needsSquares = group.some(({ measure }) => measure === 'deviation');
  const unusual = group.find(({ measure }) => measure === 'unusual_count');
  const isAmount = column === AMOUNT;
  const known = { limit: Infinity, scale: 1, squares: Number.NaN, isAmount };
  return (history, record, out) => {
    const { time, amountMinor, perMajor } = record;
    const to = time - delaySeconds;
    const from = to - windowSeconds;
    const { extras } = history;
    const scale = isAmount ? perMajor : 1;
    const own = isAmount ? amountMinor : (extras?.addedValues[column] ?? Number.NaN);
    const flagged = hasFlag(extras?.addedFlags ?? 0, flag);
    let limit = Infinity;
    if (unusual !== undefined) {
      limit = unusual.times * (usualOf(history, unusual.sum, time, false) * scale);
    }
    if (history.tiled) scanTiles(history, fields, from, to);
    else scan(history, flag, column, from, to, limit);
    known.limit = limit;
    known.scale = scale;
    known.squares = needsSquares ? squaresOf(history, flag, column, from, to) : Number.NaN;
    for (let i = 0; i < group.length; i++) {
      const { measure, slot, current } = group[i];
      const counts = current && flagged;
      out[slot] = columnValue(measure, counts, own, known);
    }
  };
}

/** The sum of squares around the mean of what was found. */
function squaresOf(history: History, flag: number, column: number, from: number, to: number): number {
  const { values, sum, squares } = found;
  if (history.tiled) return Math.max(0, squares - (sum * sum) / values);
  if (values === 0) return 0;
  scanSquares(history, flag, column, from, to, sum / values);
  return found.squares;
}

type Known = {
  readonly limit: number;
  readonly scale: number;
  readonly squares: number;
  readonly isAmount: boolean;
};

function columnValue(
  measure: Measure,
  counts: boolean,
  own: number,
  { limit, scale, squares, isAmount }: Known,
): number {
  const withOwn = counts && !Number.isNaN(own);
  const values = found.values + (withOwn ? 1 : 0);
  const sum = found.sum + (withOwn ? own : 0);
  switch (measure) {
    case 'count':
      return found.count + (counts ? 1 : 0);
    case 'sum':
      return sum / scale;
    case 'mean':
      return values > 0 ? sum / scale / values : Number.NaN;
    case 'minimum':
      return values > 0 ? Math.min(found.minimum, withOwn ? own : Infinity) / scale : Number.NaN;
    case 'maximum':
      return values > 0 ? Math.max(found.maximum, withOwn ? own : -Infinity) / scale : Number.NaN;
    case 'deviation':
      return deviation(withOwn, own, squares) / scale;
    case 'ratio_to_mean':
      return ratio(own, found.sum / found.values, isAmount);
    case 'ratio_to_maximum':
      return found.values > 0 ? ratio(own, found.maximum, isAmount) : Number.NaN;
    default:
      // unusual_count; tiles do not know single values.
      return Number.isNaN(limit) || Number.isNaN(own) ? Number.NaN : found.reaching + (own >= limit ? 1 : 0);
  }
}

/** By at least one minor unit, where amounts are compared. */
const ratio = (own: number, other: number, isAmount: boolean): number =>
  isAmount ? own / Math.max(other, 1) : other > 0 ? own / other : Number.NaN;

/** Of what was found, and the current value where it counts: sums of squares are put together as Chan, Golub and LeVeque do (1979). */
function deviation(withOwn: boolean, own: number, squares: number): number {
  const { values, sum } = found;
  if (!withOwn) return values > 0 ? Math.sqrt(squares / values) : Number.NaN;
  if (!(values > 0)) return values === 0 ? 0 : Number.NaN;
  const distance = own - sum / values;
  return Math.sqrt((squares + (distance * distance * values) / (values + 1)) / (values + 1));
}
