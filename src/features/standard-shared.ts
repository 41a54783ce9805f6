// Features of what accounts share: merchants, devices, addresses and payees.
import type { ProgramConcept } from '../domain/concept.ts';
import { AGE_LIMIT_DAYS, NO_MERCHANT, NO_RECENT_FRAUD } from './feature-definition.ts';
import { type Aggregate, aggregate, DELAY, DELAYED, type ProgramFeature } from './standard-words.ts';

const ofMerchant = (definition: Omit<Aggregate, 'entity'>): ProgramFeature =>
  aggregate('merchant', { entity: 'merchant', ...definition });

const count = (name: string, window: string, words: string, isDelayed: boolean): ProgramFeature =>
  ofMerchant({
    name,
    concept: 'merchant',
    measure: 'count',
    window,
    ...(isDelayed && { delay: DELAY }),
    unit: 'transactions',
    description: `Transactions at the merchant in ${words}${isDelayed ? DELAYED : ', this one included'}.`,
    missing: NO_MERCHANT,
    sentence: `{count(value, "payment")} at this merchant in ${words}${isDelayed ? DELAYED : ''}`,
  });

const rate = (name: string, window: string, words: string): ProgramFeature =>
  ofMerchant({
    name,
    concept: 'known fraud',
    measure: 'fraud_rate',
    window,
    delay: DELAY,
    otherwise: 0,
    unit: 'share',
    description: `Share of fraud at the merchant in ${words}${DELAYED} (0 when there was no transaction).`,
    missing: NO_MERCHANT,
    sentence: `{percent(value)} of payments at this merchant were fraud in ${words}${DELAYED}`,
  });

const FRAUDS: readonly ProgramFeature[] = [
  ofMerchant({
    name: 'merchant_known_frauds_30d',
    concept: 'known fraud',
    measure: 'fraud_count',
    window: '30d',
    unit: 'frauds',
    description: 'Frauds at the merchant in the last 30 days that are known by now.',
    missing: NO_MERCHANT,
    sentence: '{count(value, "known fraud")} at this merchant in the last 30 days',
  }),
  ofMerchant({
    name: 'merchant_days_since_known_fraud',
    concept: 'known fraud',
    measure: 'since_fraud',
    limit: AGE_LIMIT_DAYS,
    unit: 'days',
    description: 'Days since the merchant’s latest known fraud took place.',
    missing: NO_RECENT_FRAUD,
    sentence: 'The latest known fraud at this merchant was {days(value)} ago',
  }),
  ofMerchant({
    name: 'merchant_days_since_first_known_fraud',
    concept: 'known fraud',
    measure: 'since_first_fraud',
    window: '37d',
    unit: 'days',
    description: 'Days since the first fraud at the merchant in the last 37 days that is known by now.',
    missing: 'missing when there is none',
    sentence: 'The first known fraud at this merchant in 37 days was {days(value)} ago',
  }),
  ofMerchant({
    name: 'merchant_genuine_since_known_fraud',
    concept: 'known fraud',
    measure: 'genuine_since_fraud',
    delay: DELAY,
    limit: AGE_LIMIT_DAYS,
    unit: 'transactions',
    description: `Transactions at the merchant after its latest known fraud${DELAYED}: they turned out genuine.`,
    missing: NO_RECENT_FRAUD,
    sentence:
      '{value > 0.0 ? count(value, "genuine payment") + " at this merchant since its latest known fraud" : "No genuine payment at this merchant since its latest known fraud"}',
  }),
  ofMerchant({
    name: 'merchant_fraud_amount_ratio',
    concept: 'known fraud',
    measure: 'fraud_value_ratio',
    window: '37d',
    unit: 'ratio',
    description:
      'Mean amount of the merchant’s known frauds of the last 37 days divided by its usual amount: near 1 where all that is paid there is at risk, high where stolen cards were used.',
    missing: 'missing when there is none, and for merchants with over 256 transactions in 37 days',
    sentence: 'Known frauds at this merchant were {times(value)} × its usual amount',
  }),
];

export const MERCHANT_FEATURES: readonly ProgramFeature[] = [
  count('merchant_tx_count_1h', '1h', 'the last hour', false),
  count('merchant_tx_count_24h', '24h', 'the last 24 hours', false),
  count('merchant_tx_count_1d_delayed', '1d', 'a day', true),
  count('merchant_tx_count_7d_delayed', '7d', '7 days', true),
  count('merchant_tx_count_30d_delayed', '30d', '30 days', true),
  rate('merchant_fraud_rate_1d_delayed', '1d', 'a day'),
  rate('merchant_fraud_rate_7d_delayed', '7d', '7 days'),
  rate('merchant_fraud_rate_30d_delayed', '30d', '30 days'),
  ...FRAUDS,
  ofMerchant({
    name: 'merchant_amount_zscore',
    concept: 'amount',
    measure: 'zscore',
    of: 'amount',
    anyTime: true,
    unit: 'standard deviations',
    description: 'How far the logarithm of the amount lies from what this merchant usually sells.',
    missing: 'missing until the merchant has 3 transactions',
    sentence:
      'The amount lies {tenths(abs(value))} standard deviations {value >= 0.0 ? "above" : "below"} what is usual at this merchant',
  }),
  ofMerchant({
    name: 'merchant_age_days',
    concept: 'merchant',
    measure: 'age',
    limit: AGE_LIMIT_DAYS,
    unit: 'days',
    description: `Days since the merchant was first seen; ${AGE_LIMIT_DAYS} means ${AGE_LIMIT_DAYS} or more.`,
    missing: 'missing without a merchant id or at its first transaction',
    sentence: 'The merchant was first seen {days(value)} ago',
  }),
];

/** What any entity has that accounts share. */
function shared(entity: string, concept: ProgramConcept, thing: string, people: string): ProgramFeature[] {
  const said = { entity, concept, missing: `missing without a ${thing}` };
  const users = (window: string, words: string): ProgramFeature =>
    aggregate(entity, {
      ...said,
      name: `${entity}_${people}_${window}`,
      measure: 'distinct',
      of: 'accountId',
      upTo: 16,
      window,
      unit: people,
      description: `Different ${people} on the same ${thing} in the last ${words}; 16 means 16 or more.`,
      sentence: `{count(value, "account")} on the same ${thing} in ${words}`,
    });
  return [
    users('24h', '24 hours'),
    users('30d', '30 days'),
    aggregate(entity, {
      ...said,
      name: `${entity}_tx_count_24h`,
      measure: 'count',
      window: '24h',
      unit: 'transactions',
      description: `Transactions on the same ${thing} in the last 24 hours, this one included.`,
      sentence: `{count(value, "payment")} on the same ${thing} in 24 hours`,
    }),
    aggregate(entity, {
      ...said,
      name: `${entity}_age_days`,
      measure: 'age',
      limit: AGE_LIMIT_DAYS,
      otherwise: 0,
      unit: 'days',
      description: `Days since the ${thing} was first seen; 0 the first time, ${AGE_LIMIT_DAYS} means ${AGE_LIMIT_DAYS} or more.`,
      sentence: `{value == 0.0 ? "The ${thing} was never seen before" : "The ${thing} is " + days(value) + " old"}`,
    }),
    aggregate(entity, {
      ...said,
      name: `${entity}_known_frauds`,
      concept: 'known fraud',
      measure: 'fraud_count',
      unit: 'frauds',
      description: `Confirmed frauds on the same ${thing} known by now.`,
      sentence: `{count(value, "confirmed fraud")} on the same ${thing}`,
    }),
  ];
}

export const SHARED_FEATURES: readonly ProgramFeature[] = [
  ...shared('device', 'device and session', 'device', 'accounts'),
  ...shared('ip', 'device and session', 'IP address', 'accounts'),
  ...shared('counterparty', 'payee', 'payee', 'senders'),
  aggregate('counterparty', {
    entity: 'counterparty',
    name: 'counterparty_amount_sum_24h',
    concept: 'payee',
    measure: 'sum',
    of: 'amount',
    window: '24h',
    added: true,
    unit: 'major units',
    description: 'Amount sent to the same payee in the last 24 hours, this one included.',
    missing: 'missing without a payee',
    sentence: '{money(value, currency)} sent to the same payee in 24 hours',
  }),
];
