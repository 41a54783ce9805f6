// A stream of a few people for desks whose catalogue changes part-way: payments, events and labels, some of them late.
import { historiesOf } from '../../src/domain/label.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import type { LogRecord } from '../../src/engine/records.ts';
import { readDocument } from '../../src/features/check-document.ts';
import type { CatalogueDocument } from '../../src/features/document.ts';

export const START_MS = Date.UTC(2026, 8, 1);
const STEP_MS = 400_000;

const aggregate = {
  kind: 'aggregate',
  description: 'Of the customer',
  unit: 'payments',
  missing: 'missing without a customer',
  sentence: '{value} of the customer',
} as const;

/** Aggregates of each sort by customer, of events and of labels; rows of the record, and what uses others. */
export const OWN = {
  data: {
    fields: [
      { name: 'customerId', type: 'id', description: 'The customer', personal: true },
      { name: 'risk.deviceScore', type: 'number', description: 'A score', personal: false },
    ],
    entities: [{ name: 'customer', description: 'Who owns accounts', key: ['customerId'] }],
  },
  features: [
    { ...aggregate, name: 'customer_payments_30d', entity: 'customer', measure: 'count', window: '30d' },
    { ...aggregate, name: 'customer_sum_7d', entity: 'customer', measure: 'sum', of: 'amount', window: '7d' },
    { ...aggregate, name: 'customer_devices_7d', entity: 'customer', measure: 'distinct', of: 'deviceId', window: '7d' },
    { ...aggregate, name: 'customer_score_mean_30d', entity: 'customer', measure: 'mean', of: 'risk.deviceScore', window: '30d', where: 'transaction.channel == "ecommerce"' },
    { ...aggregate, name: 'customer_usual', entity: 'customer', measure: 'zscore', of: 'amount' },
    { ...aggregate, name: 'customer_since_last', entity: 'customer', measure: 'since_last', unit: 'minutes' },
    { ...aggregate, name: 'customer_fraud_rate_30d', entity: 'customer', measure: 'fraud_rate', window: '30d', delay: '1d' },
    { ...aggregate, name: 'customer_failed_24h', entity: 'customer', events: ['failed_login'], measure: 'count', window: '24h' },
    { ...aggregate, name: 'account_payments_90s', entity: 'account', measure: 'count', window: '90s' },
    { kind: 'field', name: 'device_score', description: 'The score', field: 'risk.deviceScore' },
    { kind: 'expression', name: 'twice_customer', description: 'Of another', expression: 'features.customer_payments_30d * 2.0' },
    { kind: 'expression', name: 'half_hour', description: 'Of one of the program', expression: 'features.account_tx_count_1h / 2.0' },
  ],
} as const; // biome-ignore format: a list

export function documentOf(
  part: Partial<{ standard: unknown; data: unknown; features: unknown }>,
): CatalogueDocument {
  const read = readDocument({ format: 'goshawk-catalogue-1', standard: 'all', ...part });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.document;
}

/** `keyFields` is what labels of a record say: nothing of an entity that was not declared yet. */
export type Traffic = readonly ((keyFields: readonly string[]) => LogRecord)[];

export function traffic(seed: number, count: number): Traffic {
  const random = createRandom(seed);
  const among = <T>(list: readonly T[]): T => list[random.below(list.length)];
  const payments: Transaction[] = [];
  const labelled = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    const account = random.below(6);
    const late = random.below(10) === 0 ? random.below(7_200_000) : 0;
    const occurredAtMs = START_MS + i * STEP_MS - late;
    const attributes = {
      ...(random.below(5) > 0 && { customerId: `c${account % 4}` }),
      ...(random.below(2) === 0 && { 'risk.deviceScore': random.next() * 2 - 0.5 }),
    };
    const common = {
      accountId: `a${account}`,
      occurredAtMs,
      attributes,
      ...(random.below(3) > 0 && { deviceId: `d${random.below(5)}` }),
    };
    const kind = random.below(10);
    if (kind === 0 && payments.length > 0) {
      const about = payments[Math.max(0, payments.length - 1 - random.below(200))];
      // Some are told twice, or taken back.
      const fraud = labelled.has(about.id) ? random.below(2) === 0 : random.below(3) > 0;
      labelled.add(about.id);
      return (keyFields) => ({
        kind: 'label',
        label: {
          ...historiesOf(about, keyFields),
          transactionId: about.id,
          fraud,
          source: 'analyst',
          labelledAtMs: occurredAtMs,
        },
      });
    }
    if (kind < 3) {
      const event = { id: `e${i}`, kind: among(['login', 'failed_login']), ...common };
      return () => ({ kind: 'event', event, receivedAtMs: occurredAtMs });
    }
    const transaction: Transaction = {
      id: `t${i}`,
      ...common,
      amountMinor: 100 + random.below(90_000),
      currency: 'EUR',
      type: 'purchase',
      channel: among(['ecommerce', 'chip']),
      merchant: { id: among(['m1', 'm2', 'm3']) },
    };
    payments.push(transaction);
    return () => ({ kind: 'transaction', transaction, receivedAtMs: occurredAtMs });
  });
}
