// Prints src/domain/shipped-rates.ts, made of a file of rates of the euro: {"date": "2026-09-29", "eur": {"usd": 1.136, …}}.
import { readFileSync } from 'node:fs';
import { CURRENCY_CODES } from '../src/domain/currency.ts';

/** What was fixed for good when a currency went into another, and codes that are another currency's by law: [code, per euro]. */
const FIXED: Readonly<Record<string, number>> = {
  ADP: 166.386, ATS: 13.7603, BEF: 40.3399, BGL: 1955.83, BGN: 1.95583, CYP: 0.585274, DEM: 1.95583, EEK: 15.6466, ESP: 166.386,
  FIM: 5.94573, FRF: 6.55957, GRD: 340.75, HRK: 7.5345, IEP: 0.787564, ITL: 1936.27, LTL: 3.4528, LUF: 40.3399, LVL: 0.702804,
  MTL: 0.4293, NLG: 2.20371, PTE: 200.482, SIT: 239.64, SKK: 30.126,
}; // biome-ignore format: a list
const SAME_AS: Readonly<Record<string, string>> = {
  CHE: 'CHF',
  CHW: 'CHF',
  CSD: 'RSD',
  USN: 'USD',
  USS: 'USD',
  YUM: 'RSD',
};
/** Long withdrawn, and the source has a figure that was never a rate between these two. */
const LEFT_OUT = new Set(['ZWD']);
const DIGITS = 6;

const [, , file] = process.argv;
const { date, eur } = JSON.parse(readFileSync(file, 'utf8')) as { date: string; eur: Record<string, number> };
const rates = [...CURRENCY_CODES].sort().flatMap((code) => {
  const rate = FIXED[code] ?? eur[(SAME_AS[code] ?? code).toLowerCase()];
  return rate === undefined || LEFT_OUT.has(code) ? [] : [`${code} ${Number(rate.toPrecision(DIGITS))}`];
});
process.stdout.write(`// Made by scripts/update-rates.sh. What one euro was worth on a day, in most currencies: so that amounts have one unit from the
// first start on, until the operator brings rates of their own. Source: @fawazahmed0/currency-api (CC0); what went into the euro has
// its conversion rate (Council Regulations (EC) 2866/98 and those after it).

export const SHIPPED_RATES_DATE = '${date}';

export const SHIPPED_RATES =
  '${rates.join(',')}';
`);
