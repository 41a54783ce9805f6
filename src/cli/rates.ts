// ./goshawk rates: what a running desk counts in, and the exchange rates it converts with.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError } from '../domain/input-error.ts';
import type { ExchangeRates, RatesImported } from '../protocol/rates.ts';
import { deskAt, URL_OPTION } from './desk-api.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  url: URL_OPTION,
  json: { type: 'boolean', help: 'as JSON' },
  help: { type: 'boolean', help: 'show this text' },
};
const ABOUT = `show           the base currency, how old the rates are, and each currency's rate
import FILE    add the rates of a file: eurofxref-hist.csv or eurofxref.csv of the European Central Bank, or one of its layout
Asks a running desk or server; where one must sign in, with the API key in GOSHAWK_API_KEY (permissions read, edit_rates).
To stay up to date, run the import once a day by a schedule of yours.`;
const PROBLEMS_SHOWN = 10;

export async function ratesCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('rates', args, SPECS);
  const [action, file, extra] = options.positionals;
  if (options.flag('help') || action === undefined) {
    console.log(helpText('./goshawk rates show|import [FILE] [options]', ABOUT, SPECS));
    return;
  }
  const { call } = deskAt(options.text('url') ?? URL_OPTION.default);
  const asJson = options.flag('json');
  if (action === 'show' && file === undefined) {
    const rates = await call('getExchangeRates');
    console.log(asJson ? JSON.stringify(rates) : shownRates(rates));
  } else if (action === 'import' && file !== undefined && extra === undefined) {
    const bytes = await readFile(file).catch((error: Error) => {
      throw new InputError(`${file} cannot be read: ${error.message}`);
    });
    const done = await call('importExchangeRates', {
      headers: { 'x-file-name': basename(file).replace(/[^\w .()-]/g, '') },
      type: 'text/csv',
      body: bytes,
    });
    console.log(asJson ? JSON.stringify(done) : shownImport(done));
  } else throw new InputError('It is rates show, or rates import FILE. See ./goshawk rates --help');
}

function shownRates({ baseCurrency, newestDate, ageDays, isShipped, currencies }: ExchangeRates): string {
  const age = `${ageDays} day${ageDays === 1 ? '' : 's'} old`;
  return [
    `This desk counts in ${baseCurrency}.`,
    isShipped
      ? `Its rates are those that ship with it, of ${newestDate}, ${age}. Import newer ones: ./goshawk rates import FILE`
      : `Its newest rates are of ${newestDate}, ${age}.`,
    ...currencies.map(
      ({ currency, rate, date, isShipped: ships }) =>
        `1 ${currency} = ${rate.toPrecision(6)} ${baseCurrency}  (${date}${ships ? ', shipped' : ''})`,
    ),
  ].join('\n');
}

function shownImport({ rates, lastDate, dropped, problems }: RatesImported): string {
  return [
    `${rates} rates are in service, the newest of ${lastDate}.`,
    ...(dropped === 0 ? [] : [`${dropped} cells or lines were not taken:`]),
    ...problems
      .slice(0, PROBLEMS_SHOWN)
      .map(
        ({ line, column, message }) => `  line ${line}${column === null ? '' : `, ${column}`}: ${message}`,
      ),
    ...(dropped > PROBLEMS_SHOWN ? [`  … and ${dropped - PROBLEMS_SHOWN} more`] : []),
  ].join('\n');
}
