import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../domain/decision.ts';
import type { Decided } from '../engine/process-batch.ts';
import { committedOf } from '../ports/stream/committed.ts';
import { decidedExample, publishedBytes } from './decided-example.ts';
import { claimMessage, labelMessage } from './message-codec.ts';
import { readCommitted } from './read-committed.ts';

const RECEIVED_MS = decidedExample().receivedAtMs;
const LATER_MS = 30;

const decided = (offset: number, id: string, outcome: Outcome): Decided =>
  decidedExample({ id, amountMinor: 250, country: 'DE' }, { outcome }, offset);
const record = (value: Uint8Array | null) => ({
  offset: 0,
  timestampMs: RECEIVED_MS + LATER_MS,
  key: null,
  value,
  headers: new Map<string, string>(),
});

test('TOLD1 Every decision is counted once; those that were flagged, and all labels, are there whole: off the topic, with those that are waited for', () => {
  const approved = decided(4, 'approved', 'approve');
  const waitedFor = decided(5, 'waited for', 'approve');
  const declined = decided(7, 'declined', 'decline');
  const label = {
    transactionId: 'declined', fraud: true, source: 'customer', labelledAtMs: 2000, accountId: 'a',
    occurredAtMs: 1000,
  } as const; // biome-ignore format: short
  const heads: (readonly [string, number])[] = [];
  const parts = {
    isAwaited: (id: string) => id === 'waited for',
    onHead: (head: { transactionId: string; receivedAtMs: number }, publishedAtMs: number) =>
      heads.push([head.transactionId, publishedAtMs - head.receivedAtMs]),
  };
  const records = [
    record(claimMessage(3)),
    record(publishedBytes(decided(3, 'of before', 'decline'))),
    record(publishedBytes(approved)),
    record(publishedBytes(waitedFor)),
    record(null),
    record(publishedBytes(waitedFor)),
    record(labelMessage({ offset: 6, label }).value),
    record(publishedBytes(declined)),
  ];
  const { committed, awaited, reached } = readCommitted(records, 3, parts);
  assert.equal(reached, 7);
  assert.deepEqual(heads, [
    ['approved', LATER_MS],
    ['waited for', LATER_MS],
    ['declined', LATER_MS],
  ]);
  assert.deepEqual(awaited, [waitedFor]);
  assert.deepEqual(committed.flagged, [declined]);
  assert.deepEqual(
    committed.counts.map(({ outcome, flaggedMinor, country }) => [outcome, flaggedMinor, country]),
    [
      ['approve', 0, 'DE'],
      ['approve', 0, 'DE'],
      ['decline', 250, 'DE'],
    ],
  );
  assert.deepEqual(committed.latest(2), [waitedFor, declined]);
  assert.deepEqual(
    committed.labelled.map(({ offset }) => offset),
    [6],
  );
  assert.deepEqual(readCommitted(records, reached, parts).committed.counts, []);
});

test('TOLD1 Every decision is counted once; those that were flagged, and all labels, are there whole: from a commit of this process', () => {
  const [approved, declined] = [decided(4, 'approved', 'approve'), decided(5, 'declined', 'decline')];
  const labelled = [
    {
      offset: 6,
      label: {
        transactionId: 'declined',
        fraud: true,
        source: 'customer',
        labelledAtMs: 2000,
        accountId: 'a',
        occurredAtMs: 1000,
      },
    },
  ] as const;
  const committed = committedOf([approved, declined], labelled);
  assert.deepEqual(
    committed.counts.map(({ outcome, flaggedMinor, country }) => [outcome, flaggedMinor, country]),
    [
      ['approve', 0, 'DE'],
      ['decline', 250, 'DE'],
    ],
  );
  assert.deepEqual([committed.flagged, committed.labelled], [[declined], labelled]);
});

test('TOLD2 The latest are the newest of all decisions, in their order, and no more than asked for', () => {
  const all = [4, 5, 6].map((offset) => decided(offset, `t${offset}`, offset === 5 ? 'review' : 'approve'));
  const parts = { isAwaited: () => false, onHead: () => undefined };
  const read = readCommitted(
    all.map((item) => record(publishedBytes(item))),
    3,
    parts,
  );
  for (const committed of [committedOf(all, []), read.committed]) {
    assert.deepEqual(committed.latest(2), all.slice(1));
    assert.deepEqual(committed.latest(10), all);
  }
});
