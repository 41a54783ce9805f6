// Numbers, money and times as people read them.
import { currencyFormat, minorPerMajor } from '../../../src/domain/currency.ts';

const whole = new Intl.NumberFormat('en');
const regionNames = new Intl.DisplayNames('en', { type: 'region' });

export const count = (value: number): string => whole.format(Math.round(value));

/** Minor units in the currency's own digits. */
export const money = (amountMinor: number, currency: string): string =>
  currencyFormat(currency).format(amountMinor / minorPerMajor(currency));

/** Sums are in hundredths of a unit, whatever the currency's digits. */
export const hundredthsMoney = (hundredths: number, currency: string): string =>
  currencyFormat(currency).format(hundredths / 100);

/** Large amounts, in hundredths, short: €12.4k. */
export function shortMoney(hundredths: number, currency: string): string {
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(hundredths / 100);
}

export const percent = (share: number | null, digits = 1): string =>
  share === null || !Number.isFinite(share) ? 'unknown' : `${(share * 100).toFixed(digits)} %`;

export function milliseconds(value: number | null): string {
  if (value === null) return '–';
  if (value < 1) return `${(value * 1000).toFixed(0)} µs`;
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  return value < 100 ? `${value.toFixed(1)} ms` : `${count(value)} ms`;
}

export const clockTime = (iso: string): string => new Date(iso).toLocaleTimeString('en-GB');
export const minuteTime = (iso: string): string =>
  new Date(iso).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
export const dateTime = (iso: string): string =>
  new Date(iso).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
export const utc = (iso: string): string => `${iso.replace('T', ' ').slice(0, 19)} UTC`;

export function countryName(code: string | undefined): string {
  if (!code || code === '??') return 'Not stated';
  return regionNames.of(code) ?? code;
}

export const words = (name: string): string => name.replaceAll(/[_-]/g, ' ');

/** A delay in the unit one would say it in. */
export function delay(ms: number | null): string {
  if (ms === null) return 'unknown';
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}
