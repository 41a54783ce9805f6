// Features of an account: what it did lately, against what it usually does, and what it received.
import type { ProgramConcept } from '../domain/concept.ts';
import {
  AGE_LIMIT_DAYS,
  NEVER,
  NO_HISTORY,
  NO_MERCHANT,
  NO_RECENT_FRAUD,
  SMALL_AMOUNT_MAJOR,
  UNUSUAL_TIMES,
} from './feature-definition.ts';
import {
  type Aggregate,
  aggregate,
  DAY_WINDOW,
  HOUR_WINDOW,
  MONTH_WINDOW,
  type ProgramFeature,
  WEEK_WINDOW,
  type Window,
} from './standard-words.ts';

const ofAccount = (definition: Omit<Aggregate, 'entity'>): ProgramFeature =>
  aggregate('account', { entity: 'account', ...definition });

const count = (name: string, { window, words, hours }: Window): ProgramFeature => {
  const monthly = '(features.account_tx_count_30d - value)';
  const usually = `{${monthly} > 2.0 ? "; this account usually makes " + times(${monthly} / ${720 - hours}.0 * ${hours}.0) : ""}`;
  return ofAccount({
    name,
    concept: 'pace',
    measure: 'count',
    window,
    unit: 'transactions',
    description: `Transactions of the account in the last ${words}, this one included.`,
    missing: NEVER,
    sentence: `{count(value, "payment")} in the last ${words}${hours < 720 ? usually : ''}`,
  });
};

const sum = (name: string, { window, words }: Window): ProgramFeature =>
  ofAccount({
    name,
    concept: 'amount',
    measure: 'sum',
    of: 'amount',
    window,
    unit: 'major units',
    description: `Amount spent by the account in the last ${words}, this transaction included.`,
    missing: NEVER,
    sentence: `{money(value, currency)} spent in the last ${words}`,
  });

const mean = (name: string, { window, words }: Window): ProgramFeature =>
  ofAccount({
    name,
    concept: 'amount',
    measure: 'mean',
    of: 'amount',
    window,
    unit: 'major units',
    description: `Mean amount of the account’s transactions in the last ${words}, this one included.`,
    missing: NEVER,
    sentence: `The account’s mean payment in the last ${words} is {money(value, currency)}`,
  });

const unusual = (name: string, { window, words }: Window): ProgramFeature =>
  ofAccount({
    name,
    concept: 'amount',
    measure: 'unusual_count',
    of: 'amount',
    times: UNUSUAL_TIMES,
    window,
    unit: 'transactions',
    description: `Transactions of the account in the last ${words} of at least ${UNUSUAL_TIMES} times its usual amount, this one included.`,
    missing:
      'missing until the account has a history, and for accounts with over 256 transactions in 30 days',
    sentence: `{count(value, "payment")} of an unusual amount in the last ${words}`,
  });

const isNew = (
  name: string,
  concept: ProgramConcept,
  of: string,
  upTo: number,
  thing: string,
  missing: string,
): ProgramFeature =>
  ofAccount({
    name,
    concept,
    measure: 'is_new',
    of,
    upTo,
    unit: '0 or 1',
    description: `1 when the ${thing} is not among those this account used most recently.`,
    missing,
    sentence: `{value > 0.0 ? "First time this account uses this ${thing}" : "The account knows this ${thing}"}`,
  });

const distinct = (
  name: string,
  concept: ProgramConcept,
  of: string,
  upTo: number,
  thing: string,
  { window, words }: Window,
): ProgramFeature =>
  ofAccount({
    name,
    concept,
    measure: 'distinct',
    of,
    upTo,
    window,
    unit: thing,
    description: `Different ${thing} of the account in the last ${words}, this transaction included; ${upTo} means ${upTo} or more.`,
    missing: NEVER,
    sentence: `{plain(value)} different ${thing} in the last ${words}`,
  });

const NO_PLACE = 'missing without a location now or before';
const MERCHANTS = 24;
const DEVICES = 8;
const COUNTRIES = 8;
const PAYEES = 12;

const AGAINST_USUAL: readonly ProgramFeature[] = [
  ofAccount({
    name: 'amount_to_account_mean',
    concept: 'amount',
    measure: 'ratio_to_mean',
    of: 'amount',
    window: '30d',
    unit: 'ratio',
    description: 'Amount divided by the account’s mean amount over the last 30 days, this one excluded.',
    missing: 'missing when the account made no other transaction in 30 days',
    sentence: '{times(value)} × the account’s mean amount of 30 days',
  }),
  ofAccount({
    name: 'amount_to_account_max_30d',
    concept: 'amount',
    measure: 'ratio_to_maximum',
    of: 'amount',
    window: '30d',
    unit: 'ratio',
    description:
      'Amount divided by the largest amount of the account in the last 30 days, this one excluded.',
    missing: 'missing when the account made no other transaction in 30 days, and for accounts with over 256',
    sentence:
      '{value > 1.0 ? times(value) + " × the account’s largest payment in 30 days" : "Below the account’s largest payment in 30 days"}',
  }),
  ofAccount({
    name: 'amount_to_account_usual',
    concept: 'amount',
    measure: 'ratio_to_usual',
    of: 'amount',
    unit: 'ratio',
    description: 'Amount divided by the account’s usual amount, the geometric mean of all before.',
    missing: NO_HISTORY,
    sentence: '{times(value)} × the account’s usual amount',
  }),
  unusual('account_unusual_count_7d', WEEK_WINDOW),
  unusual('account_unusual_count_30d', MONTH_WINDOW),
  ofAccount({
    name: 'amount_zscore',
    concept: 'amount',
    measure: 'zscore',
    of: 'amount',
    unit: 'standard deviations',
    description: 'How far the logarithm of the amount lies from the account’s mean, in standard deviations.',
    missing: 'missing until the account has 3 transactions',
    sentence:
      'The amount lies {tenths(abs(value))} standard deviations {value >= 0.0 ? "above" : "below"} the account’s usual',
  }),
  ofAccount({
    name: 'account_small_amount_count_1h',
    concept: 'pace',
    measure: 'count',
    where: `transaction.amount < ${SMALL_AMOUNT_MAJOR}.0`,
    window: '1h',
    unit: 'transactions',
    description: `Transactions of the account below ${SMALL_AMOUNT_MAJOR} major units in the last hour, this one included.`,
    missing: 'missing for accounts with over 256 transactions in 30 days',
    sentence: '{count(value, "very small payment")} in the last hour',
  }),
];

const BEFORE: readonly ProgramFeature[] = [
  ofAccount({
    name: 'account_seconds_since_last',
    concept: 'pace',
    measure: 'since_last',
    unit: 'seconds',
    description: 'Time since the account’s previous transaction.',
    missing: NO_HISTORY,
    sentence: '{hours(value / 3600.0)} since the previous payment',
  }),
  ofAccount({
    name: 'distance_from_last_km',
    concept: 'place',
    measure: 'distance_from_last',
    of: 'location',
    unit: 'km',
    description: 'Great-circle distance from the place of the account’s previous located transaction.',
    missing: NO_PLACE,
    sentence: '{km(value)} from the previous payment',
  }),
  ofAccount({
    name: 'speed_from_last_kmh',
    concept: 'place',
    measure: 'speed_from_last',
    of: 'location',
    unit: 'km/h',
    description: 'Speed needed to get here from the place of the previous located transaction.',
    missing: NO_PLACE,
    sentence:
      '{value > 900.0 ? km(features.distance_from_last_km) + " from the previous payment, faster than a flight" : "Travelled at " + round(value) + " km/h since the previous payment"}',
  }),
  isNew('is_unknown_merchant', 'merchant', 'merchant.id', MERCHANTS, 'merchant', `${NO_MERCHANT} or history`),
  ofAccount({
    name: 'is_foreign_country',
    concept: 'place',
    measure: 'differs_from_most',
    of: 'country',
    unit: '0 or 1',
    description: 'Whether the country differs from the one the account mostly pays in.',
    missing: 'missing without a country or history',
    sentence: '{value > 0.0 ? "Abroad: not the account’s home country" : "In the account’s home country"}',
  }),
  isNew('is_new_country', 'place', 'country', COUNTRIES, 'country', 'missing without a country or history'),
  isNew(
    'is_new_device',
    'device and session',
    'deviceId',
    DEVICES,
    'device',
    'missing without a device id or history',
  ),
  isNew(
    'is_new_counterparty',
    'payee',
    'counterpartyId',
    PAYEES,
    'payee',
    'missing without a counterparty or history',
  ),
  distinct('account_distinct_merchants_24h', 'merchant', 'merchant.id', MERCHANTS, 'merchants', DAY_WINDOW),
  distinct('account_distinct_merchants_30d', 'merchant', 'merchant.id', MERCHANTS, 'merchants', MONTH_WINDOW),
  distinct('account_distinct_countries_24h', 'place', 'country', COUNTRIES, 'countries', DAY_WINDOW),
  distinct('account_distinct_countries_30d', 'place', 'country', COUNTRIES, 'countries', MONTH_WINDOW),
  distinct('account_distinct_devices_24h', 'device and session', 'deviceId', DEVICES, 'devices', DAY_WINDOW),
  distinct(
    'account_distinct_devices_30d',
    'device and session',
    'deviceId',
    DEVICES,
    'devices',
    MONTH_WINDOW,
  ),
  distinct('account_distinct_counterparties_24h', 'payee', 'counterpartyId', PAYEES, 'payees', DAY_WINDOW),
];

export const ACCOUNT_FEATURES: readonly ProgramFeature[] = [
  ofAccount({
    name: 'account_age_days',
    concept: 'account',
    measure: 'age',
    limit: AGE_LIMIT_DAYS,
    unit: 'days',
    description: `Days since the account was first seen; ${AGE_LIMIT_DAYS} means ${AGE_LIMIT_DAYS} or more.`,
    missing: NO_HISTORY,
    sentence: 'The account was first seen {days(value)} ago',
  }),
  count('account_tx_count_1h', HOUR_WINDOW),
  count('account_tx_count_24h', DAY_WINDOW),
  count('account_tx_count_7d', WEEK_WINDOW),
  count('account_tx_count_30d', MONTH_WINDOW),
  sum('account_amount_sum_1h', HOUR_WINDOW),
  sum('account_amount_sum_24h', DAY_WINDOW),
  sum('account_amount_sum_7d', WEEK_WINDOW),
  sum('account_amount_sum_30d', MONTH_WINDOW),
  mean('account_amount_mean_24h', DAY_WINDOW),
  mean('account_amount_mean_7d', WEEK_WINDOW),
  mean('account_amount_mean_30d', MONTH_WINDOW),
  ...AGAINST_USUAL,
  ...BEFORE,
  ofAccount({
    name: 'account_known_frauds_30d',
    concept: 'known fraud',
    measure: 'fraud_count',
    window: '30d',
    unit: 'frauds',
    description: 'Frauds of the account in the last 30 days that are known by now.',
    missing: NEVER,
    sentence:
      '{value > 0.0 ? count(value, "known fraud") + " on this account in the last 30 days" : "No known fraud in 30 days"}',
  }),
  ofAccount({
    name: 'account_days_since_known_fraud',
    concept: 'known fraud',
    measure: 'since_fraud',
    limit: AGE_LIMIT_DAYS,
    unit: 'days',
    description: 'Days since the account’s latest confirmed fraud took place.',
    missing: NO_RECENT_FRAUD,
    sentence: 'The latest confirmed fraud on this account was {days(value)} ago',
  }),
];

/** What an account received is in the history of the payee that it was. */
const received = (definition: Omit<Aggregate, 'entity' | 'by' | 'window'>): ProgramFeature =>
  aggregate('inbound', { entity: 'counterparty', by: ['accountId'], window: '24h', ...definition });

export const INBOUND_FEATURES: readonly ProgramFeature[] = [
  received({
    name: 'account_received_count_24h',
    concept: 'money in',
    measure: 'count',
    unit: 'transfers',
    description: 'Transfers this account received in the last 24 hours.',
    missing: NEVER,
    sentence: 'The account received {count(value, "transfer")} in 24 hours',
  }),
  received({
    name: 'account_received_sum_24h',
    concept: 'money in',
    measure: 'sum',
    of: 'amount',
    unit: 'major units',
    description: 'Amount this account received in the last 24 hours.',
    missing: NEVER,
    sentence: 'The account received {money(value, currency)} in 24 hours',
  }),
];
