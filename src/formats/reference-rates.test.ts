import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf } from '../domain/exchange-rates.ts';
import { readReferenceRates, writeReferenceRates } from './reference-rates.ts';

const NOW = Date.UTC(2026, 10, 27);
const day = (text: string): number => dayOf(Date.parse(text));

test('I2 reference rates are read in both layouts, whatever the line ends, blanks and byte order mark', () => {
  const history =
    '\ufeffDate,USD,JPY,CYP,\r\n2026-11-26,1.1361,178.91,N/A,\r\n2007-12-31,1.4721,164.93,0.5853,\r\n';
  assert.deepEqual(readReferenceRates(history, NOW), {
    rates: [
      { currency: 'USD', day: day('2007-12-31'), perEuro: 1.4721 },
      { currency: 'USD', day: day('2026-11-26'), perEuro: 1.1361 },
      { currency: 'JPY', day: day('2007-12-31'), perEuro: 164.93 },
      { currency: 'JPY', day: day('2026-11-26'), perEuro: 178.91 },
      { currency: 'CYP', day: day('2007-12-31'), perEuro: 0.5853 },
    ],
    dropped: [],
  });
  const today = 'Date, USD, JPY, \n26 November 2026, 1.1361, 178.91, \n';
  assert.deepEqual(
    readReferenceRates(today, NOW).rates.map(({ currency, day: of, perEuro }) => [currency, of, perEuro]),
    [
      ['USD', day('2026-11-26'), 1.1361],
      ['JPY', day('2026-11-26'), 178.91],
    ],
  );
});

test('I2 what is no rate is told with its line and column, and the others count', () => {
  const text =
    'Date,USD,XAU,USD,JPY\n2026-11-26,1.1361,1,1,0\n2026-02-30,1,1,1,1\n2027-03-01,1,1,1,1\n2026-11-25,1.1,1,1\n2026-11-26,9,9,9,9\n1998-12-31,1,1,1,1\n2026-11-24,"1,2",1,1,-5\n2026-11-23,-5,1,1,N/A\n';
  const { rates, dropped } = readReferenceRates(text, NOW);
  assert.deepEqual(rates, [{ currency: 'USD', day: day('2026-11-26'), perEuro: 1.1361 }]);
  assert.deepEqual(
    dropped.map(({ line, column }) => [line, column]),
    [
      [1, 'XAU'],
      [1, 'USD'],
      [2, 'JPY'],
      [3, 'Date'],
      [4, 'Date'],
      [5, undefined],
      [6, 'Date'],
      [7, 'Date'],
      [8, undefined],
      [9, 'USD'],
    ],
  );
});

test('I2 a slip of the decimal point between two rates that agree is left out and told', () => {
  const text = 'Date,USD\n2026-11-26,1.13\n2026-11-25,113\n2026-11-24,1.12\n';
  const { rates, dropped } = readReferenceRates(text, NOW);
  assert.deepEqual([rates.length, dropped.length, dropped[0].line], [2, 1, 3]);
});

test('I2 a file that is none is refused, and says what one looks like', () => {
  for (const [text, said] of [
    ['', /begins with "Date,USD/],
    ['PK\u0003\u0004', /zip archive/],
    ['<?xml version="1.0"?><Cube/>', /begins with "Date,USD/],
    ['Date,USD\n', /No rate/],
    ['Date,USD\n2026-11-26,N/A\n', /No rate/],
    ['Date\n2026-11-26\n', /begins with "Date,USD/],
  ] as const)
    assert.throws(() => readReferenceRates(text, NOW), said, text);
});

test('I2 what is written is what is read', () => {
  const rates = [
    { currency: 'USD', day: day('2026-11-26'), perEuro: 1.1361 },
    { currency: 'KWD', day: day('2026-11-25'), perEuro: 0.350719 },
  ];
  const read = readReferenceRates(writeReferenceRates(rates), NOW).rates;
  assert.deepEqual(
    new Set(read.map((rate) => JSON.stringify(rate))),
    new Set(rates.map((r) => JSON.stringify(r))),
  );
});
