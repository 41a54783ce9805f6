// Numbers in the words of a sentence.
import { currencyFormat } from '../domain/currency.ts';

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** An amount in major units, in the digits of its currency. */
export const money = (value: number, currency: string): string => currencyFormat(currency).format(value);

export const percent = (value: number): string => `${grouped.format(value * 100)} %`;
export const km = (value: number): string => `${whole.format(value)} km`;

export function count(value: number, noun: string): string {
  return `${whole.format(value)} ${noun}${Math.round(value) === 1 ? '' : 's'}`;
}

export function times(value: number): string {
  if (value < 0.5) return '0 or 1';
  return value < 10 ? grouped.format(Math.round(value * 10) / 10) : whole.format(value);
}

export function days(value: number): string {
  return value < 2 ? hours(value * 24) : count(value, 'day');
}

export function hours(value: number): string {
  if (value < 1 / 60) return count(value * 3600, 'second');
  if (value < 2) return count(value * 60, 'minute');
  return value < 48 ? count(value, 'hour') : count(value / 24, 'day');
}

/** A number as it is, in groups, with two decimal digits. */
export const number = (value: number): string => grouped.format(value);
export const tenths = (value: number): string => value.toFixed(1);

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
/** 0 is Monday. */
export const weekday = (value: number): string => WEEKDAYS[value] ?? 'day';

/** Log-odds are read against a base rate near one in two hundred. */
export function riskWord(logOdds: number): string {
  if (!(logOdds > -9)) return 'an unknown';
  if (logOdds > -3) return 'a high';
  if (logOdds > -4.6) return 'a raised';
  return logOdds > -6 ? 'a usual' : 'a low';
}

const SPAN_WORDS: Readonly<Record<string, string>> = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' };

/** "24h" as "24 h", with "7d" behind it as ", ending 7 days ago". */
export function windowWords(window: string, delay: string | undefined): string {
  const spaced = `${window.slice(0, -1)} ${window.slice(-1)}`;
  if (delay === undefined) return spaced;
  return `${spaced}, ending ${delay.slice(0, -1)} ${SPAN_WORDS[delay.slice(-1)]} ago`;
}
