import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Transaction, transactionToJson } from '../domain/transaction.ts';
import type { Decided } from '../engine/process-batch.ts';
import { claimMessage, decisionMessage, decodeHead, decodeMessage, labelMessage } from './message-codec.ts';

const decided = (transaction: Partial<Transaction>, decision: Partial<Decided['decision']> = {}): Decided => {
  const whole: Transaction = {
    id: 't1', accountId: 'a', occurredAtMs: 1_790_000_000_000, amountMinor: 5, currency: 'EUR', type: 'purchase',
    channel: undefined, merchant: undefined, country: undefined, city: undefined, location: undefined,
    deviceId: undefined, ip: undefined, counterpartyId: undefined, counterpartyName: undefined, ...transaction,
  }; // biome-ignore format: short
  return {
    offset: 7,
    transaction: whole,
    receivedAtMs: 1_790_000_000_123,
    decision: {
      transactionId: whole.id,
      outcome: 'approve',
      score: 0.1 + 0.2,
      reasons: [],
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
};
const bytesOf = (item: Decided): Uint8Array =>
  decisionMessage(item, Buffer.from(JSON.stringify(transactionToJson(item.transaction))), undefined).value;

const ITEMS = [
  decided({ country: 'DE', merchant: { id: 'm', name: 'Ä "M"', mcc: '5812' } }),
  decided({ id: ',"reasons":[] \\ 鍵 "}' }),
  decided(
    { country: 'FR' },
    {
      outcome: 'decline',
      reasons: [{ feature: 'amount', value: null, contribution: 1, text: 'a text, "reasons": in it' }],
      rules: [{ id: 'r', version: 1, action: 'tag', priority: 3, text: 'rule' }],
    },
  ),
];

test('a decision comes back as it was published, and its head says the same', () => {
  for (const item of ITEMS) {
    const bytes = bytesOf(item);
    const message = decodeMessage(bytes);
    assert.deepEqual(message, { kind: 'decision', decided: item });
    const { transactionId, outcome, score, decidedAtMs } = item.decision;
    const { offset, receivedAtMs, engineMs } = item;
    const country = item.transaction.country ?? '??';
    assert.deepEqual(decodeHead(bytes), {
      offset, transactionId, outcome, score, receivedAtMs, decidedAtMs, engineMs, country,
    }); // biome-ignore format: short
  }
});

test('a message from before heads came first has the same head', () => {
  for (const item of ITEMS) {
    const { kind, offset, transactionId, outcome, score, reasons, ...rest } = JSON.parse(
      Buffer.from(bytesOf(item)).toString(),
    );
    const old = Buffer.from(
      JSON.stringify({ kind, offset, transactionId, outcome, score, reasons, ...rest }),
    );
    assert.deepEqual(decodeHead(old), decodeHead(bytesOf(item)));
  }
});

test('what is no decision has no head', () => {
  const label = { transactionId: ',"reasons":', fraud: true, source: 'customer', labelledAtMs: 0 } as const;
  assert.equal(
    decodeHead(labelMessage({ offset: 1, label: { ...label, accountId: 'a', occurredAtMs: 0 } }).value),
    undefined,
  );
  assert.equal(decodeHead(claimMessage(3)), undefined);
});
