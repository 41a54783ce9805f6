// What is said of where a payment was made, by which device, and who got the money.
import { count, days, hours, km, riskWord } from '../features/wording.ts';
import { type ClauseMaker, type Facts, notable, type Said, usual } from './facts.ts';

const regionNames = new Intl.DisplayNames(['en'], { type: 'region' });

/** Country codes were checked where they came in. */
const countryWords = ({ transaction: { country } }: Facts): string =>
  country === undefined ? 'another country' : (regionNames.of(country) ?? country);

/** Days for which somebody counts as new here. */
const YOUNG_DAYS = 7;
const MANY_PAYMENTS = 5;
const FASTEST_KMH = 900;
const NEAR_KM = 100;

/** A fitted category in words: high and raised speak for suspicion. */
export function risk(logOdds: number, subject: string, isMany = false): Said | undefined {
  if (Number.isNaN(logOdds)) return undefined;
  const word = riskWord(logOdds);
  const text = `${subject} ${isMany ? 'carry' : 'carries'} ${word} risk`;
  return word === 'a high' || word === 'a raised' ? notable(text) : usual(text);
}

const several = (
  feature: string,
  fewest: number,
  say: (value: number) => string,
  kind?: string,
): ClauseMaker => ({
  about: [feature],
  ...(kind !== undefined && { kind }),
  say({ value }) {
    const found = value(feature);
    return found >= fewest ? notable(say(found)) : undefined;
  },
});

function travelled({ value }: Facts): Said | undefined {
  const distance = value('distance_from_last_km');
  if (Number.isNaN(distance)) return undefined;
  if (distance < NEAR_KM) return usual('near the payment before');
  if (value('speed_from_last_kmh') > FASTEST_KMH)
    return notable(`${km(distance)} from the payment before, faster than a flight`);
  const later = distance / value('speed_from_last_kmh');
  return notable(`${km(distance)} from the payment before${later > 0 ? `, ${hours(later)} later` : ''}`);
}

export const PLACE: readonly ClauseMaker[] = [
  { about: ['distance_from_last_km', 'speed_from_last_kmh'], say: travelled },
  {
    about: ['is_new_country'],
    kind: 'country',
    say(facts) {
      const isNew = facts.value('is_new_country');
      if (Number.isNaN(isNew)) return undefined;
      return isNew > 0
        ? notable(`in ${countryWords(facts)}, where the account did not pay before`)
        : usual(`in ${countryWords(facts)}, where the account paid before`);
    },
  },
  {
    about: ['is_foreign_country'],
    kind: 'country',
    say(facts) {
      const isForeign = facts.value('is_foreign_country');
      if (Number.isNaN(isForeign)) return undefined;
      return isForeign > 0
        ? notable(`in ${countryWords(facts)}, not the account’s home country`)
        : usual('in the account’s home country');
    },
  },
  {
    about: ['country_encoded'],
    say: (facts) => risk(facts.value('country_encoded'), `payments in ${countryWords(facts)}`, true),
  },
  several('account_distinct_countries_24h', 2, (n) => `${n} countries within 24 hours`, 'countries'),
  several('account_distinct_countries_30d', 3, (n) => `${n} countries within 30 days`, 'countries'),
];

const sharedBy = (feature: string, where: string, words: string): ClauseMaker =>
  several(feature, 2, (n) => `${count(n, 'account')} ${where} ${words}`, where);

const busy = (feature: string, where: string): ClauseMaker =>
  several(feature, MANY_PAYMENTS, (n) => `${count(n, 'payment')} ${where} within 24 hours`);

export const DEVICE: readonly ClauseMaker[] = [
  {
    about: ['is_new_device', 'device_age_days'],
    say({ value }) {
      const isNew = value('is_new_device');
      if (value('device_age_days') === 0) return notable('a device never seen before');
      if (isNew > 0) return notable('a device new to the account');
      return isNew === 0 ? usual('a device that the account knows') : undefined;
    },
  },
  sharedBy('device_accounts_24h', 'on this device', 'within 24 hours'),
  sharedBy('device_accounts_30d', 'on this device', 'within 30 days'),
  busy('device_tx_count_24h', 'on this device'),
  several('account_distinct_devices_24h', 2, (n) => `${n} devices of the account within 24 hours`, 'devices'),
  several('account_distinct_devices_30d', 3, (n) => `${n} devices of the account within 30 days`, 'devices'),
  {
    about: ['ip_age_days'],
    say({ value }) {
      const age = value('ip_age_days');
      if (Number.isNaN(age)) return undefined;
      return age === 0 ? notable('an IP address never seen before') : usual('an IP address seen before');
    },
  },
  sharedBy('ip_accounts_24h', 'at this IP address', 'within 24 hours'),
  sharedBy('ip_accounts_30d', 'at this IP address', 'within 30 days'),
  busy('ip_tx_count_24h', 'at this IP address'),
];

/** What a merchant is called where a payment of this type is made. */
export const merchantNoun = ({ transaction: { type } }: Facts): string =>
  type === 'withdrawal' ? 'cash machine' : 'merchant';

function traffic(window: string, windowHours: number, words: string): ClauseMaker {
  const feature = `merchant_tx_count_${window}`;
  return {
    about: [feature],
    kind: 'traffic',
    say(facts) {
      const payments = facts.value(feature);
      if (Number.isNaN(payments)) return undefined;
      const perDay = facts.value('merchant_tx_count_30d_delayed') / 30;
      const text = `${count(payments, 'payment')} at this ${merchantNoun(facts)} ${words}`;
      const often = perDay >= 1 ? `, usually ${count(Math.round(perDay), 'payment')} a day` : '';
      const isMany = payments >= 2 * MANY_PAYMENTS && payments > (3 * perDay * windowHours) / 24;
      return isMany ? notable(`${text}${often}`) : usual(text);
    },
  };
}

export const MERCHANT: readonly ClauseMaker[] = [
  {
    about: ['is_unknown_merchant'],
    say(facts) {
      const isNew = facts.value('is_unknown_merchant');
      if (Number.isNaN(isNew)) return undefined;
      return isNew > 0
        ? notable(`a ${merchantNoun(facts)} that the account has not used lately`)
        : usual(`a ${merchantNoun(facts)} that the account uses`);
    },
  },
  {
    about: ['merchant_age_days'],
    say(facts) {
      const { value, transaction } = facts;
      if (!transaction.merchant || Number.isNaN(value('merchant_tx_count_24h'))) return undefined;
      const age = value('merchant_age_days');
      const noun = merchantNoun(facts);
      if (Number.isNaN(age)) return notable(`the first payment seen at this ${noun}`);
      return age < YOUNG_DAYS ? notable(`this ${noun} was first seen ${days(age)} ago`) : undefined;
    },
  },
  {
    about: ['merchant_encoded'],
    say: (facts) => risk(facts.value('merchant_encoded'), `this ${merchantNoun(facts)}`),
  },
  {
    about: ['mcc_encoded'],
    say: ({ value, transaction }) =>
      transaction.type === 'withdrawal'
        ? risk(value('mcc_encoded'), 'cash machines', true)
        : risk(value('mcc_encoded'), `merchants of this kind (MCC ${transaction.merchant?.mcc})`, true),
  },
  traffic('1h', 1, 'within an hour'),
  traffic('24h', 24, 'within 24 hours'),
  {
    about: ['merchant_tx_count_1d_delayed', 'merchant_tx_count_7d_delayed', 'merchant_tx_count_30d_delayed'],
    say(facts) {
      const payments = facts.value('merchant_tx_count_30d_delayed');
      if (Number.isNaN(payments)) return undefined;
      const where = `at this ${merchantNoun(facts)}`;
      return payments === 0
        ? notable(`no payment ${where} until a week ago`)
        : usual(`${count(payments, 'payment')} ${where} in thirty days a week ago`);
    },
  },
  several('account_distinct_merchants_24h', 4, (n) => `${n} merchants within 24 hours`, 'merchants'),
  several('account_distinct_merchants_30d', 10, (n) => `${n} merchants within 30 days`, 'merchants'),
];

export const PAYEE: readonly ClauseMaker[] = [
  {
    about: ['is_new_counterparty'],
    say({ value }) {
      const isNew = value('is_new_counterparty');
      if (Number.isNaN(isNew)) return undefined;
      return isNew > 0
        ? notable('a payee that the account has never paid before')
        : usual('a payee that the account has paid before');
    },
  },
  {
    about: ['counterparty_age_days'],
    say({ value }) {
      const age = value('counterparty_age_days');
      if (age === 0) return notable('nobody has paid this payee before');
      return age < YOUNG_DAYS ? notable(`first paid by anybody ${days(age)} ago`) : undefined;
    },
  },
  sharedBy('counterparty_senders_24h', 'paid this payee', 'within 24 hours'),
  sharedBy('counterparty_senders_30d', 'paid this payee', 'within 30 days'),
  {
    about: ['counterparty_amount_sum_24h', 'counterparty_tx_count_24h'],
    say({ value, sum }) {
      const payments = value('counterparty_tx_count_24h');
      if (!(payments >= 2)) return undefined;
      const total = value('counterparty_amount_sum_24h');
      const of = Number.isNaN(total) ? '' : ` of ${sum(total)}`;
      return notable(`${count(payments, 'payment')}${of} to this payee within 24 hours`);
    },
  },
  several('account_distinct_counterparties_24h', 2, (n) => `${n} payees within 24 hours`),
];
