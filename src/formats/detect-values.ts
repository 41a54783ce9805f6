// What the cells of a column look like, counted: numbers and their marks, times and the order of their parts, codes, card numbers.
import { findCardNumbers } from '../domain/card-number.ts';
import { countryProblem } from '../domain/country.ts';
import { CURRENCY_CODES } from '../domain/currency.ts';
import { canonicalIp } from '../domain/ip-address.ts';
import { parseIsoTime } from '../domain/iso-time.ts';

/** Cells that say nothing. */
const NOTHING = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-']);
/** As many different values are kept of a column. */
export const MAX_VALUES = 200;
const CURRENCIES: ReadonlySet<string> = new Set(CURRENCY_CODES);
const NUMBER =
  /^[+-]?(?:\d{1,40}|\d{1,3}(?:[.,'\u2019 \u00a0\u202f]\d{3})+|\d{0,40})(?:[.,]\d{1,40})?(?:[eE][+-]?\d{1,3})?$/;
const LOCAL_TIME =
  /^(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?)?$/;
const FIRST_SECOND = Date.UTC(1990, 0, 1) / 1000;
const LAST_SECOND = Date.UTC(2100, 0, 1) / 1000;

/** How many cells of a column look like what; a cell may look like several things. */
export type ColumnLooks = {
  /** Cells that say something, and those that say nothing. */
  readonly filled: number;
  readonly empty: number;
  /** Different values with how often each came, the first MAX_VALUES; how many there are of the cells looked at. */
  readonly values: ReadonlyMap<string, number>;
  readonly different: number;
  readonly numbers: number;
  readonly whole: number;
  readonly negative: number;
  /** Whole numbers that name something: noughts in front, or more digits than anything is counted in. */
  readonly names: number;
  /** Numbers by which mark stands before their fraction; `either` could be read both ways. */
  readonly marks: { readonly point: number; readonly comma: number; readonly either: number };
  /** Whether thousands are set apart in any. */
  readonly grouped: number;
  readonly isoTimes: number;
  /** Times that say no zone, by the order that day, month and year must have; `either` has day and month both below thirteen. */
  readonly dates: {
    readonly yearFirst: number;
    readonly dayFirst: number;
    readonly monthFirst: number;
    readonly either: number;
  };
  readonly epochSeconds: number;
  readonly epochMilliseconds: number;
  readonly currencies: number;
  readonly countries: number;
  readonly addresses: number;
  readonly emails: number;
  readonly cards: number;
  /** The smallest and largest number. */
  readonly least: number;
  readonly most: number;
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Counts = Mutable<Omit<ColumnLooks, 'values' | 'marks' | 'dates' | 'different'>>;

/** Which mark stands before the fraction of a number; undefined for whole numbers. */
function markOf(text: string): 'point' | 'comma' | 'either' | undefined {
  const point = text.lastIndexOf('.');
  const comma = text.lastIndexOf(',');
  if (point < 0 && comma < 0) return undefined;
  if (point >= 0 && comma >= 0) return point > comma ? 'point' : 'comma';
  const mark = point >= 0 ? '.' : ',';
  const parts = text.split(mark);
  // Set apart twice: these are thousands, and the fraction has the other mark.
  if (parts.length > 2) return mark === '.' ? 'comma' : 'point';
  const [before, after] = parts;
  const mayBeThousands = after.length === 3 && /^[+-]?[1-9]\d{0,2}$/.test(before);
  if (mayBeThousands) return 'either';
  return mark === '.' ? 'point' : 'comma';
}

const isNamed = (digits: string): boolean => /^0\d/.test(digits) || digits.length > 12;

function lookAtNumber(text: string, counts: Counts, marks: Mutable<ColumnLooks['marks']>): void {
  if (!NUMBER.test(text) || !/\d/.test(text)) return;
  counts.numbers++;
  if (
    /\d[.,'\u2019 \u00a0\u202f]\d{3}(?!\d)/.test(text) &&
    /[.,'\u2019 \u00a0\u202f]\d{3}[.,'\u2019 ]/.test(text)
  )
    counts.grouped++;
  const isWhole = /^[+-]?\d+$/.test(text);
  if (isWhole) {
    counts.whole++;
    if (isNamed(text.replace(/^[+-]/, ''))) counts.names++;
    const value = Number(text);
    if (value >= FIRST_SECOND && value < LAST_SECOND) counts.epochSeconds++;
    if (value >= FIRST_SECOND * 1000 && value < LAST_SECOND * 1000) counts.epochMilliseconds++;
  }
  if (text.startsWith('-')) counts.negative++;
  const mark = markOf(text);
  if (mark) marks[mark]++;
  const value = Number(
    mark === 'comma'
      ? text.replaceAll(/[.'\u2019 ]/g, '').replace(',', '.')
      : text.replaceAll(/[,'\u2019 ]/g, ''),
  );
  if (Number.isFinite(value)) {
    counts.least = Math.min(counts.least, value);
    counts.most = Math.max(counts.most, value);
  }
}

function lookAtTime(text: string, counts: Counts, dates: Mutable<ColumnLooks['dates']>): void {
  if (text.length > 40) return;
  if (parseIsoTime(text) !== undefined) {
    counts.isoTimes++;
    return;
  }
  const match = LOCAL_TIME.exec(text);
  if (!match) return;
  const [, first, second, third] = match;
  if (first.length === 4 && Number(second) <= 12) dates.yearFirst++;
  else if (third.length !== 4) return;
  else if (Number(first) > 12 && Number(second) <= 12) dates.dayFirst++;
  else if (Number(second) > 12 && Number(first) <= 12) dates.monthFirst++;
  else if (Number(first) <= 12 && Number(second) <= 12) dates.either++;
}

/** Looks at the cells of a column. */
export function looksOf(cells: Iterable<string>): ColumnLooks {
  const counts: Counts = {
    filled: 0, empty: 0, numbers: 0, whole: 0, negative: 0, names: 0, grouped: 0, isoTimes: 0, epochSeconds: 0, epochMilliseconds: 0,
    currencies: 0, countries: 0, addresses: 0, emails: 0, cards: 0, least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY,
  }; // biome-ignore format: a list
  const marks = { point: 0, comma: 0, either: 0 };
  const dates = { yearFirst: 0, dayFirst: 0, monthFirst: 0, either: 0 };
  const values = new Map<string, number>();
  const all = new Set<string>();
  for (const cell of cells) {
    const text = cell.trim();
    if (NOTHING.has(text.toLowerCase())) {
      counts.empty++;
      continue;
    }
    counts.filled++;
    all.add(text);
    const before = values.get(text);
    if (before !== undefined || values.size < MAX_VALUES) values.set(text, (before ?? 0) + 1);
    lookAtNumber(text, counts, marks);
    lookAtTime(text, counts, dates);
    if (CURRENCIES.has(text.toUpperCase())) counts.currencies++;
    if (/^[A-Z]{2}$/.test(text) && countryProblem(text) === undefined) counts.countries++;
    if (/[.:]/.test(text) && text.length <= 45 && canonicalIp(text) !== undefined) counts.addresses++;
    if (/^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/.test(text)) counts.emails++;
    if (!/^[+-]?\d*[.,]\d+/.test(text) && findCardNumbers(text).length > 0) counts.cards++;
  }
  return { ...counts, values, different: all.size, marks, dates };
}

/** The share of the cells that say something. */
export const shareOf = (looks: ColumnLooks, count: number): number =>
  looks.filled === 0 ? 0 : count / looks.filled;
/** Whether all cells that say something look so; a few may be broken. */
export const nearlyAll = (looks: ColumnLooks, count: number): boolean =>
  looks.filled > 0 && count >= 0.95 * looks.filled;

/** How many look like times that say no zone. */
export const localTimes = ({ dates }: ColumnLooks): number =>
  dates.yearFirst + dates.dayFirst + dates.monthFirst + dates.either;
