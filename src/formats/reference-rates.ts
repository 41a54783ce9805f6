// Exchange rates as the European Central Bank publishes them, `eurofxref-hist.csv` and `eurofxref.csv`: a day a row, what one euro
// was worth on it in each currency a column.

import { CURRENCY_CODES } from '../domain/currency.ts';
import { dayOf, dayText, type Rate } from '../domain/exchange-rates.ts';
import { shown } from '../domain/fields.ts';
import { InputError } from '../domain/input-error.ts';

/** Something in the file that was not taken, and where it stands. */
export type DroppedCell = {
  readonly line: number;
  readonly column: string | undefined;
  readonly message: string;
};

export type ReferenceRates = { readonly rates: readonly Rate[]; readonly dropped: readonly DroppedCell[] };

const KNOWN: ReadonlySet<string> = new Set(CURRENCY_CODES);
const NONE = new Set(['', 'N/A', 'NA', '-']);
const NUMBER = /^\d{1,15}(\.\d{1,15})?$/;
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;
const LONG_DAY = /^(\d{1,2}) ([A-Z][a-z]+) (\d{4})$/;
const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December',
]; // biome-ignore format: a list
/** The euro has rates since 1999; one that is published tomorrow is none yet. */
const FIRST_DAY = dayOf(Date.UTC(1999, 0, 1));
/** A rate that is this many times the one before, or this part of it, is taken for a slip of the decimal point. */
const MOST_TIMES = 5;

function dayOfText(text: string): number | undefined {
  const [, day, month, year] = LONG_DAY.exec(text) ?? [];
  const iso =
    year === undefined
      ? text
      : `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (!ISO_DAY.test(iso)) return undefined;
  const ms = Date.parse(`${iso}T00:00:00Z`);
  // 31 February is read as a day in March by some and as none by others.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== iso ? undefined : dayOf(ms);
}

/**
 * The rates of a file, and every cell that was not taken. Throws InputError where the text is no such file, or nothing in it
 * can be taken.
 */
export function readReferenceRates(text: string, nowMs: number): ReferenceRates {
  if (text.startsWith('PK')) {
    throw new InputError(
      'This is a zip archive, as the European Central Bank publishes it: unpack it first.',
    );
  }
  const [header, ...rows] = cellsOf(text);
  if (header === undefined || header.cells[0].toLowerCase() !== 'date' || header.cells.length < 2) {
    throw new InputError(
      `The first line is ${shown(text.slice(0, 60).split(/[\r\n]/)[0])}; a file of reference rates begins with "Date,USD,JPY,…" (the layout of eurofxref-hist.csv).`,
    );
  }
  const dropped: DroppedCell[] = [];
  const drop = (line: number, column: string | undefined, message: string): void => {
    dropped.push({ line, column, message });
  };
  const currencies = header.cells.slice(1);
  for (const [i, currency] of currencies.entries()) {
    if (currency === '') continue;
    if (!KNOWN.has(currency)) drop(header.line, currency, `${shown(currency)} is no currency of ISO 4217.`);
    else if (currency === 'EUR') drop(header.line, currency, 'The euro has no rate against itself.');
    else if (currencies.indexOf(currency) < i) drop(header.line, currency, 'This column stands twice.');
  }
  const columns = currencies.flatMap((currency, i) =>
    KNOWN.has(currency) && currency !== 'EUR' && currencies.indexOf(currency) === i
      ? [{ currency, at: i + 1 }]
      : [],
  );
  const rates: Rate[] = [];
  const seen = new Set<number>();
  for (const { cells, line } of rows) {
    const day = dayOfText(cells[0]);
    if (day === undefined) {
      drop(line, 'Date', `${shown(cells[0])} is no day such as 2026-11-26.`);
    } else if (day < FIRST_DAY || day > dayOf(nowMs) + 1) {
      drop(line, 'Date', `${dayText(day)} is ${day < FIRST_DAY ? 'before the euro' : 'in the future'}.`);
    } else if (cells.length !== header.cells.length) {
      drop(
        line,
        undefined,
        `The line has ${cells.length} cells, the first line ${header.cells.length}: which rate is which currency’s is not known.`,
      );
    } else if (seen.has(day)) drop(line, 'Date', `${dayText(day)} stands twice.`);
    else {
      seen.add(day);
      for (const { currency, at } of columns) {
        const cell = cells[at];
        if (NONE.has(cell)) continue;
        const perEuro = NUMBER.test(cell) ? Number(cell) : 0;
        if (perEuro > 0) rates.push({ currency, day, perEuro });
        else drop(line, currency, `${shown(cell)} is no rate; one is written 1.0812.`);
      }
    }
  }
  const kept = withoutSlips(rates, (currency, day, message) => {
    const row = rows.find(({ cells }) => dayOfText(cells[0]) === day);
    drop(row?.line ?? 0, currency, message);
  });
  if (kept.length === 0) {
    throw new InputError(
      `No rate in it can be taken.${dropped.length > 0 ? ` Line ${dropped[0].line}: ${dropped[0].message}` : ''}`,
    );
  }
  return { rates: kept, dropped };
}

/** Leaves out a rate between two that agree with each other and not with it. */
function withoutSlips(
  rates: readonly Rate[],
  onSlip: (currency: string, day: number, message: string) => void,
): Rate[] {
  const kept: Rate[] = [];
  for (const [currency, series] of Map.groupBy(rates, (rate) => rate.currency)) {
    const sorted = series.toSorted((a, b) => a.day - b.day);
    for (const [i, rate] of sorted.entries()) {
      const neighbours = [sorted[i - 1], sorted[i + 1]].filter((one) => one !== undefined);
      const isFar = (one: Rate): boolean =>
        one.perEuro > rate.perEuro * MOST_TIMES || one.perEuro * MOST_TIMES < rate.perEuro;
      const isSlip =
        neighbours.length === 2 &&
        neighbours.every(isFar) &&
        neighbours[0].perEuro < neighbours[1].perEuro * MOST_TIMES &&
        neighbours[1].perEuro < neighbours[0].perEuro * MOST_TIMES;
      if (isSlip) {
        onSlip(
          currency,
          rate.day,
          `${rate.perEuro} is far from ${neighbours[0].perEuro} and ${neighbours[1].perEuro} around it: taken for a slip.`,
        );
      } else kept.push(rate);
    }
  }
  return kept;
}

type Row = { readonly line: number; readonly cells: readonly string[] };

/** The cells of each line without the blanks around them, and without the empty one that a comma at the end makes. */
function cellsOf(text: string): Row[] {
  return text.split(/\r\n|\n|\r/).flatMap((one, i) => {
    if (one.trim() === '') return [];
    const cells = one.replace(/^\ufeff/, '').split(',');
    if (cells.length > 1 && cells[cells.length - 1].trim() === '') cells.pop();
    return { line: i + 1, cells: cells.map((cell) => cell.trim()) };
  });
}

/** Rates in that layout, the youngest day first. */
export function writeReferenceRates(rates: readonly Rate[]): string {
  const currencies = [...new Set(rates.map(({ currency }) => currency))].sort();
  const byDay = Map.groupBy(rates, ({ day }) => day);
  const lines = [...byDay.keys()]
    .sort((a, b) => b - a)
    .map((day) => {
      const ofDay = new Map((byDay.get(day) ?? []).map(({ currency, perEuro }) => [currency, perEuro]));
      return [dayText(day), ...currencies.map((currency) => ofDay.get(currency) ?? 'N/A')].join(',');
    });
  return `${['Date', ...currencies].join(',')}\n${lines.map((line) => `${line}\n`).join('')}`;
}
