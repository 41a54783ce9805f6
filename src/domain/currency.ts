// ISO 4217: the currencies, the digits of their minor units, and those that were withdrawn. Data of this repository, with its
// date: a display library changes such facts with its releases, and with them features, scores and reports.

import { isoTime } from './iso-time.ts';

/** The amendment up to which the table below follows ISO 4217 (lists one and three of the maintenance agency). */
export const CURRENCIES_AS_OF = '2026-01-01';

/** List one: code and digits of the minor unit. */
const CURRENT =
  'AED2 AFN2 ALL2 AMD2 AOA2 ARS2 AUD2 AWG2 AZN2 BAM2 BBD2 BDT2 BHD3 BIF0 BMD2 BND2 BOB2 BOV2 BRL2 BSD2 BTN2 BWP2 BYN2 BZD2 CAD2 CDF2 CHE2 CHF2 CHW2 CLF4 CLP0 CNY2 COP2 COU2 CRC2 CUP2 CVE2 CZK2 DJF0 DKK2 DOP2 DZD2 EGP2 ERN2 ETB2 EUR2 FJD2 FKP2 GBP2 GEL2 GHS2 GIP2 GMD2 GNF0 GTQ2 GYD2 HKD2 HNL2 HTG2 HUF2 IDR2 ILS2 INR2 IQD3 IRR2 ISK0 JMD2 JOD3 JPY0 KES2 KGS2 KHR2 KMF0 KPW2 KRW0 KWD3 KYD2 KZT2 LAK2 LBP2 LKR2 LRD2 LSL2 LYD3 MAD2 MDL2 MGA2 MKD2 MMK2 MNT2 MOP2 MRU2 MUR2 MVR2 MWK2 MXN2 MXV2 MYR2 MZN2 NAD2 NGN2 NIO2 NOK2 NPR2 NZD2 OMR3 PAB2 PEN2 PGK2 PHP2 PKR2 PLN2 PYG0 QAR2 RON2 RSD2 RUB2 RWF0 SAR2 SBD2 SCR2 SDG2 SEK2 SGD2 SHP2 SLE2 SOS2 SRD2 SSP2 STN2 SVC2 SYP2 SZL2 THB2 TJS2 TMT2 TND3 TOP2 TRY2 TTD2 TWD2 TZS2 UAH2 UGX0 USD2 USN2 UYI0 UYU2 UYW4 UZS2 VED2 VES2 VND0 VUV0 WST2 XAD2 XAF0 XCD2 XCG2 XOF0 XPF0 YER2 ZAR2 ZMW2 ZWG2';

/**
 * List three as far as payments since 1999 go: code, digits, and the last day on which one could pay with it (where old and new
 * ran side by side, the end of that).
 */
const WITHDRAWN =
  'ADP0 2003-07-31,AFA2 2003-01-02,ANG2 2025-06-30,AON2 2000-02-29,AOR2 2000-02-29,ATS2 2002-02-28,AYM2 2005-10-31,AZM2 2006-12-31,BEF0 2002-02-28,BGL2 2003-11-30,BGN2 2026-01-31,BYB0 2001-01-01,BYR0 2016-12-31,CHC2 2004-11-30,CSD2 2006-10-31,CUC2 2021-06-30,CYP2 2008-01-31,DEM2 2002-02-28,ECS2 2000-09-30,ECV2 2000-09-30,EEK2 2011-01-14,ESP0 2002-02-28,FIM2 2002-02-28,FRF2 2002-02-28,GHC2 2007-12-31,GHP2 2007-06-30,GRD0 2002-02-28,GWP2 1999-12-31,HRK2 2023-01-14,IEP2 2002-02-09,ITL0 2002-02-28,LTL2 2015-01-15,LUF0 2002-02-28,LVL2 2014-01-14,MGF0 2005-06-30,MRO2 2018-12-31,MTL2 2008-01-31,MZM2 2006-12-31,NLG2 2002-01-28,PTE0 2002-02-28,ROL2 2006-12-31,RUR2 2004-01-31,SDD2 2007-06-30,SIT2 2007-01-14,SKK2 2009-01-16,SLL2 2024-03-31,SRG2 2004-06-30,STD2 2018-12-31,TJR2 2001-04-30,TMM2 2009-12-31,TPE0 2002-11-30,TRL0 2005-12-31,USS2 2014-03-31,VEB2 2008-06-30,VEF2 2018-12-05,XFO0 2006-10-31,YUM2 2003-07-31,ZMK2 2013-06-30,ZRN2 1999-06-30,ZWD2 2008-08-31,ZWL2 2024-08-31,ZWN2 2008-12-31,ZWR2 2009-06-30';

/** Metals, drawing rights, bond units and codes for tests: ISO 4217 gives them no minor unit, so that none can be counted. */
const WITHOUT_MINOR_UNIT: ReadonlySet<string> = new Set(
  'XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX'.split(' '),
);

type Currency = { readonly digits: number; readonly lastMs: number };
const DAY_MS = 86_400_000;

const CURRENCIES: ReadonlyMap<string, Currency> = new Map([
  ...CURRENT.split(' ').map((entry): [string, Currency] => [
    entry.slice(0, 3),
    { digits: Number(entry[3]), lastMs: Number.POSITIVE_INFINITY },
  ]),
  ...WITHDRAWN.split(',').map((entry): [string, Currency] => [
    entry.slice(0, 3),
    // A day ends twelve hours later in the last place on earth.
    { digits: Number(entry[3]), lastMs: Date.parse(`${entry.slice(5)}T00:00:00Z`) + 1.5 * DAY_MS },
  ]),
]);

/** Every code that a payment can have, or could at some time since 1999. */
export const CURRENCY_CODES: readonly string[] = [...CURRENCIES.keys()];

/** Whether payments are made in it at a time, in epoch milliseconds. */
export function isCurrency(code: string, atMs: number): boolean {
  return atMs < (CURRENCIES.get(code)?.lastMs ?? Number.NEGATIVE_INFINITY);
}

/** Why an amount paid at a time cannot be in it, as the end of a sentence; undefined where it can. */
export function currencyProblem(code: string, atMs: number): string | undefined {
  if (isCurrency(code, atMs)) return undefined;
  const known = CURRENCIES.get(code);
  if (known) return `it was withdrawn after ${isoTime(known.lastMs - 1.5 * DAY_MS).slice(0, 10)} (ISO 4217)`;
  if (WITHOUT_MINOR_UNIT.has(code))
    return 'ISO 4217 gives it no minor unit, so that nothing can be paid in it';
  return CURRENCIES.has(code.toUpperCase())
    ? `it must be written ${code.toUpperCase()}`
    : 'it must be an ISO 4217 code such as EUR';
}

/**
 * Digits after the decimal point in a currency's major unit: 2 for EUR, 0 for JPY, 3 for KWD (ISO 4217). What is none has 2: only
 * records from before currencies were checked by this table have such a code.
 */
export function currencyDigits(currency: string): number {
  return CURRENCIES.get(currency)?.digits ?? 2;
}

const formats = new Map<string, Intl.NumberFormat>();

/** Writes amounts in major units as people read them, in the digits of their currency. */
export function currencyFormat(currency: string): Intl.NumberFormat {
  let format = formats.get(currency);
  if (!format) {
    const digits = currencyDigits(currency);
    format = new Intl.NumberFormat('en', {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(currency, format);
  }
  return format;
}

/** Minor units in one major unit. */
export function minorPerMajor(currency: string): number {
  return POWERS[currencyDigits(currency)];
}
const POWERS = [1, 10, 100, 1000, 10_000];
