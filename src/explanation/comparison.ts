// What is usual of what a concept's sentence tells, for the account and for payments of its kind: as ranges, where they are known.
import type { Transaction } from '../domain/transaction.ts';
import { days, hours, km, number } from '../features/wording.ts';
import { typeWords } from './applies.ts';

export type UsualRange = { readonly low: number; readonly high: number };
export type Usual = {
  /** By its name. */
  readonly feature: string;
  readonly account: UsualRange | null;
  readonly peers: UsualRange | null;
};

type Words = (value: number) => string;
type Subject = readonly [subject: string, unit: 'sum' | 'count' | 'hours' | 'days' | 'km'];

const SPANS = { '1h': 'an hour', '24h': '24 hours', '7d': '7 days', '30d': '30 days' } as const;
type Span = keyof typeof SPANS;
const within = (
  prefix: string,
  spans: readonly Span[],
  subject: string,
  unit: Subject[1] = 'count',
): [string, Subject][] =>
  spans.map((span) => [`${prefix}_${span}`, [`${subject} within ${SPANS[span]}`, unit]]);

/** What is compared, and in what it is said; of other features a range says nothing that anybody reads. */
export const SUBJECTS: ReadonlyMap<string, Subject> = new Map<string, Subject>([
  ['amount', ['Amount', 'sum']],
  ...within('account_amount_sum', ['1h', '24h', '7d', '30d'], 'Spent', 'sum'),
  ...within('account_tx_count', ['1h', '24h', '7d', '30d'], 'Payments'),
  ['account_small_amount_count_1h', ['Very small payments within an hour', 'count']],
  ['account_seconds_since_last', ['After the payment before', 'hours']],
  ['account_received_sum_24h', ['Received within 24 hours', 'sum']],
  ['distance_from_last_km', ['From the payment before', 'km']],
  ...within('account_distinct_countries', ['24h', '30d'], 'Countries'),
  ...within('account_distinct_devices', ['24h', '30d'], 'Devices'),
  ...within('account_distinct_merchants', ['24h', '30d'], 'Merchants'),
  ...within('account_distinct_counterparties', ['24h'], 'Payees'),
  ...within('device_accounts', ['24h', '30d'], 'Accounts on a device'),
  ...within('device_tx_count', ['24h'], 'Payments on a device'),
  ...within('ip_accounts', ['24h', '30d'], 'Accounts at an IP address'),
  ...within('ip_tx_count', ['24h'], 'Payments at an IP address'),
  ...within('merchant_tx_count', ['1h', '24h'], 'Payments at a merchant'),
  ['merchant_known_frauds_30d', ['Known frauds at a merchant within 30 days', 'count']],
  ['merchant_age_days', ['A merchant’s age here', 'days']],
  ...within('counterparty_senders', ['24h', '30d'], 'Accounts that pay a payee'),
  ...within('counterparty_amount_sum', ['24h'], 'Paid to a payee', 'sum'),
  ...within('counterparty_tx_count', ['24h'], 'Payments to a payee'),
  ['counterparty_age_days', ['A payee’s age here', 'days']],
  ['device_age_days', ['A device’s age here', 'days']],
  ['account_age_days', ['An account’s age here', 'days']],
]);

const IN: Readonly<Record<Exclude<Subject[1], 'sum'>, Words>> = {
  count: number,
  hours: (seconds) => hours(seconds / 3600),
  days,
  km,
};

function rangeWords({ low, high }: UsualRange, say: Words): string {
  return say(low) === say(high) ? say(low) : `${say(low)} to ${say(high)}`;
}

const PLURALS: Readonly<Record<string, string>> = {
  purchase: 'purchases',
  withdrawal: 'withdrawals',
  transfer: 'transfers',
  payment: 'payments of bills',
};

/** Of the first of these that anything is known of; undefined where nothing is. */
export function comparison(
  candidates: readonly Usual[],
  transaction: Transaction,
  sum: Words,
): string | undefined {
  for (const { feature, account, peers } of candidates) {
    const found = SUBJECTS.get(feature);
    if (!found || (!account && !peers)) continue;
    const [subject, unit] = found;
    const say = unit === 'sum' ? sum : IN[unit];
    const { type } = transaction;
    const kind = PLURALS[type] ?? `payments of type ${typeWords(transaction)}`;
    const said = [
      ...(account ? [`${rangeWords(account, say)} is usual for this account`] : []),
      ...(peers ? [`${rangeWords(peers, say)} for ${kind} by this channel`] : []),
    ];
    return `${subject}: ${said.join(', ')}`;
  }
  return undefined;
}
