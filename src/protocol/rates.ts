// What the desk counts in, and the rates that amounts are converted with.
import { type Static, Type } from 'typebox';
import { Currency } from './amounts.ts';
import { At, Component, List, Nullable, operation } from './operation.ts';

const capability = 'rates';
export const MAX_SHOWN_PROBLEMS = 100;

const Day = (description: string) => Type.String({ description, examples: ['2026-11-23'] });

export const CurrencyRate = Component('CurrencyRate', {
  currency: Currency,
  rate: Type.Number({ description: 'Units of the base currency for one unit', examples: [0.86] }),
  date: Day('The day it is of'),
  isShipped: Type.Boolean({ description: 'It came with the program' }),
});
export type CurrencyRate = Static<typeof CurrencyRate>;

export const ExchangeRates = Component('ExchangeRates', {
  baseCurrency: Currency,
  newestDate: Day('The newest day in service'),
  ageDays: Type.Integer(),
  isOld: Type.Boolean({ description: 'No bank holiday explains an age like this' }),
  isShipped: Type.Boolean({ description: 'None was imported yet' }),
  shippedDate: Day('The day of the rates that came with the program'),
  imported: Type.Integer(),
  imports: List(
    Type.Object({
      at: At(),
      by: Type.String(),
      source: Type.String(),
      rates: Type.Integer(),
      lastDate: Day('The newest day of the import'),
    }),
    { description: 'The latest, newest first' },
  ),
  currencies: List(CurrencyRate),
});
export type ExchangeRates = Static<typeof ExchangeRates>;

export const RatesImported = Component('RatesImported', {
  rates: Type.Integer(),
  lastDate: Day('The newest day of the import'),
  dropped: Type.Integer({ description: 'Cells and lines that were not taken' }),
  problems: List(
    Type.Object({ line: Type.Integer(), column: Nullable(Type.String()), message: Type.String() }),
    { description: `Of the first ${MAX_SHOWN_PROBLEMS} that were not taken` },
  ),
});
export type RatesImported = Static<typeof RatesImported>;

export const getExchangeRates = operation({
  id: 'getExchangeRates',
  method: 'GET',
  path: '/v1/exchange-rates',
  capability,
  summary: 'What the desk counts in, and the exchange rates in service',
  description: 'Of each currency the rate that a payment of now is converted with, and the day it is of.',
  permission: 'read',
  answers: { 200: ExchangeRates },
});

export const exportExchangeRates = operation({
  id: 'exportExchangeRates',
  method: 'GET',
  path: '/v1/exchange-rates.csv',
  capability,
  summary: 'Every imported rate, as the European Central Bank writes them',
  description: 'For commands that work on files: --rates FILE.',
  permission: 'read',
  answers: { 200: Type.String() },
  answerType: 'text/csv',
});

export const importExchangeRates = operation({
  id: 'importExchangeRates',
  method: 'POST',
  path: '/v1/exchange-rates',
  capability,
  summary: 'Import exchange rates',
  description:
    'The CSV of the European Central Bank (eurofxref-hist.csv, eurofxref.csv): Date,USD,JPY,… and a day a row, what one euro was ' +
    'worth. Rates of the same currency and day are replaced; what cannot be taken is told with its line and column. ' +
    'Decisions that were made keep the rate they were made with.',
  permission: 'edit_rates',
  audits: ['imported exchange rates'],
  headers: Type.Object({
    'x-file-name': Type.Optional(
      Type.String({
        description: 'Where they come from, for the list of imports',
        examples: ['eurofxref-hist.csv'],
      }),
    ),
  }),
  streamTypes: ['text/csv'],
  answers: { 200: RatesImported },
  problems: [422],
});
