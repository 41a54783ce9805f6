import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CURRENCY_CODES, currencyDigits, currencyProblem, isCurrency, minorPerMajor } from './currency.ts';

const AT = Date.UTC(2026, 10, 27);

test('T10 digits are those of ISO 4217, whatever the runtime displays', () => {
  const digits: Readonly<Record<number, string>> = {
    0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
    3: 'BHD IQD JOD KWD LYD OMR TND',
    4: 'CLF UYW',
  };
  for (const code of CURRENCY_CODES.filter((code) => isCurrency(code, AT))) {
    const odd = Object.entries(digits).find(([, codes]) => codes.split(' ').includes(code));
    assert.equal(currencyDigits(code), odd ? Number(odd[0]) : 2, code);
    assert.equal(minorPerMajor(code), 10 ** currencyDigits(code), code);
  }
  for (const code of 'HUF COP IDR PKR RSD ALL IRR LBP MMK'.split(' '))
    assert.equal(currencyDigits(code), 2, code);
});

test('T10 a currency is taken until the day after which nobody pays in it, and not after', () => {
  const until = (code: string, ...date: [number, number, number]): [boolean, boolean] => [
    isCurrency(code, Date.UTC(date[0], date[1] - 1, date[2], 23)),
    isCurrency(code, Date.UTC(date[0], date[1] - 1, date[2] + 2)),
  ];
  assert.deepEqual(until('HRK', 2023, 1, 14), [true, false]);
  assert.deepEqual(until('BGN', 2026, 1, 31), [true, false]);
  assert.deepEqual(until('ZWL', 2024, 8, 31), [true, false]);
  assert.deepEqual(until('DEM', 2002, 2, 28), [true, false]);
  assert.deepEqual(until('RUR', 2004, 1, 31), [true, false]);
  assert.deepEqual(until('TPE', 2002, 11, 30), [true, false]);
  for (const code of 'AON AOR AYM BGL CHC ECS ECV GHP TJR ZRN'.split(' '))
    assert.ok(isCurrency(code, Date.UTC(1999, 2, 1)) && !isCurrency(code, AT), code);
  assert.match(currencyProblem('CUC', AT) ?? '', /withdrawn after 2021-06-30/);
  for (const code of 'UYI CLF BOV COU MXV UYW CHE CHW USN VED XCG ZWG SLE EUR'.split(' '))
    assert.equal(currencyProblem(code, AT), undefined, code);
});

test('T10 what is no currency of payments is refused with why', () => {
  assert.match(currencyProblem('XAU', AT) ?? '', /no minor unit/);
  assert.match(currencyProblem('XXX', AT) ?? '', /no minor unit/);
  assert.match(currencyProblem('eur', AT) ?? '', /must be written EUR/);
  assert.match(currencyProblem('EURO', AT) ?? '', /ISO 4217 code such as EUR/);
  assert.match(currencyProblem('BTC', AT) ?? '', /ISO 4217 code/);
});

test('T10 no fact of a currency is asked of the display library', () => {
  const root = join(import.meta.dirname, '../..');
  for (const file of globSync(['src/**/*.ts', 'dashboard/src/**/*.{ts,tsx}'], { cwd: root })) {
    if (file.endsWith('.test.ts')) continue;
    const text = readFileSync(join(root, file), 'utf8');
    assert.doesNotMatch(
      text,
      /supportedValuesOf\('currency'\)|resolvedOptions\(\)\.m\w+FractionDigits/,
      file,
    );
    for (const [format] of text.matchAll(/NumberFormat\('en', \{[^}]*style: 'currency'[^}]*\}/g))
      assert.match(format, /maximumFractionDigits/, `${file}: says its digits`);
  }
});
