// What is said of the clock, of the type and channel, of frauds that are known, and of the account's age.
import { count, days, percent, times, weekday } from '../features/wording.ts';
import { typeWords } from './applies.ts';
import { type ClauseMaker, type Facts, notable, type Said, usual } from './facts.ts';
import { merchantNoun, risk } from './party-clauses.ts';

const YOUNG_DAYS = 14;

export const TIME: readonly ClauseMaker[] = [
  {
    about: ['hour', 'day_of_week', 'is_night', 'is_weekend'],
    say({ value }) {
      const hour = value('hour');
      if (Number.isNaN(hour)) return undefined;
      const day = value('day_of_week');
      const on = Number.isNaN(day) ? '' : `, on a ${weekday(day)}`;
      const between = `between ${hour}:00 and ${hour + 1}:00`;
      return value('is_night') > 0
        ? notable(`made at night, ${between}${on}`)
        : usual(`made ${between}${on}`);
    },
  },
];

const BY_CHANNEL: Readonly<Record<string, string>> = {
  chip: 'with the chip',
  contactless: 'without contact',
  magstripe: 'with the magnetic stripe',
  ecommerce: 'online',
  moto: 'by mail or telephone',
  atm: 'at cash machines',
  online_banking: 'by online banking',
  mobile_app: 'by mobile app',
  branch: 'at a branch',
};

function kindWords({ transaction }: Facts): string {
  const { channel, type } = transaction;
  const what = type === 'withdrawal' || type === 'purchase' || type === 'transfer' ? `${type}s` : '';
  const words =
    what || (type === 'payment' ? 'payments of bills' : `payments of type ${typeWords(transaction)}`);
  return channel === undefined
    ? words
    : `${words} ${BY_CHANNEL[channel] ?? `by ${channel.replaceAll(/[_-]/g, ' ')}`}`;
}

export const KIND: readonly ClauseMaker[] = [
  {
    about: ['type_encoded', 'channel_encoded'],
    say(facts) {
      const { value } = facts;
      const both = [value('type_encoded'), value('channel_encoded')].filter((one) => !Number.isNaN(one));
      return both.length === 0 ? undefined : risk(Math.max(...both), kindWords(facts), true);
    },
  },
];

function latest(daysSince: number, frauds: number): string {
  if (Number.isNaN(daysSince)) return '';
  return `, ${frauds > 1 ? 'the latest ' : ''}${days(daysSince)} ago`;
}

function frauds(feature: string, where: string, since?: string): ClauseMaker {
  return {
    about: since === undefined ? [feature] : [feature, since],
    say({ value }) {
      const known = value(feature);
      const daysSince = since === undefined ? Number.NaN : value(since);
      if (known > 0) {
        const within = since === undefined ? '' : ' within 30 days';
        return notable(`${count(known, 'known fraud')} ${where}${within}${latest(daysSince, known)}`);
      }
      if (!Number.isNaN(daysSince))
        return notable(`the latest known fraud ${where} was ${days(daysSince)} ago`);
      return known === 0 ? usual(`no known fraud ${where}`) : undefined;
    },
  };
}

const shareOfFraud = (window: string, words: string): ClauseMaker => ({
  about: [`merchant_fraud_rate_${window}_delayed`],
  kind: 'share',
  say(facts) {
    const share = facts.value(`merchant_fraud_rate_${window}_delayed`);
    if (!(share > 0)) return undefined;
    return notable(
      `${percent(share)} of payments at this ${merchantNoun(facts)} were fraud in ${words} a week ago`,
    );
  },
});

function atMerchant(facts: Facts): Said | undefined {
  const noun = merchantNoun(facts);
  return frauds('merchant_known_frauds_30d', `at this ${noun}`, 'merchant_days_since_known_fraud').say(
    facts,
    new Set(),
  );
}

export const KNOWN_FRAUD: readonly ClauseMaker[] = [
  frauds('account_known_frauds_30d', 'on this account', 'account_days_since_known_fraud'),
  {
    about: [
      'merchant_known_frauds_30d',
      'merchant_days_since_known_fraud',
      'merchant_days_since_first_known_fraud',
      'merchant_genuine_since_known_fraud',
    ],
    say: atMerchant,
  },
  shareOfFraud('1d', 'a day'),
  shareOfFraud('7d', 'seven days'),
  shareOfFraud('30d', 'thirty days'),
  {
    about: ['merchant_fraud_amount_ratio'],
    say(facts) {
      const ratio = facts.value('merchant_fraud_amount_ratio');
      if (Number.isNaN(ratio)) return undefined;
      return notable(`frauds known at this ${merchantNoun(facts)} were ${times(ratio)} × its usual amount`);
    },
  },
  frauds('device_known_frauds', 'on this device'),
  frauds('ip_known_frauds', 'at this IP address'),
  frauds('counterparty_known_frauds', 'paid to this payee'),
];

export const ACCOUNT: readonly ClauseMaker[] = [
  {
    about: ['account_age_days'],
    say({ value }) {
      const age = value('account_age_days');
      if (Number.isNaN(age)) return notable('the first payment of this account here');
      const text = `the account was first seen ${days(age)} ago`;
      return age < YOUNG_DAYS ? notable(text) : usual(text);
    },
  },
];
