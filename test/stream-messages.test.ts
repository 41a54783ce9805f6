import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { CustomerEvent } from '../src/domain/customer-event.ts';
import type { Label } from '../src/domain/label.ts';
import { closed } from '../src/protocol/closed-schema.ts';
import { KeptEvent } from '../src/protocol/events.ts';
import {
  ClaimMessage,
  DeadLetterMessage,
  DecisionMessage,
  EventMessage,
  LabelMessage,
  LabelRecord,
} from '../src/protocol/stream.ts';
import { decidedExample, publishedBytes } from '../src/stream/decided-example.ts';
import { claimMessage, deadLetterMessage, eventMessage, labelMessage } from '../src/stream/message-codec.ts';
import { encodeEvent, encodeLabel } from '../src/stream/record-codec.ts';

const LABEL: Label = {
  transactionId: 't1', fraud: true, fraudType: 'account_takeover', source: 'customer', labelledAtMs: 1_790_000_100_000,
  accountId: 'a', occurredAtMs: 1_790_000_000_000, merchantId: 'm', deviceId: 'd', ip: '203.0.113.9', counterpartyId: 'c',
}; // biome-ignore format: short
const EVENT: CustomerEvent = {
  id: 'e', kind: 'login', occurredAtMs: 1_790_000_000_000, utcOffsetMinutes: 540, accountId: 'a', deviceId: 'd', ip: '203.0.113.9',
  counterpartyId: 'c', country: 'DE', attributes: { 'customer.id': 'c1', tries: 2, known: true },
}; // biome-ignore format: short
const DECIDED = decidedExample(
  {
    utcOffsetMinutes: 540, channel: 'ecommerce', merchant: { id: 'm', name: 'M', mcc: '5812' }, country: 'DE', city: 'Ulm',
    location: { lat: 48.4, lon: 10 }, deviceId: 'd', ip: '203.0.113.9', counterpartyId: 'c', counterpartyName: 'C',
    billing: { amountMinor: 6, currency: 'USD' },
    base: { amountMinor: 7, currency: 'CHF', rate: 1.1, rateDate: '2026-09-21', source: 'billing' },
  },
  {
    outcome: 'decline',
    reasons: [{ feature: 'amount', value: null, contribution: 1, text: 'a text' }],
    concepts: [
      { concept: 'amount', contribution: 1, told: [{ text: 'a clause', features: ['amount'] }] },
      { concept: 'time', contribution: -0.5 },
    ],
    rules: [{ id: 'r', version: 1, action: 'tag', priority: 3, text: 'rule', why: 'why', shadow: true }],
  },
); // biome-ignore format: short
const RAW = {
  offset: 3, timestampMs: 1_790_000_000_000, key: Buffer.from('a'), value: Buffer.from('{}'), headers: new Map<string, string>(),
}; // biome-ignore format: short

function holds(schema: TSchema, bytes: Uint8Array): void {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString());
  const validator = Compile(closed(schema));
  assert.deepEqual([...validator.Errors(value)].slice(0, 1), []);
}

test('A19 what is written to the topics is as the document of messages says', () => {
  holds(DecisionMessage, publishedBytes(DECIDED));
  holds(DecisionMessage, publishedBytes(decidedExample()));
  holds(LabelMessage, labelMessage({ offset: 1, label: LABEL }).value);
  holds(LabelRecord, encodeLabel(LABEL).value);
  holds(
    EventMessage,
    eventMessage({ offset: 1, event: EVENT, receivedAtMs: 0, contentHash: 'h' }, undefined).value,
  );
  holds(KeptEvent, encodeEvent(EVENT).value);
  holds(ClaimMessage, claimMessage(3));
  const problems = [{ pointer: '/x', message: 'wrong' }];
  const subject = { kind: 'transaction', accountId: 'a', transactionId: 't' } as const;
  holds(DeadLetterMessage, deadLetterMessage(RAW, problems, undefined).value);
  const event = { kind: 'event', accountId: 'a', eventId: 'e' } as const;
  for (const one of [subject, event])
    holds(
      DeadLetterMessage,
      deadLetterMessage(RAW, problems, undefined, { step: 'deciding', subject: one }).value,
    );
});
