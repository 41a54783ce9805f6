// Features of what accounts share: merchants, devices, addresses and payees.
import {
  AGE_LIMIT_DAYS,
  type FeatureDefinition,
  LABEL_DELAY_DAYS,
  NO_MERCHANT,
  NO_RECENT_FRAUD,
} from './feature-definition.ts';
import { count, days, money, percent, times } from './wording.ts';

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

export const merchantFeatures = [
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

/** What any entity has that accounts share. */
export const shared = <G extends 'device' | 'ip' | 'counterparty', W extends string>(
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

export const counterpartyFeatures = [
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
