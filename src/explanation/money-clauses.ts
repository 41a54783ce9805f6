// What is said of the amount, of the pace of payments, and of money that came in.
import { count, days, hours, times } from '../features/wording.ts';
import { type ClauseMaker, type Facts, notable, type Said, usual } from './facts.ts';

/** From so many times the usual on, an amount is told as another. */
const OTHER_AMOUNT = 1.5;
const FAR_DEVIATIONS = 2;

const isFirst = ({ value }: Facts): boolean => Number.isNaN(value('account_age_days'));

/** What is said of who gets the money, by type. */
const PARTIES: Readonly<Record<string, { isNew: string; known: string; said: string; other: string }>> = {
  purchase: {
    isNew: 'is_unknown_merchant',
    known: 'at a merchant the account uses',
    said: 'at this merchant',
    other: 'at a merchant new to the account',
  },
  transfer: {
    isNew: 'is_new_counterparty',
    known: 'to a payee paid before',
    said: 'to this payee',
    other: 'to a payee never paid before',
  },
};
const PARTY_OF: Readonly<Record<string, keyof typeof PARTIES>> = {
  purchase: 'purchase',
  transfer: 'transfer',
  payment: 'transfer',
};

/** The amount, and whom it goes to; that it is a new payee or merchant, where nobody said it before. */
function headOf(facts: Facts, told: ReadonlySet<string>): Said {
  const { transaction, amount, sum, value } = facts;
  const { type } = transaction;
  const party = PARTIES[PARTY_OF[type] ?? ''];
  const isHigh = value('is_high_amount') > 0;
  const plain = (words: string): Said => (isHigh ? notable : usual)(`${sum(amount)}${words}`);
  if (!party) return plain(type === 'withdrawal' ? ' in cash' : '');
  const isNew = value(party.isNew);
  if (told.has(party.isNew)) return plain(` ${party.said}`);
  if (Number.isNaN(isNew)) return plain('');
  return isNew > 0 ? notable(`${sum(amount)} ${party.other}`, party.isNew) : plain(` ${party.known}`);
}

export const AMOUNT_HEAD: ClauseMaker = {
  about: ['amount', 'amount_log', 'is_high_amount'],
  say: headOf,
};

function againstUsual(facts: Facts): Said | undefined {
  const { value, sum, amount } = facts;
  if (isFirst(facts)) return notable('the account’s first payment here');
  const ratio = value('amount_to_account_usual');
  if (Number.isNaN(ratio)) return undefined;
  const of = `the account’s usual ${sum(amount / ratio)}`;
  if (ratio >= OTHER_AMOUNT) return notable(`${times(ratio)} × ${of}`);
  return usual(ratio <= 1 / OTHER_AMOUNT ? `below ${of}` : `near ${of}`);
}

function againstMerchant({ value }: Facts): Said | undefined {
  const deviations = value('merchant_amount_zscore');
  if (Number.isNaN(deviations)) return undefined;
  if (Math.abs(deviations) < 1) return usual('as usual at this merchant');
  const far = Math.abs(deviations) >= FAR_DEVIATIONS ? 'far ' : '';
  return notable(`${far}${deviations > 0 ? 'above' : 'below'} what is usual at this merchant`);
}

const HOURS_OF_MONTH = 720;
/** From so many times what the account usually spends in that time on, a sum is told. */
const MUCH_TIMES = 3;

/** What is usual in a window, of a figure of the month around it: nothing of a month that has no more. */
const usualIn = (ofMonth: number, inWindow: number, windowHours: number): number =>
  ((ofMonth - inWindow) / (HOURS_OF_MONTH - windowHours)) * windowHours;

const spent = (window: string, words: string, windowHours: number): ClauseMaker => ({
  about: [`account_amount_sum_${window}`],
  kind: 'spent',
  say({ value, sum }) {
    const payments = value(`account_tx_count_${window}`);
    const total = value(`account_amount_sum_${window}`);
    const isMuch = total > MUCH_TIMES * usualIn(value('account_amount_sum_30d'), total, windowHours);
    if (!(payments >= 2) || !isMuch) return undefined;
    return notable(`${sum(total)} in ${count(payments, 'payment')} ${words}`);
  },
});

const unusualAmounts = (window: string, words: string): ClauseMaker => ({
  about: [`account_unusual_count_${window}`],
  kind: 'unusual',
  say({ value }) {
    const payments = value(`account_unusual_count_${window}`);
    return payments >= 2
      ? notable(`one of ${count(payments, 'payment')} of an unusual amount in ${words}`)
      : undefined;
  },
});

export const AMOUNT: readonly ClauseMaker[] = [
  {
    about: [
      'amount_to_account_usual',
      'amount_zscore',
      'amount_to_account_mean',
      'account_amount_mean_24h',
      'account_amount_mean_7d',
      'account_amount_mean_30d',
    ],
    say: againstUsual,
  },
  {
    about: ['amount_to_account_max_30d'],
    say({ value }) {
      const ratio = value('amount_to_account_max_30d');
      if (ratio >= OTHER_AMOUNT) return notable(`${times(ratio)} × its largest in 30 days`);
      return ratio > 1 ? notable('its largest in 30 days') : undefined;
    },
  },
  { about: ['merchant_amount_zscore'], say: againstMerchant },
  spent('1h', 'within an hour', 1),
  spent('24h', 'within 24 hours', 24),
  spent('7d', 'within 7 days', 168),
  {
    about: ['account_amount_sum_30d'],
    kind: 'spent',
    say({ value, sum }) {
      const total = value('account_amount_sum_30d');
      return Number.isNaN(total) ? undefined : usual(`${sum(total)} within 30 days`);
    },
  },
  unusualAmounts('7d', '7 days'),
  unusualAmounts('30d', '30 days'),
];

function paceWords(perDay: number): string {
  if (!(perDay > 0)) return '';
  return perDay >= 1
    ? `, usually ${count(Math.round(perDay), 'payment')} a day`
    : `, usually one in ${days(1 / perDay)}`;
}

const counted = (window: string, words: string, windowHours: number): ClauseMaker => ({
  about: [`account_tx_count_${window}`],
  kind: 'counted',
  say({ value }) {
    const payments = value(`account_tx_count_${window}`);
    if (Number.isNaN(payments)) return undefined;
    const perDay = (usualIn(value('account_tx_count_30d'), payments, windowHours) / windowHours) * 24;
    const isMany = payments >= 2 && payments > 2 * perDay * (windowHours / 24);
    if (isMany) return notable(`${count(payments, 'payment')} ${words}${paceWords(perDay)}`);
    return usual(
      payments === 1 ? `no other payment ${words}` : `${count(payments, 'payment')} ${words}, as usual`,
    );
  },
});

const FEW_IN_A_MONTH = 3;
const SOON_SECONDS = 300;
const LONG_SECONDS = 14 * 86_400;

export const PACE: readonly ClauseMaker[] = [
  counted('1h', 'within an hour', 1),
  counted('24h', 'within 24 hours', 24),
  counted('7d', 'within 7 days', 168),
  {
    about: ['account_tx_count_30d'],
    kind: 'counted',
    say({ value }) {
      const payments = value('account_tx_count_30d');
      if (Number.isNaN(payments)) return undefined;
      if (payments === 1) return notable('its only payment in 30 days');
      const text = `${count(payments, 'payment')} in 30 days`;
      return payments <= FEW_IN_A_MONTH ? notable(`only ${text}`) : usual(text);
    },
  },
  {
    about: ['account_small_amount_count_1h'],
    say({ value }) {
      const payments = value('account_small_amount_count_1h');
      return payments >= 2 ? notable(`${count(payments, 'very small payment')} within an hour`) : undefined;
    },
  },
  {
    about: ['account_seconds_since_last'],
    say({ value }) {
      const seconds = value('account_seconds_since_last');
      if (Number.isNaN(seconds)) return undefined;
      if (seconds >= LONG_SECONDS) return notable(`the first payment after ${days(seconds / 86_400)}`);
      const text = `${hours(seconds / 3600)} after the payment before`;
      return seconds < SOON_SECONDS ? notable(text) : usual(text);
    },
  },
];

export const MONEY_IN: readonly ClauseMaker[] = [
  {
    about: ['account_received_sum_24h', 'account_received_count_24h'],
    say({ value, sum, amount }) {
      const received = value('account_received_sum_24h');
      if (Number.isNaN(received)) return undefined;
      if (received <= 0) return usual('nothing came in within 24 hours');
      const transfers = value('account_received_count_24h');
      const by = transfers > 1 ? ` by ${count(transfers, 'transfer')}` : '';
      const out = amount >= received / 2 ? `, and ${sum(amount)} goes out now` : '';
      return notable(`${sum(received)} came in within 24 hours${by}${out}`);
    },
  },
];
