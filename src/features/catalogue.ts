// The feature catalogue: every feature once, with its unit, window, meaning for analysts and missing rule.
import { createHash } from 'node:crypto';
import { count, days, hours, km, money, percent, times } from './wording.ts';

/** Labels are taken as complete this long after the transaction; risk windows end there. */
export const LABEL_DELAY_DAYS = 7;
/** From this amount in major units on, `is_high_amount` is 1. */
export const HIGH_AMOUNT_MAJOR = 1000;
/** Below this amount in major units a payment counts as small: what card testers try. */
export const SMALL_AMOUNT_MAJOR = 5;

/** Ages are told up to here: beyond, they only say how long the installation has been running. */
export const AGE_LIMIT_DAYS = 90;
/** From so many times an account's usual amount on, an amount is unusual. */
export const UNUSUAL_TIMES = 3;

export type FeatureGroup =
  | 'transaction'
  | 'category'
  | 'account'
  | 'merchant'
  | 'device'
  | 'ip'
  | 'counterparty'
  | 'inbound';

/** Reads another feature of the same vector, for sentences that compare. */
export type Look = (name: string) => number;

export type FeatureDefinition = {
  readonly name: string;
  /** The entity whose history is read; `transaction` and `category` read none. */
  readonly group: FeatureGroup;
  readonly unit: string;
  readonly window?: string;
  readonly description: string;
  /** When the value is NaN. */
  readonly missing: string;
  /** The sentence an analyst reads when this feature moved the score. */
  readonly say: (value: number, look: Look, currency: string) => string;
};

/** Of a feature that always has a value. */
export const NEVER = 'never missing';
const NO_HISTORY = 'missing until the account has a history';
const NO_RECENT_FRAUD = `missing when there is none in ${AGE_LIMIT_DAYS} days`;
const NO_MERCHANT = 'missing without a merchant id';

const transactionFeatures = [
  {
    name: 'amount',
    group: 'transaction',
    unit: 'major units',
    description: 'Amount of the transaction in its own currency.',
    missing: NEVER,
    say: (v, _, currency) => `The amount is ${money(v, currency)}`,
  },
  {
    name: 'amount_log',
    group: 'transaction',
    unit: 'ln(1 + major units)',
    description: 'Natural logarithm of one plus the amount.',
    missing: NEVER,
    say: (v, _, currency) => `The amount is ${money(Math.expm1(v), currency)}`,
  },
  {
    name: 'hour',
    group: 'transaction',
    unit: 'hour',
    description: 'Hour of the day where the payment was made, 0 to 23.',
    missing: NEVER,
    say: (v) => `Made between ${v}:00 and ${v + 1}:00`,
  },
  {
    name: 'day_of_week',
    group: 'transaction',
    unit: 'day, 0 = Monday',
    description: 'Day of the week where the payment was made, 0 Monday to 6 Sunday.',
    missing: NEVER,
    say: (v) =>
      `Made on a ${['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][v] ?? 'day'}`,
  },
  {
    name: 'is_night',
    group: 'transaction',
    unit: '0 or 1',
    description: '1 from 00:00:00 to 06:59:59 where the payment was made.',
    missing: NEVER,
    say: (v) => (v ? 'Made at night (0 to 7 o’clock)' : 'Made in the daytime'),
  },
  {
    name: 'is_weekend',
    group: 'transaction',
    unit: '0 or 1',
    description: '1 on Saturday and Sunday where the payment was made.',
    missing: NEVER,
    say: (v) => (v ? 'Made on a weekend' : 'Made on a working day'),
  },
  {
    name: 'is_high_amount',
    group: 'transaction',
    unit: '0 or 1',
    description: `1 from ${HIGH_AMOUNT_MAJOR} major units on.`,
    missing: NEVER,
    say: (v) => (v ? `A high amount (${HIGH_AMOUNT_MAJOR} or more)` : 'Not a high amount'),
  },
] as const satisfies readonly FeatureDefinition[];

const categoryFeatures = [
  {
    name: 'type_encoded',
    group: 'category',
    unit: 'log-odds of fraud',
    description: 'Fraud log-odds of the transaction type in the training window, shrunk to the mean.',
    missing: NEVER,
    say: (v) => `This type of transaction carries ${riskWord(v)} risk`,
  },
  {
    name: 'channel_encoded',
    group: 'category',
    unit: 'log-odds of fraud',
    description: 'Fraud log-odds of the channel in the training window, shrunk to the mean.',
    missing: 'missing without a channel',
    say: (v) => `This channel carries ${riskWord(v)} risk`,
  },
  {
    name: 'country_encoded',
    group: 'category',
    unit: 'log-odds of fraud',
    description: 'Fraud log-odds of the country in the training window, shrunk to the mean.',
    missing: 'missing without a country',
    say: (v) => `This country carries ${riskWord(v)} risk`,
  },
  {
    name: 'mcc_encoded',
    group: 'category',
    unit: 'log-odds of fraud',
    description: 'Fraud log-odds of the merchant category (ISO 18245) in the training window.',
    missing: 'missing without a merchant category',
    say: (v) => `This merchant category carries ${riskWord(v)} risk`,
  },
  {
    name: 'merchant_encoded',
    group: 'category',
    unit: 'log-odds of fraud',
    description: 'Fraud log-odds of the merchant in the training window, shrunk to the mean.',
    missing: NO_MERCHANT,
    say: (v) => `This merchant carries ${riskWord(v)} risk`,
  },
] as const satisfies readonly FeatureDefinition[];

/** Log-odds are read against a base rate near one in two hundred. */
function riskWord(logOdds: number): string {
  if (!(logOdds > -9)) return 'an unknown';
  if (logOdds > -3) return 'a high';
  if (logOdds > -4.6) return 'a raised';
  return logOdds > -6 ? 'a usual' : 'a low';
}

const accountCount = <N extends string>(name: N, window: string, words: string, hoursIn: number) => ({
  name,
  group: 'account' as const,
  unit: 'transactions',
  window,
  description: `Transactions of the account in the last ${words}, this one included.`,
  missing: NEVER,
  say: (v: number, look: Look) => {
    const monthly = look('account_tx_count_30d') - v;
    const usual = (monthly / Math.max(1, 720 - hoursIn)) * hoursIn;
    const usually = hoursIn < 720 && monthly > 2 ? `; this account usually makes ${times(usual)}` : '';
    return `${count(v, 'payment')} in the last ${words}${usually}`;
  },
});

const accountSum = <N extends string>(name: N, window: string, words: string) => ({
  name,
  group: 'account' as const,
  unit: 'major units',
  window,
  description: `Amount spent by the account in the last ${words}, this transaction included.`,
  missing: NEVER,
  say: (v: number, _: Look, currency: string) => `${money(v, currency)} spent in the last ${words}`,
});

const accountMean = <N extends string>(name: N, window: string, words: string) => ({
  name,
  group: 'account' as const,
  unit: 'major units',
  window,
  description: `Mean amount of the account’s transactions in the last ${words}, this one included.`,
  missing: NEVER,
  say: (v: number, _: Look, currency: string) =>
    `The account’s mean payment in the last ${words} is ${money(v, currency)}`,
});

const FEW_OTHERS =
  'missing when the account made no other transaction in 30 days, and for accounts with over 256';

const accountUnusual = <N extends string>(name: N, window: string, words: string) => ({
  name,
  group: 'account' as const,
  unit: 'transactions',
  window,
  description: `Transactions of the account in the last ${words} of at least ${UNUSUAL_TIMES} times its usual amount, this one included.`,
  missing: 'missing until the account has a history, and for accounts with over 256 transactions in 30 days',
  say: (v: number) => `${count(v, 'payment')} of an unusual amount in the last ${words}`,
});

const accountNew = <N extends string>(name: N, thing: string, missing: string) => ({
  name,
  group: 'account' as const,
  unit: '0 or 1',
  description: `1 when the ${thing} is not among those this account used most recently.`,
  missing,
  say: (v: number) => (v ? `First time this account uses this ${thing}` : `The account knows this ${thing}`),
});

const accountDistinct = <N extends string>(
  name: N,
  thing: string,
  window: string,
  words: string,
  cap: number,
) => ({
  name,
  group: 'account' as const,
  unit: thing,
  window,
  description: `Different ${thing} of the account in the last ${words}, this transaction included; ${cap} means ${cap} or more.`,
  missing: NEVER,
  say: (v: number) => `${v} different ${thing} in the last ${words}`,
});

const accountFeatures = [
  {
    name: 'account_age_days',
    group: 'account',
    unit: 'days',
    description: `Days since the account was first seen; ${AGE_LIMIT_DAYS} means ${AGE_LIMIT_DAYS} or more.`,
    missing: NO_HISTORY,
    say: (v) => `The account was first seen ${days(v)} ago`,
  },
  accountCount('account_tx_count_1h', '1 h', 'hour', 1),
  accountCount('account_tx_count_24h', '24 h', '24 hours', 24),
  accountCount('account_tx_count_7d', '7 d', '7 days', 168),
  accountCount('account_tx_count_30d', '30 d', '30 days', 720),
  accountSum('account_amount_sum_1h', '1 h', 'hour'),
  accountSum('account_amount_sum_24h', '24 h', '24 hours'),
  accountSum('account_amount_sum_7d', '7 d', '7 days'),
  accountSum('account_amount_sum_30d', '30 d', '30 days'),
  accountMean('account_amount_mean_24h', '24 h', '24 hours'),
  accountMean('account_amount_mean_7d', '7 d', '7 days'),
  accountMean('account_amount_mean_30d', '30 d', '30 days'),
  {
    name: 'amount_to_account_mean',
    group: 'account',
    unit: 'ratio',
    window: '30 d',
    description: 'Amount divided by the account’s mean amount over the last 30 days, this one excluded.',
    missing: 'missing when the account made no other transaction in 30 days',
    say: (v) => `${times(v)} × the account’s mean amount of 30 days`,
  },
  {
    name: 'amount_to_account_max_30d',
    group: 'account',
    unit: 'ratio',
    window: '30 d',
    description:
      'Amount divided by the largest amount of the account in the last 30 days, this one excluded.',
    missing: FEW_OTHERS,
    say: (v) =>
      v > 1
        ? `${times(v)} × the account’s largest payment in 30 days`
        : 'Below the account’s largest payment in 30 days',
  },
  {
    name: 'amount_to_account_usual',
    group: 'account',
    unit: 'ratio',
    description: 'Amount divided by the account’s usual amount, the geometric mean of all before.',
    missing: NO_HISTORY,
    say: (v) => `${times(v)} × the account’s usual amount`,
  },
  accountUnusual('account_unusual_count_7d', '7 d', '7 days'),
  accountUnusual('account_unusual_count_30d', '30 d', '30 days'),
  {
    name: 'amount_zscore',
    group: 'account',
    unit: 'standard deviations',
    description: 'How far the logarithm of the amount lies from the account’s mean, in standard deviations.',
    missing: 'missing until the account has 3 transactions',
    say: (v) =>
      `The amount lies ${Math.abs(v).toFixed(1)} standard deviations ${v >= 0 ? 'above' : 'below'} the account’s usual`,
  },
  {
    name: 'account_small_amount_count_1h',
    group: 'account',
    unit: 'transactions',
    window: '1 h',
    description: `Transactions of the account below ${SMALL_AMOUNT_MAJOR} major units in the last hour, this one included.`,
    missing: 'missing for accounts with over 256 transactions in 30 days',
    say: (v) => `${count(v, 'very small payment')} in the last hour`,
  },
  {
    name: 'account_seconds_since_last',
    group: 'account',
    unit: 'seconds',
    description: 'Time since the account’s previous transaction.',
    missing: NO_HISTORY,
    say: (v) => `${hours(v / 3600)} since the previous payment`,
  },
  {
    name: 'distance_from_last_km',
    group: 'account',
    unit: 'km',
    description: 'Great-circle distance from the place of the account’s previous located transaction.',
    missing: 'missing without a location now or before',
    say: (v) => `${km(v)} from the previous payment`,
  },
  {
    name: 'speed_from_last_kmh',
    group: 'account',
    unit: 'km/h',
    description: 'Speed needed to get here from the place of the previous located transaction.',
    missing: 'missing without a location now or before',
    say: (v, look) =>
      v > 900
        ? `${km(look('distance_from_last_km'))} from the previous payment, faster than a flight`
        : `Travelled at ${Math.round(v)} km/h since the previous payment`,
  },
  accountNew('is_unknown_merchant', 'merchant', `${NO_MERCHANT} or history`),
  {
    name: 'is_foreign_country',
    group: 'account',
    unit: '0 or 1',
    description: 'Whether the country differs from the one the account mostly pays in.',
    missing: 'missing without a country or history',
    say: (v) => (v ? 'Abroad: not the account’s home country' : 'In the account’s home country'),
  },
  accountNew('is_new_country', 'country', 'missing without a country or history'),
  accountNew('is_new_device', 'device', 'missing without a device id or history'),
  accountNew('is_new_counterparty', 'payee', 'missing without a counterparty or history'),
  accountDistinct('account_distinct_merchants_24h', 'merchants', '24 h', '24 hours', 24),
  accountDistinct('account_distinct_merchants_30d', 'merchants', '30 d', '30 days', 24),
  accountDistinct('account_distinct_countries_24h', 'countries', '24 h', '24 hours', 8),
  accountDistinct('account_distinct_countries_30d', 'countries', '30 d', '30 days', 8),
  accountDistinct('account_distinct_devices_24h', 'devices', '24 h', '24 hours', 8),
  accountDistinct('account_distinct_devices_30d', 'devices', '30 d', '30 days', 8),
  accountDistinct('account_distinct_counterparties_24h', 'payees', '24 h', '24 hours', 12),
  {
    name: 'account_known_frauds_30d',
    group: 'account',
    unit: 'frauds',
    window: '30 d',
    description: 'Frauds of the account in the last 30 days that are known by now.',
    missing: NEVER,
    say: (v) =>
      v > 0 ? `${count(v, 'known fraud')} on this account in the last 30 days` : 'No known fraud in 30 days',
  },
  {
    name: 'account_days_since_known_fraud',
    group: 'account',
    unit: 'days',
    description: 'Days since the account’s latest confirmed fraud took place.',
    missing: NO_RECENT_FRAUD,
    say: (v) => `The latest confirmed fraud on this account was ${days(v)} ago`,
  },
] as const satisfies readonly FeatureDefinition[];

const delayed = `, ending ${LABEL_DELAY_DAYS} days ago`;
const merchantCount = <N extends string>(name: N, window: string, words: string, late: boolean) => ({
  name,
  group: 'merchant' as const,
  unit: 'transactions',
  window: late ? `${window}${delayed}` : window,
  description: `Transactions at the merchant in ${words}${late ? delayed : ', this one included'}.`,
  missing: NO_MERCHANT,
  say: (v: number) => `${count(v, 'payment')} at this merchant in ${words}${late ? delayed : ''}`,
});
const merchantRate = <N extends string>(name: N, window: string, words: string) => ({
  name,
  group: 'merchant' as const,
  unit: 'share',
  window: `${window}${delayed}`,
  description: `Share of fraud at the merchant in ${words}${delayed} (0 when there was no transaction).`,
  missing: NO_MERCHANT,
  say: (v: number) => `${percent(v)} of payments at this merchant were fraud in ${words}${delayed}`,
});

const merchantFeatures = [
  merchantCount('merchant_tx_count_1h', '1 h', 'the last hour', false),
  merchantCount('merchant_tx_count_24h', '24 h', 'the last 24 hours', false),
  merchantCount('merchant_tx_count_1d_delayed', '1 d', 'a day', true),
  merchantCount('merchant_tx_count_7d_delayed', '7 d', '7 days', true),
  merchantCount('merchant_tx_count_30d_delayed', '30 d', '30 days', true),
  merchantRate('merchant_fraud_rate_1d_delayed', '1 d', 'a day'),
  merchantRate('merchant_fraud_rate_7d_delayed', '7 d', '7 days'),
  merchantRate('merchant_fraud_rate_30d_delayed', '30 d', '30 days'),
  {
    name: 'merchant_known_frauds_30d',
    group: 'merchant',
    unit: 'frauds',
    window: '30 d',
    description: 'Frauds at the merchant in the last 30 days that are known by now.',
    missing: NO_MERCHANT,
    say: (v) => `${count(v, 'known fraud')} at this merchant in the last 30 days`,
  },
  {
    name: 'merchant_days_since_known_fraud',
    group: 'merchant',
    unit: 'days',
    description: 'Days since the merchant’s latest known fraud took place.',
    missing: NO_RECENT_FRAUD,
    say: (v) => `The latest known fraud at this merchant was ${days(v)} ago`,
  },
  {
    name: 'merchant_days_since_first_known_fraud',
    group: 'merchant',
    unit: 'days',
    window: '37 d',
    description: 'Days since the first fraud at the merchant in the last 37 days that is known by now.',
    missing: 'missing when there is none',
    say: (v) => `The first known fraud at this merchant in 37 days was ${days(v)} ago`,
  },
  {
    name: 'merchant_genuine_since_known_fraud',
    group: 'merchant',
    unit: 'transactions',
    description: `Transactions at the merchant after its latest known fraud${delayed}: they turned out genuine.`,
    missing: NO_RECENT_FRAUD,
    say: (v) =>
      v > 0
        ? `${count(v, 'genuine payment')} at this merchant since its latest known fraud`
        : 'No genuine payment at this merchant since its latest known fraud',
  },
  {
    name: 'merchant_fraud_amount_ratio',
    group: 'merchant',
    unit: 'ratio',
    window: '37 d',
    description:
      'Mean amount of the merchant’s known frauds of the last 37 days divided by its usual amount: near 1 where all that is paid there is at risk, high where stolen cards were used.',
    missing: 'missing when there is none, and for merchants with over 256 transactions in 37 days',
    say: (v) => `Known frauds at this merchant were ${times(v)} × its usual amount`,
  },
  {
    name: 'merchant_amount_zscore',
    group: 'merchant',
    unit: 'standard deviations',
    description: 'How far the logarithm of the amount lies from what this merchant usually sells.',
    missing: 'missing until the merchant has 3 transactions',
    say: (v) =>
      `The amount lies ${Math.abs(v).toFixed(1)} standard deviations ${v >= 0 ? 'above' : 'below'} what is usual at this merchant`,
  },
  {
    name: 'merchant_age_days',
    group: 'merchant',
    unit: 'days',
    description: `Days since the merchant was first seen; ${AGE_LIMIT_DAYS} means ${AGE_LIMIT_DAYS} or more.`,
    missing: 'missing without a merchant id or at its first transaction',
    say: (v) => `The merchant was first seen ${days(v)} ago`,
  },
] as const satisfies readonly FeatureDefinition[];

const shared = <G extends 'device' | 'ip' | 'counterparty', W extends string>(
  group: G,
  thing: string,
  who: W,
  people: string,
) => {
  const missing = `missing without a ${thing}`;
  return [
    {
      name: `${group}_${who}_24h`,
      group,
      unit: people,
      window: '24 h',
      description: `Different ${people} on the same ${thing} in the last 24 hours; 16 means 16 or more.`,
      missing,
      say: (v: number) => `${count(v, 'account')} on the same ${thing} in 24 hours`,
    },
    {
      name: `${group}_${who}_30d`,
      group,
      unit: people,
      window: '30 d',
      description: `Different ${people} on the same ${thing} in the last 30 days; 16 means 16 or more.`,
      missing,
      say: (v: number) => `${count(v, 'account')} on the same ${thing} in 30 days`,
    },
    {
      name: `${group}_tx_count_24h`,
      group,
      unit: 'transactions',
      window: '24 h',
      description: `Transactions on the same ${thing} in the last 24 hours, this one included.`,
      missing,
      say: (v: number) => `${count(v, 'payment')} on the same ${thing} in 24 hours`,
    },
    {
      name: `${group}_age_days`,
      group,
      unit: 'days',
      description: `Days since the ${thing} was first seen; 0 the first time, ${AGE_LIMIT_DAYS} means ${AGE_LIMIT_DAYS} or more.`,
      missing,
      say: (v: number) => (v === 0 ? `The ${thing} was never seen before` : `The ${thing} is ${days(v)} old`),
    },
    {
      name: `${group}_known_frauds`,
      group,
      unit: 'frauds',
      description: `Confirmed frauds on the same ${thing} known by now.`,
      missing,
      say: (v: number) => `${count(v, 'confirmed fraud')} on the same ${thing}`,
    },
  ] as const;
};

const counterpartyFeatures = [
  ...shared('counterparty', 'payee', 'senders', 'senders'),
  {
    name: 'counterparty_amount_sum_24h',
    group: 'counterparty',
    unit: 'major units',
    window: '24 h',
    description: 'Amount sent to the same payee in the last 24 hours, this one included.',
    missing: 'missing without a payee',
    say: (v, _, currency) => `${money(v, currency)} sent to the same payee in 24 hours`,
  },
] as const satisfies readonly FeatureDefinition[];

const inboundFeatures = [
  {
    name: 'account_received_count_24h',
    group: 'inbound',
    unit: 'transfers',
    window: '24 h',
    description: 'Transfers this account received in the last 24 hours.',
    missing: NEVER,
    say: (v) => `The account received ${count(v, 'transfer')} in 24 hours`,
  },
  {
    name: 'account_received_sum_24h',
    group: 'inbound',
    unit: 'major units',
    window: '24 h',
    description: 'Amount this account received in the last 24 hours.',
    missing: NEVER,
    say: (v, _, currency) => `The account received ${money(v, currency)} in 24 hours`,
  },
] as const satisfies readonly FeatureDefinition[];

const ALL = [
  ...transactionFeatures,
  ...categoryFeatures,
  ...accountFeatures,
  ...merchantFeatures,
  ...shared('device', 'device', 'accounts', 'accounts'),
  ...shared('ip', 'IP address', 'accounts', 'accounts'),
  ...counterpartyFeatures,
  ...inboundFeatures,
] as const;

export type FeatureName = (typeof ALL)[number]['name'];
export type Feature = Omit<FeatureDefinition, 'name'> & { readonly name: FeatureName };

export const FEATURES: readonly Feature[] = ALL;
export const FEATURE_COUNT = FEATURES.length;

/** Position of each feature in a feature vector. */
export const INDEX = Object.fromEntries(FEATURES.map((feature, i) => [feature.name, i])) as Readonly<
  Record<FeatureName, number>
>;

export function isFeatureName(name: string): name is FeatureName {
  return Object.hasOwn(INDEX, name);
}

/**
 * What was said of features that mean the same as before where nobody knows the place of a payment, which was the case for all
 * payments then: models of before go on to serve.
 */
const SAID_BEFORE: Readonly<Record<string, { readonly unit?: string; readonly description: string }>> = {
  hour: { unit: 'hour, UTC', description: 'Hour of the day, 0 to 23, UTC.' },
  day_of_week: { description: 'Day of the week, 0 Monday to 6 Sunday, UTC.' },
  is_night: { description: '1 from 00:00:00 to 06:59:59 UTC.' },
  is_weekend: { description: '1 on Saturday and Sunday, UTC.' },
};

/** Changes whenever a feature's meaning may have changed: models trained on another catalogue are refused. */
export const CATALOGUE_HASH = createHash('sha256')
  .update(
    JSON.stringify(
      FEATURES.map(({ name, unit, window, description, missing }) => [
        name,
        SAID_BEFORE[name]?.unit ?? unit,
        window,
        SAID_BEFORE[name]?.description ?? description,
        missing,
      ]),
    ),
  )
  .digest('hex')
  .slice(0, 16);
