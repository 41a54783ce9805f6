// What a new installation starts with: a rule for each usual typology that is fraud whatever a model says. Those that
// need a threshold of one's own begin in shadow.
import type { Rule } from './rule.ts';

const rule = (
  id: string,
  action: Rule['action'],
  priority: number,
  text: string,
  expression: string,
  mode: Rule['mode'] = 'live',
): Rule => ({ id, version: 1, action, priority, text, expression, mode });

export const STARTER_RULES: readonly Rule[] = [
  rule(
    'impossible-travel',
    'review',
    30,
    'Two payments too far apart for any flight',
    'features.speed_from_last_kmh > 1000.0 && features.distance_from_last_km > 300.0',
  ),
  rule(
    'card-testing',
    'review',
    30,
    'Many very small payments within an hour',
    'features.account_small_amount_count_1h >= 4.0 && features.amount < 5.0',
  ),
  rule(
    'shared-device-transfer',
    'review',
    30,
    'A large transfer to a new payee from a new device',
    'transaction.type == "transfer" && features.is_new_device == 1.0 &&\n  features.is_new_counterparty == 1.0 && features.amount >= 1000.0',
  ),
  rule(
    'blocked-account',
    'decline',
    10,
    'The account is blocked',
    'inList("blocked-accounts", transaction.accountId)',
  ),
  rule(
    'blocked-device',
    'decline',
    10,
    'The device is blocked',
    'inList("blocked-devices", transaction.deviceId)',
  ),
  rule(
    'blocked-merchant',
    'decline',
    10,
    'The merchant is blocked',
    'inList("blocked-merchants", transaction.merchant.id)',
  ),
  rule(
    'blocked-address',
    'decline',
    10,
    'The IP address is blocked',
    'inList("blocked-addresses", transaction.ip)',
  ),
  rule(
    'watched-country',
    'review',
    40,
    'A transfer to or payment in a watched country',
    'inList("watched-countries", transaction.country) && transaction.amount >= 100.0',
  ),
  rule(
    'sanctioned-name',
    'review',
    5,
    'The payee’s name fits a sanctions list',
    'transaction.type == "transfer" && sanctionMatch(transaction.counterpartyName) >= 0.92',
  ),
  rule(
    'trusted-account',
    'approve',
    20,
    'The account is on the allow list',
    'inList("trusted-accounts", transaction.accountId)',
  ),
  rule(
    'account-takeover',
    'review',
    40,
    'A new device, then most of what the account ever pays at once',
    'features.is_new_device == 1.0 && features.amount_to_account_max_30d >= 3.0 && features.amount >= 300.0',
    'shadow',
  ),
  rule(
    'mule-account',
    'review',
    40,
    'Money came in several times today and goes out to a new payee',
    'transaction.type == "transfer" && features.is_new_counterparty == 1.0 &&\n  features.account_received_count_24h >= 3.0 && features.amount >= 200.0',
    'shadow',
  ),
  rule(
    'gambling-at-night',
    'tag',
    60,
    'Gambling between midnight and five',
    'transaction.merchant.mcc in ["7995", "7801", "7802"] && transaction.hour < 5',
  ),
];

/** Lists that the starter rules read; they begin empty. */
export const STARTER_LISTS = [
  { name: 'blocked-accounts', kind: 'account', purpose: 'block' },
  { name: 'blocked-devices', kind: 'device', purpose: 'block' },
  { name: 'blocked-merchants', kind: 'merchant', purpose: 'block' },
  { name: 'blocked-addresses', kind: 'ip', purpose: 'block' },
  { name: 'watched-countries', kind: 'country', purpose: 'watch' },
  { name: 'trusted-accounts', kind: 'account', purpose: 'allow' },
] as const;
