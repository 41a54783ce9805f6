// What the desk counts in, and the rates that amounts are converted with.

export type CurrencyRate = {
  readonly currency: string;
  /** Units of the base currency for one unit. */
  readonly rate: number;
  /** The day it is of. */
  readonly date: string;
  readonly isShipped: boolean;
};

export type ExchangeRatesMessage = {
  readonly baseCurrency: string;
  readonly newestDate: string;
  readonly ageDays: number;
  /** No bank holiday explains an age like this. */
  readonly isOld: boolean;
  /** None was imported yet. */
  readonly isShipped: boolean;
  readonly shippedDate: string;
  readonly imported: number;
  readonly imports: readonly {
    readonly at: string;
    readonly by: string;
    readonly source: string;
    readonly rates: number;
    readonly lastDate: string;
  }[];
  readonly currencies: readonly CurrencyRate[];
};

export type RateImportMessage = {
  readonly rates: number;
  readonly lastDate: string;
  /** Cells and lines that were not taken; the first hundred are in `problems`. */
  readonly dropped: number;
  readonly problems: readonly {
    readonly line: number;
    readonly column: string | null;
    readonly message: string;
  }[];
};
