// Named selections of the catalogue that models are trained on.
import type { Catalogue } from './catalogue.ts';

/** The 15 features of the Fraud Detection Handbook, chapter 3, in the book's order. */
export const HANDBOOK_FEATURES: readonly string[] = [
  'amount',
  'is_weekend',
  'is_night',
  'account_tx_count_24h',
  'account_amount_mean_24h',
  'account_tx_count_7d',
  'account_amount_mean_7d',
  'account_tx_count_30d',
  'account_amount_mean_30d',
  'merchant_tx_count_1d_delayed',
  'merchant_fraud_rate_1d_delayed',
  'merchant_tx_count_7d_delayed',
  'merchant_fraud_rate_7d_delayed',
  'merchant_tx_count_30d_delayed',
  'merchant_fraud_rate_30d_delayed',
];

/** Thirteen features of a classic fraud model; the account's frequency is its count over 24 hours. */
export const CLASSIC_FEATURES: readonly string[] = [
  'amount',
  'amount_log',
  'hour',
  'day_of_week',
  'is_night',
  'is_weekend',
  'is_high_amount',
  'is_unknown_merchant',
  'is_foreign_country',
  'account_tx_count_24h',
  'merchant_encoded',
  'country_encoded',
  'type_encoded',
];

export const FEATURE_SETS = ['all', 'handbook', 'classic'] as const;
export type FeatureSetName = (typeof FEATURE_SETS)[number];

/** The features of a set that a catalogue has. */
export function featuresOfSet(set: FeatureSetName, { features, place }: Catalogue): readonly string[] {
  if (set === 'all') return features.map(({ name }) => name);
  const names = set === 'handbook' ? HANDBOOK_FEATURES : CLASSIC_FEATURES;
  return names.filter((name) => place(name) !== undefined);
}

/** What the clock alone says. */
export const CALENDAR_FEATURES: ReadonlySet<string> = new Set([
  'hour',
  'day_of_week',
  'is_night',
  'is_weekend',
]);

/** Since when something is known: as long as an installation is young, that grows by itself. */
export const AGE_FEATURES: ReadonlySet<string> = new Set([
  'account_age_days',
  'merchant_age_days',
  'device_age_days',
  'ip_age_days',
  'counterparty_age_days',
]);
