// Features of a window: what the records of an entity in (t − delay − window, t − delay] have, with or without the current one.
import type { Measure } from './document.ts';
import type { FeatureRecord } from './feature-record.ts';
import type { History } from './history.ts';
import { ALL, AMOUNT, hasFlag } from './history-extras.ts';
import { sumInTiles } from './history-tiles.ts';
import { singleReader } from './single-readers.ts';
import {
  countFlagged,
  found,
  scan,
  scanSquares,
  scanTiles,
  type TileFieldsOf,
  tileFieldsOf,
} from './window-scan.ts';

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

const SINGLE: ReadonlySet<Measure> = new Set(['unusual_count', 'ratio_to_maximum']);

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
          : `${flag} ${measure === 'count' ? '' : column}`;
    const key = SINGLE.has(measure)
      ? `single ${delaySeconds} ${flag} ${column} ${feature.sum}`
      : `${windowSeconds} ${delaySeconds} ${kind}`;
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
  if (SINGLE.has(first.measure)) return singleReader(group, empty);
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
      held = countFlagged(history, shareFlag, from, to);
      count = countFlagged(history, flag, from, to);
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
  const isAmount = column === AMOUNT;
  if (group.every(({ measure }) => measure === 'count')) return countReader(group, fields);
  return (history, record, out) => {
    const to = record.time - delaySeconds;
    const from = to - windowSeconds;
    const { extras } = history;
    const scale = isAmount ? record.perMajor : 1;
    const own = isAmount ? record.amountMinor : (extras?.addedValues[column] ?? Number.NaN);
    const flagged = hasFlag(extras?.addedFlags ?? 0, flag);
    if (history.tiled) scanTiles(history, fields, from, to);
    else scan(history, flag, column, from, to);
    const squares = needsSquares ? squaresOf(history, flag, column, from, to) : Number.NaN;
    for (let i = 0; i < group.length; i++) {
      const { measure, slot, current } = group[i];
      out[slot] =
        measure === 'ratio_to_mean'
          ? ratioToMean(own, isAmount)
          : columnValue(measure, current && flagged, own, scale, squares);
    }
  };
}

/** How many events with a flag there are: no value is looked at. */
function countReader(group: readonly WindowFeature[], { count: field }: TileFieldsOf): Reader {
  const [{ windowSeconds, delaySeconds, flag }] = group;
  return (history, { time }, out) => {
    const to = time - delaySeconds;
    const from = to - windowSeconds;
    const others = history.tiled
      ? field === undefined
        ? Number.NaN
        : sumInTiles(history, field, from, to)
      : countFlagged(history, flag, from, to);
    const own = hasFlag(history.extras?.addedFlags ?? 0, flag) ? 1 : 0;
    for (let i = 0; i < group.length; i++) out[group[i].slot] = others + (group[i].current ? own : 0);
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

function columnValue(measure: Measure, counts: boolean, own: number, scale: number, squares: number): number {
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
    default:
      return deviation(withOwn, own, squares) / scale;
  }
}

/** By at least one minor unit, where amounts are compared. */
function ratioToMean(own: number, isAmount: boolean): number {
  const mean = found.sum / found.values;
  if (isAmount) return own / Math.max(mean, 1);
  return mean > 0 ? own / mean : Number.NaN;
}

/** Of what was found, and the current value where it counts: sums of squares are put together as Chan, Golub and LeVeque do (1979). */
function deviation(withOwn: boolean, own: number, squares: number): number {
  const { values, sum } = found;
  if (!withOwn) return values > 0 ? Math.sqrt(squares / values) : Number.NaN;
  if (!(values > 0)) return values === 0 ? 0 : Number.NaN;
  const distance = own - sum / values;
  return Math.sqrt((squares + (distance * distance * values) / (values + 1)) / (values + 1));
}
