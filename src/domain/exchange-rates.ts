// Dated exchange rates, each against the euro as the European Central Bank writes them: what one euro was worth on a day.
import { SHIPPED_RATES, SHIPPED_RATES_DATE } from './shipped-rates.ts';

const DAY_MS = 86_400_000;

/** Days since 1970, in UTC. */
export const dayOf = (timeMs: number): number => Math.floor(timeMs / DAY_MS);
/** A day as ISO 8601 writes it. */
export const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

export type Rate = { readonly currency: string; readonly day: number; readonly perEuro: number };

/** The rates of one currency, by ascending day. */
type Series = { readonly days: Int32Array; readonly perEuro: Float64Array; readonly isShipped: boolean };

export type ExchangeRates = {
  /** The newest day with an imported rate; undefined where only the shipped table serves. */
  readonly newestDay: number | undefined;
  readonly imported: number;
  readonly byCurrency: ReadonlyMap<string, Series>;
};

const SHIPPED_DAY = dayOf(Date.parse(SHIPPED_RATES_DATE));

const SHIPPED: readonly Rate[] = SHIPPED_RATES.split(',').map((entry) => ({
  currency: entry.slice(0, 3),
  day: SHIPPED_DAY,
  perEuro: Number(entry.slice(4)),
}));

function seriesOf(rates: readonly Rate[], isShipped: boolean): Series {
  const sorted = rates.toSorted((a, b) => a.day - b.day);
  return {
    days: Int32Array.from(sorted, ({ day }) => day),
    perEuro: Float64Array.from(sorted, ({ perEuro }) => perEuro),
    isShipped,
  };
}

/** The imported rates, and of currencies of which none was imported the shipped one. */
export function exchangeRates(imported: readonly Rate[]): ExchangeRates {
  const byCurrency = new Map(
    SHIPPED.map((rate): [string, Series] => [rate.currency, seriesOf([rate], true)]),
  );
  const grouped = Map.groupBy(imported, ({ currency }) => currency);
  let newestDay: number | undefined;
  for (const [currency, rates] of grouped) {
    const series = seriesOf(rates, false);
    byCurrency.set(currency, series);
    newestDay = Math.max(newestDay ?? 0, series.days[series.days.length - 1]);
  }
  return { newestDay, imported: imported.length, byCurrency };
}

/** What the program knows before anybody imported a rate. */
export const SHIPPED_EXCHANGE_RATES = exchangeRates([]);

/** Of one currency the last rate known on a day; where the first is younger than that, the first. */
function lastKnown(
  { byCurrency }: ExchangeRates,
  currency: string,
  day: number,
): (Omit<Rate, 'currency'> & { readonly isShipped: boolean }) | undefined {
  const series = byCurrency.get(currency);
  if (!series) return undefined;
  const { days, perEuro, isShipped } = series;
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (days[middle] <= day) low = middle + 1;
    else high = middle;
  }
  const at = Math.max(0, low - 1);
  return { day: days[at], perEuro: perEuro[at], isShipped };
}

export type CrossRate = {
  /** Units of `to` for one unit of `from`. */
  readonly rate: number;
  /** The day that the rate is of: of two the older one. */
  readonly day: number;
  readonly isShipped: boolean;
};

/** The last rate between two currencies known on a day; undefined where one of them never had any. */
export function crossRate(
  rates: ExchangeRates,
  from: string,
  to: string,
  day: number,
): CrossRate | undefined {
  if (from === to) return { rate: 1, day, isShipped: false };
  const ofFrom = lastKnown(rates, from, day);
  const ofTo = lastKnown(rates, to, day);
  if (!ofFrom || !ofTo) return undefined;
  // The euro is the euro on any day.
  const legs = [ofFrom, ofTo].filter((_, leg) => (leg === 0 ? from : to) !== 'EUR');
  return {
    rate: ofTo.perEuro / ofFrom.perEuro,
    day: Math.min(...legs.map((leg) => leg.day)),
    isShipped: legs.some((leg) => leg.isShipped),
  };
}
