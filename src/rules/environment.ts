// What an expression can name whatever the catalogue: the transaction, the score, lists. One environment with full types checks
// an expression (vocabulary.ts), another with loose ones runs it: typed records would be copied for every transaction.
import { Environment } from '@marcbachmann/cel-js';
import { baseMajor } from '../domain/base-amount.ts';
import { minorPerMajor } from '../domain/currency.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { OwnView } from './own-fields.ts';
import type { Lookups } from './rule.ts';

export const LIMITS = {
  maxAstNodes: 400,
  maxDepth: 40,
  maxListElements: 200,
  maxMapEntries: 50,
  maxCallArguments: 8,
};

/** Fields of `transaction` in a rule. What a transaction does not say is an empty text, never an error. */
export const TRANSACTION_FIELDS = {
  id: 'string',
  accountId: 'string',
  amount: 'double',
  statedAmount: 'double',
  currency: 'string',
  type: 'string',
  channel: 'string',
  country: 'string',
  city: 'string',
  deviceId: 'string',
  ip: 'string',
  counterpartyId: 'string',
  counterpartyName: 'string',
  hour: 'int',
  relation: 'string',
  merchant: { id: 'string', name: 'string', mcc: 'string' },
} as const;

export const FIELD_WORDS: Readonly<Record<string, string>> = {
  'transaction.id': 'Its number',
  'transaction.accountId': 'Account or card token',
  'transaction.amount': 'Amount in units of the base currency, such as 12.34',
  'transaction.statedAmount': 'Amount as it was sent, in units of transaction.currency',
  'transaction.currency': 'The currency that statedAmount is in: ISO 4217, such as EUR',
  'transaction.type': 'purchase, withdrawal, transfer, payment, or a type of your own',
  'transaction.channel':
    'chip, contactless, magstripe, ecommerce, moto, atm, online_banking, mobile_app, branch, or one of your own; empty where not stated',
  'transaction.country': 'ISO 3166-1, such as DE; empty where not stated',
  'transaction.city': 'City; empty where not stated',
  'transaction.deviceId': 'Device; empty where not stated',
  'transaction.ip': 'IP address; empty where not stated',
  'transaction.counterpartyId': 'Payee’s account; empty where not stated',
  'transaction.counterpartyName': 'Payee’s name; empty where not stated',
  'transaction.hour': 'Hour of the day where it was made, 0 to 23; UTC where its offset is not known',
  'transaction.relation':
    'How it stands to the transaction that it relates to: refund, reversal, completion, return; empty where it relates to none',
  'transaction.merchant.id': 'Merchant; empty where not stated',
  'transaction.merchant.name': 'Merchant’s name; empty where not stated',
  'transaction.merchant.mcc': 'ISO 18245 category, four digits; empty where not stated',
  score: 'Probability of fraud by the model, 0 to 1',
  'inList(list, value)': 'Whether a list holds a value: inList("blocked-devices", transaction.deviceId)',
  'sanctionMatch(name)':
    'How well a name fits the sanctions lists, 0 to 1: sanctionMatch(transaction.counterpartyName) > 0.9',
};

export const FUNCTIONS = {
  inList: 'inList(string, string): bool',
  sanctionMatch: 'sanctionMatch(string): double',
} as const;

/** What is called answers at once: the evaluator need not look for promises. */
const AT_ONCE = { async: false };

/** Runs expressions; `nowMs` is the moment that lists are asked about. */
export function runningEnvironment(lookups: Lookups, nowMs: () => number): Environment {
  // What is checked already: a field of unknown type beside a text is a list of texts.
  return new Environment({ limits: LIMITS, homogeneousAggregateLiterals: false })
    .registerVariable('features', 'map<string, double>')
    .registerVariable('transaction', 'map<string, dyn>')
    .registerVariable('score', 'double')
    .registerFunction(
      FUNCTIONS.inList,
      (list: string, value: string) => lookups.list(list)?.has(value, nowMs()) === true,
      AT_ONCE,
    )
    .registerFunction(
      FUNCTIONS.sanctionMatch,
      (name: string) => (name === '' ? 0 : lookups.sanctionMatch(name)),
      AT_ONCE,
    );
}

export type RuleTransaction = {
  id: string;
  accountId: string;
  amount: number;
  statedAmount: number;
  currency: string;
  type: string;
  channel: string;
  country: string;
  city: string;
  deviceId: string;
  ip: string;
  counterpartyId: string;
  counterpartyName: string;
  hour: bigint;
  relation: string;
  merchant: { id: string; name: string; mcc: string };
  /** Own fields that are read; the view that made it fills it. */
  attributes?: OwnView['attributes'];
};

const HOURS = Array.from({ length: 24 }, (_, hour) => BigInt(hour));

export const emptyTransaction = (): RuleTransaction => ({
  id: '',
  accountId: '',
  amount: 0,
  statedAmount: 0,
  currency: '',
  type: '',
  channel: '',
  country: '',
  city: '',
  deviceId: '',
  ip: '',
  counterpartyId: '',
  counterpartyName: '',
  hour: HOURS[0],
  relation: '',
  merchant: { id: '', name: '', mcc: '' },
});

/** Fills what rules see of a transaction; the same object serves every transaction. */
export function fillTransaction(target: RuleTransaction, t: Transaction): void {
  target.id = t.id;
  target.accountId = t.accountId;
  target.amount = baseMajor(t);
  target.statedAmount = t.amountMinor / minorPerMajor(t.currency);
  target.currency = t.currency;
  target.type = t.type;
  target.channel = t.channel ?? '';
  target.country = t.country ?? '';
  target.city = t.city ?? '';
  target.deviceId = t.deviceId ?? '';
  target.ip = t.ip ?? '';
  target.counterpartyId = t.counterpartyId ?? '';
  target.counterpartyName = t.counterpartyName ?? '';
  const localMs = t.occurredAtMs + (t.utcOffsetMinutes ?? 0) * 60_000;
  target.hour = HOURS[Math.floor((((localMs % 86_400_000) + 86_400_000) % 86_400_000) / 3_600_000)];
  target.relation = t.relatesTo?.kind ?? '';
  target.merchant.id = t.merchant?.id ?? '';
  target.merchant.name = t.merchant?.name ?? '';
  target.merchant.mcc = t.merchant?.mcc ?? '';
}
