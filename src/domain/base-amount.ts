// The one unit that amounts are added, compared and ordered in: the desk's base currency. A transaction is converted once, where
// it comes in, and carries what was made of it from there on: whoever decides, replays or rebuilds uses the same bits.

import { hundredths, LARGEST_MAX_AMOUNT_MINOR } from './amount.ts';
import { minorPerMajor } from './currency.ts';
import type { CustomerEvent } from './customer-event.ts';
import { crossRate, dayOf, dayText, type ExchangeRates, SHIPPED_EXCHANGE_RATES } from './exchange-rates.ts';
import type { Parsed, Problem } from './problem.ts';
import type { Transaction } from './transaction.ts';

export type Amount = { readonly amountMinor: number; readonly currency: string };

/** What amounts of a currency are converted by, and into what. */
export type BaseRate = Omit<BaseAmount, 'amountMinor'>;

export type BaseAmount = Amount & {
  /** Units of the base currency for one unit of what was converted: of `billing` where it is stated, else of the amount. */
  readonly rate: number;
  /** The day (UTC) that the rate is of. */
  readonly rateDate: string;
  readonly source: 'billing' | 'imported' | 'shipped';
};

/** What amounts are converted with. */
export type Money = {
  readonly baseCurrency: string;
  readonly rates: ExchangeRates;
};

/** What a desk counts in where nobody says otherwise: rates are published against the euro. */
export const PRESET_BASE_CURRENCY = 'EUR';

/** Of a desk that has no rates of its own yet. */
export const shippedMoney = (baseCurrency = PRESET_BASE_CURRENCY): Money => ({
  baseCurrency,
  rates: SHIPPED_EXCHANGE_RATES,
});

type Amounts = Amount & { readonly base?: Amount | undefined };

/** In minor units of the base currency. A transaction that carries no base amount is in the base currency itself. */
export const baseMinor = ({ amountMinor, base }: Amounts): number => base?.amountMinor ?? amountMinor;

export const baseCurrency = ({ currency, base }: Amounts): string => base?.currency ?? currency;

/** In units of the base currency. */
export const baseMajor = (transaction: Amounts): number =>
  baseMinor(transaction) / minorPerMajor(baseCurrency(transaction));

/** In hundredths of the base currency's unit, whatever its digits. */
export const baseHundredths = (transaction: Amounts): number =>
  hundredths(baseMinor(transaction), baseCurrency(transaction));

/**
 * The transaction with its base amount: what the scheme billed where that is stated, converted by the last rate known on its
 * day. The same object where its amount is in the base currency as it stands, or it has its base amount already. A currency that never had a rate is a problem.
 */
export function inBase(transaction: Transaction, money: Money): Parsed<Transaction> {
  const { billing, amountMinor, currency, occurredAtMs } = transaction;
  const { baseCurrency: to } = money;
  if (transaction.base || (currency === to && !billing)) return { ok: true, value: transaction };
  const from = billing ?? { amountMinor, currency };
  const pointer = billing ? '/billing' : '';
  const found = rateOn(from.currency, occurredAtMs, money);
  if (!found) {
    const instead = ', or send billing {amountMinor, currency} in a currency that has one';
    return { ok: false, problems: [noRate(`${pointer}/currency`, from.currency, to, instead)] };
  }
  const inBaseMinor = Math.round(
    (from.amountMinor * found.rate * minorPerMajor(to)) / minorPerMajor(from.currency),
  );
  if (inBaseMinor > LARGEST_MAX_AMOUNT_MINOR) {
    return {
      ok: false,
      problems: [
        { pointer: `${pointer}/amountMinor`, message: `The amount is more than can be counted in ${to}.` },
      ],
    };
  }
  const base: BaseAmount = {
    amountMinor: inBaseMinor,
    ...found,
    ...(billing && { source: 'billing' as const }),
  };
  return { ok: true, value: { ...transaction, base } };
}

/** The last rate known on a day; undefined where there never was one. */
function rateOn(
  from: string,
  atMs: number,
  { rates, baseCurrency: currency }: Money,
): (BaseRate & { readonly source: 'imported' | 'shipped' }) | undefined {
  const found = crossRate(rates, from, currency, dayOf(atMs));
  if (!found) return undefined;
  const { rate, day, isShipped } = found;
  return { currency, rate, rateDate: dayText(day), source: isShipped ? 'shipped' : 'imported' };
}

const noRate = (pointer: string, from: string, to: string, instead = ''): Problem => ({
  pointer,
  message: `There is no exchange rate from ${from} to ${to}, the currency that this desk counts in. Import one (goshawk rates import)${instead}.`,
});

/**
 * An event whose money is in a currency, with what it is converted by. The same object where it is in the base currency, has
 * none, or has that already.
 */
export function eventInBase(event: CustomerEvent, money: Money): Parsed<CustomerEvent> {
  const { currency, base, occurredAtMs } = event;
  if (currency === undefined || base || currency === money.baseCurrency) return { ok: true, value: event };
  const found = rateOn(currency, occurredAtMs, money);
  return found
    ? { ok: true, value: { ...event, base: found } }
    : { ok: false, problems: [noRate('/currency', currency, money.baseCurrency)] };
}

/** A rate older than this is told as old: rates stand still over the longest run of holidays for less. */
export const OLD_RATE_DAYS = 7;

/** By how many days the rate is older than the payment; below zero where it is younger. */
export const rateAgeDays = (base: BaseAmount, occurredAtMs: number): number =>
  dayOf(occurredAtMs) - dayOf(Date.parse(base.rateDate));
