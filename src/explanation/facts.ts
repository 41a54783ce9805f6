// What a sentence is made of: the values of features by their names, and what the transaction says of itself.
import { baseCurrency, baseMajor } from '../domain/base-amount.ts';
import { currencyDigits } from '../domain/currency.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';

export type Facts = {
  readonly transaction: Transaction;
  /** Of the base currency, as everything that is compared with it. */
  readonly amount: number;
  readonly currency: string;
  /** NaN where it is missing, or the catalogue has no such feature. */
  value(name: string): number;
  /** An amount as a sentence says it. */
  sum(major: number): string;
};

export function factsOf({ place }: Catalogue, vector: Float64Array, transaction: Transaction): Facts {
  const currency = baseCurrency(transaction);
  return {
    transaction,
    amount: baseMajor(transaction),
    currency,
    value: (name) => vector[place(name) ?? -1] ?? Number.NaN,
    sum: sumWords(currency),
  };
}

export function sumWords(currency: string): Facts['sum'] {
  const format = formatOf(currency);
  return (major) => (Math.abs(major) < FROM_WHOLE ? format.exact : format.whole).format(major);
}

/** From here on nobody reads minor units. */
const FROM_WHOLE = 1000;

type Formats = { readonly exact: Intl.NumberFormat; readonly whole: Intl.NumberFormat };
const formats = new Map<string, Formats>();

function formatOf(currency: string): Formats {
  const known = formats.get(currency);
  if (known) return known;
  const style = { style: 'currency', currency } as const;
  const digits = currencyDigits(currency);
  const made: Formats = {
    exact: new Intl.NumberFormat('en', {
      ...style,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      trailingZeroDisplay: 'stripIfInteger',
    }),
    whole: new Intl.NumberFormat('en', { ...style, maximumFractionDigits: 0 }),
  };
  formats.set(currency, made);
  return made;
}

/** A part of a sentence of a concept. */
export type ClauseMaker = {
  /** The features that it tells of: it is as strong as they are together. */
  readonly about: readonly string[];
  /** Of several of one kind the strongest is said. */
  readonly kind?: string;
  /** Undefined where there is nothing to say; `said` are features that sentences before have told. */
  say(facts: Facts, said: ReadonlySet<string>): Said | undefined;
};

/** `notable` is what speaks for suspicion, `usual` what speaks against it. */
export type Said = {
  readonly tone: 'notable' | 'usual';
  readonly text: string;
  /** A feature of another concept that it tells of, too. */
  readonly also?: string;
};

export const notable = (text: string, also?: string): Said => ({
  tone: 'notable',
  text,
  ...(also !== undefined && { also }),
});
export const usual = (text: string): Said => ({ tone: 'usual', text });
