// What commands that work on files count amounts in, and by which exchange rates.
import { readFile } from 'node:fs/promises';
import type { InputFile } from '../adapters/files/read-transactions.ts';
import { type Money, PRESET_BASE_CURRENCY } from '../domain/base-amount.ts';
import { exchangeRates, type Rate } from '../domain/exchange-rates.ts';
import { InputError } from '../domain/input-error.ts';
import type { Transaction } from '../domain/transaction.ts';
import { fileText } from '../domain/utf8.ts';
import { readReferenceRates } from '../formats/reference-rates.ts';
import { systemClock } from '../ports/clock.ts';
import { baseCurrencyAsked } from '../runtimes/money-in-service.ts';
import type { OptionSpec, Options } from './options.ts';

export const MONEY_SPECS = {
  'base-currency': {
    type: 'string',
    value: 'CODE',
    help: 'what amounts are counted in [BASE_CURRENCY, or the currency of the first row]',
  },
  rates: {
    type: 'string',
    value: 'FILE',
    help: 'exchange rates, as eurofxref-hist.csv has them [those that ship]',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** The rates of --rates; undefined where it is not given. Throws InputError. */
export async function ratesOfFile(options: Options): Promise<readonly Rate[] | undefined> {
  const file = options.text('rates');
  if (file === undefined) return undefined;
  const bytes = await readFile(file).catch((error: Error) => {
    throw new InputError(`--rates ${file} cannot be read: ${error.message}`);
  });
  const { rates, dropped } = readReferenceRates(fileText(bytes, file), systemClock.nowMs());
  if (dropped.length > 0) {
    const [{ line, column, message }] = dropped;
    console.error(
      `${file}: ${dropped.length} cells or lines were not taken; the first: line ${line}${column === undefined ? '' : `, ${column}`}: ${message}`,
    );
  }
  return rates;
}

/** A file's first row that can be read. */
export async function firstTransaction(input: InputFile): Promise<Transaction | undefined> {
  for await (const batch of input.batches()) for (const row of batch) if (row.ok) return row.transaction;
  return undefined;
}

/** What the rows of a file are converted with. Throws InputError. */
export async function moneyOf(options: Options, open: () => Promise<InputFile>): Promise<Money> {
  const baseCurrency =
    baseCurrencyAsked(options.text('base-currency')) ??
    (await firstTransaction(await open()))?.currency ??
    PRESET_BASE_CURRENCY;
  return { baseCurrency, rates: exchangeRates((await ratesOfFile(options)) ?? []) };
}
