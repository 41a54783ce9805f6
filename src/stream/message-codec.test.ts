import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decidedExample, publishedBytes } from './decided-example.ts';
import {
  claimMessage,
  decodeHead,
  decodeMessage,
  eventMessage,
  labelMessage,
  offsetOf,
  sourceOffsetOf,
} from './message-codec.ts';

const ITEMS = [
  decidedExample({ country: 'DE', merchant: { id: 'm', name: 'Ä "M"', mcc: '5812' } }),
  decidedExample({ id: ',"reasons":[] \\ 鍵 "}' }),
  decidedExample(
    { country: 'FR' },
    {
      outcome: 'decline',
      reasons: [{ feature: 'amount', value: null, contribution: 1, text: 'a text, "reasons": in it' }],
      concepts: [
        { concept: 'Ä "own"', contribution: 1, told: [{ text: ',"reasons": in it', features: ['amount'] }] },
        { concept: 'time', contribution: -0.1 },
      ],
      rules: [{ id: 'r', version: 1, action: 'tag', priority: 3, text: 'rule', why: '0.95 like "É", (1).' }],
    },
  ),
  decidedExample({ country: 'SE' }, { draw: { by: 'uncertain', chance: 0.1 + 0.2 } }),
  decidedExample({}, { outcome: 'review', draw: { by: 'flagged', chance: 1 } }),
];

test('a decision comes back as it was published, and its head says the same', () => {
  for (const item of ITEMS) {
    const bytes = publishedBytes(item);
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

test('X8: a decision from before concepts were kept is read, and has none', () => {
  for (const item of ITEMS) {
    const { concepts, ...before } = JSON.parse(Buffer.from(publishedBytes(item)).toString());
    const message = decodeMessage(Buffer.from(JSON.stringify(before)));
    const decided = { ...item, decision: { ...item.decision, concepts: [] } };
    assert.deepEqual(message, { kind: 'decision', decided });
  }
});

test('a message from before heads came first has the same head', () => {
  for (const item of ITEMS) {
    const { kind, offset, transactionId, outcome, score, reasons, ...rest } = JSON.parse(
      Buffer.from(publishedBytes(item)).toString(),
    );
    const old = Buffer.from(
      JSON.stringify({ kind, offset, transactionId, outcome, score, reasons, ...rest }),
    );
    assert.deepEqual(decodeHead(old), decodeHead(publishedBytes(item)));
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

test('Y33: an event comes back as it was published, and has no head', () => {
  const observed = {
    offset: 17,
    event: {
      id: 'e ,"reasons":',
      kind: 'login',
      occurredAtMs: 1_790_000_000_123,
      utcOffsetMinutes: -90,
      attributes: { 'customer.id': '鍵 "', tries: 2, known: false },
    },
    receivedAtMs: 1_790_000_001_000,
    contentHash: 'h',
  };
  const { value, key } = eventMessage(observed, undefined);
  const message = decodeMessage(value);
  assert.deepEqual(message, { kind: 'event', observed });
  assert.deepEqual([offsetOf(message), sourceOffsetOf(value), key], [17, 17, 'e ,"reasons":']);
  assert.equal(decodeHead(value), undefined);
});
