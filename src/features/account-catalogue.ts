// Features of an account: what it did lately, against what it usually does, and what it received.
import {
  AGE_LIMIT_DAYS,
  type FeatureDefinition,
  type Look,
  NEVER,
  NO_HISTORY,
  NO_MERCHANT,
  NO_RECENT_FRAUD,
  SMALL_AMOUNT_MAJOR,
  UNUSUAL_TIMES,
} from './feature-definition.ts';
import { count, days, hours, km, money, times } from './wording.ts';

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

export const accountFeatures = [
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

export const inboundFeatures = [
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
