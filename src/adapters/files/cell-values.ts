// What a cell says: a number, an amount in minor units, a time. Nothing is guessed, and nothing rounded away.
import { isoTime } from '../../domain/iso-time.ts';
import { type DateOrder, localTimes } from './local-times.ts';
import type { DecimalMark, FieldSource, TimeKind } from './mapping.ts';

type Column = Exclude<FieldSource, { readonly constant: unknown }>;

const DECIMAL = /^[+-]?\d{1,20}(?:\.(\d{1,20}))?$/;
/** Programs write small and large numbers so: 1.75e-05. */
const FLOAT = /^[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?$/;
const MINUTES = /T\d{2}:\d{2}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const UNIT_MS: Readonly<Partial<Record<TimeKind, number>>> = {
  seconds_since: 1000,
  minutes_since: 60_000,
  hours_since: 3_600_000,
  days_since: 86_400_000,
};

/** By the mark before the fraction: groups of three may be set apart by the other mark, blanks or apostrophes. */
const GROUPED: Readonly<Record<DecimalMark, RegExp>> = {
  '.': /^[+-]?\d{1,3}(?:[,'\u2019 \u00a0\u202f]\d{3})+(?:\.\d+)?$/,
  ',': /^[+-]?\d{1,3}(?:[.'\u2019 \u00a0\u202f]\d{3})+(?:,\d+)?$/,
};

/** A reader that brings numbers with a declared mark into the form with a point; undefined for what is written otherwise. */
export function numbersOf(decimal: DecimalMark | undefined): (text: string) => string | undefined {
  if (decimal === undefined) return (text) => text;
  const grouped = GROUPED[decimal];
  const marks = decimal === ',' ? /[.'\u2019 \u00a0\u202f]/g : /[,'\u2019 \u00a0\u202f]/g;
  return (text) => {
    const plain = grouped.test(text) ? text.replaceAll(marks, '') : text;
    if (decimal === '.') return plain;
    // A point that sets no thousands apart would be a fraction to others.
    return plain.includes('.') ? undefined : plain.replace(',', '.');
  };
}

/** A number as it is written in decimal digits; what is none is given as it stands, to be told. */
export const decimal = (text: string, factor: number): number | string =>
  DECIMAL.test(text) ? Number(text) * factor : text;

export const isFloat = (text: string): boolean => FLOAT.test(text);

/** A number as programs write it, exponents included. */
export const float = (text: string, factor: number): number | string =>
  FLOAT.test(text) ? Number(text) * factor : text;

/** An amount in whole minor units; one that is none (12.345 in hundredths) is given as it stands: nothing is rounded away. */
export function minorUnits(text: string, factor: number): number | string {
  const [, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (!DECIMAL.test(text)) return text;
  const exact = Number(text) * factor;
  const whole = Math.round(exact);
  // 57.16 × 100 is 5715.999…: off by less than the last digit that was written.
  const isWhole = Math.abs(exact - whole) < 0.01 * factor * 10 ** -fraction.length;
  return isWhole ? whole : text;
}

const isOrder = (time: TimeKind): time is DateOrder => time.endsWith('_day') || time.endsWith('_year');

/** A reader of times as ISO 8601; what is none is given as it stands, to be told. */
export function timesOf(source: Column): (text: string) => string {
  const { time = 'iso', zone = 'UTC' } = source;
  return isOrder(time) ? localTimes(time, zone) : (text) => timeText(text, source, time);
}

type OtherKind = Exclude<TimeKind, DateOrder>;

function timeText(text: string, { startMs = 0, factor = 1 }: Column, time: OtherKind): string {
  if (time === 'iso') return text;
  if (time === 'utc') {
    const utc = text.trim().replace(' ', 'T');
    if (DAY.test(utc)) return `${utc}T00:00:00Z`;
    return MINUTES.test(utc) ? `${utc}:00Z` : `${utc}Z`;
  }
  if (time === 'epoch_seconds' || time === 'epoch_milliseconds') {
    return textOf(Number(text) * (time === 'epoch_seconds' ? 1000 : 1), text);
  }
  const number = FLOAT.test(text.trim()) ? Number(text) : Number.NaN;
  return textOf(
    startMs + Math.round(number * (factor === 'currency' ? 1 : factor) * (UNIT_MS[time] ?? 1)),
    text,
  );
}

const LAST_MS = Date.UTC(10_000, 0) - 1;

const textOf = (ms: number, text: string): string => (ms >= 0 && ms <= LAST_MS ? isoTime(ms) : text);
