// A decided transaction for tests that are about something else.
import { type Transaction, transactionToJson } from '../domain/transaction.ts';
import type { Decided } from '../engine/process-batch.ts';
import { decisionMessage } from './message-codec.ts';

export function decidedExample(
  transaction: Partial<Transaction> = {},
  decision: Partial<Decided['decision']> = {},
  offset = 7,
): Decided {
  const whole: Transaction = {
    id: 't1', accountId: 'a', occurredAtMs: 1_790_000_000_000, utcOffsetMinutes: undefined, amountMinor: 5, currency: 'EUR', type: 'purchase',
    channel: undefined, merchant: undefined, country: undefined, city: undefined, location: undefined,
    deviceId: undefined, ip: undefined, counterpartyId: undefined, counterpartyName: undefined, billing: undefined, base: undefined,
    attributes: undefined, relatesTo: undefined,
    ...transaction,
  }; // biome-ignore format: short
  return {
    offset,
    transaction: whole,
    receivedAtMs: 1_790_000_000_123,
    decision: {
      transactionId: whole.id,
      outcome: 'approve',
      score: 0.1 + 0.2,
      reasons: [],
      concepts: [],
      rules: [],
      modelVersion: 'm',
      rulesetVersion: 'r',
      catalogueHash: 'c',
      decidedAtMs: 1_790_000_000_125,
      ...decision,
    },
    contentHash: 'h',
    vector: Buffer.of(0, 255, 10),
    engineMs: 0.25,
  };
}

/** As it is on the decisions topic. */
export const publishedBytes = (item: Decided): Uint8Array =>
  decisionMessage(item, Buffer.from(JSON.stringify(transactionToJson(item.transaction))), undefined).value;
