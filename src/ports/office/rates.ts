// Exchange rates that were imported, kept by currency and day.
import type { Rate } from '../../domain/exchange-rates.ts';
import type { AuditEntry } from './audit.ts';

export type RateImport = {
  readonly atMs: number;
  readonly by: string;
  readonly source: string;
  readonly rates: number;
  /** The youngest day of them. */
  readonly lastDay: number;
};

/**
 * **Contract**
 * - RATE1 Of a currency and day the last rate counts.
 * - RATE2 The revision grows once all rates of an import are there, with its line.
 * - RATE3 The usual currency is that of most of the newest transactions, and none where there are none.
 *
 * **Caller invariants**
 * - Rates are of currencies that there are, above nothing, each currency and day once; who sees a new revision reads all of them.
 */
export type RateStore = {
  /** Grows with every import. */
  revision(): Promise<number>;
  all(): Promise<Rate[]>;
  /** Adds rates, in place of those of the same currency and day; they count once all of them are there. */
  add(source: string, rates: readonly Rate[], entry: AuditEntry): Promise<void>;
  /** The newest first. */
  imports(newest: number): Promise<RateImport[]>;
  /** The currency that most of the newest stored transactions are in; undefined where there are none. */
  usualCurrency(): Promise<string | undefined>;
};
